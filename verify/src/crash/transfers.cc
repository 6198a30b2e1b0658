// A bank: accounts, transfers between them in a sequence without gaps, and receipts of which the
// last few are kept, so that pages are freed and used again. Two connections take turns.
//
// Invariants that hold after every transaction, whatever integrity_check says:
// 1. The sequence of transfers is 1..n without a gap, n a multiple of the transfers of a
// transaction.
// 2. Each transfer is the one that the seed makes for its number.
// 3. Each balance is what the transfers make of it, and so is their sum what it was.
// 4. The index by note has the rows of the table.
// 5. The receipts are those of the last transfers, with the bytes that the seed makes.
// 6. Every transfer refers to accounts that exist, and every receipt to a transfer: follows from
// the
//    others, since these say which rows there are, so that foreign_key_check would ask in vain.
#include <algorithm>
#include <array>
#include <deque>

#include <fmt/format.h>
#include <sqlite3.h>

#include "crash/hash.h"
#include "crash/workload.h"
#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

constexpr std::int64_t kAccounts = 64;
constexpr std::int64_t kOpening = 1000;
constexpr std::int64_t kReceipts = 6;  // kept

struct Shape {
  std::string_view name;
  int transactions;
  std::int64_t transfers;  // of a transaction
  int checkpoint_every;    // transactions
  bool spills;             // a cache of a few pages
};

struct Transfer {
  std::int64_t source;
  std::int64_t target;
  std::int64_t amount;
  std::string note;
  std::string receipt;
};

Transfer transfer_of(std::uint64_t seed, std::int64_t number) {
  Random random(mixed(seed) ^ static_cast<std::uint64_t>(number));
  Transfer transfer{};
  transfer.source = 1 + static_cast<std::int64_t>(random.below(kAccounts));
  transfer.target = 1 + static_cast<std::int64_t>(random.below(kAccounts));
  transfer.amount = 1 + static_cast<std::int64_t>(random.below(100));
  transfer.note = fmt::format("{:016x}{:016x}", random.next(), random.next());
  transfer.receipt.resize(100 + random.below(1500));
  for (std::size_t i = 0; i < transfer.receipt.size(); ++i) {
    transfer.receipt[i] = transfer.note[i % transfer.note.size()];
  }
  return transfer;
}

class Transfers final : public Workload {
 public:
  Transfers(const Shape& shape, const WorkloadOptions& options)
      : shape_(shape), options_(options), set_(options.set) {
    if (shape.spills) set_ = set_.with("cache_size", "10");
    if (options.transactions > 0) shape_.transactions = options.transactions;
  }

  [[nodiscard]] std::string description() const override {
    return fmt::format(
        "{} transactions of {} transfers between {} accounts, {} connection(s), a checkpoint every "
        "{} transactions{}",
        shape_.transactions, shape_.transfers, kAccounts, connections(), shape_.checkpoint_every,
        shape_.spills ? ", cache_size=10 so that transactions spill" : "");
  }

  void prepare(const std::string& vfs) override {
    Connection connection = Connection::open(
        {.path = kDatabase, .kind = ConnectionKind::SchemaCreation, .set = &set_, .vfs = vfs});
    connection.execute(fmt::format(
        "BEGIN;"
        "CREATE TABLE accounts(id INTEGER PRIMARY KEY, owner TEXT NOT NULL, balance INTEGER NOT "
        "NULL);"
        "CREATE TABLE transfers(seq INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES "
        "accounts(id), target INTEGER NOT NULL REFERENCES accounts(id), amount INTEGER NOT NULL, "
        "note TEXT NOT NULL);"
        "CREATE INDEX transfers_by_note ON transfers(note);"
        "CREATE TABLE receipts(seq INTEGER PRIMARY KEY REFERENCES transfers(seq), body TEXT NOT "
        "NULL);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        "INSERT INTO accounts SELECT i, hex(zeroblob(80)), {} FROM n;"
        "COMMIT",
        kAccounts, kOpening));
  }

  void run(const std::string& vfs, Recorder& recorder) override {
    std::vector<Connection> connections_open;
    for (int i = 0; i < connections(); ++i) {
      connections_open.push_back(Connection::open({.path = kDatabase, .set = &set_, .vfs = vfs}));
    }
    for (int i = 0; i < shape_.transactions; ++i) {
      Connection& connection =
          connections_open[static_cast<std::size_t>(i) % connections_open.size()];
      try {
        commit_one(connection, recorder);
        if ((i + 1) % shape_.checkpoint_every == 0) {
          static_cast<void>(connection.checkpoint(CheckpointMode::Passive));
        }
      } catch (const Error& error) {
        if (error.code() != SQLITE_IOERR) throw;  // a sync that failed: on to the next transaction
        if (connection.in_transaction()) connection.execute("ROLLBACK");
      }
    }
    recorder.stop();
  }

  [[nodiscard]] Inspection inspect(Connection& connection) const override;

 private:
  [[nodiscard]] int connections() const {
    return set_.value("locking_mode") == "EXCLUSIVE" ? 1 : 2;
  }
  void commit_one(Connection& connection, Recorder& recorder) const;
  void insert(Connection& connection, std::int64_t number) const;
  // Made when it is asked for first: every image asks for the same ones.
  [[nodiscard]] const Transfer& expected(std::int64_t number) const {
    while (made_.size() <= static_cast<std::size_t>(number)) {
      made_.push_back(transfer_of(options_.seed, static_cast<std::int64_t>(made_.size())));
    }
    return made_[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] std::string receipts_finding(Connection& connection, std::int64_t count) const;

  Shape shape_;
  WorkloadOptions options_;
  PragmaSet set_;
  mutable std::deque<Transfer> made_;  // a deque: what was handed out stays where it is
};

void Transfers::commit_one(Connection& connection, Recorder& recorder) const {
  Transaction transaction(connection);
  Statement last = connection.prepare("SELECT coalesce(max(seq), 0) FROM transfers");
  std::int64_t number = last.step() ? last.integer(0) : 0;
  last.reset();
  for (std::int64_t i = 0; i < shape_.transfers; ++i) insert(connection, ++number);
  Statement trim = connection.prepare("DELETE FROM receipts WHERE seq <= ?1");
  trim.bind(1, number - kReceipts);
  trim.run();
  if (options_.acknowledge_early) recorder.acknowledge(0, number / shape_.transfers);
  transaction.commit();
  if (!options_.acknowledge_early) recorder.acknowledge(0, number / shape_.transfers);
}

void Transfers::insert(Connection& connection, std::int64_t number) const {
  const Transfer& transfer = expected(number);
  Statement move = connection.prepare("UPDATE accounts SET balance = balance + ?2 WHERE id = ?1");
  const auto change = [&](std::int64_t account, std::int64_t amount) {
    move.bind(1, account);
    move.bind(2, amount);
    move.run();
    move.reset();
  };
  change(transfer.source, -transfer.amount);
  change(transfer.target, transfer.amount);
  Statement add = connection.prepare("INSERT INTO transfers VALUES (?1, ?2, ?3, ?4, ?5)");
  add.bind(1, number);
  add.bind(2, transfer.source);
  add.bind(3, transfer.target);
  add.bind(4, transfer.amount);
  add.bind(5, transfer.note);
  add.run();
  Statement receipt = connection.prepare("INSERT INTO receipts VALUES (?1, ?2)");
  receipt.bind(1, number);
  receipt.bind(2, transfer.receipt);
  receipt.run();
}

std::string Transfers::receipts_finding(Connection& connection, std::int64_t count) const {
  Statement receipts = connection.prepare("SELECT seq, body FROM receipts ORDER BY seq");
  std::int64_t number = std::max<std::int64_t>(1, count - kReceipts + 1);
  while (receipts.step()) {
    if (receipts.integer(0) != number || receipts.text(1) != expected(number).receipt) {
      return fmt::format("receipt {} is not the one that was stored", number);
    }
    ++number;
  }
  return number == count + 1 ? "" : fmt::format("receipt {} is missing", number);
}

Inspection Transfers::inspect(Connection& connection) const {
  Inspection result;
  std::array<std::int64_t, kAccounts + 1> balances{};
  balances.fill(kOpening);
  std::int64_t count = 0;
  Statement rows =
      connection.prepare("SELECT seq, source, target, amount, note FROM transfers ORDER BY seq");
  const std::int64_t most = shape_.transactions * shape_.transfers;
  while (rows.step()) {
    if (count == most) {
      result.finding = "there are more transfers than were ever made";
      return result;
    }
    const Transfer& transfer = expected(++count);
    if (rows.integer(0) != count || rows.integer(1) != transfer.source ||
        rows.integer(2) != transfer.target || rows.integer(3) != transfer.amount ||
        rows.text(4) != transfer.note) {
      result.finding = fmt::format("transfer {} is missing or another one", count);
      return result;
    }
    balances[static_cast<std::size_t>(transfer.source)] -= transfer.amount;
    balances[static_cast<std::size_t>(transfer.target)] += transfer.amount;
  }
  result.committed = count / shape_.transfers;
  if (count % shape_.transfers != 0) {
    result.finding = fmt::format("half a transaction: {} transfers are there", count);
    return result;
  }
  Statement accounts = connection.prepare("SELECT id, balance FROM accounts ORDER BY id");
  std::int64_t account = 0;
  while (accounts.step()) {
    ++account;
    if (accounts.integer(0) != account || account > kAccounts ||
        accounts.integer(1) != balances[static_cast<std::size_t>(account)]) {
      result.finding =
          fmt::format("account {} is not what {} transfers make of it", account, count);
      return result;
    }
  }
  if (account != kAccounts) {
    result.finding = fmt::format("{} of {} accounts are there", account, kAccounts);
    return result;
  }
  result.finding = receipts_finding(connection, count);
  Statement indexed =
      connection.prepare("SELECT count(*) FROM transfers INDEXED BY transfers_by_note");
  if (result.finding.empty() && indexed.step() && indexed.integer(0) != count) {
    result.finding = "the index by note has other rows than its table";
  }
  return result;
}

constexpr Shape kTransfers{.name = "transfers",
                           .transactions = 60,
                           .transfers = 1,
                           .checkpoint_every = 10,
                           .spills = false};
constexpr Shape kSpill{
    .name = "spill", .transactions = 15, .transfers = 20, .checkpoint_every = 4, .spills = true};

}  // namespace

std::unique_ptr<Workload> make_transfers(const WorkloadOptions& options) {
  return std::make_unique<Transfers>(kTransfers, options);
}

std::unique_ptr<Workload> make_spill(const WorkloadOptions& options) {
  return std::make_unique<Transfers>(kSpill, options);
}

}  // namespace pragmark::crash
