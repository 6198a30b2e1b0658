// What a workload runs against: the store with one of its strategies, or a baseline that the
// strategies are held against (a hand-written C loop, other libraries), on the same SQL, rows and
// checks.
//
//   std::unique_ptr<Subject> subject = make_subject("per-thread", {.path = p, .set = set});
//   subject->warm_up();                        // on every thread, before the clock starts
//   if (subject->read(id.view(), topic)) ...
//
// To add a baseline: a file in bench/src/subjects/, its factory in subjects.h and a line in the
// table of subject.cc.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/pragma_set.h"
#include "pragmark/records.h"

namespace pragmark {

// Owns:    its connections.
// Threads: any number at once.
// Errors:  every member may throw Error; one of lock contention counts as a busy error, any other
//          ends the benchmark.
class Subject {
 public:
  Subject() = default;
  virtual ~Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  // Opens what the calling thread will need, with the PRAGMA set proven on it.
  virtual void warm_up() = 0;

  // On the clock. One call is one request.
  // Returns false when there is no such topic.
  [[nodiscard]] virtual bool read(std::string_view id, Topic& into) = 0;
  // Returns when the write is committed.
  virtual void write(const Topic& topic) = 0;
  // Queues the write; the topic may change as soon as this returns. The future is ready when the
  // write is committed, and holds the error when it failed. A subject that cannot queue writes at
  // once, which is what this default does.
  [[nodiscard]] virtual std::future<void> submit(const Topic& topic);

  // After the clock has stopped.
  [[nodiscard]] virtual std::int64_t count_topics() = 0;
  // One line for each finding of integrity_check and foreign_key_check; empty when clean.
  [[nodiscard]] virtual std::vector<std::string> check() = 0;
};

struct SubjectOptions {
  std::string path;
  PragmaSet set;
  std::string vfs;  // empty for SQLite's default
};

enum class SubjectKind {
  Strategy,  // of the library; its name may be followed by options: NAME[+option=value..]
  Baseline,  // runs only where it is named
};

struct SubjectInfo {
  std::string name;
  std::string description;
  SubjectKind kind;
  bool asynchronous;  // writes can be queued: one client may have several in flight
};

// Every name that make_subject() knows: the library's strategies in their order, then raw and those
// peers that this program was built with.
[[nodiscard]] std::vector<SubjectInfo> subjects();
// By the name, with options or without; empty when there is none.
[[nodiscard]] std::optional<SubjectInfo> find_subject(std::string_view name);
// Throws Error: of kind Usage when the name is unknown.
[[nodiscard]] std::unique_ptr<Subject> make_subject(std::string_view name,
                                                    const SubjectOptions& options);

}  // namespace pragmark
