#include "crash/explorer_parts.h"

#include <algorithm>

namespace pragmark::crash {
namespace {

bool is_metadata(OperationKind kind) noexcept {
  return kind == OperationKind::Create || kind == OperationKind::Remove ||
         kind == OperationKind::Truncate;
}

void lose_pieces(std::uint32_t index, const OperationLog& log, Random& random,
                 std::vector<Loss>& losses) {
  const std::uint32_t pieces = pieces_of(log.operations[index]);
  if (pieces == 1) {
    losses.push_back({.operation = index});
    return;
  }
  const std::uint64_t mask = random.next();
  for (std::uint32_t piece = 0; piece < pieces; ++piece) {
    if ((mask >> (piece % 64U) & 1U) != 0) losses.push_back({.operation = index, .piece = piece});
  }
}

// Metadata survives in its order only: after the first that is lost, all of it is.
void put_metadata_in_order(const CrashPoint& at, const OperationLog& log,
                           std::vector<Loss>& losses) {
  const auto first = std::ranges::find_if(
      losses, [&](const Loss& loss) { return is_metadata(log.operations[loss.operation].kind); });
  if (first == losses.end()) return;
  const std::uint32_t from = first->operation;
  for (const Pending& pending : at.pending()) {
    if (pending.operation < from || pending.certain) continue;
    if (is_metadata(log.operations[pending.operation].kind)) {
      losses.push_back({.operation = pending.operation});
    }
  }
  std::ranges::sort(losses);
  const auto twice = std::ranges::unique(losses);
  losses.erase(twice.begin(), twice.end());
}

enum class Draw { Torn, One, Suffix, OneFile, Any, Pieces };
constexpr std::uint64_t kDraws = 6;

std::vector<Loss> draw(const std::vector<std::uint32_t>& pending, const OperationLog& log,
                       Random& random) {
  std::vector<Loss> losses;
  const std::uint32_t one = pending[random.below(pending.size())];
  switch (static_cast<Draw>(random.below(kDraws))) {
    case Draw::Torn: lose_pieces(pending.back(), log, random, losses); break;
    case Draw::One: losses.push_back({.operation = one}); break;
    case Draw::Suffix:
      for (const std::uint32_t index : pending) {
        if (index >= one) losses.push_back({.operation = index});
      }
      break;
    case Draw::OneFile:
      for (const std::uint32_t index : pending) {
        const bool same = log.operations[index].file == log.operations[one].file;
        if (same && index >= one) losses.push_back({.operation = index});
      }
      break;
    case Draw::Any:
      for (const std::uint32_t index : pending) {
        if (random.below(2) == 0) losses.push_back({.operation = index});
      }
      break;
    case Draw::Pieces:
      for (const std::uint32_t index : pending) {
        const std::uint64_t fate = random.below(4);
        if (fate == 0) losses.push_back({.operation = index});
        if (fate == 1) lose_pieces(index, log, random, losses);
      }
      break;
  }
  return losses;
}

}  // namespace

bool is_sync(OperationKind kind) noexcept {
  return kind == OperationKind::Sync || kind == OperationKind::SyncDirectory;
}

bool ends_epoch(const OperationLog& log, std::size_t point) noexcept {
  return point == log.operations.size() || is_sync(log.operations[point].kind);
}

std::vector<std::uint32_t> losable(const CrashPoint& at) {
  std::vector<std::uint32_t> operations;
  for (const Pending& pending : at.pending()) {
    if (!pending.certain) operations.push_back(pending.operation);
  }
  return operations;
}

std::vector<Loss> losses_from(const CrashPoint& at, std::size_t first) {
  std::vector<Loss> losses;
  for (const Pending& pending : at.pending()) {
    if (pending.certain || pending.operation < first) continue;
    losses.push_back({.operation = pending.operation});
  }
  return losses;
}

std::vector<Loss> tail_of(std::size_t write, std::uint32_t piece, const OperationLog& log) {
  std::vector<Loss> losses;
  for (; piece < pieces_of(log.operations[write]); ++piece) {
    losses.push_back({.operation = static_cast<std::uint32_t>(write), .piece = piece});
  }
  return losses;
}

bool metadata_in_order(const CrashPoint& at, const std::vector<Loss>& losses,
                       const OperationLog& log) {
  std::vector<Loss> ordered = losses;
  put_metadata_in_order(at, log, ordered);
  return ordered.size() == losses.size();
}

bool admissible(const CrashPoint& at, const std::vector<Loss>& losses, const OperationLog& log,
                Model model) {
  if (losses.empty()) return true;
  if (model == Model::DropUnsynced || model == Model::MetadataReordered) return true;
  if (model != Model::ProcessKill && model != Model::OrderedPrefix) {
    return metadata_in_order(at, losses, log);
  }
  // The end of a write, and for OrderedPrefix all that came after it.
  const std::uint32_t first = losses.front().operation;
  if (model == Model::ProcessKill && first + 1 != at.point()) return false;
  std::vector<Loss> all = losses_from(at, std::size_t{first} + 1);
  const std::uint32_t piece = losses.front().piece;
  const std::vector<Loss> head =
      piece == Loss::kWhole ? std::vector<Loss>{losses.front()} : tail_of(first, piece, log);
  all.insert(all.begin(), head.begin(), head.end());
  return all == losses;
}

std::vector<Loss> sample(const CrashPoint& at, const OperationLog& log, Model model,
                         Random& random) {
  const std::vector<std::uint32_t> pending = losable(at);
  if (pending.empty()) return {};
  std::vector<Loss> losses = draw(pending, log, random);
  if (model != Model::MetadataReordered) put_metadata_in_order(at, log, losses);
  if (model == Model::SubsetGarbage) {
    for (Loss& loss : losses) {
      const bool write = log.operations[loss.operation].kind == OperationKind::Write;
      loss.garbage = write && random.below(2) == 0;
    }
  }
  return losses;
}

std::vector<std::size_t> failing_syncs(std::size_t syncs, std::size_t images) {
  constexpr std::size_t kMost = 12;
  constexpr std::size_t kImagesOfOne = 20;
  const std::size_t tried = std::min({syncs, kMost, images / kImagesOfOne + 1});
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < tried; ++i) chosen.push_back(i * syncs / tried);
  return chosen;
}

}  // namespace pragmark::crash
