#include "crash/failure_model.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

constexpr std::array kModels = {
    ModelInfo{
        Model::ProcessKill, "process-kill",
        "the process dies, the machine runs on: every finished call survives, a write that is "
        "under way survives up to some 512 bytes",
        false, true},
    ModelInfo{Model::DropUnsynced, "drop-unsynced",
              "the power fails: all that no sync covers is gone, files and directory entries alike",
              true, true},
    ModelInfo{
        Model::OrderedPrefix, "ordered-prefix",
        "the power fails: calls reach the disk in the order in which they were made, and a sync "
        "of one file waits for all of them",
        true, true},
    ModelInfo{
        Model::SubsetTorn, "subset-torn",
        "the power fails: any of the calls that no sync covers survive, writes in any order and "
        "in pieces of 512 bytes, each old or new; directory entries and truncations survive in "
        "their order",
        true, true},
    ModelInfo{Model::SubsetGarbage, "subset-garbage",
              "as subset-torn, and a piece of a write that is lost may hold other bytes", true,
              true},
    ModelInfo{Model::FsJournal, "fs-journal",
              "as subset-torn, and a sync of any file commits all earlier directory entries and "
              "truncations, as ext4 does",
              true, true},
    ModelInfo{Model::MetadataReordered, "metadata-reordered",
              "as subset-torn, and directory entries and truncations overtake each other, as on a "
              "filesystem without a journal",
              true, false},
    ModelInfo{Model::LyingDisk, "lying-disk",
              "the power fails, and one sync before had returned without doing anything", true,
              false},
    ModelInfo{Model::SyncError, "sync-error",
              "one sync fails with EIO and what it should have written never reaches the disk, as "
              "Linux does; the application goes on, and the power fails later",
              true, false},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kModels.size(); ++i) {
    if (kModels[i].model != static_cast<Model>(i)) return false;
  }
  return kModels.back().model == Model::SyncError;
}
static_assert(in_order(), "info_of() takes a model's number for its row's");

}  // namespace

std::span<const ModelInfo> models() noexcept { return kModels; }

const ModelInfo& info_of(Model model) noexcept { return kModels[static_cast<std::size_t>(model)]; }

Model parse_model(std::string_view name) {
  const auto found = std::ranges::find(kModels, name, &ModelInfo::name);
  if (found != kModels.end()) return found->model;
  std::string names;
  for (const ModelInfo& model : kModels) {
    if (!names.empty()) names += ", ";
    names += model.name;
  }
  throw Error::usage(fmt::format("failure model '{}': there are only: {}", name, names));
}

}  // namespace pragmark::crash
