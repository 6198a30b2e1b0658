#include "crash/explorer.h"

#include <algorithm>

#include "crash/explorer_parts.h"

namespace pragmark::crash {
namespace {

// Each visits the states of one model; the table below says which.

void visit_process_kill(Tour& tour) {
  const auto& operations = tour.log().operations;
  const std::size_t points = operations.size() + 1;
  std::size_t torn_states = 0;
  for (const Operation& operation : operations) torn_states += pieces_of(operation) - 1;
  const std::size_t left = tour.budget() - std::min(tour.budget(), points);
  Quota whole(tour.budget() - left, points, tour.seed());
  Quota torn(left, torn_states, tour.seed());
  CrashPoint at(tour.log(), {});
  for (std::size_t point = 0; point < points; ++point) {
    at.advance_to(point);
    // The write before the point may have been cut short.
    for (std::uint32_t cut = 1; point > 0 && cut < pieces_of(operations[point - 1]); ++cut) {
      if (torn.take()) tour.visit(at, tail_of(point - 1, cut, tour.log()));
    }
    if (whole.take()) tour.visit(at, {});
  }
}

void visit_drop_unsynced(Tour& tour) {
  const std::size_t points = tour.log().operations.size() + 1;
  Quota quota(tour.budget(), points, tour.seed());
  CrashPoint at(tour.log(), {});
  for (std::size_t point = 0; point < points; ++point) {
    at.advance_to(point);
    if (quota.take()) tour.visit(at, losses_from(at, 0));
  }
}

void visit_ordered_prefix(Tour& tour) {
  const auto& operations = tour.log().operations;
  Quota quota(tour.budget(), 2 * operations.size() + 1, tour.seed());
  CrashPoint at(tour.log(), {});
  std::size_t last_sync = 0;  // operations before it have reached the disk
  for (std::size_t point = 0; point <= operations.size(); ++point) {
    if (!ends_epoch(tour.log(), point)) continue;
    at.advance_to(point);
    for (std::size_t first = last_sync; first <= point; ++first) {
      if (first < point && operations[first].kind == OperationKind::Acknowledge) continue;
      std::vector<Loss> losses = losses_from(at, first);
      if (first < point && quota.take()) {  // the first lost one is torn
        std::vector<Loss> torn = losses_from(at, first + 1);
        const std::uint32_t pieces = pieces_of(operations[first]);
        if (pieces > 1 && !losses.empty() && losses.front().operation == first) {
          const std::vector<Loss> tail = tail_of(first, pieces / 2, tour.log());
          torn.insert(torn.begin(), tail.begin(), tail.end());
          tour.visit(at, torn);
        }
      }
      if (quota.take()) tour.visit(at, losses);
    }
    last_sync = point;
  }
}

// Every subset of what is pending before each sync, as far as it is small enough.
void visit_all_subsets(Tour& tour, Model model) {
  const std::size_t points = tour.log().operations.size();
  const DiskRules rules = rules_of(model, std::nullopt);
  std::size_t states = 0;
  {
    CrashPoint at(tour.log(), rules);
    for (std::size_t point = 0; point <= points; ++point) {
      if (!ends_epoch(tour.log(), point)) continue;
      at.advance_to(point);
      const std::size_t pending = losable(at).size();
      if (pending <= kExhaustivePending) states += std::size_t{1} << pending;
    }
  }
  const std::size_t share = std::min(tour.budget() / 2, states);
  Quota quota(share, states, tour.seed());
  CrashPoint at(tour.log(), rules);
  for (std::size_t point = 0; point <= points; ++point) {
    if (!ends_epoch(tour.log(), point)) continue;
    at.advance_to(point);
    const std::vector<std::uint32_t> pending = losable(at);
    if (pending.size() > kExhaustivePending) continue;
    for (std::size_t subset = 0; subset < std::size_t{1} << pending.size(); ++subset) {
      if (!quota.take()) continue;
      std::vector<Loss> losses;
      for (std::size_t i = 0; i < pending.size(); ++i) {
        if ((subset >> i & 1U) == 0) continue;
        const bool write = tour.log().operations[pending[i]].kind == OperationKind::Write;
        losses.push_back(
            {.operation = pending[i], .garbage = write && model == Model::SubsetGarbage});
      }
      if (!admissible(at, losses, tour.log(), model)) continue;
      tour.visit(at, losses);
      if (share == states) tour.count_exhaustive();
    }
  }
}

void visit_samples(Tour& tour, Model model) {
  const std::size_t points = tour.log().operations.size() + 1;
  const std::size_t left = tour.budget() - std::min(tour.budget(), tour.visited());
  if (left == 0) return;
  const std::size_t each = left / points + 1;
  Quota quota(left, each * points, tour.seed());
  CrashPoint at(tour.log(), rules_of(model, std::nullopt));
  for (std::size_t point = 0; point < points; ++point) {
    at.advance_to(point);
    Random random(tour.seed() ^ mixed(point * 16 + static_cast<std::size_t>(model)));
    for (std::size_t i = 0; i < each; ++i) {
      const std::vector<Loss> losses = sample(at, tour.log(), model, random);
      if (quota.take()) tour.visit(at, losses);
    }
  }
}

void visit_subsets(Tour& tour, Model model) {
  visit_all_subsets(tour, model);
  visit_samples(tour, model);
}

// A sync that lied matters until the next one that covers the same operations.
void visit_lying_disk(Tour& tour) {
  const auto& operations = tour.log().operations;
  std::vector<std::size_t> syncs;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (is_sync(operations[i].kind)) syncs.push_back(i);
  }
  const std::size_t each = syncs.empty() ? 0 : tour.budget() / syncs.size() + 1;
  Quota chosen(tour.budget(), std::max<std::size_t>(1, each * syncs.size()), tour.seed());
  for (const std::size_t lie : syncs) {
    std::size_t end = lie + 1;
    while (end < operations.size() && !(operations[end].kind == operations[lie].kind &&
                                        operations[end].file == operations[lie].file)) {
      ++end;
    }
    CrashPoint at(tour.log(), rules_of(Model::LyingDisk, lie));
    Random random(tour.seed() ^ mixed(lie));
    for (std::size_t i = 0; i < each; ++i) {
      // In order, since a point cannot go back; the end is among them.
      const std::size_t point = i + 1 == each ? end : lie + 1 + (end - lie - 1) * i / each;
      at.advance_to(point);
      const bool all = i + 1 == each || random.below(2) == 0;
      const std::vector<Loss> losses =
          all ? losses_from(at, 0) : sample(at, tour.log(), Model::SubsetTorn, random);
      if (chosen.take()) tour.visit(at, losses, lie);
    }
  }
}

void visit_sync_error(Tour& tour) {
  const auto& operations = tour.log().operations;
  const auto failed = std::ranges::find(operations, OperationKind::FailedSync, &Operation::kind);
  if (failed == operations.end()) return;
  const auto fault = static_cast<std::size_t>(failed - operations.begin());
  const std::size_t points = operations.size() - fault;
  Quota quota(tour.budget(), 3 * points, tour.seed());
  CrashPoint at(tour.log(), {});
  for (std::size_t point = fault + 1; point <= operations.size(); ++point) {
    at.advance_to(point);
    Random random(tour.seed() ^ mixed(point));
    if (quota.take()) tour.visit(at, {}, fault);  // the kernel wrote all that is not gone
    if (quota.take()) tour.visit(at, losses_from(at, 0), fault);
    const std::vector<Loss> losses = sample(at, tour.log(), Model::SubsetTorn, random);
    if (quota.take()) tour.visit(at, losses, fault);
  }
}

}  // namespace

DiskRules rules_of(Model model, std::optional<std::size_t> fault) noexcept {
  return {.metadata_journal = model == Model::FsJournal,
          .lying_sync = model == Model::LyingDisk ? fault : std::nullopt};
}

Explored explore(const OperationLog& log, Model model, const ExploreOptions& options, Visit visit) {
  Tour tour(log, options, visit);
  switch (model) {
    case Model::ProcessKill: visit_process_kill(tour); break;
    case Model::DropUnsynced: visit_drop_unsynced(tour); break;
    case Model::OrderedPrefix: visit_ordered_prefix(tour); break;
    case Model::SubsetTorn:
    case Model::SubsetGarbage:
    case Model::FsJournal:
    case Model::MetadataReordered: visit_subsets(tour, model); break;
    case Model::LyingDisk: visit_lying_disk(tour); break;
    case Model::SyncError: visit_sync_error(tour); break;
  }
  return tour.result();
}

}  // namespace pragmark::crash
