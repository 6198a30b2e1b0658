#include "crash/operation_log.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>
#include <sqlite3.h>

#include "crash/hash.h"
#include "pragmark/assert.h"
#include "pragmark/error.h"

namespace pragmark::crash {

std::string_view to_string(OperationKind kind) noexcept {
  switch (kind) {
    case OperationKind::Create: return "create";
    case OperationKind::Remove: return "remove";
    case OperationKind::Truncate: return "truncate";
    case OperationKind::Write: return "write";
    case OperationKind::Sync: return "sync";
    case OperationKind::FailedSync: return "failed sync";
    case OperationKind::SyncDirectory: return "sync directory";
    case OperationKind::Acknowledge: return "acknowledge";
  }
  return "";
}

std::size_t OperationLog::count(OperationKind kind) const {
  return static_cast<std::size_t>(std::ranges::count(operations, kind, &Operation::kind));
}

std::uint64_t OperationLog::digest() const {
  Hash hash;
  hash.add(static_cast<std::uint64_t>(powersafe_overwrite));
  for (const auto& [name, bytes] : baseline) hash.add(name), hash.add(bytes);
  for (const std::string& name : names) hash.add(name);
  for (const Operation& operation : operations) {
    hash.add(static_cast<std::uint64_t>(operation.kind) << 32U | operation.file);
    hash.add(static_cast<std::uint64_t>(operation.name) << 32U |
             static_cast<std::uint32_t>(operation.flags));
    hash.add(static_cast<std::uint64_t>(operation.offset));
    hash.add(static_cast<std::uint64_t>(operation.bytes) << 32U | operation.worker);
  }
  hash.add(data);
  return hash.value();
}

std::string OperationLog::describe(std::size_t index) const {
  const Operation& operation = operations[index];
  const auto name_of = [&](std::uint32_t file) -> std::string {
    for (const Operation& other : operations) {
      if (other.kind == OperationKind::Create && other.file == file) return names[other.name];
    }
    for (const auto& [name, id] : baseline_files) {
      if (id == file) return name;
    }
    return fmt::format("file {}", file);
  };
  switch (operation.kind) {
    case OperationKind::Create:
    case OperationKind::Remove:
      return fmt::format("{} {}", to_string(operation.kind), names[operation.name]);
    case OperationKind::Truncate:
      return fmt::format("truncate {} to {} B", name_of(operation.file), operation.offset);
    case OperationKind::Write:
      return fmt::format("write {} {} B at {}", name_of(operation.file), operation.bytes,
                         operation.offset);
    case OperationKind::Sync:
    case OperationKind::FailedSync:
      return fmt::format("{} {}{}", to_string(operation.kind), name_of(operation.file),
                         operation.flags == SQLITE_SYNC_FULL ? " (full)" : "");
    case OperationKind::SyncDirectory: return "sync directory";
    case OperationKind::Acknowledge:
      return fmt::format("acknowledge transaction {} of worker {}", operation.offset,
                         operation.worker);
  }
  return "";
}

Recorder::Recorder(MemoryDisk& disk, const RecorderOptions& options)
    : disk_(disk), options_(options) {
  const std::lock_guard guard(disk_.mutex());
  log_.powersafe_overwrite = disk_.powersafe_overwrite();
  for (const auto& [name, file] : disk_.names()) {
    log_.baseline.emplace(name, file->bytes);
    log_.baseline_files.emplace(name, file->id);
  }
  disk_.tell(this);
}

Recorder::~Recorder() { stop(); }

void Recorder::stop() {
  const std::lock_guard guard(disk_.mutex());
  disk_.tell(nullptr);
}

OperationLog Recorder::finish() {
  stop();
  if (full_) {
    throw Error::environment(
        "record",
        fmt::format("the workload wrote more than the {} MiB that a recording may take; give a "
                    "larger --memory-limit or fewer --transactions",
                    options_.limit_bytes >> 20U),
        "the operations of the workload");
  }
  return std::move(log_);
}

int Recorder::add(const Operation& operation) {
  const std::size_t used =
      log_.data.size() + operation.bytes + (log_.operations.size() + 1) * sizeof(Operation);
  if (full_ || used > options_.limit_bytes) {
    full_ = true;
    return SQLITE_FULL;
  }
  log_.operations.push_back(operation);
  return SQLITE_OK;
}

std::uint8_t Recorder::name_index(std::string_view name) {
  const auto found = std::ranges::find(log_.names, name);
  const auto index = static_cast<std::size_t>(found - log_.names.begin());
  if (found == log_.names.end()) log_.names.emplace_back(name);
  PRAGMARK_ASSERT(index <= UINT8_MAX);  // a database has a handful of files
  return static_cast<std::uint8_t>(index);
}

void Recorder::acknowledge(std::uint16_t worker, std::int64_t number) {
  const std::lock_guard guard(disk_.mutex());
  static_cast<void>(add({.kind = OperationKind::Acknowledge, .worker = worker, .offset = number}));
}

int Recorder::created(std::string_view name, std::uint32_t file) {
  return add({.kind = OperationKind::Create, .name = name_index(name), .file = file});
}

int Recorder::removed(std::string_view name, std::uint32_t file) {
  return add({.kind = OperationKind::Remove, .name = name_index(name), .file = file});
}

int Recorder::directory_synced() { return add({.kind = OperationKind::SyncDirectory}); }

int Recorder::written(std::uint32_t file, std::int64_t offset,
                      std::span<const unsigned char> bytes) {
  const int code = add({.kind = OperationKind::Write,
                        .file = file,
                        .offset = offset,
                        .bytes = static_cast<std::uint32_t>(bytes.size()),
                        .data = log_.data.size()});
  if (code == SQLITE_OK) log_.data.insert(log_.data.end(), bytes.begin(), bytes.end());
  return code;
}

int Recorder::truncated(std::uint32_t file, std::int64_t bytes) {
  return add({.kind = OperationKind::Truncate, .file = file, .offset = bytes});
}

int Recorder::synced(std::uint32_t file, int flags) {
  const bool fails = options_.failing_sync == syncs_++;
  const int code = add({.kind = fails ? OperationKind::FailedSync : OperationKind::Sync,
                        .file = file,
                        .flags = flags});
  return code == SQLITE_OK && fails ? SQLITE_IOERR_FSYNC : code;
}

}  // namespace pragmark::crash
