// A thread of a strategy, or an Error that says what there is none for.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "pragmark/error.h"

namespace pragmark::internal {

// Throws Error (kind Environment) when the machine allows no more threads.
template <typename Work>
[[nodiscard]] std::thread start_thread(std::string_view name, const std::string& path, Work work) {
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error& error) {
    throw Error::environment(std::string("start the ").append(name).append(" of"),
                             error.code().message(), path);
  }
}

}  // namespace pragmark::internal
