// An application for the tests of the extension: a connection of the linked SQLite that has loaded
// pragmark_audit.so, and what the function answers it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace pragmark {

// Column name -> value; nullopt is NULL.
using AuditRow = std::map<std::string, std::optional<std::string>>;

class AuditHost {
 public:
  explicit AuditHost(const std::string& path,
                     int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, bool load = true) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_URI, nullptr);
    db_.reset(raw);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(raw));
    if (load) load_extension();
  }

  void load_extension() {
    char* error = nullptr;
    sqlite3_db_config(db(), SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, nullptr);
    const int code = sqlite3_load_extension(db(), PRAGMARK_AUDIT_EXTENSION, nullptr, &error);
    const std::string message = error == nullptr ? "" : error;
    sqlite3_free(error);
    if (code != SQLITE_OK) throw std::runtime_error(message);
  }

  [[nodiscard]] sqlite3* db() const { return db_.get(); }

  // Every row of one statement; throws with SQLite's message.
  std::vector<AuditRow> rows(const std::string& sql) const {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(db(), sql.c_str(), -1, &statement, nullptr);
    std::vector<AuditRow> rows;
    while (code == SQLITE_OK || code == SQLITE_ROW) {
      code = sqlite3_step(statement);
      if (code != SQLITE_ROW) break;
      AuditRow& row = rows.emplace_back();
      for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        row[sqlite3_column_name(statement, column)] =
            text == nullptr ? std::nullopt : std::optional<std::string>(text);
      }
    }
    const std::string message = sqlite3_errmsg(db());
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) throw std::runtime_error(message);
    return rows;
  }

  void run(const std::string& script) const {
    if (sqlite3_exec(db(), script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sqlite3_errmsg(db()));
    }
  }

  // The first column of the first row.
  [[nodiscard]] std::string value(const std::string& sql) const {
    return rows(sql).at(0).begin()->second.value_or("(null)");
  }

  [[nodiscard]] std::vector<AuditRow> audit(const std::string& set) const {
    return rows("SELECT * FROM pragmark_audit('" + set + "')");
  }

  // The row about one setting or fact.
  [[nodiscard]] AuditRow audit(const std::string& set, const std::string& setting) const {
    return rows("SELECT * FROM pragmark_audit('" + set + "') WHERE setting = '" + setting + "'")
        .at(0);
  }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

// What an application with the set `production` does.
inline constexpr char kProduction[] =
    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
    "PRAGMA cache_size = -20000; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;";

}  // namespace pragmark
