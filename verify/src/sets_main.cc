// pragmark sets: lists the PRAGMA sets, shows one, or compares two.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pragmark/pragma_set.h"
#include "pragmark/verify/program.h"
#include "pragmark/verify/set_diff.h"
#include "pragmark/version.h"

namespace {

using pragmark::ExitCode;
using pragmark::PragmaSet;
using pragmark::Setting;

constexpr const char* kExamples = "Examples:\n"
                                  "  pragmark sets\n"
                                  "  pragmark sets production --format sql > pragmas.sql\n"
                                  "  pragmark sets production+synchronous=FULL\n"
                                  "  pragmark sets --diff rails-8 better-sqlite3";

enum class SetsFormat { Text, Json, Sql };
const std::map<std::string, SetsFormat> kFormats = {
    {"text", SetsFormat::Text}, {"json", SetsFormat::Json}, {"sql", SetsFormat::Sql}};

// One line each: there are too many to read all of them whole.
std::string overview(const std::vector<PragmaSet>& sets) {
  std::size_t width = 0;
  for (const PragmaSet& set : sets) width = std::max(width, set.name().size());
  std::string text = fmt::format("{:<{}}  {:<12}  {}\n", "set", width, "durability", "what it is");
  for (const PragmaSet& set : sets) {
    text += fmt::format("{:<{}}  {:<12}  {}\n", set.name(), width, to_string(set.durability()),
                        set.description());
  }
  return pragmark::printable(text) +
         "\n`pragmark sets NAME` shows the settings and the source of one, NAME+setting=value one "
         "with a change,\n`pragmark sets --diff A B` two of them side by side.\n";
}

std::string to_text(const PragmaSet& set) {
  std::string text =
      fmt::format("{} ({}): {}\n", set.name(), to_string(set.durability()), set.description());
  text += fmt::format("  source: {}\n", set.source());
  for (const Setting& setting : set.settings()) {
    const std::string_view option = set.by_driver_option(setting.spec->name);
    text += fmt::format("  {:<20} {}{}\n", setting.spec->name, setting.value,
                        option.empty() ? "" : fmt::format("   (the driver's {})", option));
  }
  for (const pragmark::DriverOption& option : set.driver_options()) {
    if (option.setting.empty()) text += fmt::format("  driver option: {}\n", option.option);
  }
  for (const std::string& note : set.notes()) text += fmt::format("  note: {}\n", note);
  return pragmark::printable(text);
}

nlohmann::ordered_json json_of_extras(const PragmaSet& set) {
  nlohmann::ordered_json options = nlohmann::ordered_json::array();
  for (const pragmark::DriverOption& option : set.driver_options()) {
    options.push_back(
        {{"option", pragmark::printable(option.option)}, {"setting", option.setting}});
  }
  nlohmann::ordered_json notes = nlohmann::ordered_json::array();
  for (const std::string& note : set.notes()) notes.push_back(pragmark::printable(note));
  return {{"driver_options", std::move(options)}, {"notes", std::move(notes)}};
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
    nlohmann::ordered_json one = {{"name", pragmark::printable(set.name())},
                                  {"source", pragmark::printable(set.source())},
                                  {"description", pragmark::printable(set.description())},
                                  {"durability", to_string(set.durability())},
                                  {"settings", std::move(settings)}};
    one.update(json_of_extras(set));
    listed.push_back(std::move(one));
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

std::string diff_of(const std::vector<std::string>& names, SetsFormat format) {
  if (format == SetsFormat::Sql) {
    throw pragmark::Error::usage("--diff has no --format sql: take text or json");
  }
  const pragmark::SetDiff diff =
      pragmark::compare_sets(PragmaSet::parse(names.at(0)), PragmaSet::parse(names.at(1)));
  return format == SetsFormat::Json ? to_json(diff) : to_text(diff);
}

std::string listed(const std::string& name, SetsFormat format) {
  if (format == SetsFormat::Sql && name.empty()) {
    throw pragmark::Error::usage(
        "--format sql needs the name of one set: pragmark sets production --format sql");
  }
  if (name.empty()) {
    const std::vector<PragmaSet> sets = PragmaSet::all();
    return format == SetsFormat::Json ? to_json(sets) : overview(sets);
  }
  const PragmaSet set = PragmaSet::parse(name);
  switch (format) {
    case SetsFormat::Text: return to_text(set);
    case SetsFormat::Json: return to_json({set});
    case SetsFormat::Sql: return to_sql(set);
  }
  return "";
}

ExitCode run(int argc, char** argv) {
  CLI::App app("Lists the PRAGMA sets, shows one with its settings and source, or compares two.",
               "pragmark sets");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(pragmark::kVersion));
  std::string name;
  std::string out;
  std::vector<std::string> diff;
  std::string format = "text";
  auto* set =
      app.add_option("SET", name, "NAME, NAME+setting=value+.., or a .sql file; all when left out");
  app.add_option("--diff", diff, "two sets side by side: settings, defaults, build options")
      ->expected(2)
      ->excludes(set)
      ->option_text("SET SET");
  app.add_option("--format", format, "text, json or sql (statements to paste)")
      ->check(CLI::IsMember(kFormats))
      ->option_text("FORMAT [text]");
  app.add_option("--out", out, "file for the result")->option_text("FILE [stdout]");
  if (const auto done = pragmark::parse_arguments<CLI::ParseError>(app, argc, argv)) return *done;

  pragmark::require_output_possible(out);
  const SetsFormat chosen = kFormats.at(format);
  pragmark::write_output(diff.empty() ? listed(name, chosen) : diff_of(diff, chosen), out);
  return ExitCode::Holds;
}

}  // namespace

int main(int argc, char** argv) {
  return pragmark::run_program("sets", [&] { return run(argc, argv); });
}
