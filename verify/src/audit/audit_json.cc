// Keys and their order are the schema "pragmark.audit/1": additions may follow, a change of what
// stands here needs another number.
#include <nlohmann/json.hpp>

#include "pragmark/pragma.h"
#include "pragmark/verify/audit_format.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json json_of(const HeaderFacts& header) {
  return {{"file_bytes", header.file_bytes},
          {"page_size_bytes", header.page_size_bytes},
          {"pages", header.pages},
          {"freelist_pages", header.freelist_pages},
          {"write_version", header.write_version},
          {"read_version", header.read_version},
          {"reserved_bytes", header.reserved_bytes},
          {"change_counter", header.change_counter},
          {"schema_cookie", header.schema_cookie},
          {"schema_format", header.schema_format},
          {"encoding", header.encoding},
          {"user_version", header.user_version},
          {"application_id", header.application_id},
          {"application", header.application},
          {"auto_vacuum", header.auto_vacuum},
          {"written_by", header.written_by}};
}

Json json_of(const JournalFacts& journal) {
  return {{"wal_mode", journal.wal_mode},
          {"live", journal.live},
          {"locked", journal.locked},
          {"wal_exists", journal.wal_exists},
          {"shm_exists", journal.shm_exists},
          {"wal_bytes", journal.wal_bytes},
          {"wal_frames", journal.wal_frames},
          {"wal_frames_checkpointed", value_or_null(journal.wal_frames_checkpointed)},
          {"rollback_journal", to_string(journal.rollback_journal)},
          {"rollback_journal_bytes", journal.rollback_journal_bytes}};
}

Json json_of(const SpaceFacts& space) {
  return {{"scanned", space.scanned},
          {"complete", space.complete},
          {"scanned_pages", space.scanned_pages},
          {"unused_bytes", space.unused_bytes},
          {"leaf_pages", space.leaf_pages},
          {"leaf_pages_jump", space.leaf_pages_jump}};
}

Json json_of(const TableFacts& table) {
  return {{"name", printable(table.name)},
          {"virtual", table.is_virtual},
          {"indexes", table.indexes},
          {"rows", table.is_virtual ? Json(nullptr) : Json(table.rows)},
          {"rows_exact", table.rows_exact}};
}

Json json_of(const SettingFacts& setting) {
  return {{"name", setting.name},
          {"asked", setting.asked},
          {"scope", setting.scope},
          {"stored", value_or_null(setting.stored)},
          {"holds", setting.stored ? Json(setting.holds) : Json(nullptr)},
          {"statement", setting.statement}};
}

Json json_of(const Finding& finding) {
  Json evidence = Json::array();
  for (const std::string& line : finding.evidence) evidence.push_back(printable(line));
  return {{"id", finding.id},
          {"severity", to_string(finding.severity)},
          {"subject", printable(finding.subject)},
          {"message", printable(finding.message)},
          {"evidence", std::move(evidence)},
          {"consequence", printable(finding.consequence)},
          {"repair", printable(finding.repair)},
          {"documentation", finding.documentation}};
}

Json json_of(const AuditReport& report, const Environment& here) {
  return {
      {"directory", printable(here.directory)},
      {"filesystem", here.filesystem},
      {"block_device", printable(here.block_device)},
      {"mount_options", printable(here.mount_options)},
      {"fdatasync_us_p50", report.sync_measured ? Json(here.sync_latency.p50_us) : Json(nullptr)},
      {"virtualization", here.virtualization},
      {"kernel", here.kernel}};
}

template <typename T>
Json list_of(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}

// What no file keeps, so that nobody looks for it there.
Json connection_settings() {
  Json settings = Json::array();
  for (const PragmaSpec& spec : pragma_table()) {
    if (spec.scope != Scope::Connection) continue;
    settings.push_back(
        {{"name", spec.name}, {"default", spec.default_value}, {"consequence", spec.consequence}});
  }
  return settings;
}

}  // namespace

std::string to_json(const AuditReport& report) {
  const Json json = {
      {"schema", "pragmark.audit/1"},
      {"verdict", to_string(overall_verdict(report))},
      {"pragmark_version", kVersion},
      {"path", printable(report.path)},
      {"sqlite", {{"version", report.sqlite.version}, {"source_id", report.sqlite.source_id}}},
      {"header", json_of(report.header)},
      {"journal", json_of(report.journal)},
      {"space", json_of(report.space)},
      {"integrity", {{"check", report.integrity_check}, {"result", report.integrity}}},
      {"foreign_keys", report.foreign_keys},
      {"tables", list_of(report.tables)},
      {"environment", json_of(report, report.environment)},
      {"pragma_set", report.set ? Json(printable(report.set->name())) : Json(nullptr)},
      {"settings", list_of(report.settings)},
      {"connection_settings", connection_settings()},
      {"findings", list_of(report.findings)},
      {"seconds", report.seconds}};
  constexpr int kIndent = 2;
  return json.dump(kIndent) + "\n";
}

}  // namespace pragmark
