// What the tours of explorer.cc are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crash/explorer.h"
#include "crash/hash.h"

namespace pragmark::crash {

[[nodiscard]] bool is_sync(OperationKind kind) noexcept;
// Whether the operation after the point makes something durable, or there is none: what is pending
// grows no further.
[[nodiscard]] bool ends_epoch(const OperationLog& log, std::size_t point) noexcept;

// What may be lost at a point.
[[nodiscard]] std::vector<std::uint32_t> losable(const CrashPoint& at);
// All of it that was issued as operation `first` or later.
[[nodiscard]] std::vector<Loss> losses_from(const CrashPoint& at, std::size_t first);
// The pieces of a write from number `piece` on.
[[nodiscard]] std::vector<Loss> tail_of(std::size_t write, std::uint32_t piece,
                                        const OperationLog& log);
// Whether no change of metadata survives one before it that is lost.
[[nodiscard]] bool metadata_in_order(const CrashPoint& at, const std::vector<Loss>& losses,
                                     const OperationLog& log);
// Whether the model may lose just these. For DropUnsynced always: what it loses is made small as a
// diagnosis, and the smaller state is one of SubsetTorn.
[[nodiscard]] bool admissible(const CrashPoint& at, const std::vector<Loss>& losses,
                              const OperationLog& log, Model model);
// A seeded choice of losses under SubsetTorn, SubsetGarbage, FsJournal or MetadataReordered.
[[nodiscard]] std::vector<Loss> sample(const CrashPoint& at, const OperationLog& log, Model model,
                                       Random& random);

// The syncs, counted from 0, that are made to fail: evenly spread, at most 12, and few where the
// images are few, since each costs a recording.
[[nodiscard]] std::vector<std::size_t> failing_syncs(std::size_t syncs, std::size_t images);

// Takes `wanted` of `available` as they come, each as likely as any other (Knuth's algorithm S):
// what is evenly spread would fall into step with the workload.
class Quota {
 public:
  Quota(std::size_t wanted, std::size_t available, std::uint64_t seed) noexcept
      : wanted_(wanted), available_(available), random_(seed) {}
  [[nodiscard]] bool take() noexcept {
    if (wanted_ == 0) return false;
    const bool taken = wanted_ >= available_ || random_.below(available_) < wanted_;
    if (available_ > 0) --available_;
    if (taken) --wanted_;
    return taken;
  }

 private:
  std::size_t wanted_;
  std::size_t available_;
  Random random_;
};

// Counts what is visited.
class Tour {
 public:
  Tour(const OperationLog& log, const ExploreOptions& options, Visit visit) noexcept
      : log_(log), options_(options), visit_(visit), seen_(log.operations.size() + 1) {}

  [[nodiscard]] const OperationLog& log() const noexcept { return log_; }
  [[nodiscard]] std::size_t budget() const noexcept { return options_.images; }
  [[nodiscard]] std::uint64_t seed() const noexcept { return options_.seed; }
  [[nodiscard]] std::size_t visited() const noexcept { return result_.images; }
  [[nodiscard]] const Explored& result() const noexcept { return result_; }
  void count_exhaustive() noexcept { ++result_.exhaustive; }

  void visit(const CrashPoint& at, const std::vector<Loss>& losses,
             std::optional<std::size_t> fault = std::nullopt) {
    if (!seen_[at.point()]) ++result_.points;
    seen_[at.point()] = true;
    ++result_.images;
    visit_(at, {.point = at.point(), .fault = fault, .losses = losses});
  }

 private:
  const OperationLog& log_;
  ExploreOptions options_;
  Visit visit_;
  Explored result_;
  std::vector<bool> seen_;  // points
};

}  // namespace pragmark::crash
