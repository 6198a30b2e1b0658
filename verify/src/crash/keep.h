// Leaves a crash image on the real disk, for whoever wants to look at it.
#pragma once

#include <string>

#include "crash/operation_log.h"

namespace pragmark::crash {

// Writes the files of `image` into DIRECTORY/NAME, which is created, and returns that path.
// Characters of `name` that are no part of a plain file name become '_'. Throws Error (kind
// Environment).
[[nodiscard]] std::string keep_in(const std::string& directory, const std::string& name,
                                  const Image& image);

}  // namespace pragmark::crash
