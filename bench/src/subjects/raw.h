// raw: the loop that a skilled person writes by hand against SQLite's C API. The limit that the
// library's strategies are held against: what they take more than this is theirs.
//
// Per thread one read-only and one read-write connection, opened with their set proven, and four
// statements, prepared once. A read is bind, step, ten columns into the caller's strings, reset; a
// write is BEGIN IMMEDIATE, ten bindings, step, COMMIT, each with its return code looked at.
// Nothing is left out that a store has to do: text is copied into memory of the caller's, since
// SQLite's own is gone with the reset.
#pragma once

#include "baseline.h"

struct sqlite3_stmt;

namespace pragmark {

// Owns:    its connections and statements.
// Threads: any number at once.
// Errors:  as Subject.
class Raw final : public Baseline {
 public:
  explicit Raw(SubjectOptions options) : Baseline(std::move(options)) {}

  void warm_up() override { static_cast<void>(mine()); }
  [[nodiscard]] bool read(std::string_view id, Topic& into) override;
  void write(const Topic& topic) override;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using Handle = std::unique_ptr<sqlite3_stmt, Finalize>;
  // Statements are finalized before the connections close.
  struct State {
    Connection reader;
    Connection writer;
    Handle get;
    Handle begin;
    Handle insert;
    Handle commit;
  };

  [[nodiscard]] State& mine() {
    return states_.mine([this] { return open(); });
  }
  [[nodiscard]] std::unique_ptr<State> open() const;
  [[nodiscard]] static Handle prepared(const Connection& connection, std::string_view sql);
  [[nodiscard]] static bool read_once(const State& mine, std::string_view id, Topic& into);
  static void insert(const State& mine, const Topic& topic);

  StatePerThread<State> states_;
};

}  // namespace pragmark
