#include "pragmark/verify/lint.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pragmark/error.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kMistake = "PRAGMA foreign_key = ON;\n";

class Lint : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((tree_.path() / name).parent_path());
    std::ofstream(tree_.path() / name) << text;
  }

  [[nodiscard]] LintResult run(std::vector<std::string> excluded = {}) const {
    return lint_paths({.paths = {tree_.path()},
                       .excluded = std::move(excluded),
                       .scratch_parent = fs::temp_directory_path()});
  }

  // Of one file, "line:column rule" for each finding.
  [[nodiscard]] std::vector<std::string> found_in(const std::string& name,
                                                  const std::string& text) const {
    write(name, text);
    std::vector<std::string> found;
    for (const LintFinding& finding : run().findings) {
      found.push_back(std::to_string(finding.line) + ':' + std::to_string(finding.column) + ' ' +
                      std::string(finding.rule->id));
    }
    fs::remove(tree_.path() / name);
    return found;
  }

  ScratchDirectory tree_{fs::temp_directory_path()};
};

TEST_F(Lint, SaysWhatWasWrittenAndWhatSqliteHeard) {
  write("a.sql", "-- first\n  PRAGMA synchronous = FLUL;\n");
  const LintResult result = run();
  ASSERT_THAT(result.findings, SizeIs(1));
  const LintFinding& finding = result.findings.front();
  EXPECT_EQ(finding.line, 2U);
  EXPECT_EQ(finding.column, 3U);
  EXPECT_EQ(finding.rule->id, "misheard-value");
  EXPECT_EQ(finding.written, "synchronous=FLUL");
  EXPECT_EQ(finding.heard, "NORMAL");
}

TEST_F(Lint, AnErrorOfSqliteIsQuoted) {
  write("a.sql", "PRAGMA cache_size = 64MB;");
  ASSERT_THAT(run().findings, SizeIs(1));
  EXPECT_THAT(run().findings.front().heard, HasSubstr("64MB"));
  EXPECT_EQ(run().findings.front().rule->id, "refused");
}

TEST_F(Lint, OrderIsTriedAsItIsWritten) {
  EXPECT_THAT(found_in("a.sql", "PRAGMA journal_mode=WAL;\nPRAGMA page_size=8192;\n"),
              ElementsAre("2:1 order"));
  EXPECT_THAT(found_in("a.sql", "PRAGMA page_size=8192;\nPRAGMA journal_mode=WAL;\n"), IsEmpty());
  EXPECT_THAT(found_in("a.sql", "CREATE TABLE t(x);\nPRAGMA page_size=8192;\n"),
              ElementsAre("2:1 order"));
  EXPECT_THAT(found_in("a.sql", "CREATE TABLE t(x);\nPRAGMA page_size=8192;\nVACUUM;\n"),
              IsEmpty());
  EXPECT_THAT(found_in("a.sql", "PRAGMA journal_mode=WAL;\nPRAGMA busy_timeout=5000;\n"),
              ElementsAre("1:1 late-timeout"));
}

TEST_F(Lint, OrderIsThatOfOneBlockAndOneConnection) {
  const std::string wal = "  db.exec(\"PRAGMA journal_mode=WAL\");\n";
  const std::string size = "db.exec(\"PRAGMA page_size=8192\");\n";
  EXPECT_THAT(found_in("a.js", "{\n" + wal + "  " + size + "}\n"), ElementsAre("3:12 order"));
  EXPECT_THAT(found_in("a.js", "{\n" + wal + "}\n{\n  " + size + "}\n"), IsEmpty());
  EXPECT_THAT(found_in("a.js", "{\n" + wal + "  if (x) {\n    " + size + "  }\n}\n"), IsEmpty());
  EXPECT_THAT(found_in("a.js", "{\n" + wal + "  other" + size + "}\n"), IsEmpty());
  EXPECT_THAT(found_in("a.js", "{\n" + wal + "  db = open(name);\n  " + size + "}\n"), IsEmpty());
}

TEST_F(Lint, TransactionsAreTried) {
  EXPECT_THAT(found_in("a.sql", "BEGIN;\nPRAGMA foreign_keys=ON;\nCOMMIT;\n"),
              ElementsAre("2:1 in-transaction"));
  EXPECT_THAT(found_in("a.sql", "BEGIN;\nCOMMIT;\nPRAGMA foreign_keys=ON;\n"), IsEmpty());
  EXPECT_THAT(found_in("a.sql", "BEGIN;\nPRAGMA cache_size=-5000;\nCOMMIT;\n"), IsEmpty());
}

TEST_F(Lint, WhatIsMadeAtRunTimeIsNotGuessedAt) {
  for (const char* text :
       {R"(f("PRAGMA cache_size=" + n))", R"(f("PRAGMA cache_size=-" + n))",
        R"(f("PRAGMA cache_size=%d"))", R"(f("PRAGMA cache_size={}"))",
        R"(f("PRAGMA temp_store=3" + digits))", R"(f(`PRAGMA cache_size=${n}`))",
        R"(f("PRAGMA cache_size=?"))", R"(f("PRAGMA foreign_key" + suffix))",
        R"(f("PRAGMA " + name + "=64MB"))", R"(f("PRAGMA mmap_size=32*1024"))"}) {
    EXPECT_THAT(found_in("a.js", text), IsEmpty()) << text;
  }
  EXPECT_THAT(found_in("a.js", R"(f("PRAGMA foreign_key=" + n))"), ElementsAre("1:4 unknown-name"));
}

TEST_F(Lint, ProseIsNoStatement) {
  for (const char* text :
       {R"(f("PRAGMA foreign_key = ON is wrong"))", R"(f("see PRAGMA foreign_key=ON"))",
        R"(f("Pragma: no-cache"))", R"(f("pragma error"))", R"(f("a PRAGMA set"))",
        R"(// f("PRAGMA foreign_key=ON"))", R"(/* f("PRAGMA foreign_key=ON") */)"}) {
    EXPECT_THAT(found_in("a.js", text), IsEmpty()) << text;
  }
  EXPECT_THAT(found_in("a.md", kMistake), IsEmpty());
  EXPECT_THAT(found_in("a.c", "#pragma foreign_key = ON\n_Pragma(\"foreign_keys_\")\n"), IsEmpty());
}

TEST_F(Lint, PlacesAreThoseOfTheFile) {
  EXPECT_THAT(found_in("a.c", "f(\"BEGIN;\"\n  \"PRAGMA foreign_key=ON\");"),
              ElementsAre("2:4 unknown-name"));
  EXPECT_THAT(found_in("a.py", "f(\"\"\"\n\\tx;\n  PRAGMA foreign_key=ON\"\"\")"),
              ElementsAre("3:3 unknown-name"));
}

TEST_F(Lint, LiteralsAreReadAsTheirLanguageDoes) {
  EXPECT_THAT(found_in("a.c", R"(f("PRAGMA user_version=1;\nPRAGMA foreign_key=ON");)"),
              ElementsAre("1:28 unknown-name"));
  EXPECT_THAT(found_in("a.c", "f(\"PRAGMA foreign\"\n  \"_key=ON\");"),
              ElementsAre("1:4 unknown-name"));
  EXPECT_THAT(found_in("a.js", R"(f("PRAGMA foreign" + "_key=ON"))"),
              ElementsAre("1:4 unknown-name"));
  EXPECT_THAT(found_in("a.cc", "f(R\"sql(PRAGMA foreign_key=ON)sql\");"),
              ElementsAre("1:9 unknown-name"));
  EXPECT_THAT(found_in("a.go", "f(`PRAGMA foreign_key=ON`) // it's"),
              ElementsAre("1:4 unknown-name"));
  EXPECT_THAT(found_in("a.lua", "f([[PRAGMA foreign_key=ON]])"), ElementsAre("1:5 unknown-name"));
  EXPECT_THAT(found_in("a.cs", "f(@\"PRAGMA foreign_key=ON\");"), ElementsAre("1:5 unknown-name"));
  EXPECT_THAT(found_in("a.kt", "f(\"\"\"PRAGMA foreign_key=ON\"\"\")"),
              ElementsAre("1:6 unknown-name"));
  EXPECT_THAT(found_in("a.lisp", "(f \"PRAGMA foreign_key=ON\") ; \"PRAGMA temp_store=3\""),
              ElementsAre("1:5 unknown-name"));
}

TEST_F(Lint, AQuoteThatIsNotClosedHidesNoOther) {
  EXPECT_THAT(found_in("a.js", "x = \"\"\";\nf(\"PRAGMA foreign_key=ON\")"),
              ElementsAre("2:4 unknown-name"));
  EXPECT_THAT(found_in("a.rb", "list <<Item\nf(<<~SQL)\n  PRAGMA foreign_key=ON\nSQL\n"),
              ElementsAre("3:3 unknown-name"));
  EXPECT_THAT(found_in("a.js", "// it's\nx = don't;\nf('PRAGMA foreign_key=ON')"),
              ElementsAre("3:4 unknown-name"));
}

TEST_F(Lint, EditorsOfOtherSystemsAreRead) {
  EXPECT_THAT(found_in("a.sql", "\xEF\xBB\xBFPRAGMA foreign_key=ON;\r\nPRAGMA temp_store=3;\r\n"),
              ElementsAre("1:4 unknown-name", "2:1 misheard-value"));
}

TEST_F(Lint, CommentsIgnore) {
  EXPECT_THAT(found_in("a.sql", "PRAGMA foreign_key=ON; -- pragmark-lint: ignore\n"), IsEmpty());
  EXPECT_THAT(found_in("a.sql", "-- pragmark-lint: ignore unknown-name\nPRAGMA foreign_key=ON;\n"),
              IsEmpty());
  EXPECT_THAT(found_in("a.sql", "-- pragmark-lint: ignore order\nPRAGMA foreign_key=ON;\n"),
              ElementsAre("2:1 unknown-name"));
  EXPECT_THAT(found_in("a.sql", "-- pragmark-lint: ignore\n\nPRAGMA foreign_key=ON;\n"),
              ElementsAre("3:1 unknown-name"));
}

TEST_F(Lint, OnlyTextOfTheUsersOwnIsRead) {
  for (const char* folder : {".git", "node_modules", "vendor", "build", "cmake-build-debug"}) {
    write(std::string(folder) + "/a.sql", kMistake);
  }
  write("binary.sql", std::string("\0", 1) + kMistake);
  write("skipped/a.sql", kMistake);
  write("a_test.sql", kMistake);
  fs::create_directory_symlink(tree_.path(), tree_.path() / "loop");
  const LintResult result = run({"*_test.sql", "*/skipped"});
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_EQ(result.files_read, 0U);
}

TEST_F(Lint, AHugeFileIsCountedAndLeftOut) {
  write("huge.sql", kMistake);
  fs::resize_file(tree_.path() / "huge.sql", kLargestFileBytes + 1);
  EXPECT_EQ(run().files_too_large, 1U);
  fs::resize_file(tree_.path() / "huge.sql", 5);
  EXPECT_EQ(run().files_too_large, 0U);
}

TEST_F(Lint, AMissingPathIsAUsageError) {
  try {
    static_cast<void>(lint_paths(
        {.paths = {tree_.path() / "absent"}, .scratch_parent = fs::temp_directory_path()}));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Usage);
    EXPECT_THAT(error.what(), HasSubstr("absent"));
  }
}

// Every loop of the readers ends, and none looks at the same text again and again.
TEST_F(Lint, HostileTextEnds) {
  constexpr std::size_t kMany = 10'000;  // squared, and for each file, no test would end
  const auto many = [](std::string_view piece) {
    std::string text;
    while (text.size() < kMany * piece.size()) text += piece;
    return text;
  };
  for (const char* piece : {"\"", "'", "\\\"", "/*", "<<A\n", "\"\"\"", "r#\"", "[[", "{", "%q(",
                            "pragma: {", "'sqlite", "pragmas:\n ", "R\"(", "\"${", "BEGIN;"}) {
    for (const char* name : {"a.py", "a.rb", "a.js", "a.rs", "a.lua", "a.cs", "a.tcl", "a.yml",
                             "a.php", "a.sql", "a.cc", "a.lisp"}) {
      write(name, many(piece));
    }
    EXPECT_EQ(run().files_read, 12U) << piece;
  }
}

TEST_F(Lint, FindingsAreBounded) {
  std::string text;
  for (std::size_t i = 0; i < kMostFindings + 3; ++i) text += kMistake;
  write("a.sql", text);
  const LintResult result = run();
  EXPECT_THAT(result.findings, SizeIs(kMostFindings));
  EXPECT_EQ(result.findings_left_out, 3U);
}

TEST_F(Lint, JsonHoldsEveryFinding) {
  write("a.sql", kMistake);
  const Json json = Json::parse(to_json(run()));
  EXPECT_EQ(json.at("schema"), "pragmark.lint/1");
  ASSERT_THAT(json.at("findings"), SizeIs(1));
  const Json& finding = json.at("findings").at(0);
  EXPECT_EQ(finding.at("rule"), "unknown-name");
  EXPECT_EQ(finding.at("severity"), "error");
  EXPECT_EQ(finding.at("line"), 1);
  EXPECT_EQ(finding.at("advice"), "did you mean foreign_keys");
}

TEST_F(Lint, SarifNamesRulesAndPlaces) {
  write("a b.sql", kMistake);
  const Json sarif = Json::parse(to_sarif(run()));
  EXPECT_EQ(sarif.at("version"), "2.1.0");
  const Json& run_of_tool = sarif.at("runs").at(0);
  const Json& driver = run_of_tool.at("tool").at("driver");
  EXPECT_THAT(driver.at("rules"), SizeIs(lint_rules().size()));
  const Json& result = run_of_tool.at("results").at(0);
  const std::size_t index = result.at("ruleIndex");
  EXPECT_EQ(driver.at("rules").at(index).at("id"), result.at("ruleId"));
  EXPECT_EQ(result.at("level"), "error");
  const Json& place = result.at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(place.at("region").at("startLine"), 1);
  EXPECT_THAT(place.at("artifactLocation").at("uri").get<std::string>(), HasSubstr("a%20b.sql"));
}

TEST_F(Lint, TextIsOneLineForEachFinding) {
  write("a.sql", kMistake);
  const std::string text = to_text(run(), Colour::Never);
  EXPECT_THAT(text, HasSubstr("a.sql:1:1: error: you wrote foreign_key=ON, SQLite heard nothing"));
  EXPECT_THAT(text, HasSubstr("[unknown-name]"));
  EXPECT_THAT(text, HasSubstr("1 error, 0 warnings in 1 file"));
}

}  // namespace
}  // namespace pragmark
