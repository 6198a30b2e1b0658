#include "crash/judge.h"

#include <algorithm>

#include <fmt/format.h>
#include <sqlite3.h>

#include "pragmark/connection.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"

namespace pragmark::crash {
namespace {

constexpr std::string_view kLost = "lost";
constexpr std::string_view kCopy = "copy";

std::int64_t acknowledged_of(const CrashPoint& at, std::uint16_t worker) noexcept {
  return at.acknowledged().size() > worker ? at.acknowledged()[worker] : 0;
}

}  // namespace

std::int64_t transactions_lost(const CrashPoint& at, const Judgement& judgement) noexcept {
  if (judgement.state != ImageState::Sound) return 0;
  return std::max<std::int64_t>(0, acknowledged_of(at, kTransactions) - judgement.committed);
}

std::int64_t copies_lost(const CrashPoint& at, const Judgement& judgement) noexcept {
  if (judgement.state != ImageState::Sound) return 0;
  return std::max<std::int64_t>(0, acknowledged_of(at, kCopiesMade) - judgement.copies);
}

std::string_view kind_of(const CrashPoint& at, const Judgement& judgement) noexcept {
  if (judgement.state != ImageState::Sound) return to_string(judgement.state);
  if (transactions_lost(at, judgement) > 0) return kLost;
  return copies_lost(at, judgement) > 0 ? kCopy : "";
}

std::string message_of(const CrashPoint& at, const Judgement& judgement) {
  const std::string_view kind = kind_of(at, judgement);
  if (kind == kCopy) {
    return fmt::format("{} of {} finished copies are not whole", copies_lost(at, judgement),
                       acknowledged_of(at, kCopiesMade));
  }
  if (kind != kLost) return judgement.finding;
  return fmt::format("{} of {} acknowledged transactions are missing",
                     transactions_lost(at, judgement), acknowledged_of(at, kTransactions));
}

Judgement Judge::judge(Image& image) {
  disk_.clear();
  for (auto& [name, bytes] : image) disk_.create(name)->bytes.swap(bytes);
  Judgement judgement = look();
  // Give the memory back, for the next image.
  for (auto& [name, bytes] : image) {
    if (const auto file = disk_.find(name)) bytes.swap(file->bytes);
  }
  std::ranges::replace(judgement.finding, '\n', ' ');
  return judgement;
}

Judgement Judge::look() {
  Judgement judgement;
  try {
    Connection connection = Connection::open({.path = kDatabase, .vfs = vfs_.name()});
    // Closing must not cost a checkpoint: what it would write is not looked at.
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    judgement.state = ImageState::Unopenable;
    {
      Statement schema = connection.prepare("SELECT count(*) FROM sqlite_master");
      static_cast<void>(schema.step());
    }
    judgement.state = ImageState::Corrupt;
    const std::vector<std::string> damage = integrity_check(connection.handle(), 1);
    if (!damage.empty()) {
      judgement.finding = "integrity_check: " + damage.front();
      return judgement;
    }
    const Inspection found = workload_.inspect(connection, vfs_.name());
    judgement.state = found.finding.empty() ? ImageState::Sound : ImageState::Inconsistent;
    judgement.committed = found.committed;
    judgement.copies = found.copies;
    judgement.finding = found.finding;
  } catch (const Error& error) {
    if (error.code() == SQLITE_NOMEM) throw;
    if (judgement.state == ImageState::Sound) judgement.state = ImageState::Unopenable;
    judgement.finding = error.code() != 0 ? sqlite3_errstr(error.extended_code()) : error.what();
  }
  return judgement;
}

}  // namespace pragmark::crash
