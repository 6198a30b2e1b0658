#include "lint/connection_string.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lint/statements.h"

namespace pragmark::lint {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// A parameter of github.com/mattn/go-sqlite3 and the PRAGMA that it sets; empty when it sets none.
constexpr std::pair<std::string_view, std::string_view> kMattn[] = {
    {"_auth", ""},
    {"_auth_crypt", ""},
    {"_auth_pass", ""},
    {"_auth_salt", ""},
    {"_auth_user", ""},
    {"_auto_vacuum", "auto_vacuum"},
    {"_busy_timeout", "busy_timeout"},
    {"_cache_size", "cache_size"},
    {"_case_sensitive_like", ""},
    {"_cslike", ""},
    {"_defer_fk", "defer_foreign_keys"},
    {"_defer_foreign_keys", "defer_foreign_keys"},
    {"_fk", "foreign_keys"},
    {"_foreign_keys", "foreign_keys"},
    {"_ignore_check_constraints", "ignore_check_constraints"},
    {"_journal", "journal_mode"},
    {"_journal_mode", "journal_mode"},
    {"_loc", ""},
    {"_locking", "locking_mode"},
    {"_locking_mode", "locking_mode"},
    {"_mutex", ""},
    {"_query_only", "query_only"},
    {"_recursive_triggers", "recursive_triggers"},
    {"_rt", "recursive_triggers"},
    {"_secure_delete", "secure_delete"},
    {"_stmt_cache_size", ""},
    {"_sync", "synchronous"},
    {"_synchronous", "synchronous"},
    {"_timeout", "busy_timeout"},
    {"_txlock", ""},
    {"_vacuum", "auto_vacuum"},
    {"_writable_schema", "writable_schema"},
};
// modernc.org/sqlite and github.com/ncruces/go-sqlite3 take PRAGMAs as _pragma=name(value).
constexpr std::string_view kModernc[] = {"_pragma",   "_time_format", "_time_integer_format",
                                         "_txlock",   "_inttotime",   "_texttotime",
                                         "_timezone", "_timefmt",     "_loc",
                                         "_dqs",      "_error_rc"};

struct Parameter {
  std::size_t at;
  std::string key;  // lower case
  std::string value;
};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != kNone; }

int hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    if (escape) {
      result += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::vector<Parameter> parameters_of(std::string_view text, std::size_t at, char separator) {
  std::vector<Parameter> parameters;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    const std::string_view piece = text.substr(at, end - at);
    const std::size_t equals = piece.find('=');
    if (equals != kNone) {
      parameters.push_back({at, lower(trimmed(piece.substr(0, equals))),
                            percent_decoded(trimmed(piece.substr(equals + 1)))});
    }
    at = end + 1;
  }
  return parameters;
}

// What follows the ? of a URI that names an SQLite database, or of a Go data source name.
bool is_query_of_sqlite(std::string_view text, std::size_t question) {
  const std::string before = lower(text.substr(0, question));
  const bool named = before.starts_with("file:") || before.starts_with("jdbc:sqlite:") ||
                     before.starts_with("sqlite") || before.ends_with(".db") ||
                     before.ends_with(".sqlite") || before.ends_with(".sqlite3") ||
                     before.ends_with(":memory:");
  const bool elsewhere = contains(before, "postgres") || contains(before, "mysql");
  return !elsewhere && (named || contains(text, "_pragma=") || contains(text, "_busy_timeout=") ||
                        contains(text, "_journal_mode="));
}

// Appended on its own: "?cache=shared&_fk=1", "&_busy_timeout=5000".
bool is_query_alone(std::string_view text) {
  return (text.starts_with('?') || text.starts_with('&')) &&
         (contains(text, "_pragma=") || contains(text, "_busy_timeout=") ||
          contains(text, "_journal_mode=") || contains(text, "_txlock=") ||
          contains(text, "_foreign_keys=") || contains(text, "_fk="));
}

class ConnectionString {
 public:
  ConnectionString(Judge& judge, GoDriver driver) : judge_(judge), driver_(driver) {}

  void judge_parameters(const std::vector<Parameter>& parameters) {
    const bool in_memory = std::ranges::any_of(parameters, [](const Parameter& parameter) {
      return parameter.key == "mode" && lower(parameter.value) == "memory";
    });
    for (const Parameter& parameter : parameters) {
      if (parameter.key == "cache" && lower(parameter.value) == "shared" && !in_memory) {
        add(parameter, {"shared-cache", "cache=shared", "",
                        "leave it out; WAL lets readers and the writer work at once"});
      } else if (parameter.key == "_pragma") {
        judge_pragma(parameter);
      } else if (parameter.key.starts_with('_') && !parameter.key.starts_with("_pragma_") &&
                 !parameter.key.starts_with("_crypto")) {
        judge_driver_parameter(parameter);
      } else if (driver_ != GoDriver::Unknown && judge_.is_known(parameter.key)) {
        add(parameter, {"dsn-name", parameter.key + '=' + parameter.value,
                        "nothing: the driver takes no such parameter, without an error",
                        repair(parameter.key, parameter.value)});
      }
    }
  }

  std::vector<LocatedOpinion> opinions;

 private:
  void add(const Parameter& parameter, Opinion opinion) {
    opinions.push_back({parameter.at, std::move(opinion)});
  }

  [[nodiscard]] std::string repair(std::string_view name, std::string_view value) const {
    return driver_ == GoDriver::Modernc ? fmt::format("write _pragma={}({})", name, value)
                                        : fmt::format("write _{}={}", name, value);
  }

  void judge_pragma(const Parameter& parameter) {
    if (driver_ == GoDriver::Mattn) {
      add(parameter, {"dsn-name", "_pragma=" + parameter.value,
                      "nothing: go-sqlite3 of mattn has no _pragma, and ignores it",
                      "write _busy_timeout=, _journal_mode= and the like"});
      return;
    }
    Literal literal;
    literal.text = parameter.value;
    literal.offsets.resize(parameter.value.size());
    for (const Statement& statement : statement_without_keyword(literal)) {
      if (auto opinion = judge_.name(statement.name)) add(parameter, std::move(*opinion));
      if (statement.operand_kind != OperandKind::Literal) continue;
      if (auto opinion = judge_.value(statement.name, statement.operand)) {
        add(parameter, std::move(*opinion));
      }
    }
  }

  void judge_driver_parameter(const Parameter& parameter) {
    const auto* mattn =
        std::ranges::find(kMattn, parameter.key, [](const auto& row) { return row.first; });
    const bool modernc = std::ranges::find(kModernc, parameter.key) != std::end(kModernc);
    if (mattn == std::end(kMattn) && !modernc) {
      judge_unknown(parameter);
      return;
    }
    if (mattn == std::end(kMattn)) return;
    const std::string_view name = mattn->second;
    if (driver_ == GoDriver::Modernc && !modernc) {
      add(parameter, {"dsn-name", parameter.key + '=' + parameter.value,
                      "nothing: it is a parameter of mattn's driver, and this file imports another",
                      repair(name.empty() ? parameter.key : name, parameter.value)});
      return;
    }
    if (name.empty() || !is_plain_value(parameter.value) || !is_one_operand(parameter.value))
      return;
    auto opinion = judge_.value(name, parameter.value);
    if (!opinion) return;
    opinion->written = parameter.key + '=' + parameter.value;
    add(parameter, std::move(*opinion));
  }

  void judge_unknown(const Parameter& parameter) {
    std::vector<std::string> known;
    for (const auto& row : kMattn) known.emplace_back(row.first);
    for (const std::string_view name : kModernc) known.emplace_back(name);
    const bool pragma = judge_.is_known(std::string_view(parameter.key).substr(1));
    const auto nearest = nearest_pragma(parameter.key, known);
    if (!pragma && !nearest) return;  // of a driver that is not known here
    add(parameter, {"dsn-name", parameter.key + '=' + parameter.value,
                    "nothing: the driver ignores a parameter that it does not know",
                    nearest ? fmt::format("did you mean {}", *nearest)
                            : "set it with a PRAGMA on every connection"});
  }

  Judge& judge_;
  GoDriver driver_;
};

}  // namespace

GoDriver go_driver(std::string_view source) {
  const bool mattn = contains(source, "\"github.com/mattn/go-sqlite3\"");
  const bool modernc = contains(source, "\"modernc.org/sqlite\"") ||
                       contains(source, "\"github.com/glebarez/") ||
                       contains(source, "\"github.com/ncruces/go-sqlite3");
  if (mattn == modernc) return GoDriver::Unknown;
  return mattn ? GoDriver::Mattn : GoDriver::Modernc;
}

std::vector<LocatedOpinion> judge_connection_string(Judge& judge, std::string_view text,
                                                    GoDriver driver) {
  constexpr std::size_t kLongestConnectionString = 2048;
  if (text.size() > kLongestConnectionString || !contains(text, "=")) return {};
  ConnectionString connection(judge, driver);
  const std::size_t question = text.find('?');
  if (question != kNone && is_query_of_sqlite(text, question)) {
    connection.judge_parameters(parameters_of(text, question + 1, '&'));
  } else if (is_query_alone(text)) {
    connection.judge_parameters(parameters_of(text, 1, '&'));
  } else if (lower(text.substr(0, text.find('='))).ends_with("data source") &&
             contains(text, ";")) {
    connection.judge_parameters(parameters_of(text, 0, ';'));
  }
  return std::move(connection.opinions);
}

}  // namespace pragmark::lint
