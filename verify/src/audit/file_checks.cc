// A1xx: the file and its header.
#include <fmt/format.h>

#include "audit/checks.h"

namespace pragmark::inspect {
namespace {

constexpr int kNewestVersion = 2;

std::string printable_id(std::int64_t application_id) {
  return fmt::format("0x{:08x}", static_cast<std::uint32_t>(application_id));
}

void check_size(const FileSubject& subject) {
  const HeaderFacts& header = subject.report.header;
  const DatabaseHeader& raw = subject.snapshot.header();
  const std::int64_t page = header.page_size_bytes;
  if (raw.page_count_valid() && header.pages < std::int64_t{raw.page_count}) {
    subject.report.findings.push_back(
        {.id = "A101",
         .severity = Severity::Error,
         .subject = "file",
         .message = fmt::format("truncated: the header says {} pages, the file has {}",
                                raw.page_count, header.pages),
         .consequence = "what was on the missing pages is lost, and reads that need one fail",
         .repair = "restore a backup; sqlite3 FILE .recover saves what is left",
         .documentation = "https://www.sqlite.org/recovery.html"});
  }
  if (static_cast<std::int64_t>(subject.snapshot.bytes()) % page != 0) {
    subject.report.findings.push_back(
        {.id = "A102",
         .severity = Severity::Error,
         .subject = "file",
         .message = fmt::format("{} bytes are no whole number of pages of {} bytes",
                                header.file_bytes, page),
         .consequence = "it was cut off, or something that is not SQLite wrote to it",
         .repair = "restore a backup; sqlite3 FILE .recover saves what is left",
         .documentation = "https://www.sqlite.org/howtocorrupt.html"});
  }
}

}  // namespace

void check_file(const FileSubject& subject) {
  AuditReport& report = subject.report;
  const HeaderFacts& header = report.header;
  check_size(subject);
  if (header.read_version > kNewestVersion || header.write_version > kNewestVersion) {
    report.findings.push_back(
        {.id = "A103",
         .severity = Severity::Error,
         .subject = "header",
         .message = fmt::format("format versions {} (write) and {} (read); SQLite knows 1 and 2",
                                header.write_version, header.read_version),
         .consequence = "SQLite does not write to it, and above 2 for reading does not open it",
         .repair = "open it with the program that wrote it; a damaged header: restore a backup",
         .documentation = "https://www.sqlite.org/fileformat2.html#file_format_version_numbers"});
  }
  if (header.reserved_bytes != 0) {
    report.findings.push_back(
        {.id = "A104",
         .severity = Severity::Notice,
         .subject = "header",
         .message = fmt::format("{} bytes of each page are reserved for an extension",
                                header.reserved_bytes),
         .consequence = "checksums (8 bytes) or encryption: without the extension that wrote them "
                        "pages may be unreadable, or lose what it keeps there",
         .repair = "open it with the extension that the application uses",
         .documentation = "https://www.sqlite.org/fileformat2.html#reserved_bytes_per_page"});
  }
  if (const std::uint64_t links = subject.snapshot.file().links(); links > 1) {
    report.findings.push_back(
        {.id = "A105",
         .severity = Severity::Warning,
         .subject = "file",
         .message = fmt::format("{} hard links lead to it", links),
         .consequence = "each name has a journal and a WAL of its own: a crash under one name is "
                        "not recovered under another, and the database is damaged",
         .repair = "keep one name; use a symbolic link, which SQLite follows, for the other",
         .documentation =
             "https://www.sqlite.org/howtocorrupt.html#_multiple_links_to_the_same_file"});
  }
  if (header.application_id != 0) {
    report.findings.push_back(
        {.id = "A106",
         .severity = Severity::Notice,
         .subject = "header",
         .message = fmt::format(
             "application_id {}: {}", printable_id(header.application_id),
             header.application.empty() ? "an application not known here" : header.application),
         .consequence = "the file has an owner, whose format says what may be changed in it",
         .documentation = "https://www.sqlite.org/pragma.html#pragma_application_id"});
  }
}

}  // namespace pragmark::inspect
