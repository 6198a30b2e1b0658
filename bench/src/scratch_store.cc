#include "pragmark/bench/scratch_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "pragmark/error.h"
#include "pragmark/pragma.h"
#include "pragmark/store.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

constexpr std::int64_t kRowsPerTransaction = 1000;

// What is stored in the file: two sets that agree on it can start from copies of one file.
std::string stored_settings(const PragmaSet& set) {
  std::string stored;
  for (const PragmaSpec& spec : pragma_table()) {
    if (spec.scope != Scope::File) continue;
    stored += fmt::format("{}={};", spec.name, set.value(spec.name));
  }
  return stored;
}

void fill(Store& store, const Dataset& data) {
  std::vector<Topic> pool = data.pool();
  for (std::int64_t first = 0; first < data.rows(); first += kRowsPerTransaction) {
    throw_if_interrupted();
    const std::int64_t end = std::min(first + kRowsPerTransaction, data.rows());
    store.batch([&](Writer& writer) {
      for (auto row = static_cast<std::uint64_t>(first); row < static_cast<std::uint64_t>(end);
           ++row) {
        Topic& topic = pool[row % pool.size()];
        data.stamp(row, topic);
        writer.insert(topic);
      }
    });
  }
}

void sync_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int cause = errno;
  if (file >= 0) ::close(file);
  if (!synced) throw Error::environment("sync", std::system_category().message(cause), path);
}

}  // namespace

Dataset StoreTemplates::data(const Configuration& configuration) const {
  return Dataset({.seed = seed_, .rows = configuration.rows, .payload = configuration.payload});
}

std::string StoreTemplates::built(const Configuration& configuration) {
  constexpr std::string_view kFile = "template.db";
  const std::string kind = fmt::format("{}rows={};payload={}", stored_settings(configuration.set),
                                       configuration.rows, configuration.payload.name);
  if (const auto found = templates_.find(kind); found != templates_.end()) {
    return found->second->file(kFile);
  }
  auto directory = std::make_unique<ScratchDirectory>(directory_);
  const std::string path = directory->file(kFile);
  {
    Store store({.path = path, .set = configuration.set, .strategy = "per-thread"});
    fill(store, data(configuration));
    static_cast<void>(store.checkpoint(CheckpointMode::Truncate));
  }
  templates_.emplace(kind, std::move(directory));
  return path;
}

void StoreTemplates::copy(const Configuration& configuration, const std::filesystem::path& target) {
  const std::string source = built(configuration);
  std::error_code code;
  std::filesystem::copy_file(source, target, code);
  if (code) throw Error::environment("copy the template to", code.message(), target);
  sync_file(target);
}

}  // namespace pragmark
