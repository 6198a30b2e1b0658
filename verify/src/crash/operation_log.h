// What a workload asked of the disk, in order, with its bytes: the input of the crash-state
// explorer.
//
//   Recorder recorder(disk, {.limit_bytes = 64 << 20});   // from here on, everything is logged
//   run_workload(recorder);                               // which calls recorder.acknowledge()
//   OperationLog log = recorder.finish();
//
// Memory: the bytes of all writes and each operation's 40, at most `limit_bytes`; the vectors that
// hold them may take up to three times that while they grow. Beyond the limit the recording ends:
// SQLite is told that the disk is full, and finish() throws.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crash/memory_disk.h"

namespace pragmark::crash {

enum class OperationKind : std::uint8_t {
  Create,         // a directory entry
  Remove,         // a directory entry
  Truncate,       // to `offset` bytes
  Write,          //
  Sync,           // of a file
  FailedSync,     // answered with an error; what was pending never reaches the disk
  SyncDirectory,  //
  Acknowledge,    // the application was told that its transaction is committed
};

[[nodiscard]] std::string_view to_string(OperationKind kind) noexcept;

struct Operation {
  OperationKind kind;
  std::uint8_t name = 0;     // Create, Remove: index into OperationLog::names
  std::uint16_t worker = 0;  // Acknowledge: who
  std::uint32_t file = 0;
  std::int64_t offset = 0;  // Truncate: the new size; Acknowledge: the transaction's number
  std::uint32_t bytes = 0;
  int flags = 0;         // of a sync
  std::size_t data = 0;  // Write: where its bytes begin in OperationLog::data
};

// The files of a disk at one moment, by name.
using Image = std::map<std::string, Bytes, std::less<>>;

struct OperationLog {
  Image baseline;  // durable, before the first operation
  std::map<std::string, std::uint32_t, std::less<>> baseline_files;
  std::vector<Operation> operations;
  Bytes data;
  std::vector<std::string> names;
  bool powersafe_overwrite = true;  // what SQLite was told of the disk

  [[nodiscard]] std::span<const unsigned char> bytes_of(const Operation& write) const {
    return std::span(data).subspan(write.data, write.bytes);
  }
  [[nodiscard]] std::size_t count(OperationKind kind) const;
  // Of everything in it: the same digest, the same recording.
  [[nodiscard]] std::uint64_t digest() const;
  // "write bank.db-wal 4096 B at 32"
  [[nodiscard]] std::string describe(std::size_t operation) const;
};

struct RecorderOptions {
  std::size_t limit_bytes = std::size_t{256} << 20U;
  std::optional<std::size_t> failing_sync = std::nullopt;  // counted from 0
};

// Owns:    the log until finish(). Listens to the disk until then.
// Threads: any number, through the disk.
// Errors:  finish() throws Error (kind Environment) when the limit was reached.
class Recorder final : public IoListener {
 public:
  Recorder(MemoryDisk& disk, const RecorderOptions& options);
  ~Recorder() override;

  // A transaction of `worker` was acknowledged; numbers of a worker count from 1 without a gap.
  void acknowledge(std::uint16_t worker, std::int64_t number);
  // What follows is not recorded: closing connections would sync what a crash finds unsynced.
  void stop();
  [[nodiscard]] OperationLog finish();

  int created(std::string_view name, std::uint32_t file) override;
  int removed(std::string_view name, std::uint32_t file) override;
  int directory_synced() override;
  int written(std::uint32_t file, std::int64_t offset,
              std::span<const unsigned char> bytes) override;
  int truncated(std::uint32_t file, std::int64_t bytes) override;
  int synced(std::uint32_t file, int flags) override;

 private:
  [[nodiscard]] int add(const Operation& operation);
  [[nodiscard]] std::uint8_t name_index(std::string_view name);

  MemoryDisk& disk_;
  RecorderOptions options_;
  OperationLog log_;
  std::size_t syncs_ = 0;
  bool full_ = false;
};

}  // namespace pragmark::crash
