// What a result says beyond its counts.
#include <algorithm>
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

void ModelCounts::add(const ModelCounts& other) noexcept {
  points += other.points;
  images += other.images;
  exhaustive += other.exhaustive;
  distinct += other.distinct;
  inconsistent += other.inconsistent;
  corrupt += other.corrupt;
  unopenable += other.unopenable;
  with_loss += other.with_loss;
  max_lost = std::max(max_lost, other.max_lost);
}

std::vector<ModelCounts> CrashSetResult::by_model() const {
  std::vector<ModelCounts> sums;
  for (const CrashWorkload& workload : workloads) {
    for (const ModelCounts& counts : workload.models) {
      const auto sum = std::ranges::find(sums, counts.model, &ModelCounts::model);
      if (sum == sums.end()) {
        sums.push_back(counts);
      } else {
        sum->add(counts);
      }
    }
  }
  return sums;
}

ModelCounts CrashSetResult::deciding(bool power) const {
  ModelCounts sum{.model = "", .power = power, .promised = true};
  for (const ModelCounts& counts : by_model()) {
    if (counts.promised && counts.power == power) sum.add(counts);
  }
  return sum;
}

DurabilityClass CrashSetResult::measured() const noexcept {
  return power_tried ? uncontradicted : std::max(uncontradicted, DurabilityClass::ProcessSafe);
}

std::size_t CrashSetResult::images() const {
  std::size_t sum = 0;
  for (const ModelCounts& counts : by_model()) sum += counts.images;
  return sum;
}

std::size_t CrashSetResult::distinct() const {
  std::size_t sum = 0;
  for (const ModelCounts& counts : by_model()) sum += counts.distinct;
  return sum;
}

std::optional<double> CrashSetResult::exposure_ms() const noexcept {
  constexpr double kMsPerSecond = 1000;
  if (!exposure || !exposure->bounded || !rate || rate->median <= 0) return std::nullopt;
  return static_cast<double>(exposure->transactions) / rate->median * kMsPerSecond;
}

}  // namespace pragmark
