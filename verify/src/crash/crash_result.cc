// What a result says beyond its counts.
#include <cmath>

#include "pragmark/verify/crash.h"

namespace pragmark {

std::string_view to_string(CrashSabotage sabotage) noexcept {
  switch (sabotage) {
    case CrashSabotage::None: return "none";
    case CrashSabotage::SwallowSyncs: return "swallow-syncs";
    case CrashSabotage::ReorderAcrossSync: return "reorder-across-sync";
    case CrashSabotage::AcknowledgeEarly: return "acknowledge-early";
  }
  return "";
}

std::string_view to_string(ImageState state) noexcept {
  switch (state) {
    case ImageState::Sound: return "sound";
    case ImageState::Inconsistent: return "inconsistent";
    case ImageState::Corrupt: return "corrupt";
    case ImageState::Unopenable: return "unopenable";
  }
  return "";
}

double upper_bound_of_zero(std::size_t trials) noexcept {
  constexpr double kLevel = 0.05;
  return trials == 0 ? 1.0 : 1.0 - std::pow(kLevel, 1.0 / static_cast<double>(trials));
}

std::size_t CrashSetResult::images() const noexcept {
  std::size_t sum = 0;
  for (const CrashWorkload& workload : workloads) {
    for (const ModelCounts& counts : workload.models) sum += counts.images;
  }
  return sum;
}

std::size_t CrashSetResult::distinct() const noexcept {
  std::size_t sum = 0;
  for (const CrashWorkload& workload : workloads) {
    for (const ModelCounts& counts : workload.models) sum += counts.distinct;
  }
  return sum;
}

std::optional<double> CrashSetResult::exposure_ms() const noexcept {
  constexpr double kMsPerSecond = 1000;
  if (!exposure || !exposure->bounded || !rate || rate->median <= 0) return std::nullopt;
  return static_cast<double>(exposure->transactions) / rate->median * kMsPerSecond;
}

}  // namespace pragmark
