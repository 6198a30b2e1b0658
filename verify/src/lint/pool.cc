#include "lint/pool.h"

#include <algorithm>

#include "lint/statements.h"

namespace pragmark::lint {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_path(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != kNone; }

// The word with dots that ends at `end`: "s.db".
std::string_view path_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && is_path(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

// One connection in all, or a hook that is run for each: nothing is missed then.
bool is_safe_in_go(std::string_view text) {
  return contains(text, "SetMaxOpenConns(1)") || contains(text, "ConnectHook") ||
         contains(text, "RegisterConnectionHook") || contains(text, "driver.Connector");
}

}  // namespace

Pools::Pools(const SourceText& source) : source_(source) {
  const std::string_view text = source.text();
  if (!source.has_extension("go") || is_safe_in_go(text)) return;
  for (const std::string_view opener :
       {"sql.Open(", "sqlx.Open(", "sqlx.Connect(", "sqlx.MustConnect("}) {
    for (std::size_t at = text.find(opener); at != kNone; at = text.find(opener, at + 1)) {
      const std::size_t line = text.rfind('\n', at) + 1;
      const std::string_view before = text.substr(line, at - line);
      if (at > 0 && is_path(text[at - 1])) continue;
      std::string_view left = trimmed(before.substr(0, before.find('=')));
      if (left.ends_with(':')) left = trimmed(left.substr(0, left.size() - 1));
      if (left.starts_with("if ")) left = trimmed(left.substr(3));
      left = trimmed(left.substr(0, left.find(',')));
      if (left.starts_with("var ")) left = trimmed(left.substr(4));
      const bool plain = !left.empty() && std::ranges::all_of(left, is_path);
      if (plain && contains(before, "=")) go_pools_.push_back(left);
    }
  }
}

bool Pools::runs(const Literal& literal) const {
  const std::string_view text = source_.text();
  if (source_.has_extension("rs")) {
    constexpr std::size_t kNear = 120;
    const std::string_view behind = text.substr(literal.end, kNear);
    const std::string_view call = behind.substr(0, behind.find(';'));
    return contains(call, ".execute(&pool)") || contains(call, ".execute(&self.pool)");
  }
  if (go_pools_.empty()) return false;
  std::size_t open = text.find_last_not_of(" \t\r\n", literal.begin == 0 ? 0 : literal.begin - 1);
  if (open != kNone && text[open] == ',') {
    const std::size_t context = text.find_last_of("(\n", open);
    if (context == kNone) return false;
    open = context;
  }
  if (open == kNone || text[open] != '(') return false;
  std::string_view callee = path_before(text, open);
  for (const std::string_view method : {".ExecContext", ".MustExec", ".Exec"}) {
    if (!callee.ends_with(method)) continue;
    callee.remove_suffix(method.size());
    return std::ranges::find(go_pools_, callee) != go_pools_.end();
  }
  return false;
}

}  // namespace pragmark::lint
