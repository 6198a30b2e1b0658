// A process is killed at full write load, again and again, on the same database: every write that
// was acknowledged is there, and the database is sound. This is SIGKILL, not a power cut: what the
// process had handed to the kernel stays.
#include <deque>
#include <future>
#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "child_process.h"
#include "pragmark/store.h"
#include "sql.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::IsEmpty;

constexpr int kThreads = 4;             // half of them submit and wait later
constexpr std::size_t kInFlight = 8;    // writes of a thread that submits
constexpr int kMostAcknowledged = 800;  // in a round, before it is killed

struct Acknowledged {
  int round;
  int thread;
  int number;

  [[nodiscard]] std::string id() const {
    return std::to_string(round) + "-" + std::to_string(thread) + "-" + std::to_string(number);
  }
};

struct Load {
  const char* strategy;
  const char* set;
  int rounds;
};

// A topic, and a blog post that refers to it, so that foreign keys have something to lose.
void write_and_wait(Store& store, const Channel& parent, Acknowledged next) {
  for (;; ++next.number) {
    store.insert(Topic{.id = next.id(), .title = std::string(100, 'x')});
    store.insert(BlogPost{.id = next.id(), .research_topic_id = next.id()});
    parent.send(next);
  }
}

void submit_and_wait_later(Store& store, const Channel& parent, Acknowledged next) {
  std::deque<std::pair<Acknowledged, std::future<void>>> in_flight;
  for (;; ++next.number) {
    static_cast<void>(store.insert_async(Topic{.id = next.id(), .title = std::string(100, 'y')}));
    in_flight.emplace_back(
        next, store.insert_async(BlogPost{.id = next.id(), .research_topic_id = next.id()}));
    if (in_flight.size() < kInFlight) continue;
    in_flight.front().second.get();
    parent.send(in_flight.front().first);
    in_flight.pop_front();
  }
}

void write_until_killed(const std::string& path, const Load& load, int round,
                        const Channel& parent) {
  Store store({.path = path, .set = PragmaSet::parse(load.set), .strategy = load.strategy});
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const Acknowledged first{.round = round, .thread = i, .number = 0};
      if (i % 2 == 0) {
        write_and_wait(store, parent, first);
      } else {
        submit_and_wait_later(store, parent, first);
      }
    });
  }
}

class Killed : public ::testing::TestWithParam<Load> {};

// Small intervals between checkpoints, so that the WAL begins anew all the time.
INSTANTIATE_TEST_SUITE_P(
    Loads, Killed,
    ::testing::Values(Load{"group-commit", "production+wal_autocheckpoint=20", 50},
                      Load{"single-writer+checkpoints=background+wal_writes=coalesced",
                           "write-optimised+wal_autocheckpoint=50+cache_size=20", 15},
                      Load{"per-thread+wal_writes=coalesced", "production+wal_autocheckpoint=200",
                           10}),
    [](const auto& test) {
      const std::string name = test.param.strategy;
      return name.starts_with("group") ? "GroupCommit"
             : name.starts_with("per") ? "PerThread"
                                       : "SingleWriter";
    });

TEST_P(Killed, LosesNothingThatWasAcknowledged) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  std::mt19937 random(1);
  std::vector<std::string> acknowledged;
  for (int round = 0; round < GetParam().rounds; ++round) {
    {
      ChildProcess child(
          [&](const Channel& parent) { write_until_killed(path, GetParam(), round, parent); });
      const auto enough = random() % kMostAcknowledged;
      Acknowledged one{};
      for (unsigned i = 0; i <= enough; ++i) {
        ASSERT_TRUE(child.channel().receive(one)) << "the child died by itself";
        acknowledged.push_back(one.id());
      }
      child.kill_now();
      while (child.channel().receive(one)) acknowledged.push_back(one.id());
    }
    Store store({.path = path, .set = PragmaSet::parse(GetParam().set)});
    ASSERT_THAT(store.check(), IsEmpty()) << "round " << round;
    Connection look = Connection::open({.path = path});
    std::set<std::string> found;
    Statement rows = look.prepare("SELECT id FROM blog_posts");
    while (rows.step()) found.emplace(rows.text(0));
    for (const std::string& id : acknowledged) ASSERT_TRUE(found.contains(id)) << id;
  }
}

}  // namespace
}  // namespace pragmark
