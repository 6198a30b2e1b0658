// group-commit: readers as in `per-thread`; writers that wait at the same time share a transaction,
// and with it the frames of common pages, the commit record, and the sync where the set asks for
// one. Each caller still returns after the COMMIT that holds its write, with its own result.
//
// A thread of the strategy's own takes what is queued, runs it in order of arrival, commits, wakes
// the callers. It is not one of the callers in turn, because a caller that commits goes on to use
// the rest of its time slice while the others wait for theirs; when every writer sleeps until its
// commit, none waits longer than a batch. A thread that writes alone would only pay for being
// woken: after kAlone writes in a row that nobody else came between, it commits them itself.
//
// Invariants:
// 1. A request of write() lives on its caller's stack, and its caller sleeps until it is done; that
//    of submit() is owned by the queue. So the queue is never longer than the number of threads and
//    kMostSubmitted, which is the bound and the back-pressure.
// 2. The connection belongs to whoever commits, without the mutex; `committing_` says that somebody
//    does, or that the thread was told to.
// 3. In a shared transaction each operation of more than one statement has a savepoint, so that one
//    that throws is undone alone; a single statement is undone by SQLite. When SQLite gave up the
//    whole transaction (SQLITE_FULL, SQLITE_IOERR), all that ran in it fail with that error, and
//    those that had not run yet get a transaction of their own.
// 4. An operation may run on another thread than its caller's.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "factories.h"
#include "start_thread.h"
#include "thread_connections.h"
#include "wake_up.h"
#include "wal_keeper.h"

namespace pragmark::internal {
namespace {

constexpr std::size_t kLongestBatch = 256;    // requests; bounds how long the first one waits
constexpr std::size_t kMostSubmitted = 4096;  // requests of submit() in the queue
constexpr int kAlone = 64;                    // writes in a row of one thread

enum class Place { InTransaction, Outside };

struct Request {
  Strategy::Operation operation;
  Place place;
  Extent extent;
  std::unique_ptr<SubmittedWrite> submitted = nullptr;  // else a caller waits
  WakeUp done = {};
  std::exception_ptr error = nullptr;
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

  void read(Operation operation) override {
    keeper_.note_read();
    operation(readers_.mine());
  }

  void write(Operation operation, Extent extent) override {
    keeper_.note_write();
    request(operation, Place::InTransaction, extent);
  }

  void maintain(Operation operation) override {
    keeper_.alone([&] { request(operation, Place::Outside, Extent::Transaction); });
  }

  void submit(std::unique_ptr<SubmittedWrite> write) override {
    keeper_.note_write();
    std::unique_ptr<Request> request(new Request{
        .operation = *write, .place = Place::InTransaction, .extent = Extent::Statement});
    request->submitted = std::move(write);
    std::unique_lock lock(mutex_);
    require_thread();
    room_.wait(lock, [&] { return submitted_ < kMostSubmitted; });
    queue_.push_back(request.get());
    static_cast<void>(request.release());  // the queue owns it
    ++submitted_;
    if (!committing_) wake_committer();
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
    const bool commits_itself = writes_alone() && !committing_;
    if (!commits_itself) require_thread();  // before it is queued: this may throw
    queue_.push_back(&request);
    if (commits_itself) {
      commit_batch(lock);
    } else {
      if (!committing_) wake_committer();
    }
    lock.unlock();
    request.done.wait();
    if (request.error) std::rethrow_exception(request.error);
  }

  // Whether the calling thread is the only one that has written for a while.
  [[nodiscard]] bool writes_alone() noexcept {
    const std::thread::id caller = std::this_thread::get_id();
    in_a_row_ = caller == last_caller_ ? std::min(in_a_row_ + 1, kAlone) : 0;
    last_caller_ = caller;
    return in_a_row_ == kAlone;
  }

  void require_thread() {
    if (thread_.joinable()) return;
    thread_ = start_thread("committing thread", connector().database().path,
                           [this] { commit_batches(); });
  }

  // REQUIRES: the thread was started, something is queued, and nobody is committing.
  void wake_committer() noexcept {
    committing_ = true;
    thread_commits_ = true;
    thread_woken_.notify_one();
  }

  void commit_batches() {
    std::unique_lock lock(mutex_);
    while (true) {
      thread_woken_.wait(lock, [&] { return thread_commits_ || (stopping_ && !committing_); });
      if (!thread_commits_) return;
      thread_commits_ = false;
      commit_batch(lock);
    }
  }

  // REQUIRES: something is queued; nobody else is committing.
  void commit_batch(std::unique_lock<std::mutex>& lock) {
    committing_ = true;
    take_batch();
    lock.unlock();
    run(batch_);
    const std::size_t finished = finish_submitted();
    for (Request* request : batch_) request->done.give();  // and it is gone
    lock.lock();
    if (finished > 0) {
      submitted_ -= finished;
      room_.notify_all();
    }
    committing_ = false;
    if (!queue_.empty()) {
      wake_committer();
    } else if (stopping_) {
      thread_woken_.notify_one();
    }
  }

  // Keeps the promises of submit(), and takes those requests out of the batch. The newest first: a
  // client that waits for its oldest is then woken once, and finds the others done.
  [[nodiscard]] std::size_t finish_submitted() noexcept {
    std::size_t finished = 0;
    for (auto next = batch_.rbegin(); next != batch_.rend(); ++next) {
      if (!(*next)->submitted) continue;
      const std::unique_ptr<Request> owned(std::exchange(*next, nullptr));
      owned->submitted->finish(owned->error);
      ++finished;
    }
    std::erase(batch_, nullptr);
    return finished;
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
  std::mutex mutex_;            // guards what follows, up to the thread
  std::deque<Request*> queue_;  // in order of arrival
  std::size_t submitted_ = 0;   // requests of submit() that are not finished
  std::condition_variable room_;
  bool committing_ = false;
  bool thread_commits_ = false;  // the thread was told to
  std::thread::id last_caller_;
  int in_a_row_ = 0;  // requests of last_caller_, up to kAlone
  bool stopping_ = false;
  std::condition_variable thread_woken_;
  std::thread thread_;
  std::vector<Request*> batch_;       // of whoever commits
  std::optional<Connection> writer_;  // of whoever commits
  ThreadConnections readers_;         // closed before the writer, which then clears the WAL away
};

}  // namespace

std::unique_ptr<Strategy> make_group_commit(Database database, StrategyOptions options) {
  return std::make_unique<GroupCommit>(std::move(database), options);
}

}  // namespace pragmark::internal
