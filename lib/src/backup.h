// The making of a backup file; the public face is Store::backup and restore().
#pragma once

#include <filesystem>

#include "pragmark/connection.h"
#include "pragmark/store.h"

namespace pragmark {

// Copies the database of `source` to `target`: written aside in the same directory, checked,
// synced, renamed. Throws Error and leaves nothing when any of that fails.
void write_backup(Connection& source, const std::filesystem::path& target,
                  const BackupOptions& options);

}  // namespace pragmark
