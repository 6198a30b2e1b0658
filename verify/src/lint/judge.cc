#include "lint/judge.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "pragmark/pragma.h"

namespace pragmark::lint {
namespace {

constexpr std::size_t kMostAnswersKept = 4096;

// Statements of SQL that people take for PRAGMAs.
constexpr std::string_view kStatements[] = {"vacuum", "analyze", "reindex", "attach", "detach"};

// Deprecated by https://www.sqlite.org/pragma.html, with what to write instead.
constexpr std::pair<std::string_view, std::string_view> kDeprecated[] = {
    {"count_changes", "take sqlite3_changes() instead"},
    {"data_store_directory", "leave it out"},
    {"default_cache_size", "set cache_size on every connection; a negative value counts KiB"},
    {"empty_result_callbacks", "leave it out"},
    {"full_column_names", "name the columns with AS"},
    {"short_column_names", "name the columns with AS"},
    {"temp_store_directory", "set the environment variable SQLITE_TMPDIR"},
};

// Real names that the linked library lacks: of SQLite with other build options, of SQLCipher, SEE
// and SQLite3MultipleCiphers, of DuckDB, and of PL/SQL, which has PRAGMAs as well.
constexpr std::string_view kElsewhere[] = {
    "activate_extensions",
    "autonomous_transaction",
    "btreeinfo",
    "coverage",
    "database_size",
    "deprecate",
    "exception_init",
    "fast_kdf_iter",
    "filename",
    "hexkey",
    "hexrekey",
    "hmac_check",
    "inline",
    "kdf_iter",
    "key",
    "legacy",
    "lock_proxy_file",
    "lock_status",
    "max_memory",
    "memory_limit",
    "mmap_status",
    "parser_trace",
    "rekey",
    "restrict_references",
    "serially_reusable",
    "show_tables",
    "snapshot_get",
    "sql_trace",
    "stats",
    "storage_info",
    "temp_directory",
    "textkey",
    "textrekey",
    "udf",
    "vdbe_addoptrace",
    "vdbe_debug",
    "vdbe_eqp",
    "vdbe_listing",
    "vdbe_trace",
    "version",
    "worker_threads",
};
constexpr std::string_view kElsewherePrefixes[] = {
    "cipher", "sqlcipher_", "enable_", "disable_", "profiling_", "rekey_", "mc_"};

std::optional<std::int64_t> number_of(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  std::int64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return negative ? -number : number;
}

bool is_any_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

constexpr std::string_view kTrue[] = {"on", "yes", "true"};
constexpr std::string_view kFalse[] = {"off", "no", "false"};

bool agrees_boolean(const std::string& written, std::string_view heard) {
  const bool on = heard != "OFF" && heard != "0";
  if (const auto number = number_of(written)) return on == (*number != 0);
  return is_any_of(written, on ? kTrue : kFalse);
}

bool agrees_keyword(const PragmaSpec& spec, const std::string& written, const std::string& heard) {
  const auto keyword = std::ranges::find(spec.keywords, heard, &Keyword::word);
  if (lower(heard) == written) return true;
  if (keyword == spec.keywords.end()) return false;
  if (const auto number = number_of(written)) return keyword->number == *number;
  // secure_delete and the like, where ON is one of the words.
  return (heard == "ON" && is_any_of(written, kTrue)) || (heard == "OFF" && written == "false");
}

bool agrees_integer(std::string_view name, const std::string& written, const std::string& heard) {
  const auto number = number_of(written);
  if (!number) return heard == "0" && is_any_of(written, kFalse);
  // -1 is how people write "none", "the default" or "no limit", and how SQLite takes it; only for
  // busy_timeout do they mean "for ever", where SQLite hears "not at all".
  return number_of(heard) == number || (*number == -1 && name != "busy_timeout");
}

std::string choices(std::string_view name) {
  const PragmaSpec* spec = find_pragma(name);
  if (spec == nullptr) return "see https://www.sqlite.org/pragma.html";
  std::string words;
  for (const Keyword& keyword : spec->keywords) {
    words += fmt::format("{}{}", words.empty() ? "write " : ", ", keyword.word);
  }
  if (!words.empty()) return words;
  if (name == "page_size") return "write a power of two from 512 to 65536";
  return spec->unit == Unit::None
             ? "write a whole number"
             : fmt::format("write a whole number of {}", to_string(spec->unit));
}

}  // namespace

Judge::Judge(std::string scratch_file)
    : scratch_file_(std::move(scratch_file)), names_(pragma_names()) {
  // A library built without a feature does not list its settings; their names are right all the
  // same.
  for (const PragmaSpec& spec : pragma_table()) names_.emplace_back(spec.name);
  for (std::string& name : names_) name = lower(name);
}

bool Judge::is_known(std::string_view name) const {
  return std::ranges::find(names_, name) != names_.end();
}

std::optional<std::string> Judge::nearest(std::string_view name) const {
  return nearest_pragma(name, names_);
}

std::optional<Opinion> Judge::name(std::string_view name) const {
  for (const auto& [deprecated, instead] : kDeprecated) {
    if (name != deprecated) continue;
    return Opinion{"deprecated", std::string(name), "a setting that SQLite has deprecated",
                   std::string(instead)};
  }
  const bool elsewhere = is_any_of(name, kElsewhere) ||
                         std::ranges::any_of(kElsewherePrefixes,
                                             [&](auto prefix) { return name.starts_with(prefix); });
  if (elsewhere || is_known(name)) return std::nullopt;
  Opinion opinion{"unknown-name", std::string(name),
                  "nothing: it ignores a name that it does not know, without an error", ""};
  if (is_any_of(name, kStatements)) {
    opinion.advice = fmt::format("it is a statement of its own: write {} alone", name);
    return opinion;
  }
  const std::optional<std::string> meant = nearest(name);
  if (meant) opinion.advice = fmt::format("did you mean {}", *meant);
  return opinion;
}

const TrialOutcome& Judge::heard_alone(const std::string& name, const std::string& operand) {
  const std::string key = name + '=' + operand;
  const auto found = alone_.find(key);
  if (found != alone_.end()) return found->second;
  if (alone_.size() >= kMostAnswersKept) alone_.clear();
  const TrialStep step{.action = TrialAction::Set, .name = name, .operand = operand};
  return alone_.emplace(key, try_steps(scratch_file_, {&step, 1}).front()).first->second;
}

std::vector<TrialOutcome> Judge::heard_together(std::span<const TrialStep> steps) {
  return try_steps(scratch_file_, steps);
}

std::string Judge::default_of(const std::string& name) {
  // A setting that is told something it refuses keeps its default.
  return heard_alone(name, "0x").after;
}

std::optional<Opinion> Judge::value(std::string_view name, std::string_view operand) {
  if (!can_be_tried(name) || !is_one_operand(operand)) return std::nullopt;
  const TrialOutcome outcome = heard_alone(std::string(name), std::string(operand));
  if (auto opinion = misheard(name, unquoted(operand), outcome)) return opinion;
  std::optional<Opinion> slip = unit_slip(name, outcome.after);
  if (slip) slip->written = fmt::format("{}={}", name, unquoted(operand));
  return slip;
}

std::optional<Opinion> Judge::misheard(std::string_view name, std::string_view written,
                                       const TrialOutcome& outcome) {
  Opinion opinion{"misheard-value", fmt::format("{}={}", name, written), outcome.after,
                  choices(name)};
  if (!outcome.error.empty()) {
    opinion.rule = "refused";
    opinion.heard = fmt::format("an error: {}", outcome.error);
    return opinion;
  }
  const std::string word = lower(written);
  const PragmaSpec* spec = find_pragma(name);
  bool agrees = false;
  switch (value_kind(name).value_or(ValueKind::Integer)) {
    case ValueKind::Boolean: agrees = agrees_boolean(word, outcome.after); break;
    case ValueKind::Keyword:
      agrees = spec != nullptr && agrees_keyword(*spec, word, outcome.after);
      break;
    case ValueKind::Integer: agrees = agrees_integer(name, word, outcome.after); break;
  }
  if (agrees) return std::nullopt;
  const auto asked = number_of(word);
  const auto got = number_of(outcome.after);
  if (spec != nullptr && spec->kind == ValueKind::Integer && asked && got && *got > 0 &&
      *asked > *got && name != "page_size") {
    opinion.rule = "capped-value";
    opinion.advice = "the library was built with a lower maximum; ask for what it reports";
  } else if (outcome.after == default_of(std::string(name))) {
    opinion.heard += " (its default, unchanged)";
  }
  return opinion;
}

}  // namespace pragmark::lint
