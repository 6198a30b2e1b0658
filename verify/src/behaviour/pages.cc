// Where pages come from, and when they are written: C001 cache_size, C002 mmap_size,
// C003 cache_spill.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/sabotage.h"
#include "behaviour/scratch_pages.h"

namespace pragmark::behaviour {
namespace {

constexpr std::int64_t kMaxCacheBytes = 24LL << 20;  // a larger cache is observed up to here
constexpr std::int64_t kFewPages = 16;               // slack: schema, root and interior pages
// What SQLite keeps for a cached page beside its content: about 250 bytes in 3.40.1 and 3.53.
constexpr std::int64_t kPageOverheadBytes = 256;

struct CachePlan {
  std::int64_t hot_rows;     // fit the cache; 0 when it is too small to tell
  std::int64_t all_rows;     // twice what the cache may hold, where that can be filled here
  std::int64_t bound_bytes;  // what the cache may take; 0 when it is not filled
};

CachePlan plan_cache(std::int64_t cache_size, std::int64_t page_size_bytes) {
  const std::int64_t most = kMaxCacheBytes / page_size_bytes;
  // Pages count content only; KiB pay for what SQLite keeps beside it as well.
  const std::int64_t kib = -cache_size;
  const std::int64_t at_most = cache_size >= 0 ? cache_size : kib * 1024 / page_size_bytes;
  const std::int64_t at_least =
      cache_size >= 0 ? cache_size : kib * 1024 / (page_size_bytes + kPageOverheadBytes);
  const std::int64_t hot = std::max<std::int64_t>(0, at_least * 9 / 10 - kFewPages / 2);
  if (at_most > most) return {std::min(hot, most), most, 0};
  return {hot, at_most * 2 + 2 * kFewPages,
          (at_most * 5 / 4 + kFewPages) * (page_size_bytes + kPageOverheadBytes)};
}

std::int64_t cache_status(Connection& connection, int what) {
  int now = 0;
  int most = 0;
  sqlite3_db_status(connection.handle(), what, &now, &most, 0);
  return now;
}

std::int64_t misses_of_pass(Connection& connection, std::int64_t rows) {
  const std::int64_t before = cache_status(connection, SQLITE_DBSTATUS_CACHE_MISS);
  read_pages(connection, rows);
  return cache_status(connection, SQLITE_DBSTATUS_CACHE_MISS) - before;
}

// Two passes over a hot set that just fits: the second must not miss. Then twice as much as the
// cache may hold: it must stay within its bound, and without a cache every pass must miss. Mapped
// pages would go past the cache.
Observation observe_cache_size(Experiment& experiment) {
  const std::int64_t cache_size = claimed_integer(experiment, "cache_size");
  const std::int64_t page_size = claimed_integer(experiment, "page_size");
  const CachePlan plan = plan_cache(cache_size, page_size);
  {
    Connection maker = open_maker(experiment);
    create_pages(maker);
    insert_pages(maker, plan.all_rows, page_size);
  }
  Connection connection =
      experiment.open_with(experiment.applied().with("mmap_size", "0"), Patience::None);
  const std::int64_t hot_rows = plan.hot_rows > 0 ? plan.hot_rows : plan.all_rows;
  const std::int64_t first = misses_of_pass(connection, hot_rows);
  const std::int64_t second = misses_of_pass(connection, hot_rows);
  read_pages(connection, plan.all_rows);
  const std::int64_t used = cache_status(connection, SQLITE_DBSTATUS_CACHE_USED);

  const std::string seen =
      fmt::format("{} pages read twice: {} misses, then {}; {} KiB cached of {} pages", hot_rows,
                  first, second, used / 1024, plan.all_rows);
  if (first < hot_rows) {
    return undetermined(seen, "a pass over a cold cache did not miss: misses are not counted");
  }
  const bool kept = plan.hot_rows > 0 ? second == 0 : second >= hot_rows;
  const bool bounded = plan.bound_bytes == 0 || used <= plan.bound_bytes;
  // A range of sizes behaves like that; and of a cache beyond what is filled here, any larger one.
  return kept && bounded ? consistent(seen) : contrary(seen);
}

// A scan of a file that nobody has changed since its checkpoint: pages in the WAL are never mapped.
Observation observe_mmap_size(Experiment& experiment) {
  constexpr std::int64_t kFileBytes = 4 << 20;
  constexpr std::int64_t kMaxFileBytes = 16 << 20;
  const std::int64_t claimed = claimed_integer(experiment, "mmap_size");
  const std::int64_t page_size = claimed_integer(experiment, "page_size");
  // Twice the claim, where that is small enough, shows that no more than it is mapped.
  const std::int64_t file_bytes =
      claimed <= kMaxFileBytes / 2 ? std::max(kFileBytes, claimed * 2) : kFileBytes;
  const std::int64_t rows = file_bytes / page_size;
  {
    Connection maker = open_maker(experiment);
    create_pages(maker);
    insert_pages(maker, rows, page_size);
  }
  Connection connection = experiment.open();
  static_cast<void>(number(connection, "SELECT count(*) FROM sqlite_schema"));
  const IoCounts before = experiment.counts();
  read_pages(connection, rows);
  const FileCounts cost = (experiment.counts() - before).at(FileRole::Main);
  const auto mapped = static_cast<std::int64_t>(cost.mapped_reads);
  const bool whole = claimed >= file_bytes;
  // SQLite reads the first page always, and the last of the map in 3.53, though not in 3.40.1.
  const std::int64_t expected = whole ? rows : claimed / page_size - 1;

  Observation seen = consistent(fmt::format("of {} pages read {} mapped, with {} reads of the file",
                                            rows, mapped, cost.reads));
  if (claimed == 0) {
    if (mapped > 0) seen.effect = Effect::Contrary;
  } else if (expected <= 0) {
    seen.effect = Effect::Contrary;
    seen.reason = fmt::format("{} bytes hold no page of {} bytes but the first, which SQLite reads",
                              claimed, page_size);
  } else if (mapped == 0 || mapped < expected - 1 || (!whole && mapped > expected)) {
    seen.effect = Effect::Contrary;
    seen.reason = fmt::format("{} mapped pages were expected", expected);
  }
  return seen;
}

// A transaction larger than the cache, which is made small for it. Syncs are another setting's
// matter.
Observation observe_cache_spill(Experiment& experiment) {
  constexpr std::int64_t kRows = 400;
  Connection connection = experiment.open_with(
      experiment.applied().with("cache_size", "50").with("synchronous", "OFF"), Patience::None);
  create_pages(connection);
  Transaction transaction(connection);
  const IoCounts before = experiment.counts();
  insert_pages(connection, kRows, claimed_integer(experiment, "page_size"));
  const IoCounts cost = experiment.counts() - before;
  transaction.commit();
  const std::uint64_t writes = cost.at(FileRole::Main).writes + cost.at(FileRole::Wal).writes;
  const std::string seen = fmt::format(
      "{} writes to the database before the COMMIT of {} pages, with a cache of 50", writes, kRows);
  return (writes > 0) == (experiment.claim() == "ON") ? as_claimed(seen) : contrary(seen);
}

// A platform that cannot map files.
class UnmappedFile : public SabotagedFile<UnmappedFile> {
 public:
  using SabotagedFile::SabotagedFile;
  int fetch(sqlite3_int64 /*offset*/, int /*bytes*/, void** page) {
    *page = nullptr;
    return SQLITE_OK;
  }
};

constexpr std::array<std::string_view, 7> kCacheRight = {"production",
                                                         "default",
                                                         "default+cache_size=0",
                                                         "default+cache_size=10",
                                                         "write-optimised",
                                                         "default+cache_size=100+page_size=65536",
                                                         "default+cache_size=-2000000"};
constexpr std::array kCacheControls = {
    Control{.what = "10 pages behind a set that claims 20,000 KiB",
            .claimed = "production",
            .applied = "production+cache_size=10",
            .expected = Verdict::Fail},
    Control{.what = "20,000 KiB behind a set that claims 2,000 KiB",
            .claimed = "default",
            .applied = "default+cache_size=-20000",
            .expected = Verdict::Fail},
    Control{.what = "a cache behind a set that claims none",
            .claimed = "default+cache_size=0",
            .applied = "default",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 4> kMmapRight = {
    "default+mmap_size=0", "production+mmap_size=268435456", "production+mmap_size=1048576",
    "default+mmap_size=1048576+page_size=1024"};
constexpr std::array kMmapControls = {
    Control{.what = "no mapping behind a set that claims 256 MiB",
            .claimed = "production+mmap_size=268435456",
            .applied = "production+mmap_size=0",
            .expected = Verdict::Fail},
    Control{.what = "1 MiB mapped behind a set that claims none",
            .claimed = "default+mmap_size=0",
            .applied = "default+mmap_size=1048576",
            .expected = Verdict::Fail},
    Control{.what = "256 MiB behind a set that claims 1 MiB",
            .claimed = "production+mmap_size=1048576",
            .applied = "production+mmap_size=268435456",
            .expected = Verdict::Fail},
    Control{.what = "a VFS that maps nothing",
            .claimed = "production+mmap_size=268435456",
            .applied = "production+mmap_size=268435456",
            .expected = Verdict::Ineffective,
            .sabotage = sabotage_by<UnmappedFile>},
    Control{.what = "256 bytes, where 256 MB were meant",
            .claimed = "production+mmap_size=256",
            .applied = "production+mmap_size=256",
            .expected = Verdict::Ineffective},
};

constexpr std::array<std::string_view, 4> kSpillRight = {
    "production+cache_spill=ON", "production+cache_spill=OFF", "default+cache_spill=ON",
    "default+cache_spill=OFF"};
constexpr std::array kSpillControls = {
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "production+cache_spill=OFF",
            .applied = "production+cache_spill=ON",
            .expected = Verdict::Fail},
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "default+cache_spill=ON",
            .applied = "default+cache_spill=OFF",
            .expected = Verdict::Fail},
};

constexpr std::array kChecks = {
    BehaviourCheck{.id = "C001",
                   .setting = "cache_size",
                   .question = "is a hot set that fits the cache read once, and is it bounded?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "pages are read from the file again and again, or a connection "
                                  "takes more memory than planned",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_cache_size,
                   .right = kCacheRight,
                   .controls = kCacheControls},
    BehaviourCheck{.id = "C002",
                   .setting = "mmap_size",
                   .question = "how many pages are mapped instead of copied by reads?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "reads copy pages by system calls instead of mapping them",
                   .repair = "",
                   .documentation = "https://www.sqlite.org/mmap.html",
                   .observe = observe_mmap_size,
                   .right = kMmapRight,
                   .controls = kMmapControls},
    BehaviourCheck{.id = "C003",
                   .setting = "cache_spill",
                   .question = "does a transaction larger than the cache write before it commits?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "a large transaction locks readers out before it commits, or "
                                  "takes memory without bound",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_cache_spill,
                   .right = kSpillRight,
                   .controls = kSpillControls},
};

}  // namespace

std::span<const BehaviourCheck> page_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour
