// Matchers for the specific Error: EXPECT_THAT([] { f(); }, Throws<Error>(MessageHas("busy")));
#pragma once

#include <string>

#include <gmock/gmock.h>

#include "pragmark/error.h"

namespace pragmark {

inline auto MessageHas(const std::string& part) {
  return ::testing::Property(&Error::what, ::testing::HasSubstr(part));
}
inline auto KindIs(ErrorKind kind) { return ::testing::Property(&Error::kind, kind); }
inline auto CodeIs(int extended_code) {
  return ::testing::Property(&Error::extended_code, extended_code);
}

}  // namespace pragmark
