#include "crash/memory_disk.h"

namespace pragmark::crash {

std::shared_ptr<File> MemoryDisk::find(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

std::shared_ptr<File> MemoryDisk::create(std::string_view name) {
  auto file = std::make_shared<File>();
  file->id = next_id_++;
  names_.insert_or_assign(std::string(name), file);
  return file;
}

std::shared_ptr<File> MemoryDisk::create_unnamed() {
  auto file = std::make_shared<File>();
  file->recorded = false;
  return file;
}

void MemoryDisk::remove(std::string_view name) {
  const auto found = names_.find(name);
  if (found != names_.end()) names_.erase(found);
}

}  // namespace pragmark::crash
