#include "crash/exposure.h"

#include <algorithm>

#include "crash/explorer_parts.h"
#include "crash/judge.h"
#include "crash/recording.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark::crash {
namespace {

constexpr std::size_t kPoints = 60;  // of those before a sync, evenly spread; each is judged

std::vector<std::size_t> points_before_syncs(const OperationLog& log) {
  std::vector<std::size_t> points;
  for (std::size_t point = 0; point <= log.operations.size(); ++point) {
    if (ends_epoch(log, point)) points.push_back(point);
  }
  return points;
}

}  // namespace

CrashExposure measure_exposure(const PragmaSet& set, const CrashOptions& options) {
  const std::unique_ptr<Workload> workload = make_sustained(
      {.set = set, .seed = options.seed, .transactions = options.sustained_transactions});
  const OperationLog log = record(*workload, options);
  CrashExposure exposure{.run_transactions =
                             static_cast<std::int64_t>(log.count(OperationKind::Acknowledge))};
  const std::vector<std::size_t> points = points_before_syncs(log);
  Quota quota(std::min(kPoints, points.size()), points.size());
  CrashPoint at(log, {});
  Judge judge(*workload);
  Image image;
  for (const std::size_t point : points) {
    throw_if_interrupted();
    if (!quota.take() && point != points.back()) continue;
    at.advance_to(point);
    at.build(losses_from(at, 0), options.seed, image);
    const Judgement found = judge.judge(image);
    if (found.state != ImageState::Sound) {
      exposure.damages = true;
      continue;
    }
    const std::int64_t acknowledged = at.acknowledged().empty() ? 0 : at.acknowledged().front();
    exposure.transactions = std::max(exposure.transactions, acknowledged - found.committed);
  }
  exposure.bounded = !exposure.damages && exposure.transactions < exposure.run_transactions;
  return exposure;
}

}  // namespace pragmark::crash
