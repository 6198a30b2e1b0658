#include "pragmark/bench/load/text.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "pragmark/bench/load/operations.h"

namespace pragmark {
namespace {

std::string milliseconds(double us) { return fmt::format("{:.3f}", us / 1e3); }

std::string row(std::string_view name, std::int64_t count, const LatencyHistogram& latencies) {
  std::string text = fmt::format("  {:<22}{:>12}", name, count);
  if (latencies.count() == 0) return text + "\n";
  for (const double percent : {50.0, 90.0, 99.0, 99.9}) {
    text += fmt::format("{:>11}", milliseconds(latencies.percentile_us(percent)));
  }
  return text + fmt::format("{:>11}\n", milliseconds(latencies.max_us()));
}

std::string offered(const LoadStep& step) {
  const double per_second = step.offered_per_second();
  switch (step.plan.arrivals) {
    case ArrivalKind::Constant:
      return fmt::format("{:.1f}/s offered at even intervals", per_second);
    case ArrivalKind::Poisson:
      return fmt::format("{:.1f}/s offered at random (Poisson)", per_second);
    case ArrivalKind::Closed: return "closed loop: every thread sends when it has its answer";
  }
  return "";
}

std::string latencies(const LoadSetup& setup, const LoadStep& step) {
  const auto succeeded = step.tally.succeeded();
  std::string text = fmt::format("  {:<22}{:>12}{:>11}{:>11}{:>11}{:>11}{:>11}\n", "ms", "in time",
                                 "p50", "p90", "p99", "p99.9", "max");
  text += row("latency", succeeded, step.latencies);
  text += row("service", succeeded, step.service);
  if (step.tally.wake_ups.count() > 0) {
    text += row("late wake-ups", static_cast<std::int64_t>(step.tally.wake_ups.count()),
                step.tally.wake_ups);
  }
  const auto& parts = setup.mix.parts();
  for (std::size_t i = 0; parts.size() > 1 && i < parts.size(); ++i) {
    const OperationTally& one = step.tally.operations[i];
    text += row(parts[i].operation->name, one.succeeded, one.latencies);
  }
  return text;
}

// The highest p99 of the windows that begin in [from, to).
std::string worst_p99(const LoadStep& step, double from_s, double to_s) {
  double worst_us = 0;
  bool answered = false;
  for (std::size_t i = 0; i < step.windows.size(); ++i) {
    const double begin_s = static_cast<double>(i) * step.plan.window_ms / 1e3;
    if (begin_s < from_s || begin_s >= to_s || !step.windows[i].answered) continue;
    answered = true;
    worst_us = std::max(worst_us, step.windows[i].p99_us);
  }
  return answered ? milliseconds(worst_us) : "-";
}

std::string antagonist(const LoadStep& step) {
  if (!step.antagonist) return "";
  const AntagonistPlan& plan = *step.plan.antagonist;
  const double end_s = plan.start_s + plan.duration_s;
  return fmt::format(
      "  {}, {:.1f} to {:.1f} s: {} rounds; worst p99 of a window before {}, during {}, "
      "after {} ms\n",
      find_antagonist(plan.kind).name, plan.start_s, end_s, step.antagonist->rounds,
      worst_p99(step, 0, plan.start_s), worst_p99(step, plan.start_s, end_s),
      worst_p99(step, end_s, step.plan.duration_s));
}

}  // namespace

std::string load_text(const LoadSetup& setup, const LoadStep& step) {
  const Configuration& what = setup.configuration;
  const LoadTally& tally = step.tally;
  std::string text = fmt::format(
      "{} with {}, {} threads, {} rows of payload {}, keys {}\n{}; {:.1f}/s achieved in "
      "{:.2f} s{}\n\n",
      what.set.name(), what.strategy, what.threads, what.rows, what.payload.name, setup.keys.text(),
      offered(step), step.achieved_per_second(), step.seconds,
      step.saturated() ? ": saturated" : "");
  text += latencies(setup, step);
  text += fmt::format(
      "\n  {} requests intended, {} sent, {} in time; {} found the database locked, {} failed,\n"
      "  {} were answered later than {} ms, {} were not sent because they were older than that\n",
      tally.intended(), tally.sent, tally.succeeded(), tally.busy, tally.failed, tally.timed_out,
      step.plan.timeout_ms, tally.not_sent);
  text += fmt::format(
      "  {} syncs in {:.3f} s, {} checkpoints, WAL at most {:.1f} MiB; {:.2f} s of processors, "
      "{:.1f} MiB\n",
      step.io.syncs(), std::chrono::duration<double>(step.timing.sync_time()).count(),
      step.io.checkpoints, static_cast<double>(step.io.wal_bytes_max) / (1 << 20), step.cpu_seconds,
      static_cast<double>(step.peak_memory_bytes) / (1 << 20));
  text += antagonist(step);
  text +=
      fmt::format("  answers checked: {} rows found as expected, integrity ok\n", step.rows.found);
  text +=
      "\nLatency counts from when a request was due, service from when a thread began with it.\n";
  return text;
}

}  // namespace pragmark
