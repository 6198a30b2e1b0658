#include "pragmark/bench/answer_check.h"

#include <vector>

#include <fmt/format.h>

#include "pragmark/assert.h"

namespace pragmark {

std::string fault_of_reads(const Tally& tally) {
  PRAGMARK_ASSERT(static_cast<std::int64_t>(tally.latencies.count()) ==
                  tally.reads + tally.writes + tally.wrong_rows);
  if (tally.wrong_rows == 0) return "";
  return fmt::format("{} of {} reads did not return the row that was asked for", tally.wrong_rows,
                     tally.reads + tally.wrong_rows);
}

std::string fault_of_success(const Tally& tally) {
  if (tally.reads + tally.writes > 0) return "";
  return fmt::format("no request of {} succeeded: every one found the database locked",
                     tally.attempted);
}

std::string fault_of_database(const Tally& tally, std::int64_t initial_rows, Subject& subject) {
  const std::int64_t expected = initial_rows + tally.writes;
  if (const std::int64_t found = subject.count_topics(); found != expected) {
    return fmt::format("{} rows found, {} expected ({} initial and {} acknowledged writes)", found,
                       expected, initial_rows, tally.writes);
  }
  const std::vector<std::string> findings = subject.check();
  if (findings.empty()) return "";
  return fmt::format("the database is damaged ({} findings): {}", findings.size(), findings[0]);
}

std::string fault_of(const Tally& tally, std::int64_t initial_rows, Subject& subject) {
  if (std::string fault = fault_of_reads(tally); !fault.empty()) return fault;
  if (std::string fault = fault_of_database(tally, initial_rows, subject); !fault.empty()) {
    return fault;
  }
  return fault_of_success(tally);
}

}  // namespace pragmark
