// group-commit: readers as in `per-thread`; writers that wait at the same time share a transaction,
// and with it the frames of common pages, the commit record, and the sync where the set asks for
// one. Each caller still returns after the COMMIT that holds its write, with its own result.
//
// The first writer to find nobody leading leads: it takes those who queued, runs their operations
// in order of arrival, commits, wakes them, and hands the lead to the first of those who came
// meanwhile. A lone writer thus pays for nothing but a mutex. Writes that were submitted have no
// caller who waits and could lead: where one of them comes first, the strategy's own thread leads.
//
// Invariants:
// 1. A request of write() lives on its caller's stack, and its caller sleeps until `done`; one of
//    submit() is owned by the queue. So the queue is never longer than the number of threads and
//    kMostSubmitted, which is the bound and the back-pressure.
// 2. The connection belongs to the leader, without the mutex; `leading_` says that there is one, or
//    that a sleeper was told to be.
// 3. In a shared transaction each operation of more than one statement has a savepoint, so that one
//    that throws is undone alone; a single statement is undone by SQLite. When SQLite gave up the
//    whole transaction (SQLITE_FULL, SQLITE_IOERR), all that ran in it fail with that error, and
//    those that had not run yet get a transaction of their own.
// 4. An operation may run on another thread than its caller's.
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "factories.h"
#include "thread_connections.h"
#include "wal_keeper.h"

namespace pragmark::internal {
namespace {

constexpr std::size_t kLongestBatch = 256;    // requests; bounds how long the first one waits
constexpr std::size_t kMostSubmitted = 4096;  // requests of submit() in the queue

enum class Place { InTransaction, Outside };

struct Request {
  Strategy::Operation operation;
  Place place;
  Extent extent;
  std::unique_ptr<SubmittedWrite> submitted = nullptr;  // else a caller waits
  std::condition_variable woken = {};
  std::exception_ptr error = nullptr;
  bool done = false;
  bool leads = false;  // its caller was handed the lead
};

class GroupCommit final : public Strategy {
 public:
  GroupCommit(Database database, const StrategyOptions& options)
      : Strategy(std::move(database)),
        keeper_(connector(), options,
                [this](FunctionRef<void()> work) {
                  request([&](Connection&) { work(); }, Place::Outside, Extent::Transaction);
                }),
        readers_(readers_of(connector())) {}

  ~GroupCommit() override {
    keeper_.stop();
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      thread_woken_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

  void read(Operation operation) override { operation(readers_.mine()); }

  void write(Operation operation, Extent extent) override {
    request(operation, Place::InTransaction, extent);
  }

  void maintain(Operation operation) override {
    keeper_.alone([&] { request(operation, Place::Outside, Extent::Transaction); });
  }

  void submit(std::unique_ptr<SubmittedWrite> write) override {
    std::unique_ptr<Request> request(new Request{
        .operation = *write, .place = Place::InTransaction, .extent = Extent::Statement});
    request->submitted = std::move(write);
    std::unique_lock lock(mutex_);
    if (!thread_.joinable()) thread_ = std::thread([this] { lead_for_submitted(); });
    room_.wait(lock, [&] { return submitted_ < kMostSubmitted; });
    ++submitted_;
    queue_.push_back(request.release());
    if (!leading_) hand_lead_on();
  }

  void warm_up() override {
    maintain([](Connection&) {});
    static_cast<void>(readers_.mine());
  }

  std::optional<CheckpointerHealth> checkpointer_health() override { return keeper_.health(); }

 private:
  void request(Operation operation, Place place, Extent extent) {
    Request request{.operation = operation, .place = place, .extent = extent};
    std::unique_lock lock(mutex_);
    queue_.push_back(&request);
    if (leading_) {
      request.woken.wait(lock, [&] { return request.done || request.leads; });
    }
    if (!request.done) lead(lock);
    if (request.error) std::rethrow_exception(request.error);
  }

  // The strategy's own thread, which exists once something was submitted.
  void lead_for_submitted() {
    std::unique_lock lock(mutex_);
    while (true) {
      thread_woken_.wait(lock, [&] { return thread_leads_ || (stopping_ && queue_.empty()); });
      if (!thread_leads_) return;
      thread_leads_ = false;
      lead(lock);
    }
  }

  // REQUIRES: nobody leads or the caller was handed the lead; the queue is not empty.
  void lead(std::unique_lock<std::mutex>& lock) {
    leading_ = true;
    take_batch();
    lock.unlock();
    run(batch_);
    std::size_t finished = 0;
    for (Request*& request : batch_) {
      if (request->submitted) {
        request->submitted->finish(request->error);
        delete request;
        request = nullptr;
        ++finished;
      }
    }
    lock.lock();
    for (Request* request : batch_) {
      if (request == nullptr) continue;
      request->done = true;
      request->woken.notify_one();  // under the mutex: the request is gone when its caller wakes
    }
    if (finished > 0) {
      submitted_ -= finished;
      room_.notify_all();
    }
    hand_lead_on();
  }

  // To whoever waits at the head of the queue, or to nobody.
  void hand_lead_on() {
    leading_ = !queue_.empty();
    if (!leading_) {
      if (stopping_) thread_woken_.notify_one();
      return;
    }
    if (queue_.front()->submitted) {
      thread_leads_ = true;
      thread_woken_.notify_one();
    } else {
      queue_.front()->leads = true;
      queue_.front()->woken.notify_one();
    }
  }

  // The requests at the head that can share a transaction, or one that wants none.
  void take_batch() {
    batch_.clear();
    while (!queue_.empty() && batch_.size() < kLongestBatch) {
      Request* next = queue_.front();
      const bool shares = next->place == Place::InTransaction &&
                          (batch_.empty() || batch_.front()->place == Place::InTransaction);
      if (!batch_.empty() && !shares) break;
      batch_.push_back(next);
      queue_.pop_front();
    }
  }

  void run(std::span<Request* const> batch) noexcept {
    try {
      if (!writer_) writer_ = keeper_.open_writer();
      if (batch.front()->place == Place::Outside) {
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
        } else if (request->extent == Extent::Statement) {
          run_statement(*request);
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

  // Both throw when the transaction is lost; an operation that fails alone keeps its error to
  // itself.
  void run_statement(Request& request) {
    try {
      request.operation(*writer_);
    } catch (...) {
      request.error = std::current_exception();
      if (!writer_->in_transaction()) throw;
    }
  }

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

  WalKeeper keeper_;
  ThreadConnections readers_;
  std::mutex mutex_;            // guards what follows, up to the thread
  std::deque<Request*> queue_;  // in order of arrival
  std::size_t submitted_ = 0;   // requests of submit() that are not finished
  std::condition_variable room_;
  bool leading_ = false;
  bool thread_leads_ = false;  // the thread was handed the lead
  bool stopping_ = false;
  std::condition_variable thread_woken_;
  std::thread thread_;
  std::vector<Request*> batch_;       // the leader's
  std::optional<Connection> writer_;  // the leader's
};

}  // namespace

std::unique_ptr<Strategy> make_group_commit(Database database, StrategyOptions options) {
  return std::make_unique<GroupCommit>(std::move(database), options);
}

}  // namespace pragmark::internal
