#include "load_crew.h"

#include "pragmark/error.h"

namespace pragmark {

LoadCrew::LoadCrew(const LoadCrewOptions& options) : options_(options) {
  const std::size_t operations = options.client.mix->parts().size();
  for (int thread = 0; thread < options_.threads; ++thread) {
    members_.push_back(std::make_unique<Member>(operations));
  }
  threads_.reserve(members_.size());
  try {
    for (int thread = 0; thread < options_.threads; ++thread) {
      threads_.emplace_back([this, thread] { work(thread); });
    }
  } catch (...) {
    end();
    throw;
  }
}

LoadCrew::~LoadCrew() { end(); }

void LoadCrew::end() noexcept {
  stop();
  go();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  for (const std::unique_ptr<Member>& member : members_) member->client.reset();
}

void LoadCrew::work(int thread) noexcept {
  try {
    prepare(thread);
  } catch (const std::exception&) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    stop();
  }
  {
    std::unique_lock lock(mutex_);
    ++ready_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return going_; });
  }
  load(thread);
  const std::lock_guard lock(mutex_);
  ++done_;
  changed_.notify_all();
}

void LoadCrew::prepare(int thread) {
  LoadClientOptions mine = options_.client;
  mine.thread = thread;
  members_[static_cast<std::size_t>(thread)]->client = make_load_client(mine);
  // One after the other: opening takes locks, and a set without a busy_timeout does not wait.
  const std::lock_guard lock(warm_up_mutex_);
  if (!stopped_.load()) mine.store->warm_up();
}

void LoadCrew::load(int thread) {
  if (stopped_.load()) return;
  Member& member = *members_[static_cast<std::size_t>(thread)];
  const auto stopped = [this] { return stopped_.load(std::memory_order_relaxed); };
  const auto on_failure = [this](const std::exception& error) { note(error); };
  run_load(*member.client, member.tally,
           {.arrivals = *options_.arrivals,
            .clock = *options_.clock,
            .windows = *options_.windows,
            .measured_from = options_.measured_from,
            .timeout = options_.timeout,
            .stall = options_.stall,
            .thread = thread,
            .stopped = stopped,
            .on_failure = on_failure});
}

// A request that failed is a figure; a machine that refuses is the end of the load.
void LoadCrew::note(const std::exception& error) noexcept {
  const std::lock_guard lock(mutex_);
  const auto* ours = dynamic_cast<const Error*>(&error);
  const bool refused = ours != nullptr && ours->kind() == ErrorKind::Environment;
  if (refused && !failure_) failure_ = std::current_exception();
  if (refused) stop();
  if (!refused && first_error_.empty()) first_error_ = error.what();
}

void LoadCrew::wait_until_ready() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ready_ == options_.threads; });
  if (failure_) std::rethrow_exception(failure_);
}

void LoadCrew::go() {
  {
    const std::lock_guard lock(mutex_);
    going_ = true;
  }
  changed_.notify_all();
}

bool LoadCrew::wait_done(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return done_ == options_.threads; });
}

LoadTally LoadCrew::tally() const {
  LoadTally total(options_.client.mix->parts().size());
  for (const std::unique_ptr<Member>& member : members_) total.merge(member->tally);
  return total;
}

}  // namespace pragmark
