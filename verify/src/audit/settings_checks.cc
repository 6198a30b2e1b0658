// A7xx and A8xx: what the file has of a PRAGMA set, what connections must do, where the file lies.
#include <filesystem>

#include <fmt/format.h>

#include "audit/checks.h"
#include "pragmark/pragma.h"

namespace pragmark::inspect {
namespace {

// What the file has of a setting, in canonical form.
std::string stored_value(const AuditReport& report, std::string_view name) {
  if (name == "page_size") return std::to_string(report.header.page_size_bytes);
  if (name == "auto_vacuum") return report.header.auto_vacuum;
  if (name == "application_id") return std::to_string(report.header.application_id);
  return report.journal.wal_mode ? "WAL" : "DELETE";  // journal_mode
}

// Of the journal modes the file knows whether it is WAL; the others are a connection's.
bool is_connections_own(const Setting& setting) {
  return setting.spec->name == "journal_mode" && setting.value != "WAL";
}

std::string repair_of(const Setting& setting) {
  if (setting.spec->name != "page_size" && setting.spec->name != "auto_vacuum") {
    return setting.to_sql();
  }
  return fmt::format("leave WAL, then {} VACUUM; then WAL again", setting.to_sql());
}

void compare_with(const PragmaSet& set, const Setting& setting, AuditReport& report) {
  const PragmaSpec& spec = *setting.spec;
  SettingFacts facts = {.name = std::string(spec.name),
                        .asked = setting.value,
                        .scope = std::string(to_string(spec.scope))};
  if (spec.scope == Scope::File) {
    facts.stored = stored_value(report, spec.name);
    const bool both_rollback = is_connections_own(setting) && !report.journal.wal_mode;
    facts.holds = both_rollback || facts.stored == setting.value;
  }
  if (spec.scope == Scope::Connection || is_connections_own(setting)) {
    facts.statement = setting.to_sql();
  }
  if (spec.scope == Scope::File && !facts.holds) {
    report.findings.push_back({.id = "A711",
                               .severity = Severity::Warning,
                               .subject = facts.name,
                               .message = fmt::format("{} asks for {}, the file has {}", set.name(),
                                                      setting.value, *facts.stored),
                               .consequence = std::string(spec.consequence),
                               .repair = repair_of(setting),
                               .documentation = documentation_url(spec)});
  }
  report.settings.push_back(std::move(facts));
}

}  // namespace

void check_settings(const AuditOptions& options, AuditReport& report) {
  if (report.foreign_keys > 0) {
    const Setting on = parse_setting("foreign_keys", "ON");
    report.findings.push_back(
        {.id = "A701",
         .severity = Severity::Notice,
         .subject = "foreign_keys",
         .message = fmt::format("{} foreign keys are declared; the file cannot have them enforced, "
                                "each connection must ask for it",
                                report.foreign_keys),
         .consequence = std::string(on.spec->consequence),
         .repair = on.to_sql(),
         .documentation = documentation_url(*on.spec)});
  }
  if (!options.set) return;
  for (const Setting& setting : options.set->settings()) {
    compare_with(*options.set, setting, report);
  }
}

void check_filesystem(const AuditOptions& options, AuditReport& report) {
  const std::filesystem::path directory = std::filesystem::path(report.path).parent_path();
  report.environment = describe_environment(directory);
  if (!options.scratch.empty()) {
    const Environment measured = probe_environment(options.scratch);
    report.sync_measured = measured.block_device == report.environment.block_device;
    if (report.sync_measured) {
      report.environment.sync_latency = measured.sync_latency;
      report.environment.filesystem_warnings = measured.filesystem_warnings;
    } else {
      report.findings.push_back(
          {.id = "A802",
           .severity = Severity::Unknown,
           .subject = "sync",
           .message = fmt::format("{} is another filesystem than that of the database",
                                  measured.directory),
           .consequence = "what a sync costs there says nothing about the database",
           .repair = fmt::format("--dir {}", report.environment.directory)});
    }
  }
  for (const std::string& warning : report.environment.filesystem_warnings) {
    report.findings.push_back(
        {.id = "A801",
         .severity = Severity::Warning,
         .subject = "filesystem",
         .message = warning,
         .consequence = "what SQLite promises holds only as far as locks and syncs do",
         .repair = "move the database to a local disk",
         .documentation = "https://www.sqlite.org/howtocorrupt.html"});
  }
}

}  // namespace pragmark::inspect
