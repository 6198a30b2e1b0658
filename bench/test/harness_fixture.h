// Runs one configuration under Google Benchmark, for the tests of the harness.
#pragma once

#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include "pragmark/bench/collector.h"
#include "pragmark/bench/harness.h"

namespace pragmark {

using Row = benchmark::BenchmarkReporter::Run;

// Passes everything on to the store; tests override what is to go wrong.
class Passing : public Subject {
 public:
  Passing(std::string_view strategy, const SubjectOptions& options)
      : real_(make_subject(strategy, options)) {}
  void warm_up() override { real_->warm_up(); }
  bool read(std::string_view id, Topic& into) override { return real_->read(id, into); }
  void write(const Topic& topic) override { real_->write(topic); }
  std::int64_t count_topics() override { return real_->count_topics(); }
  std::vector<std::string> check() override { return real_->check(); }

 private:
  std::unique_ptr<Subject> real_;
};

template <typename T>
Session::SubjectFactory factory_of() {
  return [](std::string_view strategy, const SubjectOptions& options) {
    return std::make_unique<T>(strategy, options);
  };
}

class HarnessTest : public testing::Test {
 protected:
  static void use_flags(int repetitions, const std::string& min_time) {
    std::string name = "harness_test";
    std::string first = "--benchmark_repetitions=" + std::to_string(repetitions);
    std::string second = "--benchmark_min_time=" + min_time;
    char* arguments[] = {name.data(), first.data(), second.data(), nullptr};
    int count = 3;
    benchmark::Initialize(&count, arguments);
  }

  Configuration configuration(std::string_view workload, int threads, std::int64_t operations) {
    return {.workload = find_workload(workload),
            .set = PragmaSet::parse("production"),
            .strategy = "per-thread",
            .threads = threads,
            .rows = 50,
            .payload = Payload::parse("small"),
            .reads_percent = 50,
            .operations_per_thread = operations};
  }

  std::vector<Row> run(const Configuration& one, Session::Options options = {}) {
    options.scratch = &scratch_;
    options.templates = &templates_;
    session_.emplace(std::move(options));
    std::vector<std::unique_ptr<BenchmarkCase>> cases;
    cases.push_back(std::make_unique<BenchmarkCase>(one, *session_));
    register_with_google_benchmark(cases);
    ResultCollector collector;
    benchmark::RunSpecifiedBenchmarks(&collector, std::string("all"));
    benchmark::ClearRegisteredBenchmarks();
    std::vector<Row> runs;
    for (const auto& group : collector.rows()) runs.insert(runs.end(), group.begin(), group.end());
    return runs;
  }

  Row run_with(const Configuration& one, Session::SubjectFactory factory) {
    return run(one, {.make_subject = std::move(factory)}).at(0);
  }

  // Besides the one of the template.
  int directories_left() {
    const std::filesystem::directory_iterator entries(scratch_.path());
    return static_cast<int>(std::distance(begin(entries), end(entries))) - 1;
  }

  void SetUp() override { use_flags(1, "0.01"); }

  ScratchDirectory scratch_{std::filesystem::temp_directory_path()};
  StoreTemplates templates_{scratch_.path(), 1};
  std::optional<Session> session_;
};

inline double counter(const Row& run, const std::string& name) {
  return run.counters.at(name).value;
}

}  // namespace pragmark
