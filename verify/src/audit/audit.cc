#include "pragmark/verify/audit.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <sqlite3.h>

#include "audit/checks.h"
#include "audit/snapshot.h"
#include "audit/snapshot_vfs.h"
#include "audit/watch.h"
#include "pragmark/connection.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"

namespace pragmark {
namespace {

using inspect::Snapshot;
using inspect::Watch;

constexpr int kAttempts = 3;

std::string real_path(const std::string& path) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::canonical(path, error);
  if (!error) return whole.string();
  throw Error::usage(fmt::format("{}: {} (give the path of a database)", path, error.message()));
}

// Nothing that the schema of a stranger holds is trusted, and nothing goes to a file.
std::vector<Setting> own_settings() {
  std::vector<Setting> settings;
  for (const auto& [name, value] :
       {std::pair("temp_store", "MEMORY"), std::pair("trusted_schema", "OFF"),
        std::pair("cell_size_check", "ON"), std::pair("cache_size", "-16000")}) {
    settings.push_back(parse_setting(name, value));
  }
  return settings;
}

HeaderFacts header_facts(const Snapshot& snapshot) {
  HeaderFacts facts = inspect::facts_of(snapshot.header());
  facts.file_bytes = snapshot.file().identity().bytes;
  facts.pages = static_cast<std::int64_t>(snapshot.bytes()) / facts.page_size_bytes;
  return facts;
}

void check_content(const AuditOptions& options, Snapshot& snapshot, Watch& watch,
                   AuditReport& report) {
  const inspect::SnapshotVfs vfs(snapshot);
  Connection connection =
      Connection::open({.path = report.path, .kind = ConnectionKind::ReadOnly, .vfs = vfs.name()});
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  const inspect::ContentSubject subject = {
      .options = options, .connection = connection, .watch = watch, .report = report};
  const bool readable = attempt(
      subject, {.id = "A402", .name = "open", .limit = options.time_limit},
      [&] { apply_settings(connection.handle(), own_settings(), ConnectionKind::ReadOnly); });
  if (!readable) return;
  check_integrity(subject);
  check_tables(subject);
  check_foreign_keys(subject);
  check_statistics(subject);
  check_space(subject);
}

// Empty when somebody wrote to the database meanwhile and no lock could keep him from it.
std::optional<AuditReport> audit_once(const AuditOptions& options, const std::string& path) {
  Watch watch(options.progress);
  Snapshot snapshot(path, options.lock_wait, watch);
  AuditReport report;
  report.path = path;
  report.sqlite = linked_sqlite();
  report.set = options.set;
  report.header = header_facts(snapshot);
  report.journal = snapshot.journal();
  const inspect::FileSubject subject = {.options = options, .snapshot = snapshot, .report = report};
  check_file(subject);
  check_journal(subject);
  check_content(options, snapshot, watch, report);
  if (snapshot.changed_meanwhile()) return std::nullopt;
  return report;
}

}  // namespace

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Notice: return "notice";
    case Severity::Unknown: return "unknown";
  }
  return "";
}

std::string_view to_string(RollbackJournal journal) noexcept {
  switch (journal) {
    case RollbackJournal::None: return "none";
    case RollbackJournal::Idle: return "idle";
    case RollbackJournal::InUse: return "in use";
    case RollbackJournal::Hot: return "hot";
  }
  return "";
}

Verdict overall_verdict(const AuditReport& report) noexcept {
  const auto any = [&](Severity severity) {
    return std::ranges::any_of(report.findings,
                               [&](const Finding& one) { return one.severity == severity; });
  };
  if (any(Severity::Error) || any(Severity::Warning)) return Verdict::Fail;
  return any(Severity::Unknown) ? Verdict::Unknown : Verdict::Pass;
}

AuditReport audit(const AuditOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string path = real_path(options.path);
  std::optional<AuditReport> report;
  for (int i = 0; i < kAttempts && !report; ++i) report = audit_once(options, path);
  if (!report) {
    throw Error::environment(
        "read",
        "it was written to while it was read, three times: try again when its programs are either "
        "running or stopped",
        path);
  }
  // Not under the lock: it has nothing to do with the content.
  inspect::check_settings(options, *report);
  inspect::check_filesystem(options, *report);
  std::ranges::stable_sort(report->findings, {}, &Finding::severity);
  report->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return std::move(*report);
}

}  // namespace pragmark
