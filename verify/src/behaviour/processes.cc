// What two processes see of each other: P001. In WAL mode they find each other's commits by shared
// memory, which network filesystems do not have, and some of them do not say so.
#include <array>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/sabotage.h"
#include "behaviour/second_process.h"

namespace pragmark::behaviour {
namespace {

constexpr int kRounds = 5;  // a commit of each process in each

std::int64_t rows(Connection& connection) { return number(connection, "SELECT count(*) FROM t"); }

// The second process: in each round it says what it sees, then commits a row and says so.
void answer(const Experiment& experiment, const Conversation& parent) {
  std::int64_t go = 0;
  if (!parent.receive(go)) return;
  Connection connection = experiment.open();
  do {
    parent.send(rows(connection));
    parent.send(attempt(connection, "INSERT INTO t VALUES (2)"));
  } while (parent.receive(go));
}

Observation observe_two_processes(Experiment& experiment) {
  if (experiment.is_exclusive()) {
    return not_applicable("locking_mode=EXCLUSIVE: no other process is let in");
  }
  const SecondProcess second([&](const Conversation& parent) { answer(experiment, parent); });
  const Conversation other = second.conversation();
  Connection connection = experiment.open();
  connection.execute("CREATE TABLE t(x)");
  int seen_there = 0;
  int seen_here = 0;
  for (int round = 0; round < kRounds; ++round) {
    connection.execute("INSERT INTO t VALUES (1)");
    std::int64_t there = 0;
    std::int64_t code = 0;
    if (!other.send(round) || !other.receive(there) || !other.receive(code)) {
      return undetermined("", "the second process ended early");
    }
    if (there == 2 * round + 1) ++seen_there;
    if (code == SQLITE_OK && rows(connection) == 2 * round + 2) ++seen_here;
  }
  const std::string seen =
      fmt::format("{} of {} commits seen by the second process, {} of {} by the first", seen_there,
                  kRounds, seen_here, kRounds);
  return seen_there == kRounds && seen_here == kRounds ? as_claimed(seen) : contrary(seen);
}

// A network filesystem: what a process maps is its own, and locks reach no other machine.
class UnsharedFile : public SabotagedFile<UnsharedFile> {
 public:
  using SabotagedFile::SabotagedFile;

  int shm_map(int page, int bytes, int /*extend*/, void volatile** memory) {
    const auto index = static_cast<std::size_t>(page);
    if (index >= pages_.size()) pages_.resize(index + 1);
    if (!pages_[index]) pages_[index] = std::make_unique<char[]>(static_cast<std::size_t>(bytes));
    *memory = pages_[index].get();
    return SQLITE_OK;
  }
  int shm_lock(int /*first*/, int /*count*/, int /*flags*/) { return SQLITE_OK; }
  void shm_barrier() {}
  int shm_unmap(int /*remove*/) { return SQLITE_OK; }

 private:
  std::vector<std::unique_ptr<char[]>> pages_;
};

constexpr std::array<std::string_view, 3> kRight = {"production", "default",
                                                    "default+journal_mode=PERSIST"};
constexpr std::array kControls = {
    Control{.what = "WAL on a filesystem without shared memory that does not say so",
            .claimed = "production",
            .applied = "production",
            .expected = Verdict::Fail,
            .sabotage = sabotage_by<UnsharedFile>},
};

constexpr std::array kChecks = {
    BehaviourCheck{
        .id = "P001",
        .setting = "two processes",
        .question = "does each of two processes see what the other one commits?",
        .claim = "commits are seen",
        .runs = Runs::Always,
        .consequence = "a process reads old rows and overwrites what the other one wrote: the "
                       "database is damaged in time",
        .repair = "put the database on a local disk, or use journal_mode=DELETE and one machine",
        .documentation = "https://www.sqlite.org/wal.html#concurrency",
        .observe = observe_two_processes,
        .right = kRight,
        .controls = kControls},
};

}  // namespace

std::span<const BehaviourCheck> process_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour
