// The requests that are written down are those that the clients of this process would make.
#include "pragmark/bench/requests_file.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pragmark/error.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

class RequestsFileTest : public testing::Test {
 protected:
  // The lines of both processes.
  std::vector<std::vector<nlohmann::json>> files_of(const Configuration& one,
                                                    std::int64_t operations) {
    std::vector<std::vector<nlohmann::json>> files;
    for (int process = 0; process < one.processes; ++process) {
      const std::string path = scratch_.file("requests");
      write_requests_file(path, one, data_, process, operations);
      std::ifstream file(path);
      std::vector<nlohmann::json>& lines = files.emplace_back();
      for (std::string line; std::getline(file, line);) {
        lines.push_back(nlohmann::json::parse(line));
      }
    }
    return files;
  }

  ScratchDirectory scratch_{std::filesystem::temp_directory_path()};
  Dataset data_{{.seed = 5, .rows = 20, .payload = Payload::parse("300")}};
  Configuration mixed_{.workload = find_workload("mixed"),
                       .set = PragmaSet::parse("production"),
                       .strategy = "python-original",
                       .threads = 2,
                       .processes = 2,
                       .rows = 20,
                       .payload = Payload::parse("300"),
                       .reads_percent = 50,
                       .operations_per_thread = 30};
};

TEST_F(RequestsFileTest, EveryRowIsWrittenOnceAndEveryReadFindsOne) {
  std::set<std::string> initial;
  for (std::uint64_t row = 0; row < 20; ++row) initial.emplace(data_.id(row).view());
  std::set<std::string> written;
  int reads = 0;
  int writes = 0;
  for (const auto& lines : files_of(mixed_, 30)) {
    ASSERT_EQ(lines.size(), 1U + 2 * (1 + 30));
    EXPECT_EQ(lines[1], nlohmann::json::parse(R"({"thread":0})"));
    EXPECT_EQ(lines[32], nlohmann::json::parse(R"({"thread":1})"));
    for (const nlohmann::json& line : lines) {
      if (!line.is_array()) continue;
      if (line.size() == 1) {
        ++reads;
        EXPECT_TRUE(initial.contains(line[0].get<std::string>()));
      } else {
        ++writes;
        EXPECT_TRUE(written.insert(line.at(1).get<std::string>()).second) << line;
      }
    }
  }
  EXPECT_EQ(reads, 60);
  EXPECT_EQ(writes, 60);
  for (std::uint64_t row = 20; row < 80; ++row) {
    EXPECT_TRUE(written.contains(std::string(data_.id(row).view()))) << row;
  }
}

TEST_F(RequestsFileTest, RowIsTheOneOfTheDataset) {
  mixed_.reads_percent = 0;
  const std::vector<nlohmann::json> lines = files_of(mixed_, 1).at(1);
  const nlohmann::json& request = lines.at(2);  // thread 2 of 4: row 22
  Topic expected = data_.pool().at(0);
  data_.stamp(22, expected);
  EXPECT_EQ(request.at(1), expected.id);
  EXPECT_EQ(request.at(2), expected.created_at.time_since_epoch().count());
  EXPECT_EQ(request.at(3), expected.updated_at.time_since_epoch().count());
  const nlohmann::json texts = lines[0].at("topics").at(request.at(0).get<std::size_t>());
  EXPECT_EQ(texts, nlohmann::json({expected.title, expected.description, expected.status,
                                   expected.priority, expected.language, expected.domain,
                                   *expected.research_report}));
}

TEST_F(RequestsFileTest, PlaceThatCannotBeWrittenToIsAnError) {
  EXPECT_THROW(write_requests_file("/nonexistent/requests", mixed_, data_, 0, 1), Error);
}

}  // namespace
}  // namespace pragmark
