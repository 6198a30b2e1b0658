#include "pragmark/bench/worker_group.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "child_process.h"
#include "line_channel.h"
#include "pragmark/assert.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

constexpr int kLookMs = 50;  // how often stopped() is asked while waiting
// Both ends close on exec; the worker gets copies of its end as standard input and output.
std::array<int, 2> make_channel(const std::string& program) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw Error::environment("start a worker with", std::generic_category().message(errno),
                             program);
  }
  return ends;
}

}  // namespace

// Owns:    the process, which is killed on destruction if it has not been waited for, and the
//          channel to it.
class WorkerGroup::Worker {
 public:
  Worker(const std::vector<std::string>& command, int number, int count)
      : Worker(command, number, count, make_channel(command.front())) {}
  ~Worker() {
    ::close(channel_);
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    reap();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] LineReader& reader() noexcept { return reader_; }
  // A worker that is gone shows when it is read from.
  void send(std::string_view line) const { static_cast<void>(write_line(channel_, line)); }
  void close_input() const noexcept { ::shutdown(channel_, SHUT_WR); }
  // REQUIRES: it has closed its channel: it is about to end.
  int reap() noexcept { return wait_for_end(std::exchange(process_, 0)); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  Worker(const std::vector<std::string>& command, int number, int count, std::array<int, 2> ends)
      : channel_(ends[0]), reader_(channel_) {
    try {
      process_ = start_process(command, ends[1], ends[1]);
    } catch (...) {
      ::close(ends[0]);
      ::close(ends[1]);
      throw;
    }
    ::close(ends[1]);
    name_ = fmt::format("worker {} of {} (process {})", number + 1, count, process_);
  }

  int channel_;
  LineReader reader_;
  pid_t process_ = 0;
  std::string name_;
};

namespace {

// What a worker said of itself becomes what this process would have thrown.
[[noreturn]] void throw_failure(const std::string& who, const WorkerFailure& failure) {
  const std::string operation = fmt::format("{}: {}", who, failure.operation);
  if (failure.extended_code != 0) {
    Error error = Error::sqlite(nullptr, failure.extended_code, operation, "", failure.path);
    if (error.kind() == ErrorKind::Environment) throw std::move(error);
  } else if (failure.environment) {
    throw Error::environment(operation, failure.message, failure.path);
  }
  throw std::runtime_error(fmt::format("{}: {}", who, failure.message));
}

}  // namespace

WorkerGroup::WorkerGroup(WorkerGroupOptions options, const std::vector<WorkerTask>& tasks)
    : options_(std::move(options)) {
  PRAGMARK_ASSERT(!options_.command.empty());
  const int count = static_cast<int>(tasks.size());
  for (int i = 0; i < count; ++i) {
    workers_.push_back(std::make_unique<Worker>(options_.command, i, count));
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    workers_[i]->send(open_line(tasks[i]));
    static_cast<void>(answer_of(*workers_[i], WorkerSays::Ready));
  }
}

WorkerGroup::~WorkerGroup() = default;

// Waits until one of them has something to be read, or has ended.
void WorkerGroup::wait_for_input(const std::vector<Worker*>& silent) {
  std::vector<pollfd> waited_for;
  waited_for.reserve(silent.size());
  for (Worker* worker : silent) {
    waited_for.push_back({.fd = worker->reader().descriptor(), .events = POLLIN, .revents = 0});
  }
  int ready = 0;
  while (ready == 0) {
    if (options_.stopped()) throw Interrupted();
    ready = ::poll(waited_for.data(), waited_for.size(), kLookMs);
    if (ready < 0 && errno == EINTR) ready = 0;
  }
  if (ready < 0) throw std::system_error(errno, std::generic_category(), "wait for workers");
  for (std::size_t i = 0; i < silent.size(); ++i) {
    if (waited_for[i].revents == 0 || silent[i]->reader().read_some()) continue;
    const int status = silent[i]->reap();
    throw std::runtime_error(
        fmt::format("{} {} before its work was done", silent[i]->name(), how_it_ended(status)));
  }
}

WorkerAnswer WorkerGroup::answer_of(Worker& worker, WorkerSays expected) {
  while (!worker.reader().has_line()) wait_for_input({&worker});
  WorkerAnswer answer;
  try {
    answer = parse_answer(*worker.reader().take_line());
  } catch (const Error& error) {
    throw std::runtime_error(fmt::format("{} said {}", worker.name(), error.what()));
  }
  if (answer.says == WorkerSays::Error) throw_failure(worker.name(), *answer.result.failure);
  if (answer.says != expected) {
    throw std::runtime_error(fmt::format("{} spoke out of turn", worker.name()));
  }
  return answer;
}

void WorkerGroup::go() {
  const std::string line = go_line();
  for (const auto& worker : workers_) worker->send(line);
}

void WorkerGroup::wait_until_done() {
  std::vector<Worker*> silent;
  for (const auto& worker : workers_) silent.push_back(worker.get());
  while (!silent.empty()) {
    wait_for_input(silent);
    std::erase_if(silent, [&](Worker* worker) {
      if (!worker->reader().has_line()) return false;
      static_cast<void>(answer_of(*worker, WorkerSays::Done));
      return true;
    });
  }
}

WorkerResult WorkerGroup::result() {
  WorkerResult total;
  for (const auto& worker : workers_) {
    const WorkerResult one = answer_of(*worker, WorkerSays::Result).result;
    if (one.failure) throw_failure(worker->name(), *one.failure);
    total.tally.merge(one.tally);
    add(total.io, one.io);
  }
  return total;
}

void WorkerGroup::finish() {
  for (const auto& worker : workers_) worker->close_input();
  for (const auto& worker : workers_) {
    while (worker->reader().read_some()) {
    }
    if (const int status = worker->reap(); status != 0) {
      throw std::runtime_error(
          fmt::format("{} {} after its work was done", worker->name(), how_it_ended(status)));
    }
  }
  workers_.clear();
}

}  // namespace pragmark
