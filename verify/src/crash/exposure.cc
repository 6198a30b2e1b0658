#include "crash/exposure.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "crash/explorer_parts.h"
#include "crash/judge.h"
#include "crash/recording.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark::crash {
namespace {

constexpr std::size_t kPoints = 60;  // that are judged

struct Point {
  std::size_t at;
  std::int64_t at_stake;  // acknowledged since the sync before
};

std::vector<Point> points_before_syncs(const OperationLog& log) {
  std::vector<Point> points;
  std::int64_t at_stake = 0;
  for (std::size_t point = 0; point <= log.operations.size(); ++point) {
    if (ends_epoch(log, point)) points.push_back({point, std::exchange(at_stake, 0)});
    const bool more = point < log.operations.size();
    if (more && log.operations[point].kind == OperationKind::Acknowledge) ++at_stake;
  }
  return points;
}

// Half of them where most is at stake, the others drawn; in order.
std::vector<Point> chosen(std::vector<Point> points, std::uint64_t seed) {
  if (points.size() <= kPoints) return points;
  std::ranges::stable_sort(points, std::ranges::greater{}, &Point::at_stake);
  std::vector<Point> some(points.begin(), points.begin() + kPoints / 2);
  Quota quota(kPoints - some.size(), points.size() - some.size(), seed);
  for (auto other = points.begin() + kPoints / 2; other != points.end(); ++other) {
    if (quota.take()) some.push_back(*other);
  }
  std::ranges::sort(some, {}, &Point::at);
  return some;
}

}  // namespace

CrashExposure measure_exposure(const PragmaSet& set, const CrashOptions& options) {
  const std::unique_ptr<Workload> workload = make_sustained(
      {.set = set, .seed = options.seed, .transactions = options.sustained_transactions});
  const OperationLog log = record(*workload, options);
  CrashExposure exposure{.run_transactions =
                             static_cast<std::int64_t>(log.count(OperationKind::Acknowledge))};
  const std::vector<Point> points = points_before_syncs(log);
  const std::vector<Point> some = chosen(points, options.seed);
  exposure.points = points.size();
  exposure.points_judged = some.size();
  CrashPoint at(log, {});
  Judge judge(*workload);
  Image image;
  for (const Point& point : some) {
    throw_if_interrupted();
    at.advance_to(point.at);
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
