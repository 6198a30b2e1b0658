// A3xx and A4xx: space and integrity; how every check of the content is tried.
#include <algorithm>

#include <fmt/format.h>
#include <sqlite3.h>

#include "audit/checks.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"

namespace pragmark::inspect {
namespace {

constexpr int kLinesOfEvidence = 20;
constexpr std::string_view kCorruptPage = "https://www.sqlite.org/howtocorrupt.html";

void add_damage(AuditReport& report, std::string message, std::vector<std::string> evidence) {
  report.integrity = "damaged";
  report.findings.push_back(
      {.id = "A401",
       .severity = Severity::Error,
       .subject = "content",
       .message = std::move(message),
       .evidence = std::move(evidence),
       .consequence = "rows are lost or wrong, and writing to the database may damage more",
       .repair = "stop writing and restore a backup; sqlite3 FILE .recover saves what is left",
       .documentation = std::string(kCorruptPage)});
}

// What the error code of a check says about the database.
void add_failure(const ContentSubject& subject, const Task& task, const Error& error) {
  switch (error.code()) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      add_damage(subject.report, fmt::format("SQLite came upon damage ({})", task.name),
                 {error.what()});
      return;
    case SQLITE_IOERR:
      subject.report.findings.push_back(
          {.id = "A403",
           .severity = Severity::Error,
           .subject = "disk",
           .message = fmt::format("a part of the file cannot be read ({})", task.name),
           .evidence = {error.what()},
           .consequence = "the disk is failing, or the filesystem is damaged",
           .repair = "copy what can be read to another disk, then look at the kernel's log",
           .documentation = std::string(kCorruptPage)});
      return;
    default:
      subject.report.findings.push_back({.id = std::string(task.id),
                                         .severity = Severity::Unknown,
                                         .subject = std::string(task.name),
                                         .message = "SQLite could not do it",
                                         .evidence = {error.what()},
                                         .consequence = "what it would have found is not known"});
  }
}

// Of each b-tree: bytes that nothing uses, and leaves that do not lie one after the other.
void scan_space(const ContentSubject& subject, SpaceFacts& space) {
  Statement pages = subject.connection.prepare("SELECT name, pageno, pagetype, unused FROM dbstat");
  std::string tree;
  std::int64_t previous_leaf = 0;
  while (pages.step()) {
    ++space.scanned_pages;
    space.unused_bytes += pages.integer(3);
    if (pages.text(2) != "leaf") continue;
    const std::int64_t page = pages.integer(1);
    if (pages.text(0) != tree) {
      tree = pages.text(0);
    } else if (page != previous_leaf + 1) {
      ++space.leaf_pages_jump;
    }
    ++space.leaf_pages;
    previous_leaf = page;
  }
}

bool has_dbstat(Connection& connection) {
  Statement modules = connection.prepare("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'");
  return modules.step();
}

void check_freelist(AuditReport& report) {
  constexpr std::int64_t kFewPages = 1000;
  const HeaderFacts& header = report.header;
  if (header.freelist_pages < kFewPages || header.freelist_pages * 4 < header.pages) return;
  report.findings.push_back(
      {.id = "A301",
       .severity = Severity::Warning,
       .subject = "freelist",
       .message =
           fmt::format("{} of {} pages are free ({} MiB)", header.freelist_pages, header.pages,
                       header.freelist_pages * header.page_size_bytes / (1024 * 1024)),
       .consequence = "the file is larger than its content; backups and copies take the rest along",
       .repair =
           header.auto_vacuum == "INCREMENTAL" ? "run incremental_vacuum, or VACUUM;" : "VACUUM;",
       .documentation = "https://www.sqlite.org/lang_vacuum.html"});
}

}  // namespace

bool attempt(const ContentSubject& subject, const Task& task, FunctionRef<void()> work) {
  try {
    if (subject.watch.run(subject.connection.handle(), task.name, task.limit, work) ==
        Outcome::Done) {
      return true;
    }
    if (task.at_limit == AtLimit::TakeAsIs) return false;
    subject.report.findings.push_back(
        {.id = std::string(task.id),
         .severity = Severity::Unknown,
         .subject = std::string(task.name),
         .message = fmt::format("not done within {:.1f} s",
                                std::chrono::duration<double>(*task.limit).count()),
         .consequence = "what it would have found is not known",
         .repair = "give it time: --time-limit SECONDS"});
  } catch (const Error& error) {
    add_failure(subject, task, error);
  }
  return false;
}

void check_integrity(const ContentSubject& subject) {
  AuditReport& report = subject.report;
  const bool full = subject.options.full;
  report.integrity_check = full ? "integrity_check" : "quick_check";
  report.integrity = "unknown";
  Task task = {.id = "A402", .name = report.integrity_check, .limit = subject.options.time_limit};
  if (full) task.limit.reset();
  std::vector<std::string> damage;
  const bool done = attempt(subject, task, [&] {
    sqlite3* handle = subject.connection.handle();
    damage =
        full ? integrity_check(handle, kLinesOfEvidence) : quick_check(handle, kLinesOfEvidence);
  });
  if (!damage.empty()) {
    // Counted before the vector goes: arguments are evaluated in any order.
    std::string message =
        fmt::format("{} finds damage: {}{} lines", report.integrity_check,
                    damage.size() < kLinesOfEvidence ? "" : "at least ", damage.size());
    add_damage(report, std::move(message), std::move(damage));
  } else if (done) {
    report.integrity = "ok";
  }
}

void check_space(const ContentSubject& subject) {
  constexpr std::int64_t kManyPages = 1000;
  constexpr int kShareOfLimit = 6;  // a sample is as good
  AuditReport& report = subject.report;
  check_freelist(report);
  SpaceFacts& space = report.space;
  if (!has_dbstat(subject.connection)) return;
  const Task task = {.id = "A302",
                     .name = "look at each page",
                     .limit = subject.options.time_limit / kShareOfLimit,
                     .at_limit = AtLimit::TakeAsIs};
  space.complete = attempt(subject, task, [&] { scan_space(subject, space); });
  space.scanned = space.scanned_pages > 0;
  const std::int64_t bytes = space.scanned_pages * report.header.page_size_bytes;
  if (space.scanned_pages < kManyPages || space.unused_bytes * 5 < bytes * 2) return;
  report.findings.push_back(
      {.id = "A302",
       .severity = Severity::Notice,
       .subject = "pages",
       .message = fmt::format("{}% of the bytes in {} pages are unused",
                              100 * space.unused_bytes / bytes, space.scanned_pages),
       .consequence = "more pages are read, cached and written than the content needs",
       .repair = "VACUUM;",
       .documentation = "https://www.sqlite.org/lang_vacuum.html"});
}

}  // namespace pragmark::inspect
