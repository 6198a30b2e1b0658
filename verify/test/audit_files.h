// A directory with a database for one test of the audit, and copies of it as another program would
// have left them: SQLite's files, without a connection that has them open.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "pragmark/connection.h"

namespace pragmark {

class AuditFiles {
 public:
  AuditFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "pragmark-audit-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    directory_ = std::filesystem::canonical(name);
  }
  ~AuditFiles() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  AuditFiles(const AuditFiles&) = delete;
  AuditFiles& operator=(const AuditFiles&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const {
    return (directory_ / name).string();
  }
  // Runs `sql` on made.db and copies all its files, as they are before the connection closes, to
  // `name` and its like.
  [[nodiscard]] std::string left_by(const std::string& sql, const std::string& name = "app.db") {
    const std::string made = file("made.db");
    {
      Connection connection =
          Connection::open({.path = made, .kind = ConnectionKind::SchemaCreation});
      connection.execute(sql);
      for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        if (std::filesystem::exists(made + suffix)) {
          std::filesystem::copy_file(made + suffix, file(name) + suffix);
        }
      }
    }
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      std::filesystem::remove(made + suffix);
    }
    return file(name);
  }

 private:
  std::filesystem::path directory_;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace pragmark
