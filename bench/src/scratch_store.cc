#include "pragmark/bench/scratch_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "pragmark/connection.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"
#include "pragmark/schema.h"
#include "pragmark/store.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

constexpr std::string_view kFile = "template.db";
// A transaction writes every page that it changed once, and ids come in random order: the more rows
// share one, the fewer times a page of the id's index is written.
constexpr std::int64_t kRowsPerTransaction = 100'000;
constexpr std::int64_t kRowsPerLook = 1000;  // at the clock and for interrupts
// For ten million rows most of the id's index must fit, or loading waits for reads.
constexpr int kLoadCacheKib = 512 * 1024;

// What is stored in the file: two sets that agree on it can start from copies of one file.
std::string stored_settings(const PragmaSet& set) {
  std::string stored;
  for (const PragmaSpec& spec : pragma_table()) {
    if (spec.scope != Scope::File) continue;
    stored += fmt::format("{}={};", spec.name, set.value(spec.name));
  }
  return stored;
}

// What `set` stores in the file, with what makes loading quick: no journal, no syncs, a large
// cache, one connection. A load that fails leaves a broken file, which is removed. journal_mode
// comes with the first connection that has the whole set.
PragmaSet loading_set(const PragmaSet& set) {
  std::string text = "default";
  for (const PragmaSpec& spec : pragma_table()) {
    if (spec.scope != Scope::File || spec.phase == Phase::Journal) continue;
    text += fmt::format("+{}={}", spec.name, set.value(spec.name));
  }
  return PragmaSet::parse(
      fmt::format("{}+journal_mode=OFF+synchronous=OFF+cache_size=-{}+locking_mode=EXCLUSIVE", text,
                  kLoadCacheKib));
}

// Rows go in in the order of their numbers, with all indexes in place, as an application would have
// written them. (Indexes made afterwards would have full pages, and save a fifth of the time.)
void fill(Connection& connection, const Dataset& data,
          const StoreTemplates::LoadProgress& progress) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kInterval{1};
  Clock::time_point next_report = Clock::now() + kInterval;
  std::vector<Topic> pool = data.pool();
  std::int64_t row = 0;
  while (row < data.rows()) {
    Transaction transaction(connection);
    Writer writer(connection);
    do {
      if (row % kRowsPerLook == 0) {
        throw_if_interrupted();
        if (Clock::now() >= next_report) {
          progress(row, data.rows());
          next_report = Clock::now() + kInterval;
        }
      }
      Topic& topic = pool[static_cast<std::uint64_t>(row) % pool.size()];
      data.stamp(static_cast<std::uint64_t>(row), topic);
      writer.insert(topic);
    } while (++row < data.rows() && row % kRowsPerTransaction != 0);
    transaction.commit();
  }
}

// The file's time of change only moves with the kernel's tick. Once it lies in the past, a write at
// any later moment shows.
void put_time_of_change_in_the_past(const std::string& path) {
  std::error_code code;
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1), code);
  if (code) throw Error::environment("set the time of", code.message(), path);
}

}  // namespace

void sync_database(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int cause = errno;
  if (file >= 0) ::close(file);
  if (!synced) throw Error::environment("sync", std::system_category().message(cause), path);
}

void copy_database(const std::filesystem::path& source, const std::filesystem::path& target) {
  std::error_code code;
  std::filesystem::copy_file(source, target, code);
  if (code) throw Error::environment("copy the template to", code.message(), target);
  sync_database(target);
}

Dataset StoreTemplates::data(const Configuration& configuration) const {
  return Dataset({.seed = seed_, .rows = configuration.rows, .payload = configuration.payload});
}

StoreTemplates::Stamp StoreTemplates::stamp_of(const std::string& path) {
  std::error_code code;
  const std::uintmax_t bytes = std::filesystem::file_size(path, code);
  if (code) throw Error::environment("look at the template", code.message(), path);
  const auto changed = std::filesystem::last_write_time(path, code);
  if (code) throw Error::environment("look at the template", code.message(), path);
  return {.bytes = bytes, .changed = changed};
}

std::string StoreTemplates::kind_of(const Configuration& configuration) {
  return fmt::format("{}schema={};rows={};payload={}", stored_settings(configuration.set),
                     configuration.schema->name, configuration.rows, configuration.payload.name);
}

std::string StoreTemplates::built(const Configuration& configuration) {
  const std::string kind = kind_of(configuration);
  if (const auto found = templates_.find(kind); found != templates_.end()) {
    std::string path = found->second.directory->file(kFile);
    if (stamp_of(path) == found->second.stamp) return path;
    not_to_be_linked_.insert(kind);
    templates_.erase(found);
  }
  auto directory = std::make_unique<ScratchDirectory>(directory_);
  std::string path = directory->file(kFile);
  {
    const PragmaSet loading = loading_set(configuration.set);
    Connection connection =
        Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation, .set = &loading});
    create_schema(connection);
    configuration.schema->change(connection);
    fill(connection, data(configuration), progress_);
  }
  {
    Store store({.path = path, .set = configuration.set, .strategy = "per-thread"});
    static_cast<void>(store.checkpoint(CheckpointMode::Truncate));
  }
  sync_database(path);
  put_time_of_change_in_the_past(path);
  templates_.emplace(kind, Template{.directory = std::move(directory), .stamp = stamp_of(path)});
  return path;
}

void StoreTemplates::copy(const Configuration& configuration, const std::filesystem::path& target) {
  copy_database(built(configuration), target);
}

Placed StoreTemplates::place(const Configuration& configuration,
                             const std::filesystem::path& target) {
  const std::string source = built(configuration);  // first: it may find that links are no good
  if (!configuration.workload->writes && !not_to_be_linked_.contains(kind_of(configuration))) {
    std::error_code refused;  // a filesystem without hard links
    std::filesystem::create_hard_link(source, target, refused);
    if (!refused) return Placed::Linked;
  }
  copy(configuration, target);
  return Placed::Copied;
}

}  // namespace pragmark
