// A2xx: the WAL and the rollback journal.
#include <fmt/format.h>

#include "audit/checks.h"

namespace pragmark::inspect {
namespace {

constexpr std::string_view kWalPage = "https://www.sqlite.org/wal.html";
// SQLite's default makes a checkpoint due every 1,000 frames; ten times that is no coincidence.
constexpr std::int64_t kManyFrames = 10'000;

void check_rollback_journal(const FileSubject& subject) {
  const JournalFacts& journal = subject.report.journal;
  if (journal.rollback_journal != RollbackJournal::Hot) return;
  subject.report.findings.push_back(
      {.id = "A201",
       .severity = Severity::Error,
       .subject = "journal",
       .message = fmt::format("hot: a writer died in the middle of a transaction ({} bytes of "
                              "-journal are to be rolled back); what follows is as after that",
                              journal.rollback_journal_bytes),
       .consequence = "the file alone is inconsistent: copied, moved or opened without its "
                      "-journal it is damaged, and connections that may not write cannot read it",
       .repair = "keep -journal beside the file, and open it once with a connection that may write",
       .documentation = "https://www.sqlite.org/howtocorrupt.html#_deleting_a_hot_journal"});
}

void check_wal_belongs(const FileSubject& subject) {
  AuditReport& report = subject.report;
  const WalContent& wal = subject.snapshot.wal();
  if (wal.frames_valid != 0 && wal.page_size_bytes != report.header.page_size_bytes) {
    report.findings.push_back(
        {.id = "A204",
         .severity = Severity::Error,
         .subject = "wal",
         .message = fmt::format("-wal has pages of {} bytes, the database of {}: it belongs to "
                                "another database",
                                wal.page_size_bytes, report.header.page_size_bytes),
         .consequence = "one of the two files was replaced without the other",
         .repair = "restore the pair from one backup",
         .documentation = "https://www.sqlite.org/howtocorrupt.html#_mispairing_database_files_and_"
                          "hot_journals_"});
  } else if (!report.journal.wal_mode && wal.frames != 0) {
    report.findings.push_back(
        {.id = "A204",
         .severity = Severity::Error,
         .subject = "wal",
         .message = fmt::format("-wal holds {} frames although the database is not in WAL mode; "
                                "SQLite reads them all the same",
                                wal.frames),
         .consequence = "a database that was replaced under a WAL takes pages of another one",
         .repair = "restore the pair from one backup",
         .documentation = "https://www.sqlite.org/howtocorrupt.html#_mispairing_database_files_and_"
                          "hot_journals_"});
  }
  const auto published = subject.snapshot.published_frames();
  if (published && *published > wal.frames) {
    report.findings.push_back(
        {.id = "A207",
         .severity = Severity::Error,
         .subject = "wal",
         .message = fmt::format("{} frames are committed, but only the first {} are whole",
                                *published, wal.frames),
         .consequence = "when all processes have closed it, or after a crash, the rest is lost",
         .repair = "make a checkpoint through a connection that is open, then back the file up",
         .documentation = std::string(kWalPage)});
  }
}

void check_wal_health(const FileSubject& subject) {
  AuditReport& report = subject.report;
  const JournalFacts& journal = report.journal;
  const std::int64_t frame_bytes = report.header.page_size_bytes + 24;
  if (!journal.live && journal.wal_frames > 0) {
    report.findings.push_back(
        {.id = "A202",
         .severity = Severity::Warning,
         .subject = "wal",
         .message = fmt::format("{} committed frames lie in -wal, and no process has it open: the "
                                "last one did not close the database",
                                journal.wal_frames),
         .consequence = "a copy of the file without its -wal lacks these commits",
         .repair = "open and close it once with a connection that may write; copy with VACUUM INTO",
         .documentation = "https://www.sqlite.org/wal.html#the_wal_file"});
  }
  const std::int64_t behind = journal.wal_frames - journal.wal_frames_checkpointed.value_or(0);
  if (behind > kManyFrames) {
    report.findings.push_back(
        {.id = "A203",
         .severity = Severity::Warning,
         .subject = "wal",
         .message = fmt::format("{} of {} frames ({} MiB) wait for a checkpoint; one is due at "
                                "1,000 by default",
                                behind, journal.wal_frames, behind * frame_bytes / (1024 * 1024)),
         .consequence = "reads look through a longer WAL, and recovery after a crash takes longer",
         .repair = "find the read transaction that stays open, or the connection whose "
                   "wal_autocheckpoint is 0 or large",
         .documentation = "https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files"});
  } else if (journal.wal_bytes > kManyFrames * frame_bytes) {
    report.findings.push_back(
        {.id = "A205",
         .severity = Severity::Notice,
         .subject = "wal",
         .message = fmt::format("-wal has {} MiB on the disk for {} frames in use",
                                journal.wal_bytes / (1024 * 1024), journal.wal_frames),
         .consequence = "it grew once and keeps its size; the space is used again, not given back",
         .repair = "a journal_size_limit in the connections that write",
         .documentation = "https://www.sqlite.org/pragma.html#pragma_journal_size_limit"});
  }
}

}  // namespace

void check_journal(const FileSubject& subject) {
  AuditReport& report = subject.report;
  check_rollback_journal(subject);
  check_wal_belongs(subject);
  check_wal_health(subject);
  if (!report.journal.wal_mode && !report.journal.wal_exists) {
    report.findings.push_back(
        {.id = "A206",
         .severity = Severity::Notice,
         .subject = "journal_mode",
         .message = "not WAL: the file works with a rollback journal",
         .consequence = "a writer waits for readers and readers wait for the writer",
         .repair = "journal_mode WAL, once, where all processes are on one machine",
         .documentation = std::string(kWalPage)});
  }
  if (!report.journal.locked) {
    report.findings.push_back(
        {.id = "A208",
         .severity = Severity::Warning,
         .subject = "locks",
         .message = "the filesystem has no locks",
         .consequence = "two connections that write at the same time damage the database",
         .repair = "move it to a filesystem that has them",
         .documentation =
             "https://www.sqlite.org/howtocorrupt.html#_filesystems_with_broken_or_missing_lock_"
             "implementations"});
  }
}

}  // namespace pragmark::inspect
