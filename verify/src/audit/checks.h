// The checks of an audit, each adding facts and findings to the report.
//
//   A1xx the file   A2xx its journal   A3xx its space   A4xx its integrity   A5xx foreign keys
//   A6xx statistics of the planner   A7xx settings   A8xx filesystem and disk
//
// To add a check, add its function here and a line in audit.cc.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "audit/snapshot.h"
#include "audit/watch.h"
#include "pragmark/connection.h"
#include "pragmark/function_ref.h"
#include "pragmark/verify/audit.h"

namespace pragmark::inspect {

// What the checks that ask nothing of SQLite look at.
struct FileSubject {
  const AuditOptions& options;
  const Snapshot& snapshot;
  AuditReport& report;
};
void check_file(const FileSubject& subject);
void check_journal(const FileSubject& subject);

// What the others look at.
struct ContentSubject {
  const AuditOptions& options;
  Connection& connection;
  Watch& watch;
  AuditReport& report;
};
void check_integrity(const ContentSubject& subject);
void check_tables(const ContentSubject& subject);
void check_foreign_keys(const ContentSubject& subject);
void check_statistics(const ContentSubject& subject);  // REQUIRES: check_tables() before
void check_space(const ContentSubject& subject);

// What looks at the report and at the machine, not at the file any more.
void check_settings(const AuditOptions& options, AuditReport& report);
void check_filesystem(const AuditOptions& options, AuditReport& report);

enum class AtLimit {
  Report,    // an unknown finding
  TakeAsIs,  // what was reached until then is the answer
};
struct Task {
  std::string_view id;    // of the finding when it cannot be done
  std::string_view name;  // "count rows"
  std::optional<std::chrono::milliseconds> limit;
  AtLimit at_limit = AtLimit::Report;
};
// Runs a part of a check. What goes wrong in it is a finding of its own: damage that SQLite came
// upon is an error, a limit or something that this library cannot do is unknown. True when it was
// done whole.
bool attempt(const ContentSubject& subject, const Task& task, FunctionRef<void()> work);

}  // namespace pragmark::inspect
