#include "crew.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "pragmark/bench/busy_loop.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

constexpr int kBetweenLooksMs = 100;  // at the interrupt flag, which wakes nobody

}  // namespace

Bell::Bell() {
  if (::pipe2(ends_.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "make a pipe");
  }
}

Bell::~Bell() {
  ::close(ends_[0]);
  ::close(ends_[1]);
}

void Bell::ring() noexcept {
  while (::write(ends_[1], "!", 1) < 0 && errno == EINTR) {
  }
}

void Bell::silence() noexcept {
  char rung = 0;
  while (::read(ends_[0], &rung, 1) < 0 && errno == EINTR) {
  }
}

Crew::Crew(const CrewOptions& options)
    : options_(options),
      members_(static_cast<std::size_t>(options.threads)),
      gate_(options.threads + 1) {
  threads_.reserve(members_.size());
  for (int thread = 0; thread < options_.threads; ++thread) {
    threads_.emplace_back([this, thread] { work(thread); });
  }
}

Crew::~Crew() {
  over_.store(true);
  gate_.arrive_and_wait();
  for (std::thread& thread : threads_) thread.join();
  for (Member& member : members_) member.client.reset();
}

void Crew::note_failure() noexcept {
  const std::lock_guard lock(mutex_);
  stopped_.store(true);
  if (!failure_) failure_ = std::current_exception();
}

void Crew::prepare(int thread) {
  Member& member = members_[static_cast<std::size_t>(thread)];
  if (options_.in_flight > 1) member.window.emplace(options_.in_flight);
  std::unique_ptr<Client> client =
      options_.workload->make_client({.subject = options_.subject,
                                      .data = options_.data,
                                      .thread = options_.first_client + thread,
                                      .threads = options_.clients,
                                      .operations = options_.planned_operations,
                                      .reads_percent = options_.reads_percent});
  member.client = options_.busy_iterations > 0
                      ? make_busy(std::move(client), options_.busy_iterations)
                      : std::move(client);
  // One after the other: opening takes locks, and a set without a busy_timeout does not wait.
  const std::lock_guard lock(mutex_);
  if (!stopped_.load()) options_.subject->warm_up();
}

void Crew::make_requests(Member& member) {
  const auto stopped = [this] { return stopped_.load(std::memory_order_relaxed); };
  const auto on_failure = [this] { note_failure(); };
  const LoopControl control{.stopped = stopped, .on_failure = on_failure};
  if (member.window) {
    keep_in_flight(*member.client, options_.operations, *member.window, member.tally, control);
  } else {
    pragmark::make_requests(*member.client, options_.operations, member.tally, control);
  }
}

// Every thread comes through every gate, whatever failed: nobody waits for nobody.
void Crew::work(int thread) noexcept {
  Member& member = members_[static_cast<std::size_t>(thread)];
  try {
    prepare(thread);
  } catch (const std::exception&) {
    note_failure();
  }
  gate_.arrive_and_wait();  // ready
  for (;;) {
    gate_.arrive_and_wait();  // go, or over
    if (over_.load()) return;
    if (!stopped_.load()) make_requests(member);
    member.done = Clock::now();
    if (at_work_.fetch_sub(1) == 1) done_.ring();
  }
}

void Crew::wait_until_ready() {
  gate_.arrive_and_wait();
  if (const std::exception_ptr thrown = failure()) std::rethrow_exception(thrown);
}

void Crew::go() {
  for (Member& member : members_) member.tally.clear();
  at_work_.store(options_.threads);
  start_ = Clock::now();
  gate_.arrive_and_wait();
}

bool Crew::wait_until_done(int output) {
  bool wanted = true;
  for (;;) {
    // A negative descriptor is left out: an output that was hung up on would be ready for ever.
    std::array<pollfd, 2> waited_for = {
        pollfd{.fd = done_.descriptor(), .events = POLLIN, .revents = 0},
        pollfd{.fd = wanted ? output : -1, .events = 0, .revents = 0}};
    const int ready = ::poll(waited_for.data(), waited_for.size(), kBetweenLooksMs);
    const bool hung_up = ready > 0 && waited_for[1].revents != 0;
    if (hung_up || interrupted()) wanted = false;
    if (!wanted) stopped_.store(true);
    if (ready > 0 && waited_for[0].revents != 0) break;
  }
  done_.silence();
  return wanted;
}

Tally Crew::tally() const {
  Tally total;
  for (const Member& member : members_) total.merge(member.tally);
  return total;
}

std::chrono::nanoseconds Crew::elapsed() const {
  return std::ranges::max_element(members_, {}, &Member::done)->done - start_;
}

std::exception_ptr Crew::failure() {
  const std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace pragmark
