#include "pragmark/bench/load/protocol.h"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "../json_line.h"
#include "pragmark/bench/load/operations.h"
#include "pragmark/error.h"
#include "pragmark/version.h"
#include "step_json.h"

namespace pragmark {
namespace {

using Json = JsonLine::Json;

// Reads numbers of one line, each with its limits.
class Numbers {
 public:
  Numbers(const JsonLine& line, const Json& json) : line_(line), json_(json) {}

  [[nodiscard]] double required(const char* key, double low, double high) const {
    return checked(key, json_.at(key), low, high);
  }
  [[nodiscard]] double optional(const char* key, double otherwise, double low, double high) const {
    return present(key) ? required(key, low, high) : otherwise;
  }
  [[nodiscard]] bool present(const char* key) const {
    const auto found = json_.find(key);
    return found != json_.end() && !found->is_null();
  }
  [[nodiscard]] const Json& at(const char* key) const { return json_.at(key); }
  [[nodiscard]] const JsonLine& line() const noexcept { return line_; }

 private:
  [[nodiscard]] double checked(const char* key, const Json& value, double low, double high) const {
    // Not the other way round: a number that is none compares to nothing.
    const bool fits =
        value.is_number() && value.get<double>() >= low && value.get<double>() <= high;
    if (!fits) line_.refuse(fmt::format("{} is not a number from {} to {}", key, low, high));
    return value.get<double>();
  }

  const JsonLine& line_;
  const Json& json_;
};

ArrivalKind arrivals_of(const JsonLine& line, const std::string& name) {
  if (name == "constant") return ArrivalKind::Constant;
  if (name == "poisson") return ArrivalKind::Poisson;
  if (name == "closed") return ArrivalKind::Closed;
  line.refuse(fmt::format("arrivals are constant, poisson or closed, not \"{}\"", name));
}

AntagonistPlan antagonist_of(const JsonLine& line, const Json& json) {
  const Numbers numbers(line, json);
  return {.kind = find_antagonist(json.at("kind").get<std::string>()).kind,
          .start_s = numbers.optional("start_s", 0, 0, kLongestStep),
          .duration_s = numbers.optional("duration_s", kLongestStep, 0, kLongestStep)};
}

StepPlan plan_of(const JsonLine& line, const Json& json) {
  const Numbers numbers(line, json);
  StepPlan plan;
  plan.arrivals = arrivals_of(line, json.value("arrivals", "constant"));
  if (numbers.present("rate")) plan.rate = numbers.required("rate", kLowestRate, kHighestRate);
  plan.duration_s = numbers.required("duration_s", kShortestStep, kLongestStep);
  plan.warmup_s = numbers.optional("warmup_s", 0, 0, kLongestStep);
  plan.timeout_ms = numbers.optional("timeout_ms", plan.timeout_ms, 0.001, kLongestTimeoutMs);
  plan.window_ms =
      numbers.optional("window_ms", plan.window_ms, kShortestWindowMs, kLongestStep * 1e3);
  if (numbers.present("seed")) {
    plan.seed =
        line.number<std::uint64_t>(json, "seed", 0, std::numeric_limits<std::int64_t>::max());
  }
  if (numbers.present("wal_limit_bytes")) {
    plan.wal_limit_bytes = line.number<std::int64_t>(json, "wal_limit_bytes", 0,
                                                     std::numeric_limits<std::int64_t>::max());
  }
  if (numbers.present("antagonist")) plan.antagonist = antagonist_of(line, json.at("antagonist"));
  if (numbers.present("stall")) {
    const Numbers stall(line, json.at("stall"));
    plan.stall = {.at_s = stall.required("at_s", 0, kLongestStep),
                  .duration_ms = stall.required("duration_ms", 0, kLongestStep * 1e3)};
  }
  return plan;
}

Json context_json(const ContextEntries& context) {
  Json entries = Json::object();
  for (const auto& [key, value] : context) entries[key] = value;
  return entries;
}

}  // namespace

void require_sensible(const StepPlan& plan, std::string_view where) {
  const auto refuse = [&](const std::string& why) {
    throw Error::usage(fmt::format("{}: {}", where, why));
  };
  const bool closed = plan.arrivals == ArrivalKind::Closed;
  if (closed && plan.rate) refuse("closed arrivals have no rate: leave it out");
  if (!closed && !plan.rate) refuse("a rate is missing; only closed arrivals have none");
  if (plan.windows() > kMostWindows) {
    refuse(fmt::format("{} windows of {} ms; at most {}: make them at least {:.0f} ms long",
                       plan.windows(), plan.window_ms, kMostWindows,
                       std::ceil(plan.duration_s * 1e3 / static_cast<double>(kMostWindows))));
  }
  if (plan.stall && plan.stall->at_s >= plan.duration_s) refuse("the stall begins after the end");
  if (plan.antagonist && plan.antagonist->start_s >= plan.duration_s) {
    refuse("the antagonist begins after the end");
  }
}

StepPlan parse_step_request(std::string_view text) {
  const JsonLine line(text, kLoadProtocol);
  StepPlan plan = line.read([&](const Json& json) -> StepPlan {
    const auto says = json.at("say").get<std::string>();
    if (says != "step") line.refuse(fmt::format("nothing is done on \"{}\"", says));
    return plan_of(line, json);
  });
  require_sensible(plan, "step");
  return plan;
}

std::string load_ready_line(const LoadSetup& setup, const ContextEntries& context) {
  Json operations = Json::array();
  for (const MixPart& part : setup.mix.parts()) {
    operations.push_back({{"name", part.operation->name},
                          {"share", part.share},
                          {"writes", part.operation->writes}});
  }
  return line_of({{"say", "ready"},
                  {"protocol", kLoadProtocol},
                  {"context", context_json(context)},
                  {"operations", std::move(operations)},
                  {"threads", setup.configuration.threads}});
}

std::string load_progress_line(double elapsed_s, std::int64_t completed) {
  return line_of({{"say", "progress"}, {"elapsed_s", elapsed_s}, {"completed", completed}});
}

std::string load_result_line(const LoadSetup& setup, const LoadStep& step) {
  Json json = {{"say", "result"}};
  json.update(step_json(setup, step));
  return line_of(json);
}

std::string load_document(const LoadSetup& setup, const LoadStep& step,
                          const ContextEntries& context) {
  Json json = {{"schema", "pragmark.load/1"},
               {"pragmark_version", kVersion},
               {"context", context_json(context)}};
  json["step"] = step_json(setup, step);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pragmark
