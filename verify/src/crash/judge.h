// Opens a crash image with SQLite and says what is in it: does it open, does integrity_check find
// damage, is what the application stored whole, how many transactions are there.
//
//   Judge judge(workload);
//   Judgement found = judge.judge(image);   // the image is used up: recovery writes to it
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crash/image.h"
#include "crash/memory_disk.h"
#include "crash/memory_vfs.h"
#include "crash/workload.h"
#include "pragmark/verify/crash.h"

namespace pragmark::crash {

struct Judgement {
  ImageState state = ImageState::Sound;
  std::int64_t committed = 0;  // transactions; this and the next are meaningful when Sound
  std::int64_t copies = 0;     // whole copies beside the database
  std::string finding;
};

// Owns:    a disk in memory for one image at a time. The workload must outlive it.
// Threads: one thread at a time.
// Errors:  throws Error for what is no property of the image (memory).
class Judge {
 public:
  explicit Judge(const Workload& workload) : workload_(workload), vfs_(disk_) {}

  [[nodiscard]] Judgement judge(Image& image);

 private:
  [[nodiscard]] Judgement look();

  const Workload& workload_;
  MemoryDisk disk_;
  MemoryVfs vfs_;
};

// What an image lacks at the point where the machine crashed; 0 unless it is Sound, since of
// another nothing can be said of single ones.
[[nodiscard]] std::int64_t transactions_lost(const CrashPoint& at,
                                             const Judgement& judgement) noexcept;
[[nodiscard]] std::int64_t copies_lost(const CrashPoint& at, const Judgement& judgement) noexcept;
// CrashFinding::kind; empty when nothing is wrong.
[[nodiscard]] std::string_view kind_of(const CrashPoint& at, const Judgement& judgement) noexcept;
[[nodiscard]] std::string message_of(const CrashPoint& at, const Judgement& judgement);

}  // namespace pragmark::crash
