#include "crash/image.h"

#include <algorithm>
#include <cstring>

#include "crash/hash.h"
#include "pragmark/assert.h"

namespace pragmark::crash {
namespace {

bool is_of_directory(OperationKind kind) noexcept {
  return kind == OperationKind::Create || kind == OperationKind::Remove;
}

// Where a piece of a write lies, relative to the beginning of the write.
struct Range {
  std::size_t begin;
  std::size_t end;
};

Range range_of(const Operation& write, std::uint32_t piece) noexcept {
  const auto first = static_cast<std::uint64_t>(write.offset) / kPieceBytes;
  const auto begin = (first + piece) * kPieceBytes;
  const auto end = begin + kPieceBytes;
  const auto offset = static_cast<std::uint64_t>(write.offset);
  return {static_cast<std::size_t>(std::max(begin, offset) - offset),
          static_cast<std::size_t>(std::min(end, offset + write.bytes) - offset)};
}

}  // namespace

std::uint32_t pieces_of(const Operation& operation) noexcept {
  if (operation.kind != OperationKind::Write || operation.bytes == 0) return 1;
  const auto offset = static_cast<std::uint64_t>(operation.offset);
  const std::uint64_t last = (offset + operation.bytes - 1) / kPieceBytes;
  return static_cast<std::uint32_t>(last - offset / kPieceBytes + 1);
}

CrashPoint::CrashPoint(const OperationLog& log, const DiskRules& rules) : log_(log), rules_(rules) {
  for (const auto& [name, file] : log.baseline_files) {
    directory_.emplace_back(name, file);
    durable(file) = log.baseline.at(name);
  }
}

Bytes& CrashPoint::durable(std::uint32_t file) {
  if (files_.size() <= file) files_.resize(file + 1);
  return files_[file];
}

void CrashPoint::advance_to(std::size_t point) {
  PRAGMARK_ASSERT(point >= point_ && point <= log_.operations.size());
  for (; point_ < point; ++point_) issue(static_cast<std::uint32_t>(point_));
}

void CrashPoint::issue(std::uint32_t index) {
  const Operation& operation = log_.operations[index];
  switch (operation.kind) {
    case OperationKind::Acknowledge:
      if (acknowledged_.size() <= operation.worker) acknowledged_.resize(operation.worker + 1U);
      acknowledged_[operation.worker] = operation.offset;
      return;
    case OperationKind::FailedSync:
      // The kernel marks the pages clean: they are not written by any later sync either.
      std::erase_if(pending_, [&](const Pending& pending) {
        const Operation& other = log_.operations[pending.operation];
        return other.file == operation.file && !is_of_directory(other.kind);
      });
      return;
    case OperationKind::Sync:
    case OperationKind::SyncDirectory:
      if (rules_.lying_sync != index) make_durable(operation);
      return;
    default: pending_.push_back({.operation = index, .certain = false});
  }
  if (!is_of_directory(operation.kind)) static_cast<void>(durable(operation.file));
}

void CrashPoint::make_durable(const Operation& sync) {
  const bool directory = sync.kind == OperationKind::SyncDirectory;
  std::erase_if(pending_, [&](const Pending& pending) {
    const Operation& operation = log_.operations[pending.operation];
    const bool of_directory = is_of_directory(operation.kind);
    if (directory != of_directory || (!directory && operation.file != sync.file)) return false;
    if (of_directory) {
      apply_to_directory(operation, directory_);
    } else {
      apply_to_file(operation, durable(operation.file));
    }
    return true;
  });
  if (rules_.metadata_journal) commit_metadata();
}

// A journalling filesystem writes its metadata in one log: a sync of anything commits all of it
// that came before. Directory entries take effect at once; a truncation stays in its place in the
// order, since writes to the same file may be pending before it.
void CrashPoint::commit_metadata() {
  std::erase_if(pending_, [&](const Pending& pending) {
    const Operation& operation = log_.operations[pending.operation];
    if (!is_of_directory(operation.kind)) return false;
    apply_to_directory(operation, directory_);
    return true;
  });
  for (Pending& pending : pending_) {
    if (log_.operations[pending.operation].kind == OperationKind::Truncate) pending.certain = true;
  }
}

void CrashPoint::apply_to_directory(const Operation& operation, Directory& directory) const {
  const std::string& name = log_.names[operation.name];
  if (operation.kind == OperationKind::Remove) {
    // Only if the name still means this file: its creation anew may have survived alone.
    std::erase(directory, std::pair(name, operation.file));
    return;
  }
  std::erase_if(directory, [&](const auto& entry) { return entry.first == name; });
  directory.emplace_back(name, operation.file);
}

void CrashPoint::apply_to_file(const Operation& operation, Bytes& bytes) const {
  if (operation.kind == OperationKind::Truncate) {
    bytes.resize(static_cast<std::size_t>(operation.offset));
    return;
  }
  const auto data = log_.bytes_of(operation);
  const auto at = static_cast<std::size_t>(operation.offset);
  if (bytes.size() < at + data.size()) bytes.resize(at + data.size());
  std::memcpy(bytes.data() + at, data.data(), data.size());
}

void CrashPoint::apply_partly(std::uint32_t index, std::span<const Loss> losses, std::uint64_t seed,
                              Bytes& bytes) const {
  const Operation& operation = log_.operations[index];
  const bool write = operation.kind == OperationKind::Write;
  if (!write && !losses.empty()) return;
  if (losses.empty()) {
    apply_to_file(operation, bytes);
    return;
  }
  const auto data = log_.bytes_of(operation);
  const auto at = static_cast<std::size_t>(operation.offset);
  std::vector<std::uint32_t> garbage;
  for (std::uint32_t piece = 0; piece < pieces_of(operation); ++piece) {
    const auto lost = std::ranges::find_if(losses, [&](const Loss& loss) {
      return loss.piece == piece || loss.piece == Loss::kWhole;
    });
    if (lost != losses.end() && !lost->garbage) continue;
    const Range range = range_of(operation, piece);
    if (bytes.size() < at + range.end) bytes.resize(at + range.end);
    if (lost != losses.end()) {
      garbage.push_back(piece);
      continue;
    }
    std::memcpy(bytes.data() + at + range.begin, data.data() + range.begin,
                range.end - range.begin);
  }
  for (const std::uint32_t piece : garbage) put_garbage(index, piece, seed, bytes);
}

// Over the piece; over all of the file that lies in its sector when the disk leaves nothing alone.
void CrashPoint::put_garbage(std::uint32_t index, std::uint32_t piece, std::uint64_t seed,
                             Bytes& bytes) const {
  const Operation& operation = log_.operations[index];
  const auto at = static_cast<std::size_t>(operation.offset);
  const Range range = range_of(operation, piece);
  std::size_t begin = at + range.begin;
  std::size_t end = at + range.end;
  if (!log_.powersafe_overwrite) {
    begin -= begin % kSectorBytes;
    end = std::min(begin + kSectorBytes, bytes.size());
  }
  Random random(seed ^ mixed((std::uint64_t{index} << 32U) + piece));
  for (std::size_t i = begin; i < end; ++i) bytes[i] = static_cast<unsigned char>(random.next());
}

void CrashPoint::build(std::span<const Loss> losses, std::uint64_t seed, Image& into) const {
  Directory directory = directory_;
  const auto losses_of = [&](std::uint32_t operation) {
    const auto found = std::ranges::equal_range(losses, operation, {}, &Loss::operation);
    return std::span<const Loss>(found.begin(), found.end());
  };
  for (const Pending& pending : pending_) {
    const Operation& operation = log_.operations[pending.operation];
    if (is_of_directory(operation.kind) && losses_of(pending.operation).empty()) {
      apply_to_directory(operation, directory);
    }
  }
  std::erase_if(into, [&](const auto& entry) {
    return std::ranges::none_of(directory,
                                [&](const auto& kept) { return kept.first == entry.first; });
  });
  for (const auto& [name, file] : directory) {
    Bytes& bytes = into[name];
    if (file < files_.size()) {
      bytes = files_[file];
    } else {
      bytes.clear();
    }
    for (const Pending& pending : pending_) {
      const Operation& operation = log_.operations[pending.operation];
      if (operation.file != file || is_of_directory(operation.kind)) continue;
      apply_partly(pending.operation, losses_of(pending.operation), seed, bytes);
    }
  }
}

std::uint64_t hash_of(const Image& image) noexcept {
  Hash hash;
  for (const auto& [name, bytes] : image) {
    hash.add(name);
    hash.add(bytes);
  }
  return hash.value();
}

}  // namespace pragmark::crash
