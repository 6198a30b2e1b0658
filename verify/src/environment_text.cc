#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "pragmark/verify/environment_format.h"
#include "pragmark/verify/environment_grade.h"

namespace pragmark {
namespace {

std::string coloured(Grade grade, std::string_view text, Colour colour) {
  if (colour == Colour::Never) return std::string(text);
  const std::string_view code = grade <= Grade::B ? "32" : grade == Grade::C ? "33" : "31";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string line(std::string_view name, std::string_view value) {
  return fmt::format("  {:<15} {}\n", name, printable(value));
}

std::string gigabytes(double bytes) { return fmt::format("{:.1f} GiB", bytes / (1U << 30)); }

std::string said(const Limit& limit, std::string (*value)(double)) {
  switch (limit.kind) {
    case Limit::Kind::Unknown: return "unknown";
    case Limit::Kind::None: return "none";
    case Limit::Kind::Set: return value(limit.value);
  }
  return "unknown";
}

std::string said(const std::optional<double>& number, std::string_view unit) {
  return number ? fmt::format("{:.2f}{}", *number, unit) : "unknown";
}

std::string said(const std::optional<Drift>& drift) {
  if (!drift) return "not measured";
  return fmt::format("last third over first {:.3f}, robust spread {:.1f}% (n={})",
                     drift->last_to_first, drift->robust_cv_percent, drift->n);
}

std::string said(const SyncLatency& sync) {
  if (sync.n == 0) return "not measured";
  return fmt::format("p50 {:.1f} us, p90 {:.1f}, p99 {:.1f}, max {:.1f} (n={})", sync.p50_us,
                     sync.p90_us, sync.p99_us, sync.max_us, sync.n);
}

std::string answer(const std::vector<GradeReason>& reasons, Colour colour) {
  const Grade grade = grade_of(reasons);
  std::string text =
      fmt::format("{}: {}", coloured(grade, fmt::format("Grade {}", to_string(grade)), colour),
                  meaning_of(grade));
  if (!reasons.empty()) text += fmt::format(", because {}", printable(reasons.front().sentence));
  if (reasons.size() > 1) text += fmt::format(" (and {} more)", reasons.size() - 1);
  return text + "\n";
}

std::string caps(const std::vector<GradeReason>& reasons) {
  if (reasons.empty()) return {};
  std::string text = "\ncaps:\n";
  for (const GradeReason& reason : reasons) {
    text += fmt::format("  {}  {:<18} {}\n", to_string(reason.cap), reason.code,
                        printable(reason.sentence));
  }
  return text;
}

}  // namespace

std::string to_text(const Environment& here, Colour colour) {
  const std::vector<GradeReason> reasons = grade_reasons(here);
  const auto processors = [](double value) { return fmt::format("{:.2f} processors", value); };
  std::string text = answer(reasons, colour) + caps(reasons) + "\n";
  text += line("directory", here.directory);
  text += line("filesystem", fmt::format("{} ({})", here.filesystem, here.mount_options));
  text += line("block device", here.block_device);
  text += line("queue", fmt::format("scheduler {}, nr_requests {}, write_cache {}, rotational {}",
                                    here.queue.scheduler, here.queue.nr_requests,
                                    here.queue.write_cache, here.queue.rotational));
  text += line("fdatasync 4 KiB", said(here.sync_latency));
  text += line("  drift", said(here.sync_drift));
  text += line("processors",
               fmt::format("{} of {}, {}", here.cpu_count, here.cpus_online, here.cpu_model));
  text += line("  quota", said(here.cpu_quota, processors));
  text += line("  governor", here.governor);
  text += line("  load before", said(here.load_average, ""));
  text += line("  steal", said(here.steal_percent, "%"));
  text += line("  drift", said(here.cpu_drift));
  text += line("memory", fmt::format("{}, limit of the control group {}",
                                     gigabytes(static_cast<double>(here.memory_bytes)),
                                     said(here.memory_limit, gigabytes)));
  text += line("clock", fmt::format("{}, {:.1f} ns a look", here.clock_source,
                                    here.clock_read_ns.value_or(0)));
  text += line("kernel", here.kernel);
  text += line("virtualization", here.virtualization);
  text += line("measured for", fmt::format("{:.1f} s", here.seconds));
  return text;
}

}  // namespace pragmark
