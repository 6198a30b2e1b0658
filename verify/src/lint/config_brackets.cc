// Maps in brackets: code of most languages, JSON, inline tables.
#include <algorithm>
#include <iterator>
#include <utility>

#include "lint/config.h"
#include "lint/statements.h"

namespace pragmark::lint {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kLargestMap = 8192;  // bytes
constexpr std::size_t kMostTries = 256;    // of one file: each looks at kLargestMap bytes

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool opens(char c) noexcept { return c == '{' || c == '[' || c == '('; }
bool closes(char c) noexcept { return c == '}' || c == ']' || c == ')'; }

struct Token {
  enum class Kind { String, Word, Separator, Comma, Open, Close, Other };
  Kind kind;
  std::string_view text;  // without quotes
  std::size_t offset;
};

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const bool comment = text[at] == '#' || text.substr(at, 2) == "//";
    if (comment) {
      at = std::min(text.find('\n', at), text.size());
    } else if (is_space(text[at])) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

Token next_token(std::string_view text, std::size_t at) {
  using Kind = Token::Kind;
  const char c = text[at];
  if (c == '\'' || c == '"' || c == '`') {
    const std::size_t closing = text.find(c, at + 1);
    if (closing == kNone) return {Kind::Other, text.substr(at), at};
    return {Kind::String, text.substr(at + 1, closing - at - 1), at};
  }
  const bool sign = (c == '-' || c == '+') && at + 1 < text.size() && is_word(text[at + 1]);
  if (is_word(c) || sign) {
    std::size_t end = at + 1;
    while (end < text.size() && (is_word(text[end]) || text[end] == '.')) ++end;
    return {Kind::Word, text.substr(at, end - at), at};
  }
  if (text.substr(at, 2) == "=>") return {Kind::Separator, text.substr(at, 2), at};
  if (c == ':' || c == '=') return {Kind::Separator, text.substr(at, 1), at};
  if (c == ',' || c == ';') return {Kind::Comma, text.substr(at, 1), at};
  if (opens(c)) return {Kind::Open, text.substr(at, 1), at};
  if (closes(c)) return {Kind::Close, text.substr(at, 1), at};
  return {Kind::Other, text.substr(at, 1), at};
}

// From behind the bracket that opens at `open` to the one that closes it, which is the last.
std::vector<Token> tokens_of(std::string_view text, std::size_t open) {
  const std::string_view part = text.substr(0, std::min(text.size(), open + kLargestMap));
  std::vector<Token> tokens;
  int depth = 1;
  for (std::size_t at = skip_space(part, open + 1); at < part.size(); at = skip_space(part, at)) {
    const Token token = next_token(part, at);
    tokens.push_back(token);
    if (token.kind == Token::Kind::Open) ++depth;
    if (token.kind == Token::Kind::Close && --depth == 0) return tokens;
    at += token.text.size() + (token.kind == Token::Kind::String ? 2 : 0);
  }
  return {};  // not closed: not what it was taken for
}

bool is_value(const Token& token) {
  return token.kind == Token::Kind::String || token.kind == Token::Kind::Word;
}

// A string, a number or a truth value; any other word is a variable, whose value is not known.
bool is_written_out(const Token& token) {
  if (token.kind != Token::Kind::Word) return token.kind == Token::Kind::String;
  const std::string word = lower(token.text);
  const char digit = word[word.starts_with('-') || word.starts_with('+') ? 1 : 0];
  return (digit >= '0' && digit <= '9') || word == "true" || word == "false";
}

// As a setting's name is; "cache_size=" is something else's key.
bool is_name(std::string_view key) { return !key.empty() && std::ranges::all_of(key, is_word); }

class EntryReader {
 public:
  explicit EntryReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::vector<ConfigEntry> read(bool with_pairs) {
    using Kind = Token::Kind;
    int depth = 1;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      if (token.kind == Kind::Open) ++depth;
      if (token.kind == Kind::Close) --depth;
      const bool begins = i == 0 || tokens_[i - 1].kind == Kind::Comma ||
                          tokens_[i - 1].kind == Kind::Open || tokens_[i - 1].kind == Kind::Close;
      // Ruby's :symbol => value begins with a colon.
      const bool symbol = i > 0 && tokens_[i - 1].text == ":" &&
                          tokens_[i - 1].offset + 1 == token.offset &&
                          (i == 1 || tokens_[i - 2].kind == Kind::Comma);
      if (!is_value(token) || (!begins && !symbol)) continue;
      if (depth == 1 && kind(i + 1) == Kind::Separator) {
        add(token, i + 2);
      } else if (with_pairs && depth == 2 && kind(i + 1) == Kind::Comma && i > 0 &&
                 tokens_[i - 1].kind == Kind::Open &&
                 (i == 1 || tokens_[i - 2].kind == Kind::Comma)) {
        add(token, i + 2);
      } else if (with_pairs && depth == 1 && token.kind == Kind::String &&
                 token.text.find_first_of("=(") != kNone) {
        entries_.push_back({"", std::string(token.text), token.offset + 1, false});
      }
    }
    return std::move(entries_);
  }

 private:
  [[nodiscard]] Token::Kind kind(std::size_t index) const {
    return index < tokens_.size() ? tokens_[index].kind : Token::Kind::Other;
  }

  void add(const Token& key, std::size_t value) {
    if (!is_name(key.text)) return;
    const std::size_t quote = key.kind == Token::Kind::String ? 1 : 0;
    ConfigEntry entry{std::string(key.text), "", key.offset + quote, true};
    const Token::Kind behind = kind(value + 1);
    const bool alone = behind == Token::Kind::Comma || behind == Token::Kind::Close;
    if (value < tokens_.size() && is_written_out(tokens_[value]) && alone) {
      entry.value = tokens_[value].text;
      entry.computed = false;
    }
    entries_.push_back(std::move(entry));
  }

  std::vector<Token> tokens_;
  std::vector<ConfigEntry> entries_;
};

// Where the bracket is that opens a map called by the word that ends at `at`; npos when none does.
std::size_t opening_of_value(std::string_view text, std::size_t at) {
  if (at < text.size() && (text[at] == '\'' || text[at] == '"')) ++at;
  at = skip_space(text, at);
  const std::size_t separator = text.substr(at, 2) == "=>" ? 2 : 1;
  if (at >= text.size() || (text[at] != ':' && text[at] != '=')) return kNone;
  at = skip_space(text, at + separator);
  for (const std::string_view constructor : {"dict", "array", "%", "new Map"}) {
    if (text.substr(at).starts_with(constructor)) at += constructor.size();
  }
  return at < text.size() && opens(text[at]) ? at : kNone;
}

void find_pragmas(std::string_view text, std::vector<ConfigMap>& maps) {
  constexpr std::string_view kWord = "pragma";
  std::size_t tries = 0;
  for (std::size_t at = text.find(kWord); at != kNone && tries < kMostTries;
       at = text.find(kWord, at + kWord.size())) {
    std::size_t end = at + kWord.size();
    if (end < text.size() && text[end] == 's') ++end;
    const bool whole = (end == text.size() || !is_word(text[end])) &&
                       (at == 0 || text[at - 1] == '_' || !is_word(text[at - 1]));
    const std::size_t open = whole ? opening_of_value(text, end) : kNone;
    if (open == kNone) continue;
    ++tries;
    auto entries = EntryReader(tokens_of(text, open)).read(true);
    if (!entries.empty()) maps.push_back({MapKind::Pragmas, std::move(entries)});
  }
}

// The bracket around `at`; npos when it is too far away to belong to it.
std::size_t opening_around(std::string_view text, std::size_t at) {
  int depth = 0;
  for (std::size_t looked = 0; at > 0 && looked < kLargestMap; ++looked) {
    --at;
    if (closes(text[at])) ++depth;
    if (opens(text[at]) && depth-- == 0) return at;
  }
  return kNone;
}

void find_drivers(std::string_view text, std::vector<ConfigMap>& maps) {
  std::size_t behind = 0;  // of the last map: two values in one map are one map
  std::size_t tries = 0;
  for (std::size_t at = text.find("sqlite"); at != kNone && tries < kMostTries;
       at = text.find("sqlite", at + 1)) {
    const bool quoted = at > 0 && (text[at - 1] == '\'' || text[at - 1] == '"');
    if (!quoted || at < behind) continue;
    ++tries;
    const std::size_t open = opening_around(text, at - 1);
    if (open == kNone) continue;
    std::vector<Token> tokens = tokens_of(text, open);
    if (tokens.empty()) continue;
    const std::size_t closing = tokens.back().offset;
    auto entries = EntryReader(std::move(tokens)).read(false);
    const bool sqlite = std::ranges::any_of(
        entries, [](const ConfigEntry& entry) { return names_sqlite(entry.key, entry.value); });
    if (!sqlite) continue;
    behind = closing;
    maps.push_back({MapKind::Driver, std::move(entries)});
  }
}

}  // namespace

bool names_sqlite(std::string_view key, std::string_view value) {
  constexpr std::string_view kKeys[] = {"driver", "adapter", "client", "dialect", "connection"};
  const std::string word = lower(key);
  return std::ranges::find(kKeys, word) != std::end(kKeys) && lower(value).starts_with("sqlite");
}

std::vector<ConfigMap> bracketed_maps(std::string_view text) {
  std::vector<ConfigMap> maps;
  find_pragmas(text, maps);
  find_drivers(text, maps);
  return maps;
}

}  // namespace pragmark::lint
