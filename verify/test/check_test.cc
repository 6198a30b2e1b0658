#include "pragmark/verify/check.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pragmark {
namespace {

std::vector<CheckResult> results_with(const std::vector<Verdict>& verdicts) {
  std::vector<CheckResult> results;
  for (const Verdict verdict : verdicts) {
    CheckResult result;
    result.verdict = verdict;
    results.push_back(result);
  }
  return results;
}

struct Row {
  std::vector<Verdict> verdicts;
  Verdict overall;
};

using enum Verdict;

TEST(OverallVerdict, IsTheWorstAndNeverAPassWithoutProof) {
  const std::vector<Row> table = {
      {{}, Unknown},
      {{Skipped}, Unknown},
      {{Skipped, Skipped}, Unknown},
      {{Pass}, Pass},
      {{Skipped, Pass}, Pass},
      {{Pass, Unknown}, Unknown},
      {{Unknown, Pass, Skipped}, Unknown},
      {{Pass, Misread}, Misread},
      {{Unknown, Misread}, Misread},
      {{Misread, Ineffective, Pass}, Ineffective},
      {{Pass, Fail}, Fail},
      {{Ineffective, Fail, Unknown}, Fail},
      {{Warning, Pass}, Pass},
      {{Warning, Skipped}, Unknown},
      {{Warning, Fail, Pass}, Fail},
  };
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(to_string(overall_verdict(results_with(table[i].verdicts))),
              to_string(table[i].overall))
        << "row " << i;
  }
}

TEST(Verdict, HasTheWordsOfTheVocabulary) {
  std::string words;
  for (const Verdict verdict : {Pass, Fail, Ineffective, Misread, Warning, Unknown, Skipped}) {
    words += std::string(to_string(verdict)) + " ";
  }
  EXPECT_EQ(words, "pass fail ineffective misread warning unknown skipped ");
}

TEST(CheckResult, IsUnknownUntilItIsJudged) { EXPECT_EQ(CheckResult().verdict, Unknown); }

}  // namespace
}  // namespace pragmark
