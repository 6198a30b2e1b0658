// The durability experiment: what of a PRAGMA set's promises holds when the process is killed or
// the power fails. A workload runs once on a disk in memory that records every call; from the
// recording thousands of states are made in which a crash may leave the disk; SQLite opens each of
// them.
//
//   CrashReport report = run_crash({.sets = {PragmaSet::parse("production")}});
//   report.sets.front().measured()   // DurabilityClass::ProcessSafe: nothing worse was found
//
// No machine is unplugged. A result of zero is "none found in so many states", with an upper bound,
// and never a proof. What the disk is assumed to do is the failure model's row (models()).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/pragma_set.h"
#include "pragmark/verify/check.h"
#include "pragmark/verify/environment.h"
#include "pragmark/verify/report_format.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {

// Something wrong on purpose, to show that it is found: the experiment's negative controls.
enum class CrashSabotage {
  None,
  SwallowSyncs,       // a VFS that answers every sync and makes none
  ReorderAcrossSync,  // a VFS that makes the last write before a sync after it
  AcknowledgeEarly,   // an application that says "done" before COMMIT
};

[[nodiscard]] std::string_view to_string(CrashSabotage sabotage) noexcept;

struct CrashOptions {
  std::vector<PragmaSet> sets;
  // What the user calls them, for the commands that replay a finding; empty for their names.
  std::vector<std::string> set_arguments = {};
  std::vector<std::string> models = {};      // names; empty for all
  std::vector<std::string> workloads = {};   // names; empty for all that fit the set
  std::vector<std::string> strategies = {};  // of the kill rounds; empty for all
  std::size_t images = 40'000;               // for each set
  std::uint64_t seed = 1;
  int transactions = 0;            // of a workload; 0 for its own number
  bool exposure = false;           // measure it too
  int sustained_transactions = 0;  // of the exposure's workload; 0 for its own number
  int rate_slices = 0;             // of the commit rate on the disk of `directory`; 0 for none
  std::size_t memory_limit_bytes = std::size_t{256} << 20U;  // of a recording
  // A write that the power cuts off leaves the rest of its sector alone, and SQLite is told so.
  bool powersafe_overwrite = true;
  CrashSabotage sabotage = CrashSabotage::None;
  int kill_rounds = 0;          // of the cross-check with real processes, for each strategy
  int power_rounds = 0;         // likewise; needs root and loop devices
  std::string directory = ".";  // on whose disk real databases lie
  std::string keep = {};        // directory for the image of each finding; empty for none
  std::string replay = {};      // a finding's text: only this state is looked at
  // Told now and then what is going on.
  std::function<void(std::string_view)> progress = {};
};

// How bad an image is; the worst wins.
enum class ImageState {
  Sound,
  Inconsistent,  // opens, integrity_check is clean, and what the application stored is not whole
  Corrupt,       // opens, and integrity_check or a query finds damage
  Unopenable,
};

[[nodiscard]] std::string_view to_string(ImageState state) noexcept;

struct ModelCounts {
  std::string model;
  bool power = false;
  bool promised = false;
  std::size_t points = 0;        // crash points looked at
  std::size_t images = 0;        // crash states made
  std::size_t exhaustive = 0;    // of these, at points of which every subset was made
  std::size_t distinct = 0;      // different images among them: each was opened and judged once
  std::size_t inconsistent = 0;  // these and the next are of the distinct ones
  std::size_t corrupt = 0;
  std::size_t unopenable = 0;
  std::size_t with_loss = 0;  // states, in which an acknowledged transaction is missing
  std::int64_t max_lost = 0;  // acknowledged transactions

  [[nodiscard]] std::size_t damaged() const noexcept { return inconsistent + corrupt + unopenable; }
  // Counts are added, of max_lost the larger stays; what says which model it is stays as it was.
  void add(const ModelCounts& other) noexcept;
};

// One-sided 95% upper bound of a share of which n trials showed no case: 1 - 0.05^(1/n).
[[nodiscard]] double upper_bound_of_zero(std::size_t trials) noexcept;

struct CrashFinding {
  std::string text;  // what --replay takes
  std::string workload;
  std::string model;
  std::string kind;  // "inconsistent", "corrupt", "unopenable", "lost", "copy"
  std::string message;
  std::size_t point = 0;  // operations issued before the crash
  std::string last_operation;
  std::optional<std::string> fault;  // the sync that lied or failed
  std::int64_t lost = 0;             // acknowledged transactions
  std::vector<std::string> losses;   // the smallest set of lost operations that shows it, its first
  std::size_t smallest = 0;          // how many there are in that set
  std::size_t lost_operations = 0;   // that the state had lost in which it was found
  std::string command;               // that replays it
  std::string kept;                  // where the image lies; empty when it was not kept
};

struct CrashWorkload {
  std::string name;
  std::string description;
  std::size_t operations = 0;
  std::size_t syncs = 0;
  std::size_t acknowledged = 0;
  std::size_t recorded_bytes = 0;
  std::string digest;  // of the recording
  std::vector<ModelCounts> models;
  std::size_t judged = 0;  // different images, over all models
  // Over the models that decide: images and losses of all of them, an image that several of them
  // make counted once.
  ModelCounts kill = {};
  ModelCounts power = {};
};

// A cross-check with real processes on a real disk: a child works on the store with several
// threads, is killed with SIGKILL, and the database is looked at; again and again on the same
// database. With a power cut, what the kernel had not written to an ext4 of its own is gone too.
struct RoundCounts {
  std::string strategy;
  int threads = 0;
  int rounds = 0;
  std::size_t acknowledged = 0;  // operations
  std::size_t lost = 0;          // acknowledged operations that are missing
  std::size_t most_lost = 0;     // in a round
  int rounds_with_loss = 0;
  int damaged_rounds = 0;  // the database was made anew after each
  std::string finding;     // of the first damage or loss
};

// What a power cut takes at most of transactions that follow each other without a pause.
struct CrashExposure {
  std::int64_t transactions = 0;      // acknowledged ones, of those that were run
  std::int64_t run_transactions = 0;  // so many
  std::size_t points = 0;             // before a sync, or the end
  std::size_t points_judged = 0;      // those with most at stake, the others evenly
  bool bounded = false;               // some sync ended it; otherwise a longer run loses more
  bool damages = false;               // the database itself did not survive
};

struct CommitRate {
  double median = 0;            // commits/s
  std::optional<double> low{};  // 95% interval of the median; empty when there are too few slices
  std::optional<double> high{};
  std::vector<double> slices;  // commits/s, sorted
};

// A workload that the set cannot run.
struct SkippedWorkload {
  std::string name;
  std::string reason;
};

struct CrashSetResult {
  PragmaSet set;
  std::vector<CrashWorkload> workloads;
  std::vector<SkippedWorkload> skipped;
  std::vector<CrashFinding> findings;
  DurabilityClass promised;             // by SQLite's documentation
  DurabilityClass uncontradicted;       // the best that nothing contradicts, whatever was tried
  std::vector<RoundCounts> kills = {};  // one for each strategy
  std::vector<RoundCounts> power_cuts = {};  // likewise
  std::optional<CrashExposure> exposure = std::nullopt;
  std::optional<CommitRate> rate = std::nullopt;
  bool kill_tried = false;   // by the model process-kill or by kill rounds
  bool power_tried = false;  // by a model that decides
  double seconds = 0;
  double cpu_seconds = 0;  // of the process: recording, judging and making findings small

  // Whether the promise holds; Unknown when nothing contradicts it, and not all of it was tried.
  [[nodiscard]] Verdict verdict() const noexcept;
  // The best class that nothing contradicts; empty when not all that it says was tried.
  [[nodiscard]] std::optional<DurabilityClass> measured() const noexcept;
  // The sum over workloads for each model, in the order in which they ran.
  [[nodiscard]] std::vector<ModelCounts> by_model() const;
  // The sum over workloads of what the models say that decide: of a power cut, of a killed process.
  [[nodiscard]] ModelCounts deciding(bool power) const;
  // At the measured rate; empty where the exposure has no bound or either was not measured.
  [[nodiscard]] std::optional<double> exposure_ms() const noexcept;
  [[nodiscard]] std::size_t images() const;
  [[nodiscard]] std::size_t distinct() const;
};

struct CrashReport {
  SqliteLibrary sqlite;
  std::uint64_t seed = 0;
  std::size_t images_asked = 0;
  std::size_t memory_limit_bytes = 0;
  bool powersafe_overwrite = true;
  CrashSabotage sabotage = CrashSabotage::None;
  bool matrix = false;
  std::vector<CrashSetResult> sets;
  std::optional<Environment> environment = std::nullopt;  // of the directory
  std::string command = {};
};

// Throws Error: kind Usage for what makes no sense, kind Setting when a set is not in effect, kind
// Environment when the recording outgrows its limit; and Interrupted.
[[nodiscard]] CrashReport run_crash(const CrashOptions& options);

// Of every workload, for whoever lists them.
[[nodiscard]] std::vector<std::string> crash_workload_names();

// journal_mode x synchronous over the set `default`.
[[nodiscard]] std::vector<PragmaSet> crash_matrix();

// What SQLite's documentation says of a set, and what differs from it in a result.
struct CrashExpectation {
  bool kill_may_damage;
  bool power_may_damage;
  bool power_may_lose;
  std::string documented;  // in words
};
[[nodiscard]] CrashExpectation documented_expectation(const PragmaSet& set);
// Empty when the outcome is as documented.
[[nodiscard]] std::string difference_from(const CrashExpectation& expected,
                                          const CrashSetResult& result);

// Every workload and finding; Brief sums the workloads and shows one finding of a model and kind.
enum class CrashDetail { Brief, Full };
[[nodiscard]] std::string to_text(const CrashReport& report, CrashDetail detail);
// Schema "pragmark.crash/1".
[[nodiscard]] std::string to_json(const CrashReport& report);

}  // namespace pragmark
