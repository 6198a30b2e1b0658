#include "pragmark/verify/environment.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "cgroup_files.h"
#include "drift.h"
#include "fixed_work.h"
#include "kernel_text.h"
#include "pragmark/error.h"
#include "pragmark/verify/environment_grade.h"
#include "pragmark/verify/interrupt.h"
#include "storage_facts.h"
#include "sync_latency.h"
#include "system_files.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Of a probe.
constexpr std::size_t kSyncs = 64;
constexpr auto kSyncBudget = std::chrono::milliseconds(500);

// Of a run, which takes turns at work and at syncs.
constexpr std::size_t kFewestRounds = 9;  // three to a third
constexpr std::size_t kSyncsOfRound = 16;
constexpr auto kSyncBudgetOfRound = std::chrono::milliseconds(25);

bool exists(const char* path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
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

// Of all processors, each name once: "performance", "performance,powersave".
std::string governor_here() {
  std::string governors;
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator("/sys/devices/system/cpu", error)) {
    const std::string name = first_line_of(entry.path() / "cpufreq/scaling_governor");
    if (name.empty() || ("," + governors + ",").find("," + name + ",") != std::string::npos)
      continue;
    governors += (governors.empty() ? "" : ",") + name;
  }
  return governors.empty() ? "unknown" : governors;
}

void find_limits(Environment& here) {
  const std::string self_cgroup = text_of("/proc/self/cgroup");
  const std::string mountinfo = text_of("/proc/self/mountinfo");
  const auto read = [](const std::string& path) { return text_of(path); };
  here.cpu_quota =
      cgroup_files::cpu_quota(cgroup_files::place_of("cpu", self_cgroup, mountinfo), read);
  here.memory_limit =
      cgroup_files::memory_limit(cgroup_files::place_of("memory", self_cgroup, mountinfo), read);
}

// REQUIRES: the directory exists.
Environment environment_of(const fs::path& directory) {
  Environment here;
  here.load_average = system_files::load_average(text_of("/proc/loadavg"));
  here.directory = fs::canonical(directory).string();

  utsname system = {};
  ::uname(&system);
  here.kernel = fmt::format("{} {} {}", system.sysname, system.release, system.machine);
  const std::string cpuinfo = text_of("/proc/cpuinfo");
  here.cpu_model = system_files::cpu_model(cpuinfo);
  if (here.cpu_model.empty()) here.cpu_model = system.machine;
  here.cpu_count = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  here.cpus_online = std::max(here.cpu_count, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
  here.memory_bytes = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) *
                      static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  here.virtualization = virtualization_here(system, cpuinfo);
  here.governor = governor_here();
  here.clock_source = fact_in("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  find_limits(here);
  find_storage_facts(here);
  return here;
}

struct Samples {
  std::vector<double> syncs_us;
  std::vector<double> work_us;          // one of each round
  std::vector<double> median_syncs_us;  // of each round
};

void sample_syncs(SyncProbe& probe, std::size_t most, Clock::duration budget,
                  std::vector<double>& syncs_us) {
  const Clock::time_point begin = Clock::now();
  const std::size_t enough = syncs_us.size() + most;
  do {
    throw_if_interrupted();
    syncs_us.push_back(probe.sample_us());
  } while (syncs_us.size() < enough && Clock::now() - begin < budget);
}

Samples sample_rounds(const fs::path& directory, Clock::duration duration) {
  Samples samples;
  SyncProbe probe(directory);
  static_cast<void>(fixed_work_us());  // the processor may have been asleep
  const Clock::time_point begin = Clock::now();
  while (samples.work_us.size() < kFewestRounds || Clock::now() - begin < duration) {
    throw_if_interrupted();
    samples.work_us.push_back(fixed_work_us());
    const std::size_t before = samples.syncs_us.size();
    sample_syncs(probe, kSyncsOfRound, kSyncBudgetOfRound, samples.syncs_us);
    samples.median_syncs_us.push_back(median_of(std::span(samples.syncs_us).subspan(before)));
  }
  probe.remove();
  return samples;
}

}  // namespace

Environment describe_environment(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    throw Error::environment("look at", "it is not a directory", directory.string());
  }
  Environment here = environment_of(directory);
  here.filesystem_warnings = filesystem_warnings(here);
  return here;
}

Environment probe_environment(const fs::path& directory) {
  SyncProbe probe(directory);
  std::vector<double> syncs_us;
  sample_syncs(probe, kSyncs, kSyncBudget, syncs_us);
  probe.remove();
  Environment here = environment_of(directory);
  here.sync_latency = sync_latency_of(syncs_us);
  here.clock_read_ns = clock_read_ns();
  here.filesystem_warnings = filesystem_warnings(here);
  return here;
}

Environment measure_environment(const fs::path& directory, std::chrono::milliseconds duration) {
  const auto load_average = system_files::load_average(text_of("/proc/loadavg"));
  const StealMeter steal;
  const Clock::time_point begin = Clock::now();
  Samples samples = sample_rounds(directory, duration);
  const std::chrono::duration<double> took = Clock::now() - begin;
  Environment here = environment_of(directory);
  here.steal_percent = steal.percent();
  here.load_average = load_average;
  here.seconds = took.count();
  here.cpu_drift = drift_of(samples.work_us);
  here.sync_drift = drift_of(samples.median_syncs_us);
  here.sync_latency = sync_latency_of(samples.syncs_us);
  here.clock_read_ns = clock_read_ns();
  here.filesystem_warnings = filesystem_warnings(here);
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
