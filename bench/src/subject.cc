#include "pragmark/bench/subject.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "pragmark/bench/python_original.h"
#include "pragmark/store.h"
#include "pragmark/strategy.h"
#include "subjects/subjects.h"

namespace pragmark {

std::future<void> Subject::submit(const Topic& topic) {
  std::promise<void> promise;
  try {
    write(topic);
    promise.set_value();
  } catch (...) {
    promise.set_exception(std::current_exception());
  }
  return promise.get_future();
}

namespace {

class StoreSubject final : public Subject {
 public:
  StoreSubject(std::string_view strategy, const SubjectOptions& options)
      : store_({.path = options.path,
                .set = options.set,
                .strategy = std::string(strategy),
                .vfs = options.vfs}) {}

  void warm_up() override { store_.warm_up(); }
  bool read(std::string_view id, Topic& into) override { return store_.get_topic(id, into); }
  void write(const Topic& topic) override { store_.insert(topic); }
  std::future<void> submit(const Topic& topic) override { return store_.insert_async(topic); }
  std::int64_t count_topics() override { return store_.count<Topic>(); }
  std::vector<std::string> check() override { return store_.check(); }

 private:
  Store store_;
};

struct BaselineInfo {
  std::string_view name;
  std::string_view description;
  std::unique_ptr<Subject> (*make)(const SubjectOptions& options);
};

constexpr BaselineInfo kBaselines[] = {
    {"raw", "hand-written loop against SQLite's C API: the limit of what a strategy can reach",
     make_raw},
    {kPythonOriginal,
     "the application that started this work: Python, a connection for each operation",
     make_python_original},
#ifdef PRAGMARK_HAS_SQLITECPP
    {"sqlitecpp", "the same with SQLiteCpp", make_sqlitecpp},
#endif
#ifdef PRAGMARK_HAS_SOCI
    {"soci", "the same with SOCI", make_soci},
#endif
};

}  // namespace

std::vector<SubjectInfo> subjects() {
  std::vector<SubjectInfo> known;
  for (const StrategyInfo& strategy : strategies()) {
    known.push_back({.name = std::string(strategy.name),
                     .description = std::string(strategy.description),
                     .kind = SubjectKind::Strategy,
                     .asynchronous = strategy.queues});
  }
  for (const BaselineInfo& baseline : kBaselines) {
    known.push_back({.name = std::string(baseline.name),
                     .description = std::string(baseline.description),
                     .kind = SubjectKind::Baseline,
                     .asynchronous = false});
  }
  return known;
}

std::optional<SubjectInfo> find_subject(std::string_view name) {
  const std::string_view base = name.substr(0, name.find('+'));
  for (SubjectInfo& subject : subjects()) {
    if (subject.name != base) continue;
    if (subject.kind == SubjectKind::Baseline && base != name) return std::nullopt;
    return std::move(subject);
  }
  return std::nullopt;
}

std::unique_ptr<Subject> make_subject(std::string_view name, const SubjectOptions& options) {
  const auto* baseline = std::ranges::find(kBaselines, name, &BaselineInfo::name);
  if (baseline != std::end(kBaselines)) return baseline->make(options);
  return std::make_unique<StoreSubject>(name, options);
}

}  // namespace pragmark
