#include "pragmark/bench/session.h"

#include <sqlite3.h>

#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

// Whatever runs next on this disk will fail as well.
bool disk_takes_nothing(const Error& error) {
  switch (error.extended_code()) {
    case SQLITE_OK:  // SQLite was not involved: no copy of a template, no scratch directory
    case SQLITE_FULL:
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
    case SQLITE_IOERR_TRUNCATE:
    case SQLITE_IOERR_SHMSIZE: return true;
    default: return false;
  }
}

}  // namespace

void Session::note_environment_failure(const Error& error) {
  if (!disk_takes_nothing(error)) return;
  const std::lock_guard lock(mutex_);
  if (!stopped_by_) stopped_by_ = error;
  stopped_.store(true);
}

void Session::rethrow_if_stopped() const {
  const std::lock_guard lock(mutex_);
  if (stopped_by_) throw Error(*stopped_by_);
}

bool Session::stopped() const noexcept {
  return stopped_.load(std::memory_order_relaxed) || interrupted();
}

}  // namespace pragmark
