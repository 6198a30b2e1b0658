#include "pragmark/verify/environment.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <limits>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"
#include "system_files.h"

namespace pragmark {
namespace {

constexpr std::size_t kSyncs = 64;
constexpr auto kSyncBudget = std::chrono::milliseconds(500);
constexpr std::size_t kAppendBytes = 4096;

// Empty when there is no such file; short files of the kernel only.
std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string first_line_of(const std::filesystem::path& path) {
  const std::string text = text_of(path);
  std::string line = text.substr(0, text.find('\n'));
  line.erase(line.find_last_not_of(" \t\r") + 1);
  return line;
}

bool exists(const char* path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// A file descriptor that is closed at the end of the scope.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& path)
      : path_(path),
        descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail("create");
  }
  ~ScratchFile() { ::close(descriptor_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  void append(const std::array<char, kAppendBytes>& bytes) const {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) fail("write to");
    if (static_cast<std::size_t>(written) < bytes.size()) {
      throw Error::environment("write to", "the disk is full; free some space", path_);
    }
  }
  void sync() const {
    if (::fdatasync(descriptor_) != 0) fail("sync");
  }

 private:
  [[noreturn]] void fail(std::string_view operation) const {
    const std::error_code cause(errno, std::generic_category());
    throw Error::environment(operation, cause.message() + " (check the disk's space and quota)",
                             path_);
  }

  std::string path_;
  int descriptor_;
};

double median_fdatasync_us(const std::filesystem::path& directory) {
  using Clock = std::chrono::steady_clock;
  ScratchDirectory scratch(directory);
  std::vector<double> times_us;
  times_us.reserve(kSyncs);
  {
    const ScratchFile file(scratch.file("fdatasync"));
    std::array<char, kAppendBytes> bytes;
    bytes.fill('p');
    const Clock::time_point begin = Clock::now();
    while (times_us.size() < kSyncs && Clock::now() - begin < kSyncBudget) {
      throw_if_interrupted();
      file.append(bytes);
      const Clock::time_point before = Clock::now();
      file.sync();
      const std::chrono::duration<double, std::micro> took = Clock::now() - before;
      times_us.push_back(took.count());
    }
  }
  scratch.remove();
  const auto middle = times_us.begin() + static_cast<std::ptrdiff_t>(times_us.size() / 2);
  std::ranges::nth_element(times_us, middle);
  return *middle;
}

// "/dev/sda1, model X, rotational=0", as far as /sys knows the device.
std::string describe_block_device(const system_files::Mount& mount) {
  std::error_code error;
  std::filesystem::path sys = "/sys/dev/block/" + mount.device;
  if (mount.source.starts_with("/dev/")) {
    const std::filesystem::path device = std::filesystem::canonical(mount.source, error);
    if (!error) sys = "/sys/class/block" / device.filename();
  }
  sys = std::filesystem::canonical(sys, error);
  if (error) return mount.source;
  if (exists((sys / "partition").c_str())) sys = sys.parent_path();
  std::string description = mount.source;
  if (const std::string model = first_line_of(sys / "device/model"); !model.empty()) {
    description += ", model " + model;
  }
  const std::string rotational = first_line_of(sys / "queue/rotational");
  // As the kernel has it: virtual disks often say 1 whatever lies below.
  if (!rotational.empty()) description += ", rotational=" + rotational;
  return description;
}

std::string virtualization_here(const utsname& system, const std::string& cpuinfo) {
  system_files::VirtualizationHints hints;
  for (const char* name : {"sys_vendor", "product_name", "bios_vendor", "board_vendor"}) {
    hints.dmi += first_line_of(std::filesystem::path("/sys/class/dmi/id") / name) + "\n";
  }
  const std::string_view machine = system.machine;
  hints.hypervisor_type = first_line_of("/sys/hypervisor/type");
  hints.hypervisor_flag = system_files::has_hypervisor_flag(cpuinfo);
  hints.processor_would_tell = machine == "x86_64" || (machine.size() == 4 && machine[0] == 'i');
  hints.kernel_release = system.release;
  hints.container = first_line_of("/run/systemd/container");
  hints.cgroup = text_of("/proc/1/cgroup");
  hints.docker_file = exists("/.dockerenv");
  hints.podman_file = exists("/run/.containerenv");
  return system_files::virtualization(hints);
}

// REQUIRES: the directory exists.
Environment environment_of(const std::filesystem::path& directory) {
  Environment here;
  here.directory = std::filesystem::canonical(directory).string();

  utsname system = {};
  ::uname(&system);
  here.kernel = fmt::format("{} {} {}", system.sysname, system.release, system.machine);
  const std::string cpuinfo = text_of("/proc/cpuinfo");
  here.cpu_model = system_files::cpu_model(cpuinfo);
  if (here.cpu_model.empty()) here.cpu_model = system.machine;
  here.cpu_count = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  here.memory_bytes = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) *
                      static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  here.virtualization = virtualization_here(system, cpuinfo);

  const auto mount = system_files::mount_of(text_of("/proc/self/mountinfo"), here.directory);
  here.filesystem = mount ? mount->filesystem : "unknown";
  here.block_device = mount ? describe_block_device(*mount) : "unknown";
  here.mount_options = mount ? mount->options : "unknown";
  return here;
}

}  // namespace

Environment describe_environment(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    throw Error::environment("look at", "it is not a directory", directory.string());
  }
  constexpr double kNotMeasured = std::numeric_limits<double>::infinity();
  Environment here = environment_of(directory);
  here.filesystem_warnings =
      system_files::filesystem_warnings(here.filesystem, here.mount_options, kNotMeasured);
  return here;
}

Environment probe_environment(const std::filesystem::path& directory) {
  const double fdatasync_us = median_fdatasync_us(directory);
  Environment here = environment_of(directory);
  here.fdatasync_us_p50 = fdatasync_us;
  here.filesystem_warnings =
      system_files::filesystem_warnings(here.filesystem, here.mount_options, fdatasync_us);
  return here;
}

StealMeter::StealMeter() {
  if (const auto ticks = system_files::cpu_ticks(text_of("/proc/stat"))) {
    stolen_ticks_ = ticks->stolen;
    total_ticks_ = ticks->total;
    known_ = true;
  }
}

std::optional<double> StealMeter::percent() const {
  const auto now = system_files::cpu_ticks(text_of("/proc/stat"));
  if (!known_ || !now) return std::nullopt;
  return system_files::steal_percent({stolen_ticks_, total_ticks_}, *now);
}

}  // namespace pragmark
