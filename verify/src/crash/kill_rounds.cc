// A round: the child's threads write to the store and say each operation that was acknowledged; the
// parent kills the child after a seeded number of these, hears what was said before the end, and
// looks whether all of it is there.
#include "crash/kill_rounds.h"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <unordered_set>

#include <fmt/format.h>

#include "behaviour/second_process.h"
#include "crash/hash.h"
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
// After so many rounds the next begins with a new database: each round looks at all that is in it.
constexpr int kRoundsOfDatabase = 50;

// Round, thread and number in one word, which is what goes over the wire.
constexpr int kThreadBits = 8;
constexpr int kNumberBits = 32;

std::int64_t key_of(int round, int thread, std::int64_t number) {
  return (std::int64_t{round} << (kThreadBits + kNumberBits)) |
         (std::int64_t{thread} << kNumberBits) | number;
}

std::string id_of(std::int64_t key) { return fmt::format("k{:016x}", key); }

void write_without_end(Store& store, const behaviour::Conversation& parent, int round, int thread) {
  for (std::int64_t number = 1;; ++number) {
    const std::int64_t key = key_of(round, thread, number);
    store.insert(Topic{.id = id_of(key), .title = std::string(300, 'x')});
    store.insert(BlogPost{
        .id = id_of(key), .research_topic_id = id_of(key), .content = std::string(2000, 'y')});
    if (!parent.send(key)) return;
  }
}

void work_until_killed(const std::string& path, const PragmaSet& set, const std::string& strategy,
                       int round, const behaviour::Conversation& parent) {
  Store store({.path = path, .set = set, .strategy = strategy});
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      try {
        write_without_end(store, parent, round, i);
      } catch (const std::exception&) {
        // The others go on; the parent hears less of this child.
      }
    });
  }
}

class Rounds {
 public:
  Rounds(const PragmaSet& set, const std::string& strategy, const CrashOptions& options)
      : set_(set), strategy_(strategy), options_(options), scratch_(options.directory) {}

  KillCounts run() {
    counts_.strategy = strategy_;
    counts_.threads = kThreads;
    Random random(options_.seed);
    for (int round = 0; round < options_.kill_rounds; ++round) {
      throw_if_interrupted();
      if (round % kRoundsOfDatabase == 0) begin_anew();
      kill_one(round, 1 + random.below(kMostAcknowledged));
      ++counts_.rounds;
      look(round);
    }
    return std::move(counts_);
  }

 private:
  void kill_one(int round, std::uint64_t enough) {
    behaviour::SecondProcess child([&](const behaviour::Conversation& parent) {
      work_until_killed(path_, set_, strategy_, round, parent);
    });
    std::int64_t key = 0;
    for (std::uint64_t i = 0; i < enough && child.conversation().receive(key); ++i) hear(key);
    child.kill_now();
    while (child.conversation().receive(key)) hear(key);
  }

  void hear(std::int64_t key) {
    expected_.insert(key);
    ++counts_.acknowledged;
  }

  void look(int round) {
    try {
      find_damage();
      find_loss();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::Environment) throw;
      damaged(round, error.what());
    }
    if (!damage_.empty()) damaged(round, damage_);
    damage_.clear();
  }

  void find_damage() {
    Store store({.path = path_, .set = set_});
    const std::vector<std::string> findings = store.check();
    if (!findings.empty()) damage_ = findings.front();
  }

  void find_loss() {
    if (!damage_.empty()) return;
    Connection connection = Connection::open({.path = path_});
    std::unordered_set<std::string> found;
    Statement rows = connection.prepare("SELECT id FROM blog_posts");
    while (rows.step()) found.emplace(rows.text(0));
    std::vector<std::int64_t> lost;
    for (const std::int64_t key : expected_) {
      if (!found.contains(id_of(key))) lost.push_back(key);
    }
    counts_.lost += lost.size();
    for (const std::int64_t key : lost) expected_.erase(key);  // counted once
    if (!lost.empty() && counts_.finding.empty()) {
      counts_.finding = fmt::format("acknowledged operation {} is missing", id_of(lost.front()));
    }
  }

  // Nothing more can be learned from a damaged database.
  void damaged(int round, std::string_view why) {
    ++counts_.damaged_rounds;
    if (counts_.finding.empty()) counts_.finding = fmt::format("round {}: {}", round + 1, why);
    begin_anew();
  }

  void begin_anew() {
    expected_.clear();
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      std::error_code ignored;
      std::filesystem::remove(path_ + suffix, ignored);
    }
  }

  const PragmaSet& set_;
  const std::string& strategy_;
  const CrashOptions& options_;
  ScratchDirectory scratch_;
  std::string path_ = scratch_.file("killed.db");
  std::unordered_set<std::int64_t> expected_;
  std::string damage_;
  KillCounts counts_;
};

}  // namespace

KillCounts kill_rounds(const PragmaSet& set, const std::string& strategy,
                       const CrashOptions& options) {
  static_cast<void>(parse_strategy(strategy));
  return Rounds(set, strategy, options).run();
}

}  // namespace pragmark::crash
