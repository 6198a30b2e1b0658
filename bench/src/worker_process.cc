#include "pragmark/bench/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "line_channel.h"
#include "pragmark/bench/request_loop.h"
#include "pragmark/bench/subject.h"
#include "pragmark/bench/worker_protocol.h"
#include "pragmark/bench/workload.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/error.h"
#include "pragmark/memory_statistics.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {
namespace {

WorkerFailure failure_of(const std::exception& exception) {
  WorkerFailure failure{.message = exception.what()};
  if (const auto* error = dynamic_cast<const Error*>(&exception)) {
    failure.operation = error->operation();
    failure.path = error->path();
    failure.extended_code = error->extended_code();
    failure.environment = error->kind() == ErrorKind::Environment && failure.extended_code == 0;
  }
  return failure;
}

// A flag that poll() can wait for.
class Bell {
 public:
  Bell() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "make a pipe");
    }
  }
  ~Bell() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void ring() noexcept {
    while (::write(ends_[1], "!", 1) < 0 && errno == EINTR) {
    }
  }
  // REQUIRES: it has rung.
  void silence() noexcept {
    char rung = 0;
    while (::read(ends_[0], &rung, 1) < 0 && errno == EINTR) {
    }
  }
  [[nodiscard]] int descriptor() const noexcept { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
};

// The worker's threads, each with its client.
class Crew {
 public:
  explicit Crew(const WorkerTask& task);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Throws when a thread could not get ready.
  void wait_until_ready();
  void go();
  // Returns false, with every thread done, when the input ended in the meantime.
  [[nodiscard]] bool wait_until_done(LineReader& input);
  // REQUIRES: wait_until_done() has returned.
  [[nodiscard]] WorkerResult result();

 private:
  struct alignas(64) Member {
    std::unique_ptr<Client> client;
    std::optional<Window> window;
    Tally tally;
  };

  void work(int thread) noexcept;
  void prepare(int thread);
  void make_requests(Member& member);
  // The exception being handled; stops everybody.
  void note_failure() noexcept;

  const WorkerTask task_;
  const Dataset data_;
  // Connections are closed before the layer that they use is gone.
  std::optional<CountingVfs> layer_;
  std::unique_ptr<Subject> subject_;
  IoCounts before_;
  std::vector<Member> members_;
  std::barrier<> gate_;  // of the threads and the one that talks
  std::atomic<int> at_work_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> over_{false};
  Bell done_;
  std::mutex mutex_;
  std::optional<WorkerFailure> failure_;  // guarded by mutex_ while threads run
  std::exception_ptr thrown_;             // guarded by mutex_ while threads run
  std::vector<std::thread> threads_;
};

Crew::Crew(const WorkerTask& task)
    : task_(task),
      data_({.seed = task.seed, .rows = task.rows, .payload = Payload::parse(task.payload)}),
      members_(static_cast<std::size_t>(task.threads)),
      gate_(task.threads + 1) {
  if (find_workload(task_.workload) == nullptr) {
    throw Error::usage("a worker does not know the workload " + task_.workload);
  }
  if (task_.counting_vfs) layer_.emplace();
  subject_ = make_subject(task_.strategy, {.path = task_.database,
                                           .set = PragmaSet::parse(task_.set_file),
                                           .vfs = layer_ ? layer_->name() : ""});
  threads_.reserve(members_.size());
  for (int thread = 0; thread < task_.threads; ++thread) {
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
  if (failure_) return;
  thrown_ = std::current_exception();
  try {
    std::rethrow_exception(thrown_);
  } catch (const std::exception& error) {
    failure_ = failure_of(error);
  }
}

void Crew::prepare(int thread) {
  Member& member = members_[static_cast<std::size_t>(thread)];
  if (task_.in_flight > 1) member.window.emplace(task_.in_flight);
  member.client = find_workload(task_.workload)
                      ->make_client({.subject = subject_.get(),
                                     .data = &data_,
                                     .thread = (task_.process * task_.threads) + thread,
                                     .threads = task_.processes * task_.threads,
                                     .operations = task_.operations,
                                     .reads_percent = task_.reads_percent});
  // One after the other: opening takes locks, and a set without a busy_timeout does not wait.
  const std::lock_guard lock(mutex_);
  if (!stopped_.load()) subject_->warm_up();
}

void Crew::make_requests(Member& member) {
  const auto stopped = [this] { return stopped_.load(std::memory_order_relaxed); };
  const auto on_failure = [this] { note_failure(); };
  const LoopControl control{.stopped = stopped, .on_failure = on_failure};
  if (member.window) {
    keep_in_flight(*member.client, task_.operations, *member.window, member.tally, control);
  } else {
    pragmark::make_requests(*member.client, task_.operations, member.tally, control);
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
    if (at_work_.fetch_sub(1) == 1) done_.ring();
  }
}

void Crew::wait_until_ready() {
  gate_.arrive_and_wait();
  const std::lock_guard lock(mutex_);
  if (thrown_) std::rethrow_exception(thrown_);
}

void Crew::go() {
  for (Member& member : members_) member.tally.clear();
  if (layer_) before_ = layer_->counts();
  at_work_.store(task_.threads);
  gate_.arrive_and_wait();
}

bool Crew::wait_until_done(LineReader& input) {
  bool input_open = true;
  for (;;) {
    // A negative descriptor is left out: an input that has ended would be readable for ever.
    std::array<pollfd, 2> waited_for = {
        pollfd{.fd = done_.descriptor(), .events = POLLIN, .revents = 0},
        pollfd{.fd = input_open ? input.descriptor() : -1, .events = POLLIN, .revents = 0}};
    if (::poll(waited_for.data(), waited_for.size(), -1) < 0) continue;  // EINTR
    if (waited_for[0].revents != 0) break;
    input_open = input.read_some();
    if (!input_open) stopped_.store(true);
  }
  done_.silence();
  return input_open;
}

WorkerResult Crew::result() {
  WorkerResult result;
  for (const Member& member : members_) result.tally.merge(member.tally);
  if (layer_) result.io = layer_->counts() - before_;
  const std::lock_guard lock(mutex_);
  result.failure = failure_;
  return result;
}

void ignore_signals() noexcept {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigemptyset(&ignore.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) {
    sigaction(number, &ignore, nullptr);
  }
}

void serve(LineReader& input, int output) {
  const std::optional<std::string> opening = input.next_line();
  if (!opening) return;
  const WorkerTask task = parse_open(*opening);
  set_memory_statistics(task.memory_statistics);
  Crew crew(task);
  crew.wait_until_ready();
  bool heard = write_line(output, ready_line(linked_sqlite().version));
  while (heard) {
    const std::optional<std::string> command = input.next_line();
    if (!command) return;
    expect_go(*command);
    crew.go();
    if (!crew.wait_until_done(input)) return;
    heard = write_line(output, done_line()) && write_line(output, result_line(crew.result()));
  }
}

}  // namespace

int run_worker(int input, int output) noexcept {
  ignore_signals();
  try {
    LineReader lines(input);
    serve(lines, output);
    return 0;
  } catch (const std::exception& error) {
    return write_line(output, error_line(failure_of(error))) ? 1 : 0;
  }
}

}  // namespace pragmark
