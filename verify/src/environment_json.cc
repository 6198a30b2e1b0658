// Keys and their order are the schema "pragmark.env/1": additions may follow, a change of what
// stands here needs another number.
#include <nlohmann/json.hpp>

#include "pragmark/verify/environment_format.h"
#include "pragmark/verify/environment_grade.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// A limit that is not known and one that is not there are not the same.
Json json_of(const Limit& limit) {
  switch (limit.kind) {
    case Limit::Kind::Unknown: return "unknown";
    case Limit::Kind::None: return "none";
    case Limit::Kind::Set: return limit.value;
  }
  return "unknown";
}

Json json_of(const std::optional<Drift>& drift) {
  if (!drift) return nullptr;
  return {{"n", drift->n},
          {"robust_cv_percent", drift->robust_cv_percent},
          {"last_to_first", drift->last_to_first}};
}

Json json_of(const SyncLatency& sync) {
  return {{"n", sync.n},
          {"p50_us", sync.p50_us},
          {"p90_us", sync.p90_us},
          {"p99_us", sync.p99_us},
          {"max_us", sync.max_us}};
}

Json cpu_of(const Environment& here) {
  return {{"model", printable(here.cpu_model)}, {"count", here.cpu_count},
          {"online", here.cpus_online},         {"quota", json_of(here.cpu_quota)},
          {"governor", here.governor},          {"load_average", or_null(here.load_average)}};
}

Json storage_of(const Environment& here) {
  return {{"directory", printable(here.directory)},
          {"filesystem", printable(here.filesystem)},
          {"mount_options", printable(here.mount_options)},
          {"block_device", printable(here.block_device)},
          {"queue",
           {{"scheduler", printable(here.queue.scheduler)},
            {"nr_requests", printable(here.queue.nr_requests)},
            {"write_cache", printable(here.queue.write_cache)},
            {"rotational", printable(here.queue.rotational)}}}};
}

}  // namespace

std::string to_json(const Environment& here) {
  const std::vector<GradeReason> graded = grade_reasons(here);
  Json reasons = Json::array();
  for (const GradeReason& reason : graded) {
    reasons.push_back({{"code", reason.code},
                       {"cap", to_string(reason.cap)},
                       {"sentence", printable(reason.sentence)}});
  }
  const Json json = {
      {"schema", "pragmark.env/1"},
      {"pragmark_version", kVersion},
      {"grade", to_string(grade_of(graded))},
      {"meaning", meaning_of(grade_of(graded))},
      {"reasons", std::move(reasons)},
      {"seconds", here.seconds},
      {"kernel", printable(here.kernel)},
      {"virtualization", printable(here.virtualization)},
      {"cpu", cpu_of(here)},
      {"steal_percent", or_null(here.steal_percent)},
      {"memory", {{"bytes", here.memory_bytes}, {"limit_bytes", json_of(here.memory_limit)}}},
      {"storage", storage_of(here)},
      {"sync", json_of(here.sync_latency)},
      {"clock",
       {{"source", printable(here.clock_source)}, {"read_ns", here.clock_read_ns.value_or(0)}}},
      {"drift", {{"cpu", json_of(here.cpu_drift)}, {"sync", json_of(here.sync_drift)}}}};
  constexpr int kIndent = 2;
  return json.dump(kIndent) + "\n";
}

}  // namespace pragmark
