#include "storage_facts.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "kernel_text.h"
#include "system_files.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;

// The folder of the whole device in /sys; a partition has no queue of its own.
std::optional<fs::path> device_folder(const system_files::Mount& mount) {
  std::error_code error;
  fs::path folder = "/sys/dev/block/" + mount.device;
  if (mount.source.starts_with("/dev/")) {
    const fs::path device = fs::canonical(mount.source, error);
    if (!error) folder = "/sys/class/block" / device.filename();
  }
  folder = fs::canonical(folder, error);
  if (error) return std::nullopt;
  if (fs::exists(folder / "partition", error)) folder = folder.parent_path();
  return folder;
}

}  // namespace

void find_storage_facts(Environment& here) {
  const auto mount = system_files::mount_of(text_of("/proc/self/mountinfo"), here.directory);
  here.filesystem = mount ? mount->filesystem : "unknown";
  here.block_device = mount ? mount->source : "unknown";
  here.mount_options = mount ? mount->options : "unknown";
  const std::optional<fs::path> folder = mount ? device_folder(*mount) : std::nullopt;
  if (!folder) return;
  if (const std::string model = first_line_of(*folder / "device/model"); !model.empty()) {
    here.block_device += ", model " + model;
  }
  const fs::path queue = *folder / "queue";
  here.queue = {.scheduler = system_files::chosen_scheduler(first_line_of(queue / "scheduler")),
                .nr_requests = fact_in(queue / "nr_requests"),
                .write_cache = fact_in(queue / "write_cache"),
                .rotational = fact_in(queue / "rotational")};
  // As the kernel has it: virtual disks often say 1 whatever lies below.
  if (here.queue.rotational != "unknown") {
    here.block_device += ", rotational=" + here.queue.rotational;
  }
}

}  // namespace pragmark
