#include "pragmark/bench/tally.h"

namespace pragmark {

void Tally::merge(const Tally& other) noexcept {
  latencies.merge(other.latencies);
  attempted += other.attempted;
  reads += other.reads;
  writes += other.writes;
  wrong_rows += other.wrong_rows;
  busy_errors += other.busy_errors;
  errors += other.errors;
}

void Tally::clear() noexcept {
  latencies.clear();
  attempted = reads = writes = wrong_rows = busy_errors = errors = 0;
}

}  // namespace pragmark
