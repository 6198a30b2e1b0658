// One thread waits once for another to be done with its request.
#pragma once

#include <semaphore.h>

#include <cerrno>

#include "pragmark/assert.h"

namespace pragmark::internal {

// POSIX allows the waiter to destroy the semaphore as soon as wait() returns, while give() has not
// returned yet: so it may live on the waiter's stack. A condition variable must be given under its
// mutex then, on which the waiter blocks again; std::binary_semaphore spins with sched_yield()
// before it sleeps, for which newer Linux kernels take the thread's turn away.
//
// Owns:    its semaphore.
// Threads: one waits, one other gives, once.
// Errors:  none.
class WakeUp {
 public:
  WakeUp() noexcept { PRAGMARK_ASSERT(::sem_init(&semaphore_, 0, 0) == 0); }
  ~WakeUp() { ::sem_destroy(&semaphore_); }
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  void give() noexcept { PRAGMARK_ASSERT(::sem_post(&semaphore_) == 0); }
  void wait() noexcept {
    while (::sem_wait(&semaphore_) != 0) PRAGMARK_ASSERT(errno == EINTR);
  }

 private:
  sem_t semaphore_;
};

}  // namespace pragmark::internal
