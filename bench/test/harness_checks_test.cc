// Everything that the checks of the harness are there to find, each found: stores that lie.
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "harness_fixture.h"
#include "pragmark/bench/harness.h"

namespace pragmark {
namespace {

using testing::HasSubstr;

using HarnessChecksTest = HarnessTest;

class LostWrite final : public Passing {
 public:
  using Passing::Passing;
  void write(const Topic& topic) override {
    if (writes_.fetch_add(1) != 3) Passing::write(topic);
  }

 private:
  std::atomic<int> writes_{0};
};

TEST_F(HarnessChecksTest, FindsAWriteThatWasAcknowledgedAndLost) {
  const Row row = run_with(configuration("sequential_write", 1, 10), factory_of<LostWrite>());
  EXPECT_TRUE(row.error_occurred);
  EXPECT_EQ(row.error_message,
            "59 rows found, 60 expected (50 initial and 10 acknowledged writes)");
  EXPECT_EQ(row.counters.count("items_per_second"), 0U);
  EXPECT_EQ(session_->failed_checks(), 1);
}

// Commits, and then says that it did not.
class DeniedWrite final : public Passing {
 public:
  using Passing::Passing;
  void write(const Topic& topic) override {
    Passing::write(topic);
    throw Error::sqlite(nullptr, SQLITE_BUSY, "insert", "", "x.db");
  }
};

TEST_F(HarnessChecksTest, FindsAWriteThatWasDeniedAndMade) {
  const Row row = run_with(configuration("mixed", 2, 10), factory_of<DeniedWrite>());
  EXPECT_EQ(row.error_message, "60 rows found, 50 expected (50 initial and 0 acknowledged writes)");
}

class WrongRow final : public Passing {
 public:
  using Passing::Passing;
  bool read(std::string_view id, Topic& into) override {
    const bool found = Passing::read(id, into);
    if (reads_.fetch_add(1) == 5) into.id[0] = into.id[0] == '0' ? '1' : '0';
    return found;
  }

 private:
  std::atomic<int> reads_{0};
};

class MissingRow final : public Passing {
 public:
  using Passing::Passing;
  bool read(std::string_view /*id*/, Topic& /*into*/) override { return false; }
};

TEST_F(HarnessChecksTest, FindsAnAnswerOfAnotherRow) {
  const Row row = run_with(configuration("concurrent_read", 2, 10), factory_of<WrongRow>());
  EXPECT_TRUE(row.error_occurred);
  EXPECT_EQ(row.error_message, "1 of 20 reads did not return the row that was asked for");
}

TEST_F(HarnessChecksTest, FindsAnswersThatAreMissing) {
  const Row row = run_with(configuration("sequential_read", 1, 10), factory_of<MissingRow>());
  EXPECT_EQ(row.error_message, "10 of 10 reads did not return the row that was asked for");
}

class Damaged final : public Passing {
 public:
  using Passing::Passing;
  std::vector<std::string> check() override { return {"row 3 missing from index", "more"}; }
};

TEST_F(HarnessChecksTest, FindsADamagedDatabase) {
  const Row row = run_with(configuration("sequential_write", 1, 5), factory_of<Damaged>());
  EXPECT_EQ(row.error_message, "the database is damaged (2 findings): row 3 missing from index");
}

// Every second write finds the database locked.
class Contended final : public Passing {
 public:
  using Passing::Passing;
  void write(const Topic& topic) override {
    if (writes_.fetch_add(1) % 2 == 0) {
      throw Error::sqlite(nullptr, SQLITE_BUSY_SNAPSHOT, "insert", "", "x.db");
    }
    Passing::write(topic);
  }

 private:
  std::atomic<int> writes_{0};
};

TEST_F(HarnessChecksTest, BusyRequestsAreCountedApartAndNotAsRequests) {
  // Two threads: 10 reads and 10 writes.
  const Row row = run_with(configuration("mixed", 2, 10), factory_of<Contended>());
  ASSERT_FALSE(row.error_occurred) << row.error_message;
  EXPECT_EQ(counter(row, "busy_errors"), 5);
  EXPECT_EQ(counter(row, "errors"), 0);
  EXPECT_EQ(counter(row, "operations"), 20);
  EXPECT_NEAR(counter(row, "items_per_second") * row.real_accumulated_time, 15, 1e-6);
  EXPECT_NEAR(counter(row, "writes_per_second") * row.real_accumulated_time, 5, 1e-6);
}

class AlwaysLocked final : public Passing {
 public:
  using Passing::Passing;
  void write(const Topic& /*topic*/) override {
    throw Error::sqlite(nullptr, SQLITE_BUSY, "insert", "", "x.db");
  }
};

TEST_F(HarnessChecksTest, NoRequestAtAllIsAnErrorAndNotARateOfZero) {
  const Row row = run_with(configuration("sequential_write", 1, 10), factory_of<AlwaysLocked>());
  EXPECT_THAT(row.error_message, HasSubstr("no request of 10 succeeded"));
}

template <int kCode>
class FailsLater final : public Passing {
 public:
  using Passing::Passing;
  void write(const Topic& topic) override {
    if (writes_.fetch_add(1) >= 6) throw Error::sqlite(nullptr, kCode, "insert", "", "x.db");
    Passing::write(topic);
  }

 private:
  std::atomic<int> writes_{0};
};

TEST_F(HarnessChecksTest, AnyOtherErrorEndsTheConfigurationForGood) {
  use_flags(4, "0.01");
  const auto rows = run(configuration("mixed", 3, 10),
                        {.make_subject = factory_of<FailsLater<SQLITE_CONSTRAINT>>()});
  ASSERT_EQ(rows.size(), 4U);
  for (const Row& row : rows) {
    EXPECT_TRUE(row.error_occurred);
    EXPECT_THAT(row.error_message, HasSubstr("constraint failed"));
  }
  EXPECT_EQ(session_->failed_checks(), 1);
  EXPECT_FALSE(session_->stopped());
  EXPECT_EQ(directories_left(), 0);
}

TEST_F(HarnessChecksTest, FullDiskStopsEveryConfiguration) {
  const Row row = run_with(configuration("mixed", 3, 10), factory_of<FailsLater<SQLITE_FULL>>());
  EXPECT_TRUE(row.error_occurred);
  EXPECT_TRUE(session_->stopped());
  EXPECT_EQ(session_->failed_checks(), 0);
  EXPECT_THAT([&] { session_->rethrow_if_stopped(); },
              testing::Throws<Error>(testing::Property(&Error::code, SQLITE_FULL)));
}

TEST_F(HarnessChecksTest, OtherTroubleOfTheMachineFailsTheConfigurationAlone) {
  const Row row = run_with(configuration("sequential_write", 1, 10),
                           factory_of<FailsLater<SQLITE_IOERR_READ>>());
  EXPECT_TRUE(row.error_occurred);
  EXPECT_FALSE(session_->stopped());
  EXPECT_EQ(session_->failed_checks(), 0);
}

// Google Benchmark stops the program when good and erred repetitions differ in iterations.
TEST_F(HarnessChecksTest, ErrorAfterGoodRepetitionsIsReportedBesideThem) {
  use_flags(4, "0.01");
  std::atomic<int> opened{0};
  const auto rows =
      run(configuration("concurrent_read", 2, 10),
          {.make_subject = [&](std::string_view strategy, const SubjectOptions& options) {
            if (++opened == 3) throw Error::usage("third time unlucky");
            return make_subject(strategy, options);
          }});
  ASSERT_EQ(rows.size(), 4U + 4);  // aggregates of the two good ones
  EXPECT_FALSE(rows[0].error_occurred);
  EXPECT_FALSE(rows[1].error_occurred);
  EXPECT_EQ(rows[2].error_message, "third time unlucky");
  EXPECT_EQ(rows[3].error_message, "third time unlucky");
}

}  // namespace
}  // namespace pragmark
