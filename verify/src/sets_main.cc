// pragmark sets: lists the PRAGMA sets with their sources and settings.
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pragmark/pragma_set.h"
#include "pragmark/verify/program.h"
#include "pragmark/version.h"

namespace {

using pragmark::ExitCode;
using pragmark::PragmaSet;
using pragmark::Setting;

constexpr const char* kExamples = "Examples:\n"
                                  "  pragmark sets\n"
                                  "  pragmark sets production --format sql > pragmas.sql\n"
                                  "  pragmark sets production+synchronous=FULL";

enum class SetsFormat { Text, Json, Sql };
const std::map<std::string, SetsFormat> kFormats = {
    {"text", SetsFormat::Text}, {"json", SetsFormat::Json}, {"sql", SetsFormat::Sql}};

std::string to_text(const std::vector<PragmaSet>& sets) {
  std::string text;
  for (const PragmaSet& set : sets) {
    text += fmt::format("{}{} ({}): {}\n", text.empty() ? "" : "\n", set.name(),
                        to_string(set.durability()), set.description());
    text += fmt::format("  source: {}\n", set.source());
    for (const Setting& setting : set.settings()) {
      text += fmt::format("  {:<20} {}\n", setting.spec->name, setting.value);
    }
  }
  return pragmark::printable(text);
}

std::string to_json(const std::vector<PragmaSet>& sets) {
  nlohmann::ordered_json listed = nlohmann::ordered_json::array();
  for (const PragmaSet& set : sets) {
    nlohmann::ordered_json settings = nlohmann::ordered_json::array();
    for (const Setting& setting : set.settings()) {
      settings.push_back({{"name", setting.spec->name},
                          {"value", setting.value},
                          {"unit", to_string(setting.spec->unit)},
                          {"scope", to_string(setting.spec->scope)}});
    }
    listed.push_back({{"name", pragmark::printable(set.name())},
                      {"source", pragmark::printable(set.source())},
                      {"description", pragmark::printable(set.description())},
                      {"durability", to_string(set.durability())},
                      {"settings", std::move(settings)}});
  }
  const nlohmann::ordered_json json = {{"schema", "pragmark.sets/1"}, {"sets", std::move(listed)}};
  constexpr int kIndent = 2;
  return json.dump(kIndent) + "\n";
}

// A comment line says what it is; line breaks in the text would end the comment.
std::string to_sql(const PragmaSet& set) {
  return fmt::format("-- {}: {}\n{}", pragmark::one_line(set.name()),
                     pragmark::one_line(set.source()), set.to_sql());
}

ExitCode run(int argc, char** argv) {
  CLI::App app("Lists the PRAGMA sets with their sources and settings.", "pragmark sets");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(pragmark::kVersion));
  std::string name;
  std::string out;
  std::string format = "text";
  app.add_option("SET", name, "NAME, NAME+setting=value+.., or a .sql file; all when left out");
  app.add_option("--format", format, "text, json or sql (statements to paste)")
      ->check(CLI::IsMember(kFormats))
      ->option_text("FORMAT [text]");
  app.add_option("--out", out, "file for the result")->option_text("FILE [stdout]");
  if (const auto done = pragmark::parse_arguments<CLI::ParseError>(app, argc, argv)) return *done;

  if (kFormats.at(format) == SetsFormat::Sql && name.empty()) {
    throw pragmark::Error::usage(
        "--format sql needs the name of one set: pragmark sets production --format sql");
  }
  pragmark::require_output_possible(out);
  std::vector<PragmaSet> sets;
  if (name.empty()) {
    sets = PragmaSet::all();
  } else {
    sets.push_back(PragmaSet::parse(name));
  }
  switch (kFormats.at(format)) {
    case SetsFormat::Text: pragmark::write_output(to_text(sets), out); break;
    case SetsFormat::Json: pragmark::write_output(to_json(sets), out); break;
    case SetsFormat::Sql: pragmark::write_output(to_sql(sets.front()), out); break;
  }
  return ExitCode::Holds;
}

}  // namespace

int main(int argc, char** argv) {
  return pragmark::run_program("sets", [&] { return run(argc, argv); });
}
