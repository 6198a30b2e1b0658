// The moment is sqlite3WalCheckpoint()'s call of xUnfetch(file, 0, NULL) (wal.c): walIndexReadHdr()
// has copied the wal-index header, walCheckpoint() has not begun. The pager makes the same call
// when a connection with mapped pages begins to read, hence mmap_size=0.
#include "pragmark/checkpoint_hook_vfs.h"

#include <utility>

#include "vfs_layer.h"

namespace pragmark {
namespace {

using internal::ForwardingFile;
using internal::OpenedFile;

class HookedFile : public ForwardingFile {
 public:
  HookedFile(CheckpointHookVfs::Layer& layer, const OpenedFile& opened)
      : ForwardingFile(opened.real), layer_(layer) {}
  int unfetch(sqlite3_int64 offset, void* page);

 private:
  CheckpointHookVfs::Layer& layer_;
};

}  // namespace

class CheckpointHookVfs::Layer : public internal::VfsLayer<Layer, HookedFile> {
 public:
  explicit Layer(const std::string& below)
      : VfsLayer(below, internal::unique_vfs_name("checkpoint-hook")) {}

  void moment() {
    ++moments_;
    if (const std::function<void()> hook = std::exchange(hook_, nullptr)) hook();
  }

  std::function<void()> hook_;
  std::uint64_t moments_ = 0;
};

namespace {

int HookedFile::unfetch(sqlite3_int64 offset, void* page) {
  const int code = ForwardingFile::unfetch(offset, page);
  if (page == nullptr) layer_.moment();
  return code;
}

}  // namespace

CheckpointHookVfs::CheckpointHookVfs(const std::string& below)
    : layer_(std::make_unique<Layer>(below)) {}
CheckpointHookVfs::~CheckpointHookVfs() = default;

const std::string& CheckpointHookVfs::name() const noexcept { return layer_->name(); }
void CheckpointHookVfs::at_next_moment(std::function<void()> hook) {
  layer_->hook_ = std::move(hook);
}
std::uint64_t CheckpointHookVfs::moments() const noexcept { return layer_->moments_; }

}  // namespace pragmark
