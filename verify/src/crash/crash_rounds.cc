// A round: the child's threads write to the store and say each operation that was acknowledged; the
// parent kills the child after a seeded number of these, hears what was said before the end, cuts
// the power if that is what is tried, and looks whether all of it is there.
#include "crash/crash_rounds.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <unordered_set>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/second_process.h"
#include "crash/hash.h"
#include "crash/loop_disk.h"
#include "crash/sabotage.h"
#include "pragmark/connection.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"
#include "pragmark/store.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark::crash {
namespace {

constexpr int kThreads = 4;
constexpr std::uint64_t kMostAcknowledged = 300;  // in a round, before the child is killed
constexpr std::uint64_t kLongestDelayUs = 3000;   // from then on
constexpr std::chrono::milliseconds kPauseWhenBusy{1};
// After so many rounds the next begins with a new database: each round looks at all that is in it.
constexpr int kRoundsOfDatabase = 20;

// Round, thread and number in one word, which is what goes over the wire.
constexpr int kThreadBits = 8;
constexpr int kNumberBits = 32;

std::int64_t key_of(int round, int thread, std::int64_t number) {
  return (std::int64_t{round} << (kThreadBits + kNumberBits)) |
         (std::int64_t{thread} << kNumberBits) | number;
}

std::string id_of(std::int64_t key) { return fmt::format("k{:016x}", key); }

void write_without_end(Store& store, const behaviour::Conversation& parent, int round, int thread,
                       bool early) {
  for (std::int64_t number = 1;; ++number) {
    const std::int64_t key = key_of(round, thread, number);
    if (early && !parent.send(key)) return;
    try {
      store.insert(Topic{.id = id_of(key), .title = std::string(300, 'x')});
      store.insert(BlogPost{
          .id = id_of(key), .research_topic_id = id_of(key), .content = std::string(2000, 'y')});
    } catch (const Error& error) {
      // A set without busy_timeout is told BUSY, and a little later the next number is tried.
      if (error.contention() == Contention::None) throw;
      std::this_thread::sleep_for(kPauseWhenBusy);
      continue;
    }
    if (!early && !parent.send(key)) return;
  }
}

struct Work {
  const std::string& path;
  const PragmaSet& set;
  const std::string& strategy;
  CrashSabotage sabotage;
  int round;
};

void work_until_killed(const Work& work, const behaviour::Conversation& parent) {
  const std::unique_ptr<SabotagedVfs> layer = sabotage_vfs(work.sabotage, "");
  Store store({.path = work.path,
               .set = work.set,
               .strategy = work.strategy,
               .vfs = layer ? layer->vfs_name() : ""});
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      try {
        write_without_end(store, parent, work.round, i,
                          work.sabotage == CrashSabotage::AcknowledgeEarly);
      } catch (const std::exception&) {
        // The others go on; the parent hears less of this child.
      }
    });
  }
}

// What the process runs on, and what happens to its disk after the process is dead.
class Machine {
 public:
  Machine() = default;
  virtual ~Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  [[nodiscard]] virtual std::string database() const = 0;
  virtual void begin_anew() = 0;
  virtual void crash() = 0;
};

// The machine runs on: nothing happens to what was written.
class RunningMachine final : public Machine {
 public:
  explicit RunningMachine(const std::string& directory) : scratch_(directory) {}
  [[nodiscard]] std::string database() const override { return scratch_.file("killed.db"); }
  void begin_anew() override {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      std::error_code ignored;
      std::filesystem::remove(database() + suffix, ignored);
    }
  }
  void crash() override {}

 private:
  ScratchDirectory scratch_;
};

class PowerCut final : public Machine {
 public:
  explicit PowerCut(const std::string& directory) : scratch_(directory), disk_(scratch_.path()) {}
  [[nodiscard]] std::string database() const override { return disk_.path() / "killed.db"; }
  void begin_anew() override { disk_.make_anew(); }
  void crash() override { disk_.cut_power(); }

 private:
  ScratchDirectory scratch_;
  LoopDisk disk_;  // unmounted before its directory is removed
};

// What a crash may do to a database, and not what the machine or another connection does.
bool is_damage(const Error& error) noexcept {
  return error.kind() != ErrorKind::Environment && error.contention() == Contention::None &&
         error.extended_code() != SQLITE_IOERR_LOCK;
}

class Rounds {
 public:
  Rounds(const PragmaSet& set, const std::string& strategy, const CrashOptions& options,
         Machine& machine)
      : set_(set), strategy_(strategy), options_(options), machine_(machine) {}

  RoundCounts run(int rounds) {
    counts_.strategy = strategy_;
    counts_.threads = kThreads;
    Random random(options_.seed);
    for (int round = 0; round < rounds; ++round) {
      throw_if_interrupted();
      if (round % kRoundsOfDatabase == 0) begin_anew();
      kill_one(round, random);
      machine_.crash();
      ++counts_.rounds;
      look(round);
    }
    return std::move(counts_);
  }

 private:
  void kill_one(int round, Random& random) {
    const std::uint64_t enough = 1 + random.below(kMostAcknowledged);
    const std::string path = machine_.database();
    behaviour::SecondProcess child([&](const behaviour::Conversation& parent) {
      work_until_killed({path, set_, strategy_, options_.sabotage, round}, parent);
    });
    std::int64_t key = 0;
    for (std::uint64_t i = 0; i < enough && child.conversation().receive(key); ++i) hear(key);
    // Not just after an acknowledgement, when a thread is mostly about to sync.
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(kLongestDelayUs)));
    if (!child.kill_now()) {
      throw_if_interrupted();  // from the terminal: the child was told too
      throw Error::environment("kill", "it had ended by itself: no room left, or no lock to be had",
                               fmt::format("the process at work on {}", path));
    }
    while (child.conversation().receive(key)) hear(key);
  }

  void hear(std::int64_t key) {
    expected_.insert(key);
    ++counts_.acknowledged;
  }

  void look(int round) {
    std::string damage;
    try {
      damage = damage_found();
      if (damage.empty()) find_loss();
    } catch (const Error& error) {
      if (!is_damage(error)) throw;
      damage = without_directory(error.what());
    }
    if (damage.empty()) return;
    // Nothing more can be learned from a damaged database.
    ++counts_.damaged_rounds;
    if (counts_.finding.empty()) counts_.finding = fmt::format("round {}: {}", round + 1, damage);
    begin_anew();
  }

  // A result names no directory of the machine.
  [[nodiscard]] std::string without_directory(std::string text) const {
    const std::filesystem::path database = machine_.database();
    const std::string directory = database.parent_path().string() + "/";
    for (std::size_t at = text.find(directory); at != std::string::npos;
         at = text.find(directory)) {
      text.erase(at, directory.size());
    }
    return text;
  }

  std::string damage_found() {
    Store store({.path = machine_.database(), .set = set_});
    const std::vector<std::string> findings = store.check();
    return findings.empty() ? "" : findings.front();
  }

  void find_loss() {
    Connection connection = Connection::open({.path = machine_.database()});
    std::unordered_set<std::string> found;
    Statement rows = connection.prepare("SELECT id FROM blog_posts");
    while (rows.step()) found.emplace(rows.text(0));
    std::vector<std::int64_t> lost;
    for (const std::int64_t key : expected_) {
      if (!found.contains(id_of(key))) lost.push_back(key);
    }
    if (lost.empty()) return;
    for (const std::int64_t key : lost) expected_.erase(key);  // counted once
    counts_.lost += lost.size();
    counts_.most_lost = std::max(counts_.most_lost, lost.size());
    ++counts_.rounds_with_loss;
    if (counts_.finding.empty()) {
      counts_.finding = fmt::format("acknowledged operation {} is missing", id_of(lost.front()));
    }
  }

  void begin_anew() {
    expected_.clear();
    machine_.begin_anew();
  }

  const PragmaSet& set_;
  const std::string& strategy_;
  const CrashOptions& options_;
  Machine& machine_;
  std::unordered_set<std::int64_t> expected_;
  RoundCounts counts_;
};

}  // namespace

RoundCounts kill_rounds(const PragmaSet& set, const std::string& strategy,
                        const CrashOptions& options) {
  RunningMachine machine(options.directory);
  return Rounds(set, strategy, options, machine).run(options.kill_rounds);
}

RoundCounts power_rounds(const PragmaSet& set, const std::string& strategy,
                         const CrashOptions& options) {
  PowerCut machine(options.directory);
  return Rounds(set, strategy, options, machine).run(options.power_rounds);
}

}  // namespace pragmark::crash
