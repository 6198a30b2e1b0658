#include "crash/bank.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sqlite3.h>

#include "crash/hash.h"
#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

constexpr std::int64_t kAccounts = 64;
constexpr std::int64_t kOpening = 1000;
constexpr std::int64_t kReceipts = 6;  // kept

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

BankShape chosen(BankShape shape, const WorkloadOptions& options) {
  shape.seed = options.seed;
  if (options.transactions > 0) shape.transactions = options.transactions;
  return shape;
}

}  // namespace

const Transfer& Bank::expected(std::int64_t number) const {
  while (made_.size() <= static_cast<std::size_t>(number)) {
    made_.push_back(transfer_of(shape_.seed, static_cast<std::int64_t>(made_.size())));
  }
  return made_[static_cast<std::size_t>(number)];
}

void Bank::create(Connection& connection) const {
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

std::int64_t Bank::commit_next(Connection& connection,
                               FunctionRef<void(std::int64_t)> before_commit) const {
  Transaction transaction(connection);
  Statement last = connection.prepare("SELECT coalesce(max(seq), 0) FROM transfers");
  std::int64_t number = last.step() ? last.integer(0) : 0;
  last.reset();
  for (std::int64_t i = 0; i < shape_.transfers; ++i) insert(connection, ++number);
  Statement trim = connection.prepare("DELETE FROM receipts WHERE seq <= ?1");
  trim.bind(1, number - kReceipts);
  trim.run();
  before_commit(number / shape_.transfers);
  transaction.commit();
  return number / shape_.transfers;
}

void Bank::insert(Connection& connection, std::int64_t number) const {
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

std::string Bank::receipts_finding(Connection& connection, std::int64_t count) const {
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

std::string Bank::accounts_finding(Connection& connection, std::int64_t count) const {
  std::array<std::int64_t, kAccounts + 1> balances{};
  balances.fill(kOpening);
  for (std::int64_t number = 1; number <= count; ++number) {
    const Transfer& transfer = expected(number);
    balances[static_cast<std::size_t>(transfer.source)] -= transfer.amount;
    balances[static_cast<std::size_t>(transfer.target)] += transfer.amount;
  }
  Statement accounts = connection.prepare("SELECT id, balance FROM accounts ORDER BY id");
  std::int64_t account = 0;
  while (accounts.step()) {
    ++account;
    if (accounts.integer(0) != account || account > kAccounts ||
        accounts.integer(1) != balances[static_cast<std::size_t>(account)]) {
      return fmt::format("account {} is not what {} transfers make of it", account, count);
    }
  }
  return account == kAccounts ? "" : fmt::format("{} of {} accounts are there", account, kAccounts);
}

Inspection Bank::inspect(Connection& connection) const {
  Inspection result;
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
  }
  result.committed = count / shape_.transfers;
  if (count % shape_.transfers != 0) {
    result.finding = fmt::format("half a transaction: {} transfers are there", count);
    return result;
  }
  result.finding = accounts_finding(connection, count);
  if (result.finding.empty()) result.finding = receipts_finding(connection, count);
  Statement indexed =
      connection.prepare("SELECT count(*) FROM transfers INDEXED BY transfers_by_note");
  if (result.finding.empty() && indexed.step() && indexed.integer(0) != count) {
    result.finding = "the index by note has other rows than its table";
  }
  return result;
}

BankWorkload::BankWorkload(const WorkloadOptions& options, const BankShape& shape)
    : set_(options.set),
      acknowledge_early_(options.acknowledge_early),
      transactions_(chosen(shape, options).transactions),
      bank_(chosen(shape, options)) {}

void BankWorkload::prepare(const std::string& vfs) {
  Connection connection = Connection::open(
      {.path = kDatabase, .kind = ConnectionKind::SchemaCreation, .set = &set_, .vfs = vfs});
  bank_.create(connection);
}

Inspection BankWorkload::inspect(Connection& connection, const std::string& /*vfs*/) const {
  return bank_.inspect(connection);
}

Connection BankWorkload::open(const std::string& vfs, const std::string& path) const {
  return Connection::open({.path = path, .set = &set_, .vfs = vfs});
}

void BankWorkload::commit_one(Connection& connection, Recorder& recorder) const {
  const std::int64_t number = bank_.commit_next(connection, [&](std::int64_t before) {
    if (acknowledge_early_) recorder.acknowledge(kTransactions, before);
  });
  if (!acknowledge_early_) recorder.acknowledge(kTransactions, number);
}

bool BankWorkload::survive(Connection& connection, FunctionRef<void()> work) const {
  try {
    work();
    return true;
  } catch (const Error& error) {
    if (error.code() != SQLITE_IOERR) throw;
    if (connection.in_transaction()) connection.execute("ROLLBACK");
    return false;
  }
}

}  // namespace pragmark::crash
