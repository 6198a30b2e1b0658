#include "crash/judge.h"

#include <algorithm>

#include <sqlite3.h>

#include "pragmark/connection.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"

namespace pragmark::crash {

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
