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
  ModelCounts sum{
      .model = power ? "power cut" : "killed process", .power = power, .promised = true};
  for (const CrashWorkload& workload : workloads) sum.add(power ? workload.power : workload.kill);
  return sum;
}

Verdict CrashSetResult::verdict() const noexcept {
  if (uncontradicted > promised) return Verdict::Fail;
  const bool all = (kill_tried && power_tried) || promised == DurabilityClass::Unsafe;
  return all ? Verdict::Pass : Verdict::Unknown;
}

std::optional<DurabilityClass> CrashSetResult::measured() const noexcept {
  const bool known = (kill_tried && power_tried) || uncontradicted == DurabilityClass::Unsafe;
  return known ? std::optional(uncontradicted) : std::nullopt;
}

std::size_t CrashSetResult::images() const {
  std::size_t sum = 0;
  for (const ModelCounts& counts : by_model()) sum += counts.images;
  return sum;
}

std::size_t CrashSetResult::distinct() const {
  std::size_t sum = 0;
  for (const CrashWorkload& workload : workloads) sum += workload.judged;
  return sum;
}

std::optional<double> CrashSetResult::exposure_ms() const noexcept {
  constexpr double kMsPerSecond = 1000;
  if (!exposure || !exposure->bounded || !rate || rate->median <= 0) return std::nullopt;
  return static_cast<double>(exposure->transactions) / rate->median * kMsPerSecond;
}

}  // namespace pragmark
