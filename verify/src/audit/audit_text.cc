#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "pragmark/pragma.h"
#include "pragmark/verify/audit_format.h"

namespace pragmark {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr std::size_t kTablesShown = 20;
constexpr std::size_t kEvidenceShown = 5;

std::string_view escape_for(Severity severity) {
  switch (severity) {
    case Severity::Error: return "\x1b[31m";    // red
    case Severity::Warning: return "\x1b[33m";  // yellow
    case Severity::Notice: return "\x1b[36m";   // cyan
    case Severity::Unknown: return "\x1b[35m";  // magenta
  }
  return "";
}

std::string coloured(std::string_view text, Severity severity, Colour colour) {
  if (colour == Colour::Never) return std::string(text);
  return fmt::format("{}{}\x1b[0m", escape_for(severity), text);
}

std::string line(std::string_view label, const std::string& value) {
  return fmt::format("{:<12} {}\n", label, printable(value));
}

std::string wal_line(const JournalFacts& journal) {
  std::string text = journal.wal_mode ? "WAL" : "rollback journal";
  if (journal.live) text += ", open in another process";
  if (journal.wal_exists) {
    text += fmt::format("; -wal has {} committed frames ({:.1f} MiB on the disk)",
                        journal.wal_frames, static_cast<double>(journal.wal_bytes) / kMebibyte);
  }
  if (journal.wal_frames_checkpointed) {
    text += fmt::format(", {} of them in the database", *journal.wal_frames_checkpointed);
  }
  if (journal.rollback_journal != RollbackJournal::None) {
    text += fmt::format("; -journal is {} ({} bytes)", to_string(journal.rollback_journal),
                        journal.rollback_journal_bytes);
  }
  return text;
}

std::string space_line(const AuditReport& report) {
  const SpaceFacts& space = report.space;
  std::string text =
      fmt::format("{} of {} pages are free", report.header.freelist_pages, report.header.pages);
  if (!space.scanned) return text + "; how full the others are could not be seen";
  const double bytes =
      static_cast<double>(space.scanned_pages) * static_cast<double>(report.header.page_size_bytes);
  text += fmt::format("; {:.1f}% of the bytes in {}{} pages are unused",
                      100.0 * static_cast<double>(space.unused_bytes) / bytes,
                      space.complete ? "" : "the first ", space.scanned_pages);
  return text + fmt::format("; {} of {} leaf pages do not follow the one before",
                            space.leaf_pages_jump, space.leaf_pages);
}

std::string facts(const AuditReport& report) {
  const HeaderFacts& header = report.header;
  std::string text = line("database", report.path);
  text += line("size",
               fmt::format("{:.1f} MiB: {} pages of {} bytes",
                           static_cast<double>(header.pages * header.page_size_bytes) / kMebibyte,
                           header.pages, header.page_size_bytes));
  text += line("journal", wal_line(report.journal));
  text +=
      line("header", fmt::format("{}, auto_vacuum {}, schema format {}, user_version {}, "
                                 "application_id {}, change counter {}, format versions {} and "
                                 "{}, last written by SQLite {}",
                                 header.encoding, header.auto_vacuum, header.schema_format,
                                 header.user_version, header.application_id, header.change_counter,
                                 header.write_version, header.read_version, header.written_by));
  text += line("space", space_line(report));
  text += line("integrity", fmt::format("{}: {} (SQLite {})", report.integrity_check,
                                        report.integrity, report.sqlite.version));
  const Environment& here = report.environment;
  text += line("filesystem",
               fmt::format("{} on {}{}", here.filesystem, here.block_device,
                           report.sync_measured
                               ? fmt::format(", fdatasync {:.0f} us", here.sync_latency.p50_us)
                               : ", syncs not measured (--dir DIR on the same disk does)"));
  return text;
}

std::string tables(const AuditReport& report) {
  std::vector<const TableFacts*> largest;
  for (const TableFacts& table : report.tables) largest.push_back(&table);
  std::ranges::stable_sort(largest, std::ranges::greater{}, &TableFacts::rows);
  std::string text =
      fmt::format("\n{} tables, {} foreign keys\n", report.tables.size(), report.foreign_keys);
  for (std::size_t i = 0; i < std::min(largest.size(), kTablesShown); ++i) {
    const TableFacts& table = *largest[i];
    const std::string rows =
        table.is_virtual
            ? "virtual"
            : fmt::format("{}{} rows", table.rows_exact ? "" : "at least ", table.rows);
    text += fmt::format("  {:<24} {}, {} indexes\n", printable(table.name), rows, table.indexes);
  }
  if (largest.size() > kTablesShown) {
    text += fmt::format("  and {} smaller ones\n", largest.size() - kTablesShown);
  }
  return text;
}

std::string explanation(const Finding& finding, Colour colour) {
  std::string text =
      fmt::format("\n{}: {}: {}\n",
                  coloured(fmt::format("{} {}", to_string(finding.severity), finding.id),
                           finding.severity, colour),
                  printable(finding.subject), printable(finding.message));
  const std::size_t shown = std::min(finding.evidence.size(), kEvidenceShown);
  for (std::size_t i = 0; i < shown; ++i) {
    text += fmt::format("  {:<9} {}\n", "found", printable(finding.evidence[i]));
  }
  if (shown < finding.evidence.size()) {
    text += fmt::format("  {:<9} {} more lines (--format json has them)\n", "and",
                        finding.evidence.size() - shown);
  }
  const std::array<std::pair<std::string_view, const std::string*>, 3> lines = {
      {{"at stake", &finding.consequence},
       {"repair", &finding.repair},
       {"see", &finding.documentation}}};
  for (const auto& [label, value] : lines) {
    if (!value->empty()) text += fmt::format("  {:<9} {}\n", label, printable(*value));
  }
  return text;
}

std::string wrapped(const std::vector<std::string>& words) {
  constexpr std::size_t kWidth = 96;
  std::string text;
  std::string current = " ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i] + (i + 1 < words.size() ? "," : "");
    if (current.size() + word.size() >= kWidth) {
      text += current + "\n";
      current = " ";
    }
    current += " " + word;
  }
  return text + current + "\n";
}

std::string connection_part(const AuditReport& report) {
  if (!report.set) {
    std::vector<std::string> words;
    for (const PragmaSpec& spec : pragma_table()) {
      if (spec.scope != Scope::Connection) continue;
      words.push_back(fmt::format("{}={}", spec.name, spec.default_value));
    }
    return "\nNot kept in the file; unless a connection sets them, it has SQLite's defaults:\n" +
           wrapped(words);
  }
  std::string text = fmt::format("\n{}, kept in the file:\n", printable(report.set->name()));
  for (const SettingFacts& setting : report.settings) {
    if (!setting.stored) continue;
    text += fmt::format("  {:<20} asked {}, stored {}: {}\n", setting.name, setting.asked,
                        *setting.stored, setting.holds ? "holds" : "differs");
  }
  text += fmt::format("{}, to be set by each connection:\n", printable(report.set->name()));
  for (const SettingFacts& setting : report.settings) {
    if (!setting.statement.empty()) text += fmt::format("  {}\n", setting.statement);
  }
  return text;
}

std::string summary(const AuditReport& report) {
  std::string counts;
  for (const Severity severity :
       {Severity::Error, Severity::Warning, Severity::Unknown, Severity::Notice}) {
    const auto count = std::ranges::count(report.findings, severity, &Finding::severity);
    if (count == 0) continue;
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, to_string(severity));
  }
  return fmt::format("\nverdict: {} ({}), {:.1f} s\n", to_string(overall_verdict(report)),
                     counts.empty() ? "no findings" : counts, report.seconds);
}

}  // namespace

std::string to_text(const AuditReport& report, Colour colour) {
  std::string text = facts(report) + tables(report);
  for (const Finding& finding : report.findings) text += explanation(finding, colour);
  return text + connection_part(report) + summary(report);
}

}  // namespace pragmark
