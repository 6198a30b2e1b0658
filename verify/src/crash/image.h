// From a log to what a crash may leave on the disk.
//
//   CrashPoint at(log, {});                    // before the first operation
//   at.advance_to(120);                        // 120 operations were issued
//   at.build({{.operation = 117}}, image);     // operation 117 was lost, the rest survived
//
// Definitions. At a point, an operation is durable when a sync that came after it covers it, and
// pending otherwise. A pending operation may be lost, whole or in sectors; what is not named as
// lost survives. Survivors are applied in the order in which they were issued.
//
// Invariants:
// 1. What is durable at a point is durable at every later one.
// 2. Of one file (and of the directory) the durable operations are a prefix of those issued, but
// for
//    metadata under `metadata_journal`, where a truncation may be certain before earlier writes.
//
// Not covered: more than one directory; a crash while a database recovers from a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crash/operation_log.h"

namespace pragmark::crash {

inline constexpr std::uint32_t kPieceBytes = 512;  // the smallest unit that a disk writes

// A piece of a write: the part of it within one aligned 512 bytes of the file, counted from 0.
struct Loss {
  static constexpr std::uint32_t kWhole = UINT32_MAX;

  std::uint32_t operation = 0;
  std::uint32_t piece = kWhole;  // kWhole: all of the operation
  bool garbage = false;          // a write left other bytes instead of the old ones

  auto operator<=>(const Loss&) const = default;
};

// How many pieces a write has; 1 for any other operation.
[[nodiscard]] std::uint32_t pieces_of(const Operation& operation) noexcept;

struct DiskRules {
  bool metadata_journal =
      false;  // a sync of any file makes earlier directory entries and sizes durable
  std::optional<std::size_t> lying_sync = std::nullopt;  // index of the operation that did nothing
};

struct Pending {
  std::uint32_t operation;
  bool certain;  // cannot be lost
};

// Owns:    a copy of what is durable.
// Threads: one thread at a time; the log may be shared.
// Errors:  none.
class CrashPoint {
 public:
  CrashPoint(const OperationLog& log, const DiskRules& rules);

  // REQUIRES: point is not before the present one and not beyond the log's end.
  void advance_to(std::size_t point);
  [[nodiscard]] std::size_t point() const noexcept { return point_; }
  [[nodiscard]] std::span<const Pending> pending() const noexcept { return pending_; }
  // The highest number acknowledged so far, for each worker.
  [[nodiscard]] const std::vector<std::int64_t>& acknowledged() const noexcept {
    return acknowledged_;
  }
  // REQUIRES: losses are sorted and name pending operations that are not certain.
  void build(std::span<const Loss> losses, std::uint64_t seed, Image& into) const;

 private:
  using Directory = std::vector<std::pair<std::string, std::uint32_t>>;

  void issue(std::uint32_t index);
  void make_durable(const Operation& sync);
  void commit_metadata();
  void apply_to_directory(const Operation& operation, Directory& directory) const;
  void apply_to_file(const Operation& operation, Bytes& bytes) const;
  void apply_partly(std::uint32_t index, std::span<const Loss> losses, std::uint64_t seed,
                    Bytes& bytes) const;
  void put_garbage(std::uint32_t index, std::uint32_t piece, std::uint64_t seed,
                   Bytes& bytes) const;
  [[nodiscard]] Bytes& durable(std::uint32_t file);

  const OperationLog& log_;
  DiskRules rules_;
  std::size_t point_ = 0;
  std::vector<Bytes> files_;  // by number: what is durable of each
  Directory directory_;       // what is durable of it
  std::vector<Pending> pending_;
  std::vector<std::int64_t> acknowledged_;
};

[[nodiscard]] std::uint64_t hash_of(const Image& image) noexcept;

}  // namespace pragmark::crash
