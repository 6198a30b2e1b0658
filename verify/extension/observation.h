// What shows of a setting past its read-back: the flags, the file and the build of SQLite say
// whether the value that it answers is the one in effect. Looks only; sets nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pragmark/pragma.h"

struct sqlite3;

namespace pragmark {

struct Observation {
  std::optional<std::string> value = {};  // in effect, canonical; empty when it shows nowhere
  std::string why = {};      // when the value is another than the read-back: what makes it so
  std::string doubt = {};    // why the read-back proves nothing here; empty when it does
  std::string caution = {};  // what setting it would destroy; empty when nothing
};

struct ObservedSetting {
  const PragmaSpec& spec;
  std::string_view claimed;    // empty when nothing is claimed
  std::string_view read_back;  // empty when SQLite answers nothing
};

[[nodiscard]] Observation observe(sqlite3* db, const ObservedSetting& setting);

}  // namespace pragmark
