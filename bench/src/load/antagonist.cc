#include "pragmark/bench/load/antagonist.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "pragmark/assert.h"
#include "pragmark/connection.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr std::int64_t kBulkRows = 1000;  // in a transaction
constexpr std::chrono::milliseconds kAfterBusy{10};

constexpr AntagonistInfo kAntagonists[] = {
    {AntagonistKind::LongReader, "long-reader",
     "holds one read transaction open: no checkpoint begins the WAL anew"},
    {AntagonistKind::Backup, "backup", "copies the database, again and again"},
    {AntagonistKind::Vacuum, "vacuum", "runs VACUUM, again and again"},
    {AntagonistKind::BulkWriter, "bulk-writer",
     "inserts 1,000 topics in a transaction, again and again"},
};

// Thrown inside SQLite's backup to leave it.
struct Over : std::exception {};

std::chrono::steady_clock::duration seconds(double s) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(s));
}

}  // namespace

std::span<const AntagonistInfo> antagonists() noexcept { return kAntagonists; }

const AntagonistInfo& find_antagonist(AntagonistKind kind) noexcept {
  const auto* found = std::ranges::find(kAntagonists, kind, &AntagonistInfo::kind);
  PRAGMARK_ASSERT(found != std::end(kAntagonists));
  return *found;
}

const AntagonistInfo& find_antagonist(std::string_view name) {
  const auto* found = std::ranges::find(kAntagonists, name, &AntagonistInfo::name);
  if (found != std::end(kAntagonists)) return *found;
  std::vector<std::string_view> known;
  for (const AntagonistInfo& one : kAntagonists) known.push_back(one.name);
  throw Error::usage(
      fmt::format("unknown antagonist {}: the known ones are {}", name, fmt::join(known, ", ")));
}

Antagonist::Antagonist(const AntagonistPlan& plan, AntagonistPlace place)
    : plan_(plan), place_(std::move(place)) {}

Antagonist::~Antagonist() { stop(); }

void Antagonist::start(Clock::time_point measured_from) {
  measured_from_ = measured_from;
  begin_ = measured_from + seconds(plan_.start_s);
  end_ = begin_ + seconds(plan_.duration_s);
  thread_ = std::thread([this] { work(); });
}

void Antagonist::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopped_.store(true);
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

AntagonistReport Antagonist::report() const {
  if (failure_) std::rethrow_exception(failure_);
  return report_;
}

bool Antagonist::wait_until(Clock::time_point moment) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_until(lock, moment, [&] { return stopped_.load(); });
}

void Antagonist::work() noexcept {
  try {
    if (!wait_until(begin_)) return;
    report_.begin_s = now_s();
    disturb();
    report_.end_s = now_s();
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void Antagonist::disturb() {
  switch (plan_.kind) {
    case AntagonistKind::LongReader: return read_long();
    case AntagonistKind::Backup: return back_up();
    case AntagonistKind::Vacuum: return vacuum();
    case AntagonistKind::BulkWriter: return write_in_bulk();
  }
}

double Antagonist::now_s() const noexcept {
  return std::chrono::duration<double>(Clock::now() - measured_from_).count();
}

template <typename Round>
void Antagonist::repeat(Round round) {
  do {
    try {
      round();
      ++report_.rounds;
    } catch (const Over&) {
      return;
    } catch (const Error& error) {
      if (error.contention() == Contention::None) throw;
      ++report_.busy_errors;
      wait_until(std::min(end_, Clock::now() + kAfterBusy));
    }
  } while (!over());
}

Connection Antagonist::open(ConnectionKind kind) const {
  return Connection::open(
      {.path = place_.database, .kind = kind, .set = &place_.set, .vfs = place_.vfs});
}

void Antagonist::read_long() {
  Connection connection = open(ConnectionKind::ReadOnly);
  const ReadTransaction transaction(connection);
  Reader reader(connection);
  static_cast<void>(reader.get_topic(place_.data->topics().id(0).view()));  // takes the snapshot
  wait_until(end_);
  report_.rounds = 1;
}

void Antagonist::back_up() {
  repeat([&] {
    place_.store->backup(place_.scratch_file, {.progress = [&](const BackupProgress&) {
                           if (over()) throw Over();
                         }});
    std::error_code ignored;
    std::filesystem::remove(place_.scratch_file, ignored);
  });
}

void Antagonist::vacuum() {
  std::optional<Connection> connection;
  repeat([&] {
    if (!connection) connection.emplace(open(ConnectionKind::ReadWrite));
    connection->execute("VACUUM");
  });
}

void Antagonist::write_in_bulk() {
  const Dataset& topics = place_.data->topics();
  std::optional<Connection> connection;
  Topic topic = topics.pool().front();
  auto row = static_cast<std::uint64_t>(topics.rows() + place_.number);
  repeat([&] {
    if (!connection) connection.emplace(open(ConnectionKind::ReadWrite));
    Transaction transaction(*connection);
    Writer writer(*connection);
    for (std::int64_t i = 0; i < kBulkRows;
         ++i, row += static_cast<std::uint64_t>(place_.threads)) {
      topics.stamp(row, topic);
      writer.insert(topic);
    }
    transaction.commit();
    report_.topics += kBulkRows;
  });
}

}  // namespace pragmark
