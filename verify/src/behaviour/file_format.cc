// What is in the database file: F001 page_size, F002 auto_vacuum, F003 application_id,
// F004 secure_delete.
//
// File format: https://www.sqlite.org/fileformat2.html#the_database_header. The file is read when
// its last connection is closed, which checkpoints a WAL.
#include <array>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/scratch_pages.h"
#include "pragmark/error.h"

namespace pragmark::behaviour {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error::environment("read", "it cannot be opened", path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<unsigned char>(byte);
  return number;
}

std::string header_field(const Experiment& experiment, std::size_t offset, std::size_t bytes) {
  constexpr std::size_t kHeaderBytes = 100;
  std::string file = bytes_of(experiment.file());
  if (file.size() < kHeaderBytes) {
    throw Error::damaged("read the header", fmt::format("the file has {} bytes", file.size()),
                         experiment.file().string());
  }
  return file.substr(offset, bytes);
}

void create_something(const Experiment& experiment) {
  Connection connection = experiment.open();
  connection.execute("CREATE TABLE something(id INTEGER PRIMARY KEY)");
}

Observation observe_page_size(Experiment& experiment) {
  create_something(experiment);
  constexpr std::size_t kOffset = 16;
  const std::uint32_t stored = big_endian(header_field(experiment, kOffset, 2));
  const std::int64_t page_size = stored == 1 ? 65536 : stored;  // does not fit two bytes
  const std::string seen = fmt::format("{} bytes in the file's header", page_size);
  return page_size == claimed_integer(experiment, "page_size") ? as_claimed(seen) : contrary(seen);
}

Observation observe_application_id(Experiment& experiment) {
  create_something(experiment);
  constexpr std::size_t kOffset = 68;
  const auto stored = static_cast<std::int32_t>(big_endian(header_field(experiment, kOffset, 4)));
  const std::string seen = fmt::format("{} in the file's header", stored);
  return stored == claimed_integer(experiment, "application_id") ? as_claimed(seen)
                                                                 : contrary(seen);
}

// Deletes 50 pages of rows. FULL gives them back at the COMMIT, INCREMENTAL when it is asked to,
// NONE never.
Observation observe_auto_vacuum(Experiment& experiment) {
  constexpr std::int64_t kRows = 50;
  Connection connection = experiment.open();
  create_pages(connection);
  insert_pages(connection, kRows, claimed_integer(experiment, "page_size"));
  const std::int64_t filled = read_page_count(connection.handle());
  connection.execute("DELETE FROM pages");
  const std::int64_t emptied = read_page_count(connection.handle());
  incremental_vacuum(connection.handle());
  const std::int64_t vacuumed = read_page_count(connection.handle());
  const std::string_view observed = emptied < filled     ? "FULL"
                                    : vacuumed < emptied ? "INCREMENTAL"
                                                         : "NONE";
  const std::string seen =
      fmt::format("{} pages, {} after a DELETE of {}, {} after an incremental vacuum: {}", filled,
                  emptied, kRows, vacuumed, observed);
  return observed == experiment.claim() ? as_claimed(seen) : contrary(seen);
}

std::int64_t count_of(std::string_view needle, std::string_view hay) {
  std::int64_t count = 0;
  for (std::size_t at = 0; (at = hay.find(needle, at)) != std::string_view::npos; ++count) {
    at += needle.size();
  }
  return count;
}

// Two kinds of deleted content: rows deleted from pages that keep others, and pages that are freed
// whole. FAST overwrites the first kind, which costs no write of its own; ON overwrites both.
Observation observe_secure_delete(Experiment& experiment) {
  constexpr std::int64_t kRows = 400;
  // One row in ten, not among the last: fewer on a page would have it merged with its neighbour,
  // which copies rows and frees pages.
  constexpr std::int64_t kDeletedRows = 20;
  constexpr std::int64_t kPages = 50;
  {
    // auto_vacuum would cut freed pages off the file, deleted securely or not.
    Connection connection =
        experiment.open_with(experiment.applied().with("auto_vacuum", "NONE"), Patience::None);
    connection.execute("CREATE TABLE rows(id INTEGER PRIMARY KEY, content TEXT)");
    Statement rows = connection.prepare(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
        "INSERT INTO rows(content) SELECT 'some content, [row marker], more content' FROM n");
    rows.bind(1, kRows);
    rows.run();
    connection.execute("CREATE TABLE pages(id INTEGER PRIMARY KEY, content TEXT)");
    Statement pages = connection.prepare(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
        "INSERT INTO pages(content) SELECT printf('%.*c[page marker]%.*c', ?2, 'x', ?2, 'x') "
        "FROM n");
    pages.bind(1, kPages);
    pages.bind(2, claimed_integer(experiment, "page_size") * 3 / 8);
    pages.run();
    connection.execute("DELETE FROM rows WHERE id % 10 = 0 AND id <= 200; DELETE FROM pages");
  }
  const std::string file = bytes_of(experiment.file());
  const std::int64_t rows_left = count_of("[row marker]", file) - (kRows - kDeletedRows);
  const std::int64_t pages_left = count_of("[page marker]", file);
  const std::string_view observed = rows_left > 0 ? "OFF" : pages_left > 0 ? "FAST" : "ON";
  const std::string seen = fmt::format(
      "left in the file's bytes: {} copies of {} deleted rows, {} of {} freed pages: {}", rows_left,
      kDeletedRows, pages_left, kPages, observed);
  return observed == experiment.claim() ? as_claimed(seen) : contrary(seen);
}

constexpr std::array<std::string_view, 4> kPageSizeRight = {
    "production+page_size=8192", "default", "write-optimised", "default+page_size=65536"};
constexpr std::array kPageSizeControls = {
    Control{.what = "4,096 behind a set that claims 8,192",
            .claimed = "production+page_size=8192",
            .applied = "production+page_size=4096",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 4> kAutoVacuumRight = {
    "production+auto_vacuum=FULL", "production+auto_vacuum=INCREMENTAL", "default",
    "production+auto_vacuum=NONE"};
constexpr std::array kAutoVacuumControls = {
    Control{.what = "NONE behind a set that claims FULL",
            .claimed = "production+auto_vacuum=FULL",
            .applied = "production+auto_vacuum=NONE",
            .expected = Verdict::Fail},
    Control{.what = "NONE behind a set that claims INCREMENTAL",
            .claimed = "production+auto_vacuum=INCREMENTAL",
            .applied = "production+auto_vacuum=NONE",
            .expected = Verdict::Fail},
    Control{.what = "FULL behind a set that claims INCREMENTAL",
            .claimed = "production+auto_vacuum=INCREMENTAL",
            .applied = "production+auto_vacuum=FULL",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 2> kApplicationIdRight = {
    "production+application_id=1095978576", "production+application_id=-2"};
constexpr std::array kApplicationIdControls = {
    Control{.what = "none behind a set that claims one",
            .claimed = "production+application_id=1095978576",
            .applied = "production",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 4> kSecureDeleteRight = {
    "production+secure_delete=OFF", "production+secure_delete=FAST", "production+secure_delete=ON",
    "default+secure_delete=ON"};
constexpr std::array kSecureDeleteControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+secure_delete=ON",
            .applied = "production+secure_delete=OFF",
            .expected = Verdict::Fail},
    Control{.what = "FAST behind a set that claims ON",
            .claimed = "production+secure_delete=ON",
            .applied = "production+secure_delete=FAST",
            .expected = Verdict::Fail},
    Control{.what = "OFF behind a set that claims FAST",
            .claimed = "production+secure_delete=FAST",
            .applied = "production+secure_delete=OFF",
            .expected = Verdict::Fail},
};

constexpr std::string_view kFixedAtCreation =
    "it is fixed when the database is created: create a new one, or leave WAL, set it and VACUUM";

constexpr std::array kChecks = {
    BehaviourCheck{.id = "F001",
                   .setting = "page_size",
                   .question = "which page size does the file's header hold?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "pages, and with them every WAL frame, have another size than "
                                  "planned",
                   .repair = kFixedAtCreation,
                   .documentation = "",
                   .observe = observe_page_size,
                   .right = kPageSizeRight,
                   .controls = kPageSizeControls},
    BehaviourCheck{.id = "F002",
                   .setting = "auto_vacuum",
                   .question = "when does the file give back the pages of deleted rows?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "deleted rows leave a file that does not shrink, or commits that "
                                  "move pages",
                   .repair = kFixedAtCreation,
                   .documentation = "",
                   .observe = observe_auto_vacuum,
                   .right = kAutoVacuumRight,
                   .controls = kAutoVacuumControls},
    BehaviourCheck{.id = "F003",
                   .setting = "application_id",
                   .question = "whose file does its header say that it is?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "tools cannot tell whose file it is",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_application_id,
                   .right = kApplicationIdRight,
                   .controls = kApplicationIdControls},
    BehaviourCheck{.id = "F004",
                   .setting = "secure_delete",
                   .question = "which deleted content is left in the bytes of the file?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "deleted content stays readable in the file, or deletes cost "
                                  "extra writes",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_secure_delete,
                   .right = kSecureDeleteRight,
                   .controls = kSecureDeleteControls},
};

}  // namespace

std::span<const BehaviourCheck> file_format_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour
