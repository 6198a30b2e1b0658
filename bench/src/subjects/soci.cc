// soci: the store as a good user of SOCI (https://soci.sourceforge.net) writes it: per thread two
// sessions, each with statements prepared once and bound to variables that live as long, which is
// how SOCI keeps statements. SOCI's own transaction class begins a deferred transaction, so BEGIN
// IMMEDIATE and COMMIT are kept statements as well.
//
// Not <sqlite3.h>: SOCI's header includes it inside a namespace.
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "baseline.h"
#include "pragmark/function_ref.h"
#include "pragmark/statements.h"
#include "subjects.h"

namespace pragmark {
namespace {

// A file: URI, since SOCI has no other way to name a VFS.
std::string connection_text(const SubjectOptions& options, bool read_only) {
  std::string uri = "file:";
  for (const char c : options.path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/._-").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  if (!options.vfs.empty()) uri += "?vfs=" + options.vfs;
  return fmt::format("dbname=\"{}\"{}", uri, read_only ? " readonly=true" : "");
}

// A session that has its set proven before any statement is prepared on it.
class ProvenSession {
 public:
  using Prove = FunctionRef<void(sqlite3*, ConnectionKind)>;

  ProvenSession(const SubjectOptions& options, ConnectionKind kind, Prove prove)
      : session_(soci::sqlite3, connection_text(options, kind == ConnectionKind::ReadOnly)) {
    // SOCI's errors hold what SQLite returns, and contention has its reasons in extended codes.
    sqlite_api::sqlite3_extended_result_codes(raw_handle(), 1);
    prove(reinterpret_cast<sqlite3*>(raw_handle()), kind);
  }

  [[nodiscard]] soci::session& get() noexcept { return session_; }
  [[nodiscard]] bool in_transaction() {
    return sqlite_api::sqlite3_get_autocommit(raw_handle()) == 0;
  }

 private:
  sqlite_api::sqlite3* raw_handle() {
    return static_cast<soci::sqlite3_session_backend*>(session_.get_backend())->conn_;
  }

  soci::session session_;
};

// A topic in the types that SOCI exchanges; statements are bound to its members for good.
struct Row {
  Topic topic;
  std::string report;
  soci::indicator report_indicator = soci::i_null;
  long long priority = 0;
  long long created_at = 0;
  long long updated_at = 0;
};

Timestamp time_of(long long milliseconds) {
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

class Reader {
 public:
  Reader(const SubjectOptions& options, ProvenSession::Prove prove)
      : session_(options, ConnectionKind::ReadOnly, prove),
        get_((session_.get().prepare << std::string(topic_statements().get),
              soci::into(row_.topic.id), soci::into(row_.topic.title),
              soci::into(row_.topic.description), soci::into(row_.topic.status),
              soci::into(row_.priority), soci::into(row_.topic.language),
              soci::into(row_.topic.domain), soci::into(row_.report, row_.report_indicator),
              soci::into(row_.created_at), soci::into(row_.updated_at), soci::use(id_))) {}

  bool read(std::string_view id, Topic& into) {
    id_.assign(id);
    get_.execute();
    if (!get_.fetch()) return false;
    Topic& topic = row_.topic;
    topic.priority = row_.priority;
    if (row_.report_indicator == soci::i_null) {
      topic.research_report.reset();
    } else {
      topic.research_report = row_.report;
    }
    topic.created_at = time_of(row_.created_at);
    topic.updated_at = time_of(row_.updated_at);
    std::swap(topic, into);  // both keep memory for the next row
    // To the end, which releases the read lock.
    static_cast<void>(get_.fetch());
    return true;
  }

 private:
  ProvenSession session_;
  Row row_;
  std::string id_;
  soci::statement get_;
};

class Inserter {
 public:
  Inserter(const SubjectOptions& options, ProvenSession::Prove prove)
      : session_(options, ConnectionKind::ReadWrite, prove),
        begin_((session_.get().prepare << "BEGIN IMMEDIATE")),
        insert_((session_.get().prepare << std::string(topic_statements().insert),
                 soci::use(row_.topic.id), soci::use(row_.topic.title),
                 soci::use(row_.topic.description), soci::use(row_.topic.status),
                 soci::use(row_.priority), soci::use(row_.topic.language),
                 soci::use(row_.topic.domain), soci::use(row_.report, row_.report_indicator),
                 soci::use(row_.created_at), soci::use(row_.updated_at))),
        commit_((session_.get().prepare << "COMMIT")) {}

  void write(const Topic& topic) {
    set_row(topic);
    begin_.execute(true);
    try {
      insert_.execute(true);
      commit_.execute(true);
    } catch (...) {
      roll_back();
      throw;
    }
  }

  void execute(const char* sql) { session_.get() << sql; }

 private:
  void set_row(const Topic& topic) {
    row_.topic = topic;
    row_.priority = topic.priority;
    row_.report_indicator = topic.research_report ? soci::i_ok : soci::i_null;
    if (topic.research_report) row_.report = *topic.research_report;
    row_.created_at = topic.created_at.time_since_epoch().count();
    row_.updated_at = topic.updated_at.time_since_epoch().count();
  }

  // SQLite rolls back by itself on some errors. What fails here is left to the next begin, which
  // says so: the error that led here is the one to report.
  void roll_back() noexcept {
    try {
      if (session_.in_transaction()) execute("ROLLBACK");
    } catch (const soci::soci_error&) {
      return;
    }
  }

  ProvenSession session_;
  Row row_;
  soci::statement begin_;
  soci::statement insert_;
  soci::statement commit_;
};

struct State {
  State(const SubjectOptions& options, ProvenSession::Prove prove)
      : reader(options, prove), writer(options, prove) {}

  Reader reader;
  Inserter writer;
};

class Soci final : public Baseline {
 public:
  explicit Soci(SubjectOptions options) : Baseline(std::move(options)) {
    soci::session memory(soci::sqlite3, "dbname=:memory:");
    std::string source_id;
    memory << kSourceIdSql, soci::into(source_id);
    require_same_sqlite("SOCI", source_id);
  }

  void warm_up() override { static_cast<void>(mine()); }

  bool read(std::string_view id, Topic& into) override {
    State& mine = this->mine();
    return read_recovering(
        [&] { return translated("read a topic", [&] { return mine.reader.read(id, into); }); },
        [&] { translated("recover", [&] { mine.writer.execute(kRecoverySql); }); });
  }

  void write(const Topic& topic) override {
    State& mine = this->mine();
    translated("insert a topic", [&] { mine.writer.write(topic); });
  }

 private:
  // What the library throws as an Error, so that the harness knows lock contention when it sees it.
  template <typename Work>
  std::invoke_result_t<Work> translated(const char* operation, Work work) const {
    try {
      return work();
    } catch (const soci::sqlite3_soci_error& error) {
      throw Error::sqlite(nullptr, error.result(), operation, "", options().path);
    }
  }

  State& mine() {
    const auto prove = [this](sqlite3* handle, ConnectionKind kind) {
      apply_and_prove(handle, kind);
    };
    return states_.mine([&] {
      return translated("open", [&] { return std::make_unique<State>(options(), prove); });
    });
  }

  StatePerThread<State> states_;
};

}  // namespace

std::unique_ptr<Subject> make_soci(const SubjectOptions& options) {
  return std::make_unique<Soci>(options);
}

}  // namespace pragmark
