// What a behaviour check experiments on: a scratch database under a PRAGMA set, through VFS layers
// that count what reaches the disk and that need not really sleep.
//
//   Experiment experiment(configuration, "synchronous", directory);
//   Connection writer = experiment.open();
//   IoCounts before = experiment.counts();
//   ...
//   (experiment.counts() - before).syncs();
//
// SQLite's calls pass these layers: the sabotage of a negative control, if any; the clock, which
// notes how long SQLite's busy handler wants to sleep; the counting VFS; SQLite's default VFS.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pragmark/connection.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/pragma_set.h"

namespace pragmark::behaviour {

// A VFS layer in front of `below` that undoes what a setting promises. See sabotage.h.
//
// Owns:    its registration with SQLite.
// Threads: as a VFS, any number at once.
// Errors:  construction throws Error when SQLite refuses the registration.
class Sabotage {
 public:
  virtual ~Sabotage() = default;
  [[nodiscard]] virtual const std::string& vfs() const noexcept = 0;
};
using MakeSabotage = std::unique_ptr<Sabotage> (*)(const std::string& below);

// Outside a negative control only `claimed` and `applied` are given, and they are the same.
struct Configuration {
  PragmaSet claimed;
  PragmaSet applied;                             // what connections are really opened with
  std::function<void(Connection&)> tamper = {};  // on each connection, after its settings
  MakeSabotage sabotage = nullptr;
  std::string_view begin = {};      // how a write transaction begins; empty: as the library does
  std::string_view uri_query = {};  // "cache=shared": the database is opened by URI
};

// What a connection does when a lock is held by another one.
enum class Patience {
  None,      // gives up at once: no check waits for minutes since busy_timeout says so
  OfTheSet,  // what the set makes it do
};

// What SQLite asked its VFS to sleep; its busy handler does nothing else.
struct Sleeps {
  std::int64_t count = 0;
  std::int64_t milliseconds = 0;
};

// Owns:    its VFS layers. Must outlive every connection that it opened.
// Threads: the thread that made it; counts() and sleeps() any.
// Errors:  open() throws Error when SQLite cannot open the database or apply a setting; a setting
//          that is read back differently is none, but what read_back() tells.
class Experiment {
 public:
  // `setting` is what is read back; a topic that is no setting reads back nothing.
  Experiment(Configuration configuration, std::string_view setting,
             std::filesystem::path directory);
  ~Experiment();
  Experiment(const Experiment&) = delete;
  Experiment& operator=(const Experiment&) = delete;

  [[nodiscard]] Connection open(Patience patience = Patience::None) const {
    return open_with(configuration_.applied, patience);
  }
  // With another set, where a check needs one thing otherwise (no syncs, to write much).
  [[nodiscard]] Connection open_with(const PragmaSet& applied, Patience patience) const;

  // The claim that is under test, in canonical form.
  [[nodiscard]] std::string_view claim() const { return claim(setting_); }
  [[nodiscard]] std::string_view claim(std::string_view setting) const {
    return configuration_.claimed.value(setting);
  }
  // What SQLite answered for the setting on the first connection; empty before, and for a topic.
  [[nodiscard]] const std::optional<std::string>& read_back() const noexcept { return read_back_; }
  [[nodiscard]] const PragmaSet& applied() const noexcept { return configuration_.applied; }
  [[nodiscard]] std::string_view begin() const noexcept { return configuration_.begin; }

  // One connection has the file to itself: whatever needs two of them has no meaning.
  [[nodiscard]] bool is_exclusive() const { return claim("locking_mode") == "EXCLUSIVE"; }

  // The path of the database, as the operating system knows it; "-wal" and the like go behind it.
  [[nodiscard]] std::filesystem::path file(std::string_view suffix = "") const;

  [[nodiscard]] IoCounts counts() const { return counting_.counts(); }
  [[nodiscard]] Sleeps sleeps() const noexcept;
  // By default nobody sleeps, but SQLite believes so: a timeout of a minute passes at once.
  void really_sleep(bool really) noexcept;

 private:
  class Clock;

  Configuration configuration_;
  std::string setting_;
  std::filesystem::path directory_;
  CountingVfs counting_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Sabotage> sabotage_;
  mutable std::optional<std::string> read_back_;
};

// How long the check itself is willing to wait for SQLite's sleeps: SQLite asks 10 times for each
// second of busy_timeout, so a very long one takes long even when nobody sleeps.
inline constexpr std::int64_t kLongestPretendedWaitMs = 600'000;

// Runs SQL to its end. Returns SQLite's extended result code instead of throwing: whether a
// statement is refused, and how, is what many checks look at.
[[nodiscard]] int attempt(Connection& connection, const std::string& sql);
// The first column of the first row, which must be there.
[[nodiscard]] std::int64_t number(Connection& connection, std::string_view sql);
// "SQLITE_BUSY_SNAPSHOT (517)", "SQLITE_OK"; others by their number.
[[nodiscard]] std::string code_name(int extended_code);
// 0 when there is no such file. Asks for the file's status only: opening and closing a database
// file beside SQLite would drop the locks of this process on it.
[[nodiscard]] std::int64_t file_bytes(const std::filesystem::path& file);

}  // namespace pragmark::behaviour
