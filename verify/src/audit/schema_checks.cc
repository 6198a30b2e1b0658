// A5xx and A6xx: tables, foreign keys, the planner's statistics.
#include <charconv>
#include <chrono>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "audit/checks.h"
#include "audit/schema_reader.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"

namespace pragmark::inspect {
namespace {

constexpr int kLinesOfEvidence = 20;
constexpr int kShareOfLimit = 6;  // for all counts together
// Below, a wrong plan costs little.
constexpr std::int64_t kRowsThatMatter = 10'000;
constexpr std::string_view kAnalyzePage = "https://www.sqlite.org/lang_analyze.html";
constexpr std::string_view kForeignKeyPage = "https://www.sqlite.org/foreignkeys.html";

std::vector<TableFacts> tables_of(Connection& connection) {
  Statement rows = connection.prepare(
      "SELECT name, sql LIKE 'create virtual%', (SELECT count(*) FROM sqlite_master AS one WHERE "
      "one.type = 'index' AND one.tbl_name = own.name) FROM sqlite_master AS own "
      "WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
  std::vector<TableFacts> tables;
  while (rows.step()) {
    tables.push_back({.name = std::string(rows.text(0)),
                      .is_virtual = rows.integer(1) != 0,
                      .indexes = static_cast<int>(rows.integer(2))});
  }
  return tables;
}

// Row by row and not by count(*), so that what was seen until the end of the time is an answer.
void count_rows(const ContentSubject& subject, TableFacts& table) {
  Statement rows = subject.connection.prepare("SELECT 1 FROM " + quoted_name(table.name));
  while (rows.step()) ++table.rows;
  table.rows_exact = true;
}

std::string index_for(const ForeignKey& key) {
  std::vector<std::string> columns;
  for (const std::string& column : key.columns) columns.push_back(quoted_name(column));
  const std::string name = fmt::format("{}_by_{}", key.child, fmt::join(key.columns, "_"));
  return fmt::format("CREATE INDEX {} ON {} ({});", quoted_name(name), quoted_name(key.child),
                     fmt::join(columns, ", "));
}

void check_unindexed(const ContentSubject& subject, const std::vector<ForeignKey>& keys) {
  for (const ForeignKey& key : keys) {
    if (!key.parent_exists) {
      subject.report.findings.push_back(
          {.id = "A503",
           .severity = Severity::Error,
           .subject = key.child,
           .message = fmt::format("({}) refers to {}, which does not exist",
                                  fmt::join(key.columns, ", "), key.parent),
           .consequence = "with foreign_keys=ON every INSERT into the table fails",
           .repair = "create the table, or drop the reference",
           .documentation = fmt::format("{}#fk_schemacommands", kForeignKeyPage)});
    } else if (!is_indexed(subject.connection, key)) {
      subject.report.findings.push_back(
          {.id = "A502",
           .severity = Severity::Warning,
           .subject = key.child,
           .message = fmt::format("({}) refers to {} and has no index",
                                  fmt::join(key.columns, ", "), key.parent),
           .consequence = fmt::format("with foreign_keys=ON each DELETE from {} and each change of "
                                      "its key reads the whole table",
                                      key.parent),
           .repair = index_for(key),
           .documentation = fmt::format("{}#fk_indexes", kForeignKeyPage)});
    }
  }
}

void check_violations(const ContentSubject& subject) {
  std::vector<std::string> violations;
  std::string mismatch;
  const Task task = {
      .id = "A501", .name = "foreign_key_check", .limit = subject.options.time_limit};
  static_cast<void>(attempt(subject, task, [&] {
    try {
      violations = foreign_key_check(subject.connection.handle(), kLinesOfEvidence);
    } catch (const Error& error) {
      if (std::string_view(error.what()).find("foreign key mismatch") == std::string_view::npos) {
        throw;
      }
      mismatch = error.what();
    }
  }));
  if (!mismatch.empty()) {
    subject.report.findings.push_back(
        {.id = "A503",
         .severity = Severity::Error,
         .subject = "foreign keys",
         .message = "a reference is to columns that are not the key of their table",
         .evidence = {mismatch},
         .consequence =
             "with foreign_keys=ON writes to these tables fail; rows could not be checked",
         .repair = "make the columns of the parent a PRIMARY KEY or give them a UNIQUE index",
         .documentation = fmt::format("{}#fk_indexes", kForeignKeyPage)});
  }
  if (violations.empty()) return;
  std::string message =
      fmt::format("{}{} rows refer to rows that are not there",
                  violations.size() < kLinesOfEvidence ? "" : "at least ", violations.size());
  subject.report.findings.push_back(
      {.id = "A501",
       .severity = Severity::Error,
       .subject = "foreign keys",
       .message = std::move(message),
       .evidence = std::move(violations),
       .consequence = "some connection wrote with foreign_keys=OFF, SQLite's default; joins lose "
                      "these rows, and turning the setting on does not find them",
       .repair = "delete or mend these rows, and set foreign_keys=ON in every connection",
       .documentation = std::string(kForeignKeyPage)});
}

// Rows that ANALYZE saw, by table: the first number of a row of sqlite_stat1.
std::map<std::string, std::int64_t> analysed_rows(Connection& connection) {
  std::map<std::string, std::int64_t> rows_of;
  Statement rows = connection.prepare("SELECT tbl, stat FROM sqlite_stat1 WHERE stat IS NOT NULL");
  while (rows.step()) {
    const std::string_view stat = rows.text(1);
    std::int64_t count = 0;
    if (std::from_chars(stat.data(), stat.data() + stat.size(), count).ec == std::errc()) {
      rows_of[std::string(rows.text(0))] = count;
    }
  }
  return rows_of;
}

bool has_statistics(Connection& connection) {
  Statement found = connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'");
  return found.step();
}

// A tenth or ten times as many as when it was analysed. A count that stopped early proves more rows
// only.
bool is_stale(const TableFacts& table, std::int64_t analysed) {
  constexpr std::int64_t kFactor = 10;
  if (table.rows > kFactor * analysed) return true;
  return table.rows_exact && table.rows * kFactor < analysed;
}

}  // namespace

void check_tables(const ContentSubject& subject) {
  std::vector<TableFacts>& tables = subject.report.tables;
  const Task task = {.id = "A601", .name = "read the schema", .limit = subject.options.time_limit};
  if (!attempt(subject, task, [&] { tables = tables_of(subject.connection); })) return;
  auto left = static_cast<std::int64_t>(tables.size());
  const auto end = Watch::Clock::now() + subject.options.time_limit / kShareOfLimit;
  for (TableFacts& table : tables) {
    // What others leave of their share falls to those that follow.
    const auto now = Watch::Clock::now();
    const auto share = end > now ? (end - now) / left : Watch::Clock::duration::zero();
    --left;
    if (table.is_virtual) continue;
    const std::string name = "count the rows of " + table.name;
    const Task count = {.id = "A602",
                        .name = name,
                        .limit = std::chrono::duration_cast<std::chrono::milliseconds>(share),
                        .at_limit = AtLimit::TakeAsIs};
    static_cast<void>(attempt(subject, count, [&] { count_rows(subject, table); }));
  }
}

void check_foreign_keys(const ContentSubject& subject) {
  std::vector<ForeignKey> keys;
  const Task task = {
      .id = "A502", .name = "read the foreign keys", .limit = subject.options.time_limit};
  static_cast<void>(attempt(subject, task, [&] {
    keys = foreign_keys_of(subject.connection);
    subject.report.foreign_keys = static_cast<int>(keys.size());
    check_unindexed(subject, keys);
  }));
  if (!keys.empty()) check_violations(subject);
}

void check_statistics(const ContentSubject& subject) {
  AuditReport& report = subject.report;
  std::map<std::string, std::int64_t> analysed;
  bool have = false;
  const Task task = {
      .id = "A601", .name = "read the statistics", .limit = subject.options.time_limit};
  if (!attempt(subject, task, [&] {
        have = has_statistics(subject.connection);
        if (have) analysed = analysed_rows(subject.connection);
      })) {
    return;
  }
  std::vector<std::string> without;
  for (const TableFacts& table : report.tables) {
    if (table.is_virtual || table.indexes == 0 || table.rows < kRowsThatMatter) continue;
    const auto found = analysed.find(table.name);
    if (found == analysed.end()) {
      without.push_back(fmt::format("{}: {} indexes, {}{} rows", table.name, table.indexes,
                                    table.rows_exact ? "" : "at least ", table.rows));
    } else if (is_stale(table, found->second)) {
      report.findings.push_back(
          {.id = "A602",
           .severity = Severity::Warning,
           .subject = table.name,
           .message = fmt::format("analysed with {} rows, now {}{}", found->second,
                                  table.rows_exact ? "" : "at least ", table.rows),
           .consequence = "the planner chooses indexes by numbers that are long past",
           .repair = fmt::format("ANALYZE {};", quoted_name(table.name)),
           .documentation = std::string(kAnalyzePage)});
    }
  }
  if (without.empty()) return;
  report.findings.push_back(
      {.id = "A601",
       .severity = Severity::Warning,
       .subject = "statistics",
       .message = fmt::format("{} of {} tables or more were never analysed", without.size(),
                              report.tables.size()),
       .evidence = std::move(without),
       .consequence = "the planner guesses which index is better, and a wrong guess reads too much",
       .repair = "ANALYZE;",
       .documentation = std::string(kAnalyzePage)});
}

}  // namespace pragmark::inspect
