// Strategies by name and options.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matchers.h"
#include "pragmark/strategy.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::AllOf;
using ::testing::Throws;

TEST(StrategyName, OptionsThatAreNotNamedHaveTheirDefaults) {
  for (const StrategyInfo& info : strategies()) {
    const StrategyName parsed = parse_strategy(info.name);
    EXPECT_EQ(parsed.info, &info);
    EXPECT_EQ(parsed.options, info.defaults);
    EXPECT_EQ(parsed.text(), info.name);
  }
}

TEST(StrategyName, OptionsAreRead) {
  EXPECT_EQ(parse_strategy("single-writer+checkpoints=background").options,
            (StrategyOptions{.checkpoints = Checkpoints::Background}));
  EXPECT_EQ(parse_strategy("per-thread+wal_writes=coalesced").options,
            (StrategyOptions{.wal_writes = WalWrites::Coalesced}));
  EXPECT_EQ(parse_strategy("group-commit+wal_writes=direct+checkpoints=commit").options,
            StrategyOptions{});
}

TEST(StrategyName, TheTextIsCanonical) {
  const std::pair<const char*, const char*> names[] = {
      {"group-commit+wal_writes=direct+checkpoints=commit",
       "group-commit+checkpoints=commit+wal_writes=direct"},
      {"group-commit+wal_writes=coalesced", "group-commit"},
      {"group-commit+checkpoints=commit+checkpoints=background", "group-commit"},
      {"single-writer+checkpoints=commit+wal_writes=coalesced",
       "single-writer+wal_writes=coalesced"},
      {"per-thread+wal_writes=direct", "per-thread"},
  };
  for (const auto& [name, text] : names) {
    EXPECT_EQ(parse_strategy(name).text(), text) << name;
    EXPECT_EQ(parse_strategy(text).text(), text) << name;
  }
}

TEST(StrategyName, RefusesWhatItDoesNotKnowAndSaysWhatItDoes) {
  struct {
    const char* name;
    const char* part;
  } const cases[] = {
      {"", "open-per-op"},
      {"group_commit", "group-commit"},
      {"Group-commit", "unknown strategy"},
      {"group-commit ", "unknown strategy"},
      {"+checkpoints=commit", "unknown strategy"},
      {"open-per-op+wal_writes=coalesced", "open-per-op takes none"},
      {"per-thread+checkpoints=background", "wal_writes=direct, wal_writes=coalesced"},
      {"group-commit+", "no option \"\""},
      {"group-commit+checkpoints", "no option \"checkpoints\""},
      {"group-commit+checkpoints=", "checkpoints=commit"},
      {"group-commit+checkpoints=never", "no option \"checkpoints=never\""},
      {"group-commit+=commit", "no option"},
      {"group-commit+wal_writes=coalesced+", "no option \"\""},
      {"group-commit+wal_writes=coalesced=direct", "no option"},
      {"group-commit++checkpoints=commit", "no option \"\""},
  };
  for (const auto& [name, part] : cases) {
    EXPECT_THAT([&] { (void)parse_strategy(name); },
                Throws<Error>(AllOf(KindIs(ErrorKind::Usage), MessageHas(part))))
        << name;
    EXPECT_THAT(
        [&] {
          (void)make_strategy(name, {":memory:", PragmaSet::parse("production")});
        },
        Throws<Error>(KindIs(ErrorKind::Usage)))
        << name;
  }
}

}  // namespace
}  // namespace pragmark
