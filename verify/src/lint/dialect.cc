#include "lint/dialect.h"

#include <algorithm>
#include <initializer_list>

namespace pragmark::lint {
namespace {

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

constexpr Dialect kSql = {.kind = FileKind::Sql, .slashes = false, .dashes = true};
constexpr Dialect kProse = {.kind = FileKind::Prose};

// Go, JavaScript, Java, Kotlin, Swift, Dart and whatever else writes // and /* */.
constexpr Dialect kBraces = {.slashes = true, .backtick = true, .triple = true};
constexpr Dialect kC = {
    .single_quote = SingleQuote::Character, .slashes = true, .cpp_raw = true, .adjacent = true};
constexpr Dialect kGo = {.single_quote = SingleQuote::Character, .slashes = true, .backtick = true};
constexpr Dialect kJava = {.single_quote = SingleQuote::Character, .slashes = true, .triple = true};
constexpr Dialect kCSharp = {
    .single_quote = SingleQuote::Character, .slashes = true, .triple = true, .verbatim = true};
constexpr Dialect kRust = {
    .single_quote = SingleQuote::Character, .slashes = true, .rust_raw = true, .multi_line = true};
constexpr Dialect kPhp = {.slashes = true, .hash = true, .heredoc = true, .multi_line = true};
constexpr Dialect kPython = {.hash = true, .triple = true, .adjacent = true};
constexpr Dialect kRuby = {
    .hash = true, .heredoc = true, .percent_q = true, .multi_line = true, .hash_braces = true};
constexpr Dialect kElixir = {.hash = true, .triple = true, .multi_line = true, .hash_braces = true};
constexpr Dialect kShell = {.hash = true, .heredoc = true, .multi_line = true};
constexpr Dialect kHash = {.hash = true, .triple = true};
constexpr Dialect kTcl = {.single_quote = SingleQuote::Code, .hash = true, .braced_sql = true};
constexpr Dialect kLua = {.dashes = true, .brackets = true};
constexpr Dialect kHaskell = {.single_quote = SingleQuote::Character, .dashes = true};
constexpr Dialect kLisp = {
    .single_quote = SingleQuote::Code, .semicolon = true, .multi_line = true};
constexpr Dialect kErlang = {.single_quote = SingleQuote::Code, .percent = true};
constexpr Dialect kMarkup = {.markup = true, .multi_line = false, .backslash = false};
constexpr Dialect kJson = {.single_quote = SingleQuote::Code, .slashes = true};
constexpr Dialect kConfig = {
    .kind = FileKind::Config, .hash = true, .semicolon = false, .triple = true};

}  // namespace

std::string extension_of(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  const std::size_t dot = name.find_last_of('.');
  std::string extension(dot == std::string_view::npos ? name : name.substr(dot + 1));
  if (name.starts_with(".env")) extension = "env";
  std::ranges::transform(extension, extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return extension;
}

Dialect dialect_of(std::string_view extension) {
  if (one_of(extension, {"sql", "ddl", "sqlite", "psql"})) return kSql;
  if (one_of(extension, {"md",  "markdown", "mdx",   "rst",       "txt",     "adoc",   "asciidoc",
                         "org", "tex",      "html",  "htm",       "xhtml",   "log",    "csv",
                         "tsv", "diff",     "patch", "svg",       "ipynb",   "po",     "pot",
                         "map", "lock",     "sum",   "changelog", "license", "readme", "man",
                         "1",   "rtf",      "texi",  "wiki",      "in"})) {
    return kProse;
  }
  if (one_of(extension, {"c", "h", "cc", "hh", "cpp", "hpp", "cxx", "hxx", "inl", "ipp", "m", "mm",
                         "ino", "cu"})) {
    return kC;
  }
  if (extension == "go") return kGo;
  if (one_of(extension, {"java", "kt", "kts", "scala"})) return kJava;
  if (one_of(extension, {"cs", "fs", "fsx"})) return kCSharp;
  if (extension == "rs") return kRust;
  if (one_of(extension, {"php", "phtml"})) return kPhp;
  if (one_of(extension, {"py", "pyi", "pyx"})) return kPython;
  if (one_of(extension, {"rb", "rake", "cr", "gemspec", "ru"})) return kRuby;
  if (one_of(extension, {"ex", "exs"})) return kElixir;
  if (one_of(extension, {"sh", "bash", "zsh", "ksh", "fish", "dockerfile", "makefile", "mk", "pl",
                         "pm", "t"})) {
    return kShell;
  }
  if (one_of(extension, {"r", "jl", "nim", "ps1", "cmake"})) return kHash;
  if (one_of(extension, {"tcl", "test"})) return kTcl;
  if (one_of(extension, {"lua", "adb", "ads"})) return kLua;
  if (one_of(extension, {"hs", "elm"})) return kHaskell;
  if (one_of(extension, {"lisp", "cl", "el", "scm", "rkt", "clj", "cljs", "cljc"})) return kLisp;
  if (one_of(extension, {"erl", "hrl"})) return kErlang;
  if (one_of(extension, {"xml", "config", "csproj", "plist", "xaml"})) return kMarkup;
  if (one_of(extension, {"json", "json5", "jsonc"})) return kJson;
  if (one_of(extension, {"yml", "yaml", "toml", "ini", "env", "cfg", "conf", "properties"})) {
    return kConfig;
  }
  return kBraces;
}

}  // namespace pragmark::lint
