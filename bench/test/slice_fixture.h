// A service of slices on a thread of its own, for the tests of `pragmark bench --slices`.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness_fixture.h"
#include "line_channel.h"
#include "pragmark/bench/slice_protocol.h"
#include "pragmark/bench/slice_server.h"

namespace pragmark {

inline const std::string kSlice = R"({"say":"slice"})";
inline const std::string kClose = R"({"say":"close"})";

// A service on a thread of its own, and this end of the line to it.
class Conversation {
 public:
  explicit Conversation(SliceService service) {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) != 0) std::abort();
    reader_.emplace(ends_[0]);
    thread_ = std::thread([this, service = std::move(service)] {
      end_ = serve_slices(service, ends_[1], ends_[1]);
      ::shutdown(ends_[1], SHUT_RDWR);
    });
  }
  ~Conversation() {
    hang_up();
    if (thread_.joinable()) thread_.join();
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  void say(const std::string& line) { static_cast<void>(write_line(ends_[0], line)); }
  // An empty object when the service has ended.
  nlohmann::json answer() {
    const std::optional<std::string> line = reader_->next_line();
    return line ? nlohmann::json::parse(*line) : nlohmann::json::object();
  }
  nlohmann::json ask(const std::string& line) {
    say(line);
    return answer();
  }
  void end_input() { ::shutdown(ends_[0], SHUT_WR); }
  void hang_up() { ::shutdown(ends_[0], SHUT_RDWR); }
  // How the service ended.
  std::optional<SliceEnd> end() {
    thread_.join();
    return end_;
  }

 private:
  std::array<int, 2> ends_{};
  std::optional<LineReader> reader_;
  std::thread thread_;
  std::optional<SliceEnd> end_;
};

inline std::string open_line(const Configuration& one, std::int64_t operations, std::int64_t slices,
                             double busy_loop_ns = 0) {
  return nlohmann::json{{"say", "open"},
                        {"benchmark", one.full_name()},
                        {"operations", operations},
                        {"slices", slices},
                        {"busy_loop_ns", busy_loop_ns}}
      .dump();
}

class SliceTest : public HarnessTest {
 protected:
  SliceService service(std::vector<Configuration> configurations, bool counting_vfs = true) {
    return {
        .configurations = std::move(configurations),
        .context = {{"seed", "1"}},
        .place = {.scratch = &scratch_, .templates = &templates_, .counting_vfs = counting_vfs}};
  }
  SliceService lying(const Configuration& one, Session::SubjectFactory factory) {
    SliceService service = this->service({one});
    service.place.make_subject = std::move(factory);
    return service;
  }
  // The answer to the last of these lines, which must be an error after which nothing comes.
  static nlohmann::json error_after(Conversation& talk, const std::vector<std::string>& lines) {
    EXPECT_EQ(talk.answer().at("say"), "ready");
    nlohmann::json last;
    for (const std::string& line : lines) last = talk.ask(line);
    EXPECT_EQ(last.at("say"), "error") << last;
    talk.end_input();  // or one that goes on would be waited for
    EXPECT_EQ(talk.answer(), nlohmann::json::object());
    return last;
  }
  void expect_usage_error(const std::vector<std::string>& lines, const std::string& words) {
    Conversation talk(service({mixed_}));
    const nlohmann::json error = error_after(talk, lines);
    EXPECT_THAT(error.value("message", ""), testing::HasSubstr(words));
    EXPECT_EQ(error.value("environment", false), false);
    EXPECT_EQ(talk.end(), SliceEnd::BadRequest);
    EXPECT_LE(directories_left(), 0);
  }

  const Configuration mixed_ = configuration("mixed", 2, 0);
};

}  // namespace pragmark
