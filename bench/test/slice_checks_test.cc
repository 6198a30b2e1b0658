// `pragmark bench --slices` when something is wrong: with the request, the answers, the database.
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "pragmark/error.h"
#include "slice_fixture.h"

namespace pragmark {
namespace {

using nlohmann::json;
using testing::HasSubstr;

using SliceChecksTest = SliceTest;

class LostRow final : public Passing {
 public:
  using Passing::Passing;
  std::int64_t count_topics() override { return Passing::count_topics() - 1; }
};

class Damaged final : public Passing {
 public:
  using Passing::Passing;
  std::vector<std::string> check() override { return {"row 1 missing from index"}; }
};

class WrongRow final : public Passing {
 public:
  using Passing::Passing;
  bool read(std::string_view, Topic&) override { return false; }
};

class AlwaysBusy final : public Passing {
 public:
  using Passing::Passing;
  bool read(std::string_view, Topic&) override { fail(); }
  void write(const Topic&) override { fail(); }

 private:
  [[noreturn]] static void fail() { throw Error::sqlite(nullptr, SQLITE_BUSY, "begin", "", "x"); }
};

class Constraint final : public Passing {
 public:
  using Passing::Passing;
  void write(const Topic&) override {
    throw Error::sqlite(nullptr, SQLITE_CONSTRAINT_PRIMARYKEY, "insert", "", "x");
  }
};

class FullDisk final : public Passing {
 public:
  using Passing::Passing;
  void write(const Topic&) override {
    throw Error::sqlite(nullptr, SQLITE_FULL, "insert", "", "x");
  }
};

class Unopened final : public Passing {
 public:
  using Passing::Passing;
  void warm_up() override { throw std::runtime_error("cannot get ready"); }
};

TEST_F(SliceChecksTest, AnswersThatAreNotToBeBelievedAreErrors) {
  const std::string open = open_line(mixed_, 10, 1);
  const auto expect_error = [&](Session::SubjectFactory factory,
                                const std::vector<std::string>& lines, const std::string& words,
                                SliceEnd end) {
    Conversation talk(lying(mixed_, std::move(factory)));
    const json error = error_after(talk, lines);
    EXPECT_THAT(error.value("message", ""), HasSubstr(words));
    EXPECT_EQ(error.value("environment", false), end == SliceEnd::Environment);
    EXPECT_EQ(talk.end(), end);
    EXPECT_EQ(directories_left(), 0);
  };
  const SliceEnd wrong = SliceEnd::Failure;
  expect_error(factory_of<LostRow>(), {open, kSlice, kClose}, "54 rows found, 55 expected", wrong);
  expect_error(factory_of<Damaged>(), {open, kSlice, kClose}, "row 1 missing from index", wrong);
  expect_error(factory_of<WrongRow>(), {open, kSlice}, "5 of 5 reads did not return", wrong);
  expect_error(factory_of<AlwaysBusy>(), {open, kSlice}, "no request of 10 succeeded", wrong);
  expect_error(factory_of<Constraint>(), {open, kSlice}, "constraint failed", wrong);
  expect_error(factory_of<Unopened>(), {open}, "cannot get ready", wrong);
  expect_error(factory_of<FullDisk>(), {open, kSlice}, "full", SliceEnd::Environment);
}

TEST_F(SliceChecksTest, WhatMakesNoSenseIsToldAndEndsTheProgram) {
  const std::string open = open_line(mixed_, 10, 1);
  expect_usage_error({"hello"}, "the lines must be of pragmark-slices/1");
  expect_usage_error({kSlice}, "no benchmark is open");
  expect_usage_error({kClose}, "no benchmark is open");
  expect_usage_error({open, open}, "a benchmark is open");
  expect_usage_error({open, kSlice, kSlice}, "all 1 slices were made");
  expect_usage_error({open, kSlice, kClose, kSlice}, "no benchmark is open");
  expect_usage_error({open_line(configuration("mixed", 3, 0), 10, 1)}, "unknown benchmark mixed/");
  expect_usage_error({open_line(mixed_, 0, 1)}, "operations");
}

}  // namespace
}  // namespace pragmark
