// group-commit: readers as in `per-thread`; writers that wait at the same time share a transaction,
// and with it the frames of common pages, the commit record, and the sync where the set asks for
// one. Each caller still returns after the COMMIT that holds its write, with its own result.
//
// There is no writer thread. The first writer to find nobody leading leads: it takes those who
// queued, runs their operations in order of arrival, commits, wakes them, and hands the lead to the
// first of those who came meanwhile. A lone writer thus pays for nothing but a mutex.
//
// Invariants:
// 1. A request lives on its caller's stack, and its caller sleeps until `done`: the queue is never
//    longer than the number of threads, which is the bound and the back-pressure.
// 2. The connection belongs to the leader, without the mutex; `leading_` says that there is one.
// 3. In a shared transaction each operation has a savepoint, so that one that throws is undone
//    alone. When SQLite gave up the whole transaction (SQLITE_FULL, SQLITE_IOERR), all that ran in
//    it fail with that error, and those that had not run yet get a transaction of their own.
// 4. An operation may run on another thread than its caller's, while its caller waits.
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "factories.h"
#include "thread_connections.h"

namespace pragmark::internal {
namespace {

constexpr std::size_t kLongestBatch = 256;  // requests; bounds how long the first one waits

struct Request {
  Strategy::Operation operation;
  bool in_transaction;
  std::condition_variable woken;
  std::exception_ptr error = nullptr;
  bool done = false;
  bool leads = false;  // its caller was handed the lead
};

class GroupCommit final : public Strategy {
 public:
  explicit GroupCommit(Database database)
      : Strategy(std::move(database)), readers_(connector(), ConnectionKind::ReadOnly) {}

  void read(Operation operation) override { operation(readers_.mine()); }
  void write(Operation operation) override { submit(operation, true); }
  void maintain(Operation operation) override { submit(operation, false); }

  void warm_up() override {
    maintain([](Connection&) {});
    static_cast<void>(readers_.mine());
  }

 private:
  void submit(Operation operation, bool in_transaction) {
    Request request{.operation = operation, .in_transaction = in_transaction, .woken = {}};
    std::unique_lock lock(mutex_);
    queue_.push_back(&request);
    if (leading_) request.woken.wait(lock, [&] { return request.done || request.leads; });
    if (!request.done) lead(lock);
    if (request.error) std::rethrow_exception(request.error);
  }

  // REQUIRES: the caller's request is at the head of the queue, and nobody leads or the caller was
  // handed the lead.
  void lead(std::unique_lock<std::mutex>& lock) {
    leading_ = true;
    const std::vector<Request*> batch = take_batch();
    lock.unlock();
    run(batch);
    lock.lock();
    for (Request* request : batch) {
      request->done = true;
      request->woken.notify_one();  // under the mutex: the request is gone when its caller wakes
    }
    leading_ = !queue_.empty();
    if (!leading_) return;
    queue_.front()->leads = true;
    queue_.front()->woken.notify_one();
  }

  // The requests at the head that can share a transaction, or one that wants none.
  [[nodiscard]] std::vector<Request*> take_batch() {
    std::vector<Request*> batch;
    while (!queue_.empty() && batch.size() < kLongestBatch) {
      Request* next = queue_.front();
      if (!batch.empty() && !(next->in_transaction && batch.front()->in_transaction)) break;
      batch.push_back(next);
      queue_.pop_front();
    }
    return batch;
  }

  void run(std::span<Request* const> batch) noexcept {
    try {
      if (!writer_) writer_ = connector().open(ConnectionKind::ReadWrite);
      if (!batch.front()->in_transaction) {
        batch.front()->operation(*writer_);
        return;
      }
    } catch (...) {
      fail(batch);
      return;
    }
    while (!batch.empty()) batch = batch.subspan(run_transaction(batch));
  }

  // Returns how many requests have their result: all, or those that had run when SQLite gave up.
  [[nodiscard]] std::size_t run_transaction(std::span<Request* const> batch) noexcept {
    std::size_t ran = 0;
    try {
      Transaction transaction(*writer_);
      for (Request* request : batch) {
        ++ran;
        if (batch.size() == 1) {
          request->operation(*writer_);
        } else {
          run_in_savepoint(*request);
        }
      }
      transaction.commit();
      return ran;
    } catch (...) {
      // A BEGIN that failed would fail for the rest too; a COMMIT that failed had them all.
      if (ran == 0) ran = batch.size();
      fail(batch.first(ran));
      return ran;
    }
  }

  // Throws when the transaction is lost; an operation that fails alone keeps its error to itself.
  void run_in_savepoint(Request& request) {
    Savepoint savepoint(*writer_);
    try {
      request.operation(*writer_);
    } catch (...) {
      request.error = std::current_exception();
      if (!savepoint.undo()) throw;
      return;
    }
    savepoint.release();
  }

  // Gives the current exception to those that have none of their own.
  static void fail(std::span<Request* const> requests) noexcept {
    for (Request* request : requests) {
      if (!request->error) request->error = std::current_exception();
    }
  }

  ThreadConnections readers_;
  std::mutex mutex_;            // guards the two below
  std::deque<Request*> queue_;  // in order of arrival
  bool leading_ = false;
  std::optional<Connection> writer_;  // the leader's
};

}  // namespace

std::unique_ptr<Strategy> make_group_commit(Database database) {
  return std::make_unique<GroupCommit>(std::move(database));
}

}  // namespace pragmark::internal
