#include "pragmark/bench/slice_server.h"

#include <poll.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "line_channel.h"
#include "pragmark/bench/slice_protocol.h"
#include "pragmark/bench/worker_tasks.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

constexpr int kBetweenLooksMs = 100;  // at the interrupt flag, which wakes nobody

// Empty when the other side has ended.
std::optional<std::string> wait_for_line(LineReader& input) {
  for (;;) {
    throw_if_interrupted();
    if (std::optional<std::string> line = input.take_line()) return line;
    pollfd waited_for = {.fd = input.descriptor(), .events = POLLIN, .revents = 0};
    if (::poll(&waited_for, 1, kBetweenLooksMs) > 0 && !input.read_some()) return std::nullopt;
  }
}

// Owns:    the benchmark that is open, if one is.
// Threads: one thread at a time.
// Errors:  answer_to() throws Interrupted, and whatever goes wrong.
class SliceServer {
 public:
  SliceServer(const SliceService& service, int output) : service_(service), output_(output) {}

  // Empty when whoever asked has gone in the meantime.
  std::optional<std::string> answer_to(const SliceRequest& request) {
    switch (request.says) {
      case SliceSays::Open: return open(request.plan);
      case SliceSays::Slice: return slice();
      case SliceSays::Close: return close();
    }
    return std::nullopt;
  }

 private:
  std::string open(const SlicePlan& plan) {
    if (benchmark_) throw Error::usage("a benchmark is open; close it before another is opened");
    const auto known =
        std::ranges::find(service_.configurations, plan.benchmark, &Configuration::full_name);
    if (known == service_.configurations.end()) {
      throw Error::usage(fmt::format(
          "unknown benchmark {}: \"ready\" names those that can be opened", plan.benchmark));
    }
    benchmark_.emplace(service_.place, *known, plan);
    return opened_line(benchmark_->operations());
  }

  std::optional<std::string> slice() {
    require_open();
    const std::optional<SliceResult> result = benchmark_->slice(output_);
    throw_if_interrupted();
    if (!result) return std::nullopt;
    return slice_line(*result);
  }

  std::string close() {
    require_open();
    const SliceTotals totals = benchmark_->close();
    benchmark_.reset();
    return closed_line(totals);
  }

  void require_open() const {
    if (!benchmark_) throw Error::usage("no benchmark is open; open one first");
  }

  const SliceService& service_;
  int output_;
  std::optional<SlicedBenchmark> benchmark_;
};

void converse(const SliceService& service, LineReader& input, int output) {
  SliceServer server(service, output);
  bool heard = write_line(output, slices_ready_line(service.configurations, service.context));
  while (heard) {
    const std::optional<std::string> line = wait_for_line(input);
    if (!line) return;
    const std::optional<std::string> answer = server.answer_to(parse_slice_request(*line));
    if (!answer) return;
    heard = write_line(output, *answer);
  }
}

SliceEnd end_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::Usage:
    case ErrorKind::Schema: return SliceEnd::BadRequest;
    case ErrorKind::Environment: return SliceEnd::Environment;
    case ErrorKind::Setting:
    case ErrorKind::Sqlite: return SliceEnd::Failure;
  }
  return SliceEnd::Failure;
}

}  // namespace

void require_sliceable(const std::vector<Configuration>& configurations) {
  const auto found = std::ranges::find_if(configurations, runs_in_workers);
  if (found == configurations.end()) return;
  throw Error::usage(
      fmt::format("--slices: {} runs in processes of its own, which cannot be sliced; leave out "
                  "--processes above 1 and python-original",
                  found->full_name()));
}

SliceEnd serve_slices(const SliceService& service, int input, int output) {
  LineReader lines(input);
  const auto tell = [&](const SliceFailure& failure) {
    static_cast<void>(write_line(output, slice_error_line(failure)));
  };
  try {
    converse(service, lines, output);
    return SliceEnd::NothingMoreAsked;
  } catch (const Interrupted& interrupted) {
    tell({.message = interrupted.what(), .environment = true});
    throw;
  } catch (const Error& error) {
    tell({.message = error.what(), .environment = error.kind() == ErrorKind::Environment});
    return end_of(error.kind());
  } catch (const std::exception& error) {
    tell({.message = error.what()});
    return SliceEnd::Failure;
  }
}

}  // namespace pragmark
