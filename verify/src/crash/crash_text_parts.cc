#include "crash/crash_text_parts.h"

#include <fmt/format.h>

#include "pragmark/verify/report_format.h"

namespace pragmark::crash {

std::string count_text(std::size_t cases, std::size_t trials) {
  if (cases > 0) return fmt::format("{}", cases);
  return trials == 0 ? "0" : fmt::format("0 (<={:.3g}%)", 100 * upper_bound_of_zero(trials));
}

std::string class_text(const CrashSetResult& result) {
  return std::string(result.measured() ? to_string(*result.measured()) : "unknown");
}

std::string exposure_text(const CrashSetResult& result) {
  if (!result.exposure) return "";
  const CrashExposure& exposure = *result.exposure;
  std::string text =
      fmt::format("  exposure, of {} transactions without a pause: ", exposure.run_transactions);
  if (exposure.damages) return text + "the database itself\n";
  if (!exposure.bounded) {
    return text +
           fmt::format("all {}: nothing was synced that would end it\n", exposure.transactions);
  }
  text += fmt::format("at most {}", exposure.transactions);
  if (exposure.points_judged < exposure.points) {
    text += fmt::format(" at {} of {} syncs", exposure.points_judged, exposure.points);
  }
  if (const std::optional<double> ms = result.exposure_ms()) {
    text += fmt::format(", {:.3g} ms at the median commit rate", *ms);
  }
  return text + (exposure.transactions > 0
                     ? "; in an application that rests, the last ones stay at risk for as long\n"
                     : "\n");
}

std::string rate_text(const std::optional<CommitRate>& rate) {
  if (!rate) return "";
  const std::string interval =
      rate->low ? fmt::format("[{:.0f}, {:.0f}]", *rate->low, *rate->high) : "[n too small]";
  return fmt::format("  commit rate: median {:.0f} {} commits/s, n={} slices, one connection\n",
                     rate->median, interval, rate->slices.size());
}

namespace {

std::string rounds_text(std::string_view what, const RoundCounts& counts) {
  const auto rounds = static_cast<std::size_t>(counts.rounds);
  return fmt::format(
      "  {}, {}: {} rounds, {} threads, {} acknowledged operations; rounds with loss: {}{}; with "
      "damage: {}{}{}\n",
      what, counts.strategy, rounds, counts.threads, counts.acknowledged,
      count_text(static_cast<std::size_t>(counts.rounds_with_loss), rounds),
      counts.lost > 0
          ? fmt::format(", {} operations, at most {} in one", counts.lost, counts.most_lost)
          : "",
      count_text(static_cast<std::size_t>(counts.damaged_rounds), rounds),
      counts.finding.empty() ? "" : "; first: ", printable(counts.finding));
}

}  // namespace

std::string processes_text(const CrashSetResult& result) {
  std::string text;
  for (const RoundCounts& kills : result.kills) text += rounds_text("kill -9", kills);
  for (const RoundCounts& cuts : result.power_cuts) text += rounds_text("power cut on ext4", cuts);
  return text;
}

}  // namespace pragmark::crash
