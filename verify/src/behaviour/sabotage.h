// VFS layers that undo in silence what a setting promises: the negative controls for which
// read-back sees nothing. A layer is a file class and, where only files matter, one line:
//
//   class DeafFile : public SabotagedFile<DeafFile> {
//    public:
//     using SabotagedFile::SabotagedFile;
//     int sync(int flags) { return SQLITE_OK; }
//   };
//   .sabotage = sabotage_by<DeafFile>
#pragma once

#include <memory>
#include <string>

#include "behaviour/experiment.h"
#include "vfs_layer.h"

namespace pragmark::behaviour {

// For a layer that minds calls of the VFS alone.
class UnchangedFile : public internal::ForwardingFile {
 public:
  template <typename Layer>
  UnchangedFile(Layer& /*layer*/, const internal::OpenedFile& opened)
      : ForwardingFile(opened.real) {}
};

template <typename File>
class SabotageLayer;

// A file that does as told but for the calls that its class hides.
template <typename File>
class SabotagedFile : public internal::ForwardingFile {
 public:
  SabotagedFile(SabotageLayer<File>& layer, const internal::OpenedFile& opened)
      : ForwardingFile(opened.real), layer_(layer) {}

 protected:
  [[nodiscard]] SabotageLayer<File>& layer() const noexcept { return layer_; }

 private:
  SabotageLayer<File>& layer_;
};

template <typename File>
class SabotageLayer : public internal::VfsLayer<SabotageLayer<File>, File> {
 public:
  explicit SabotageLayer(const std::string& below)
      : internal::VfsLayer<SabotageLayer<File>, File>(below,
                                                      internal::unique_vfs_name("sabotaged")) {}

  // The connection with the write lock of the WAL, for files that mind; null when there is none.
  const void* wal_writer = nullptr;
};

// Holds a layer instead of being one: a layer hands out its address before it is constructed.
template <typename Layer>
class SabotageWith final : public Sabotage {
 public:
  explicit SabotageWith(const std::string& below) : layer_(below) {}
  [[nodiscard]] const std::string& vfs() const noexcept override { return layer_.name(); }

 private:
  Layer layer_;
};

template <typename Layer>
std::unique_ptr<Sabotage> sabotage_with(const std::string& below) {
  return std::make_unique<SabotageWith<Layer>>(below);
}
template <typename File>
std::unique_ptr<Sabotage> sabotage_by(const std::string& below) {
  return sabotage_with<SabotageLayer<File>>(below);
}

}  // namespace pragmark::behaviour
