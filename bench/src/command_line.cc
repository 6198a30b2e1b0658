#include "pragmark/bench/command_line.h"

#include <regex.h>

#include <algorithm>

#include <fmt/format.h>

#include "pragmark/bench/python_original.h"
#include "pragmark/bench/subject.h"
#include "pragmark/error.h"
#include "pragmark/strategy.h"
#include "pragmark/verify/report_format.h"

namespace pragmark {
namespace {

constexpr std::string_view kPassedThrough = "--benchmark_";
constexpr std::string_view kFilter = "--benchmark_filter=";

struct RefusedFlag {
  std::string_view name;
  std::string_view instead;
};
constexpr RefusedFlag kRefusedFlags[] = {
    {"--benchmark_out", "use --out"},
    {"--benchmark_out_format", "use --out; its format is JSON"},
    {"--benchmark_format", "use --format"},
    {"--benchmark_list_tests", "use --list"},
    {"--benchmark_min_time", "use --min-time"},
    {"--benchmark_repetitions", "use --repetitions"},
    {"--benchmark_report_aggregates_only", "the interval needs every repetition"},
    {"--benchmark_display_aggregates_only", "the interval needs every repetition"},
    {"--benchmark_context", "the context says what ran, and nothing else"},
    {"--benchmark_enable_random_interleaving", "repetitions always interleave"},
    {"--benchmark_min_warmup_time", "every repetition has a fresh database, which it would use up"},
};

template <typename Names>
[[noreturn]] void fail_unknown(std::string_view what, std::string_view name, const Names& known) {
  throw Error::usage(
      fmt::format("unknown {} {}: the known ones are {}", what, name, fmt::join(known, ", ")));
}

std::vector<const WorkloadInfo*> chosen_workloads(const std::vector<std::string>& names) {
  std::vector<const WorkloadInfo*> chosen;
  std::vector<std::string_view> known;
  for (const WorkloadInfo& workload : workloads()) {
    known.push_back(workload.name);
    if (names.empty()) chosen.push_back(&workload);
  }
  for (const std::string& name : names) {
    const WorkloadInfo* workload = find_workload(name);
    if (workload == nullptr) fail_unknown("workload", name, known);
    chosen.push_back(workload);
  }
  return chosen;
}

std::vector<const SchemaVariant*> chosen_schemas(const std::vector<std::string>& names) {
  std::vector<const SchemaVariant*> chosen;
  std::vector<std::string_view> known;
  for (const SchemaVariant& variant : schema_variants()) known.push_back(variant.name);
  for (const std::string& name : names) {
    const SchemaVariant* variant = find_schema_variant(name);
    if (variant == nullptr) fail_unknown("schema", name, known);
    chosen.push_back(variant);
  }
  return chosen;
}

std::vector<MemoryStatistics> chosen_memory_statistics(const std::vector<std::string>& names) {
  std::vector<MemoryStatistics> chosen;
  for (const std::string& name : names) {
    const std::optional<MemoryStatistics> one = parse_memory_statistics(name);
    if (!one) {
      throw Error::usage(
          fmt::format("--memory-statistics {}: it takes as-built, off or both", name));
    }
    chosen.push_back(*one);
  }
  return chosen;
}

std::vector<StatementLogging> chosen_statement_logging(const std::vector<std::string>& names) {
  std::vector<StatementLogging> chosen;
  for (const std::string& name : names) {
    const std::optional<StatementLogging> one = parse_statement_logging(name);
    if (!one) {
      throw Error::usage(fmt::format("--statement-logging {}: it takes off, on or both", name));
    }
    chosen.push_back(*one);
  }
  return chosen;
}

std::vector<std::string> chosen_strategies(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  std::vector<std::string> strategies;
  for (const SubjectInfo& subject : subjects()) {
    known.push_back(subject.name);
    if (subject.kind == SubjectKind::Strategy) strategies.push_back(subject.name);
  }
  if (names.empty()) return strategies;
  strategies.clear();
  for (const std::string& name : names) {
    const std::optional<SubjectInfo> subject = find_subject(name);
    if (!subject) fail_unknown("strategy", name, known);
    const bool takes_options = subject->kind == SubjectKind::Strategy;
    strategies.push_back(takes_options ? parse_strategy(name).text() : name);
  }
  return strategies;
}

// The reasons for which a combination is left out.
[[noreturn]] void fail_nothing_makes_sense(const BenchRequest& request) {
  const bool one_in_flight =
      std::ranges::all_of(request.in_flight, [](int count) { return count == 1; });
  if (one_in_flight && request.statement_logging == std::vector<std::string>{"on"}) {
    throw Error::usage(
        "--statement-logging on: no benchmark is left: clients in processes of their own log no "
        "statements");
  }
  if (one_in_flight) {
    throw Error::usage(fmt::format(
        "--memory-statistics off: no benchmark is left: {} runs Python's SQLite", kPythonOriginal));
  }
  std::vector<std::string> asynchronous;
  for (const SubjectInfo& subject : subjects()) {
    if (subject.asynchronous) asynchronous.push_back(subject.name);
  }
  throw Error::usage(fmt::format(
      "--in-flight {}: no benchmark is left: only a workload that writes has several requests in "
      "flight, and only with a strategy that queues writes ({})",
      fmt::join(request.in_flight, ","), fmt::join(asynchronous, ", ")));
}

// An extended regular expression of POSIX; GCC 12 warns of its own std::regex.
class Pattern {
 public:
  explicit Pattern(const std::string& text) {
    if (::regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
      throw Error::usage(
          fmt::format("--benchmark_filter {}: not an extended regular expression", text));
    }
  }
  ~Pattern() { ::regfree(&compiled_); }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  [[nodiscard]] bool found_in(const std::string& text) const {
    return ::regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t compiled_{};
};

// As Google Benchmark understands its filter: found anywhere, "-" in front negates.
void keep_matching(std::vector<Configuration>& configurations, const std::string& filter) {
  if (filter.empty() || filter == "all") return;
  const bool negated = filter[0] == '-';
  const Pattern pattern(filter.substr(negated ? 1 : 0));
  std::erase_if(configurations, [&](const Configuration& configuration) {
    return pattern.found_in(configuration.full_name()) == negated;
  });
  if (configurations.empty()) {
    throw Error::usage(fmt::format(
        "--benchmark_filter {} matches no benchmark: --list prints their names", filter));
  }
}

}  // namespace

void apply_original_preset(BenchRequest& request) {
  request.workloads.clear();
  request.threads = {10};
  request.rows = {1000};
  request.payloads = {"small"};
  request.reads_percent = 50;
  request.operations = kOriginalOperations;
}

std::vector<Configuration> configurations_of(const BenchRequest& request) {
  Matrix matrix;
  matrix.workloads = chosen_workloads(request.workloads);
  matrix.strategies = chosen_strategies(request.strategies);
  for (const std::string& set : request.sets) {
    PragmaSet parsed = PragmaSet::parse(set);
    for (const PragmaSet& other : matrix.sets) {
      if (other.name() == parsed.name() && other.to_sql() != parsed.to_sql()) {
        throw Error::usage(fmt::format("--pragmas {}: another set is named {} too; rename the file",
                                       set, parsed.name()));
      }
    }
    matrix.sets.push_back(std::move(parsed));
  }
  matrix.threads = request.threads;
  matrix.rows = request.rows;
  matrix.payloads.clear();
  for (const std::string& text : request.payloads) {
    matrix.payloads.push_back(Payload::parse(text));
  }
  matrix.reads_percent = request.reads_percent;
  matrix.operations = request.operations;
  matrix.in_flight = request.in_flight;
  matrix.processes = request.processes;
  matrix.schemas = chosen_schemas(request.schemas);
  matrix.memory_statistics = chosen_memory_statistics(request.memory_statistics);
  matrix.statement_logging = chosen_statement_logging(request.statement_logging);
  std::vector<Configuration> configurations = expand(matrix);
  if (configurations.empty()) fail_nothing_makes_sense(request);
  keep_matching(configurations, request.filter);
  return configurations;
}

std::vector<std::string> google_benchmark_arguments(
    const BenchRequest& request, const std::vector<std::string>& passed_through) {
  std::vector<std::string> arguments = {
      "pragmark-bench", fmt::format("--benchmark_repetitions={}", request.repetitions),
      fmt::format("--benchmark_min_time={}", request.min_time_s),
      fmt::format("--benchmark_enable_random_interleaving={}", request.repetitions > 1),
      // Google Benchmark takes its defaults from the environment (BENCHMARK_OUT and the like).
      "--benchmark_out=", "--benchmark_list_tests=false",
      "--benchmark_report_aggregates_only=false", "--benchmark_display_aggregates_only=false",
      "--benchmark_min_warmup_time=0", "--benchmark_filter=", "--benchmark_context="};
  for (const std::string& argument : passed_through) {
    const std::string name = argument.substr(0, argument.find('='));
    const auto* refused = std::ranges::find(kRefusedFlags, name, &RefusedFlag::name);
    if (refused != std::end(kRefusedFlags)) {
      throw Error::usage(fmt::format("{}: {}", name, refused->instead));
    }
    arguments.push_back(argument);
  }
  return arguments;
}

SplitArguments split_arguments(const std::vector<std::string>& arguments) {
  SplitArguments split;
  for (const std::string& argument : arguments) {
    if (argument.starts_with(kFilter)) {
      split.filter = argument.substr(kFilter.size());
    } else if (argument.starts_with(kPassedThrough)) {
      split.passed_through.push_back(argument);
    } else {
      split.ours.push_back(argument);
    }
  }
  return split;
}

std::string command_to_repeat(const std::vector<std::string>& arguments, std::string_view command) {
  std::string line(command);
  for (const std::string& argument : arguments) {
    line += ' ';
    line += shell_quoted(argument);
  }
  return line;
}

}  // namespace pragmark
