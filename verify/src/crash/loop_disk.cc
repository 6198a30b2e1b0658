#include "crash/loop_disk.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "pragmark/error.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark::crash {
namespace {

constexpr std::uintmax_t kImageBytes = std::uintmax_t{64} << 20U;
constexpr const char* kControl = "/dev/loop-control";
constexpr int kTries = 20;  // another process may take the free device, or the image change

[[noreturn]] void fail(std::string_view operation, const std::string& path) {
  throw Error::environment(operation, std::error_code(errno, std::generic_category()).message(),
                           path);
}

// Closed on destruction.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags, 0600)) {
    if (number_ < 0) fail("open", path);
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

void make_filesystem(const std::string& image) {
  std::array<const char*, 5> words{"mkfs.ext4", "-q", "-F", image.c_str(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t process = 0;
  const int refused = ::posix_spawnp(&process, words.front(), &actions, nullptr,
                                     const_cast<char* const*>(words.data()), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (refused != 0) {
    throw Error::environment("run mkfs.ext4", std::generic_category().message(refused), image);
  }
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) {
    throw Error::environment("run mkfs.ext4", fmt::format("it ended with status {}", status),
                             image);
  }
}

// A loop device for the image; it goes with its last user, the mount.
Descriptor attached(const std::string& image, std::string& name) {
  const Descriptor file(image, O_RDWR | O_CLOEXEC);
  const Descriptor control(kControl, O_RDWR | O_CLOEXEC);
  for (int tried = 0; tried < kTries; ++tried) {
    const int free = ::ioctl(control.number(), LOOP_CTL_GET_FREE);
    if (free < 0) fail("get a loop device from", kControl);
    name = fmt::format("/dev/loop{}", free);
    Descriptor device(name, O_RDWR | O_CLOEXEC);
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(file.number());
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    if (::ioctl(device.number(), LOOP_CONFIGURE, &config) == 0) return device;
    if (errno != EBUSY) fail("set up", name);
  }
  fail("set up", name);
}

struct timespec changed_at(const Descriptor& file, const std::string& path) {
  struct stat found {};
  if (::fstat(file.number(), &found) != 0) fail("look at", path);
  return found.st_mtim;
}

// Without the holes, of which an image of a filesystem has many.
void copy_data(const Descriptor& from, const Descriptor& to, const std::string& path) {
  off_t at = 0;
  while ((at = ::lseek(from.number(), at, SEEK_DATA)) >= 0) {
    const off_t end = ::lseek(from.number(), at, SEEK_HOLE);
    off_t written = at;
    while (at < end) {
      const ssize_t copied = ::copy_file_range(from.number(), &at, to.number(), &written,
                                               static_cast<std::size_t>(end - at), 0);
      if (copied <= 0) fail("copy", path);
    }
  }
  if (errno != ENXIO) fail("look for data in", path);
  if (::ftruncate(to.number(), static_cast<off_t>(kImageBytes)) != 0) fail("make", path);
}

// As it was at one moment: a copy during which the kernel wrote to the image is made again.
void copy_image(const std::string& from, const std::string& to) {
  const Descriptor image(from, O_RDONLY | O_CLOEXEC);
  for (int tried = 0; tried < kTries; ++tried) {
    const timespec before = changed_at(image, from);
    copy_data(image, Descriptor(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC), from);
    const timespec after = changed_at(image, from);
    if (before.tv_sec == after.tv_sec && before.tv_nsec == after.tv_nsec) return;
  }
  throw Error::environment("copy", "it is written to without a pause", from);
}

void enter_own_namespace() {
  static bool entered = false;
  if (entered) return;
  if (::unshare(CLONE_NEWNS) != 0) fail("leave the mount namespace of", "this process");
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) fail("make private", "/");
  entered = true;
}

}  // namespace

void LoopDisk::require_possible(const std::filesystem::path& directory) {
  if (::geteuid() != 0) {
    throw Error::environment("cut the power", "that needs root; run as root, or without it",
                             "a loop device");
  }
  const ScratchDirectory scratch(directory);
  LoopDisk disk(scratch.path());
  disk.make_anew();
  disk.cut_power();
}

LoopDisk::LoopDisk(const std::filesystem::path& directory)
    : image_(directory / "disk.img"), mount_point_(directory / "disk") {
  enter_own_namespace();
  if (::mkdir(mount_point_.c_str(), 0700) != 0) fail("make", mount_point_);
}

LoopDisk::~LoopDisk() {
  if (mounted_) ::umount2(mount_point_.c_str(), MNT_DETACH);
}

void LoopDisk::make_anew() {
  unmount();
  {
    const Descriptor image(image_, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC);
    if (::ftruncate(image.number(), static_cast<off_t>(kImageBytes)) != 0) fail("make", image_);
  }
  make_filesystem(image_);
  mount();
}

void LoopDisk::cut_power() {
  const std::string survived = image_.string() + ".survived";
  copy_image(image_, survived);
  unmount();
  if (::rename(survived.c_str(), image_.c_str()) != 0) fail("rename", survived);
  mount();
}

void LoopDisk::mount() {
  std::string name;
  const Descriptor device = attached(image_, name);
  if (::mount(name.c_str(), mount_point_.c_str(), "ext4", 0, nullptr) != 0) {
    fail("mount", image_);
  }
  mounted_ = true;
}

void LoopDisk::unmount() {
  if (!mounted_) return;
  if (::umount2(mount_point_.c_str(), 0) != 0) fail("unmount", mount_point_);
  mounted_ = false;
}

}  // namespace pragmark::crash
