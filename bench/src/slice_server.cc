#include "pragmark/bench/slice_server.h"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "pragmark/bench/slice_protocol.h"
#include "pragmark/bench/worker_tasks.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

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
  SliceServer server(service, output);
  const auto answer = [&](const std::string& line) {
    return server.answer_to(parse_slice_request(line));
  };
  return converse({.input = input,
                   .output = output,
                   .ready = slices_ready_line(service.configurations, service.context)},
                  answer);
}

}  // namespace pragmark
