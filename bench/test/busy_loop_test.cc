// The planted slowdown: the work is done, and the requests are those of the client.
#include "pragmark/bench/busy_loop.h"

#include <cstdint>
#include <future>
#include <memory>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pragmark {
namespace {

// A read, then a write, and so on.
class Alternating final : public Client {
 public:
  explicit Alternating(int& started) : started_(started) {}
  Outcome run() override { return (++requests_ % 2) != 0 ? Outcome::Read : Outcome::Written; }
  Started start() override {
    ++started_;
    return {.outcome = run()};
  }

 private:
  int& started_;
  int requests_ = 0;
};

std::uint64_t step(std::uint64_t value) {
  return value * 6364136223846793005U + 1442695040888963407U;
}

TEST(BusyLoop, MakesEveryIteration) {
  EXPECT_EQ(spin(0), 1U);
  EXPECT_EQ(spin(1), step(1));
  EXPECT_EQ(spin(3), step(step(step(1))));
}

TEST(BusyLoop, IsCalibratedInIterations) {
  EXPECT_EQ(busy_iterations(0), 0);
  EXPECT_EQ(busy_iterations(1e-6), 1);  // asked for is not none
  EXPECT_GT(busy_iterations(1e6), busy_iterations(1e3));
}

TEST(BusyLoop, RequestsAreThoseOfTheClient) {
  int started = 0;
  const std::unique_ptr<Client> busy = make_busy(std::make_unique<Alternating>(started), 5);
  EXPECT_EQ(busy->run(), Outcome::Read);
  EXPECT_EQ(busy->run(), Outcome::Written);
  EXPECT_EQ(started, 0);
  EXPECT_EQ(busy->start().outcome, Outcome::Read);
  EXPECT_EQ(started, 1);
}

}  // namespace
}  // namespace pragmark
