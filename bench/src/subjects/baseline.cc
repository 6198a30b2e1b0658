#include "baseline.h"

#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "pragmark/assert.h"
#include "pragmark/pragma.h"
#include "pragmark/schema.h"

namespace pragmark {

Baseline::Baseline(SubjectOptions options) : options_(std::move(options)) {
  // Without the set: proving it is for each subject's own connections.
  Connection first = Connection::open({.path = options_.path, .vfs = options_.vfs});
  PRAGMARK_ASSERT(has_schema(first));
}

Connection Baseline::connection(ConnectionKind kind) const {
  return Connection::open(
      {.path = options_.path, .kind = kind, .set = &options_.set, .vfs = options_.vfs});
}

std::int64_t Baseline::count_topics() {
  Connection reader = connection(ConnectionKind::ReadOnly);
  Statement count = reader.prepare("SELECT count(*) FROM topics");
  return count.step() ? count.integer(0) : 0;
}

std::vector<std::string> Baseline::check() {
  Connection reader = connection(ConnectionKind::ReadOnly);
  std::vector<std::string> findings = integrity_check(reader.handle());
  for (std::string& finding : foreign_key_check(reader.handle())) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

void Baseline::apply_and_prove(sqlite3* handle, ConnectionKind kind) const {
  apply_settings(handle, options_.set.settings(), kind);
  for (const AppliedSetting& applied : compare_settings(handle, options_.set.settings(), kind)) {
    if (applied.outcome != Applied::Differs) continue;
    throw Error::setting_refused(applied.setting.spec->name, applied.setting.value,
                                 applied.read_back, applied.reason, options_.path);
  }
}

void require_same_sqlite(std::string_view peer, std::string_view source_id) {
  if (source_id == sqlite3_sourceid()) return;
  throw Error::environment(
      fmt::format("compare with {}", peer),
      fmt::format("it runs another SQLite ({}) than this program ({}); build without "
                  "PRAGMARK_SQLITE_AMALGAMATION, or without PRAGMARK_PEERS",
                  source_id, sqlite3_sourceid()),
      "");
}

bool needs_recovery(const Error& error) noexcept {
  return error.extended_code() == SQLITE_READONLY_ROLLBACK ||
         error.extended_code() == SQLITE_READONLY_RECOVERY;
}

}  // namespace pragmark
