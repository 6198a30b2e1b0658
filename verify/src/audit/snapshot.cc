#include "audit/snapshot.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "audit/wal_index.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark::inspect {
namespace {

using Clock = std::chrono::steady_clock;

// SQLite's lock bytes (os.h), at 1 GiB.
constexpr LockRange kPendingLock = {.begin = 0x40000000, .length = 1};
constexpr LockRange kReservedLock = {.begin = 0x40000001, .length = 1};
constexpr LockRange kSharedLock = {.begin = 0x40000002, .length = 510};
constexpr auto kBetweenTries = std::chrono::milliseconds(5);
constexpr int kWalVersion = 2;

ReadOnlyFile open_database(const std::string& path) {
  std::optional<ReadOnlyFile> file = ReadOnlyFile::open(path);
  if (!file) throw Error::usage(fmt::format("{}: there is no such file; give its path", path));
  return std::move(*file);
}

// Calls `attempt` until it returns true; false when the time is over.
template <typename Attempt>
bool try_for(std::chrono::milliseconds wait, Attempt&& attempt) {
  const Clock::time_point end = Clock::now() + wait;
  while (!attempt()) {
    throw_if_interrupted();
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(kBetweenTries);
  }
  return true;
}

}  // namespace

Snapshot::Snapshot(const std::string& path, std::chrono::milliseconds lock_wait, Watch& watch)
    : path_(path), watch_(watch), before_(identities()), file_(open_database(path)) {
  take_shared_lock(lock_wait);
  look_at_rollback_journal();
  look_at_wal(lock_wait);
  read_header();
}

void Snapshot::take_shared_lock(std::chrono::milliseconds wait) {
  LockOutcome outcome = LockOutcome::Conflict;
  const bool tried = try_for(wait, [&] {
    // The pending lock first: a writer that waits for readers to leave lets no new one in.
    outcome = file_.lock_for_reading(kPendingLock);
    if (outcome != LockOutcome::Taken) return outcome == LockOutcome::Unsupported;
    outcome = file_.lock_for_reading(kSharedLock);
    file_.unlock(kPendingLock);
    return outcome != LockOutcome::Conflict;
  });
  if (!tried) {
    throw Error::environment(
        "read",
        "another connection locks readers out (a long write, or locking_mode EXCLUSIVE): try again "
        "when it has ended",
        path_);
  }
  journal_.locked = outcome == LockOutcome::Taken;
}

void Snapshot::look_at_rollback_journal() {
  journal_file_ = ReadOnlyFile::open(path_ + "-journal");
  if (!journal_file_) return;
  journal_.rollback_journal_bytes = journal_file_->identity().bytes;
  journal_.rollback_journal = RollbackJournal::Idle;
  if (file_.locked_elsewhere(kReservedLock)) {
    journal_.rollback_journal = RollbackJournal::InUse;
    return;
  }
  if (file_.identity().bytes == 0 || !begins_as_journal(*journal_file_)) return;
  const std::string super = super_journal_of(*journal_file_);
  if (!super.empty() && !identity_of(super)) return;
  rollback_ = read_rollback_journal(*journal_file_);
  if (!rollback_.header_valid) return;
  // A transaction may have begun since the lock was looked at: a journal that is kept (PERSIST)
  // then begins to count. It cannot end in a commit while the shared lock is held.
  if (file_.locked_elsewhere(kReservedLock)) {
    rollback_ = {};
    journal_.rollback_journal = RollbackJournal::InUse;
    return;
  }
  journal_.rollback_journal = RollbackJournal::Hot;
  page_size_ = rollback_.page_size_bytes;
  bytes_ = page_size_ * rollback_.database_pages;
}

void Snapshot::look_at_wal(std::chrono::milliseconds wait) {
  wal_file_ = ReadOnlyFile::open(path_ + "-wal");
  shm_file_ = ReadOnlyFile::open(path_ + "-shm");
  journal_.wal_exists = wal_file_.has_value();
  journal_.shm_exists = shm_file_.has_value();
  if (!wal_file_) return;
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  if (shm_file_ && wal_index_in_use(*shm_file_)) {
    std::optional<WalIndex> index;
    const bool held = try_for(wait, [&] {
      index = hold_read_slot(*shm_file_);
      return index.has_value() || !wal_index_in_use(*shm_file_);
    });
    if (!held) {
      throw Error::environment("read", "the WAL's index cannot be read: try again", path_);
    }
    if (index) {
      journal_.live = true;
      limit = published_frames_.emplace(index->frames);
      journal_.wal_frames_checkpointed = index->checkpointed;
    }
  }
  journal_.wal_bytes = wal_file_->identity().bytes;
  wal_ = read_wal(*wal_file_, limit, [&](std::size_t bytes) {
    throw_if_interrupted();
    watch_.tick(bytes);
  });
  journal_.wal_frames = wal_.frames;
}

void Snapshot::read_header() {
  const auto file_bytes = static_cast<std::uint64_t>(file_.identity().bytes);
  if (file_bytes == 0) {
    throw Error::usage(fmt::format(
        "{}: the file is empty: SQLite takes that for a new database; is it the right path?",
        path_));
  }
  if (page_size_ == 0) bytes_ = file_bytes;
  std::vector<std::uint8_t> first(std::min<std::uint64_t>(file_bytes, 4096));
  first.resize(file_.read(0, first));
  if (const auto in_file = parse_database_header(first); in_file && page_size_ == 0) {
    page_size_ = in_file->page_size_bytes;
  }
  if (page_size_ != 0 && wal_.database_pages != 0 && wal_.page_size_bytes == page_size_) {
    bytes_ = page_size_ * wal_.database_pages;
  } else {
    wal_.pages = {};  // SQLite does not take it for the WAL of this database
  }
  std::vector<std::uint8_t> of_image(kHeaderBytes);
  of_image.resize(page_size_ == 0 ? 0 : read(0, of_image));
  const std::optional<DatabaseHeader> header = parse_database_header(of_image);
  if (!header) {
    throw Error::usage(
        fmt::format("{}: no SQLite database: it is {}", path_, likely_content(first)));
  }
  header_ = *header;
  page_size_ = header_.page_size_bytes;
  journal_.wal_mode = header_.read_version == kWalVersion;
}

std::size_t Snapshot::read(std::uint64_t offset, std::span<std::uint8_t> into) {
  std::size_t got = 0;
  while (got < into.size() && offset + got < bytes_) {
    const std::uint64_t at = offset + got;
    const std::uint64_t in_page = at % page_size_;
    const auto page = static_cast<std::uint32_t>(at / page_size_ + 1);
    const std::uint64_t length =
        std::min<std::uint64_t>({page_size_ - in_page, into.size() - got, bytes_ - at});
    const std::span<std::uint8_t> part = into.subspan(got, length);
    std::size_t read = 0;
    if (const auto in_wal = wal_.pages.find(page)) {
      read = wal_file_->read(*in_wal + in_page, part);
    } else if (const auto in_journal = rollback_.pages.find(page)) {
      read = journal_file_->read(*in_journal + in_page, part);
    } else {
      read = file_.read(at, part);
    }
    got += read;
    if (read < part.size()) break;
  }
  watch_.tick(got);
  return got;
}

bool Snapshot::changed_meanwhile() const {
  if (journal_.live || (journal_.locked && !journal_.wal_mode && !journal_.wal_exists)) {
    return false;
  }
  return identities() != before_;
}

Snapshot::Identities Snapshot::identities() const {
  return {.database = identity_of(path_),
          .wal = identity_of(path_ + "-wal"),
          .journal = identity_of(path_ + "-journal")};
}

}  // namespace pragmark::inspect
