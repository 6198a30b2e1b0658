// One workload of one set: its recording is explored under each model, each different image is
// judged once, and of what was found the worst is kept and made small.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "crash/explorer.h"
#include "crash/finding.h"
#include "crash/judge.h"
#include "crash/recording.h"

namespace pragmark::crash {

struct ExperimentOptions {
  const CrashOptions& run;
  const PragmaSet& set;
  std::string set_argument;
  std::string workload;
};

// Owns:    the recording and the judgements.
// Threads: one at a time.
// Errors:  as run_crash().
class Experiment {
 public:
  explicit Experiment(const ExperimentOptions& options);

  [[nodiscard]] ModelCounts explore_model(Model model, std::size_t images);
  // The one state that a finding's text names.
  [[nodiscard]] ModelCounts replay(const FindingText& text);
  [[nodiscard]] CrashWorkload facts() const;
  [[nodiscard]] std::vector<CrashFinding> take_findings() { return std::move(findings_); }

 private:
  struct Known {
    Judgement judgement;
    std::uint32_t seen = 0;  // a bit for each model, and for kill_ and power_
  };
  struct Candidate {
    std::string kind;
    CrashState state;
    Judgement judgement;
  };

  [[nodiscard]] OperationLog record_failing(std::size_t sync);
  void explore_log(const OperationLog& log, Model model, std::size_t images, ModelCounts& counts);
  void add_to_side(const ModelInfo& info, const ModelCounts& counts) noexcept;
  void explore_sync_errors(std::size_t images, ModelCounts& counts);
  // Of the image that was built last; counts it where it is new.
  [[nodiscard]] const Judgement& judged(Model model, ModelCounts& counts);
  void consider(const CrashPoint& at, const CrashState& state, Model model, ModelCounts& counts);
  void keep_findings(const OperationLog& log, Model model);
  void add_finding(const OperationLog& log, Model model, Candidate candidate);
  [[nodiscard]] std::string keep_image(const CrashPoint& at, const std::vector<Loss>& losses,
                                       const std::string& text);
  [[nodiscard]] std::string command_for(const std::string& text) const;

  ExperimentOptions options_;
  std::unique_ptr<Workload> workload_;
  OperationLog log_;
  Judge judge_;
  Image image_;
  std::unordered_map<std::uint64_t, Known> known_;  // by the image's hash
  // Over the models that decide.
  ModelCounts kill_{.model = "killed process", .promised = true};
  ModelCounts power_{.model = "power cut", .power = true, .promised = true};
  std::vector<Candidate> candidates_;  // of the model at work, one of each kind
  std::vector<CrashFinding> findings_;
};

}  // namespace pragmark::crash
