#include "behaviour/experiment.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/sabotage.h"
#include "pragmark/assert.h"

namespace pragmark::behaviour {

class Experiment::Clock : public internal::VfsLayer<Clock, UnchangedFile> {
 public:
  explicit Clock(const std::string& below)
      : VfsLayer(below, internal::unique_vfs_name("clocked")) {}

  int sleep(int microseconds) {
    count.fetch_add(1, std::memory_order_relaxed);
    total_us.fetch_add(microseconds, std::memory_order_relaxed);
    return really.load(std::memory_order_relaxed) ? VfsLayer::sleep(microseconds) : microseconds;
  }

  std::atomic<bool> really{false};
  std::atomic<std::int64_t> count{0};
  std::atomic<std::int64_t> total_us{0};
};

Experiment::Experiment(Configuration configuration, std::string_view setting,
                       std::filesystem::path directory)
    : configuration_(std::move(configuration)),
      setting_(setting),
      directory_(std::move(directory)),
      clock_(std::make_unique<Clock>(counting_.name())) {
  if (configuration_.sabotage != nullptr) sabotage_ = configuration_.sabotage(clock_->name());
}

Experiment::~Experiment() = default;

std::filesystem::path Experiment::file(std::string_view suffix) const {
  return directory_ / fmt::format("scratch.db{}", suffix);
}

Connection Experiment::open_with(const PragmaSet& applied, Patience patience) const {
  const std::string path =
      configuration_.uri_query.empty()
          ? file().string()
          : fmt::format("file:{}?{}", file().string(), configuration_.uri_query);
  Connection connection = Connection::open({.path = path,
                                            .kind = ConnectionKind::SchemaCreation,
                                            .vfs = sabotage_ ? sabotage_->vfs() : clock_->name()});
  apply_settings(connection.handle(), applied.settings(), connection.kind());
  if (configuration_.tamper) configuration_.tamper(connection);
  const PragmaSpec* spec = find_pragma(setting_);
  if (!read_back_ && spec != nullptr) {
    read_back_ = pragmark::read_back(connection.handle(), *spec);
  }
  if (patience == Patience::None) sqlite3_busy_timeout(connection.handle(), 0);
  return connection;
}

Sleeps Experiment::sleeps() const noexcept {
  constexpr std::int64_t kMicroseconds = 1000;
  return {.count = clock_->count.load(), .milliseconds = clock_->total_us.load() / kMicroseconds};
}

void Experiment::really_sleep(bool really) noexcept { clock_->really.store(really); }

int attempt(Connection& connection, const std::string& sql) {
  const int code = sqlite3_exec(connection.handle(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? SQLITE_OK : sqlite3_extended_errcode(connection.handle());
}

std::int64_t number(Connection& connection, std::string_view sql) {
  Statement statement = connection.prepare(sql);
  const bool found = statement.step();
  PRAGMARK_ASSERT(found);
  return statement.integer(0);
}

std::string code_name(int extended_code) {
  constexpr std::array<std::pair<int, std::string_view>, 11> kNames = {
      {{SQLITE_OK, "SQLITE_OK"},
       {SQLITE_BUSY, "SQLITE_BUSY"},
       {SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT"},
       {SQLITE_BUSY_RECOVERY, "SQLITE_BUSY_RECOVERY"},
       {SQLITE_LOCKED, "SQLITE_LOCKED"},
       {SQLITE_LOCKED_SHAREDCACHE, "SQLITE_LOCKED_SHAREDCACHE"},
       {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
       {SQLITE_PROTOCOL, "SQLITE_PROTOCOL"},
       {SQLITE_READONLY, "SQLITE_READONLY"},
       {SQLITE_ERROR, "SQLITE_ERROR"},
       {SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY"}}};
  const auto* found =
      std::ranges::find(kNames, extended_code, &decltype(kNames)::value_type::first);
  if (found == kNames.end()) return fmt::format("code {}", extended_code);
  if (extended_code == SQLITE_OK) return std::string(found->second);
  return fmt::format("{} ({})", found->second, extended_code);
}

std::int64_t file_bytes(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(bytes);
}

}  // namespace pragmark::behaviour
