// A bank, on which every workload but the store's works: accounts, transfers between them in a
// sequence without gaps, and receipts of which the last few are kept, so that pages are freed and
// used again.
//
// Invariants that hold after every transaction, whatever integrity_check says:
// 1. The sequence of transfers is 1..n without a gap, n a multiple of the transfers of a
//    transaction.
// 2. Each transfer is the one that the seed makes for its number.
// 3. Each balance is what the transfers make of it, and so is their sum what it was.
// 4. The index by note has the rows of the table.
// 5. The receipts are those of the last transfers, with the bytes that the seed makes.
// Every transfer then refers to accounts that exist, and every receipt to a transfer: the others
// say which rows there are, so that foreign_key_check would ask in vain.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "crash/workload.h"
#include "pragmark/function_ref.h"

namespace pragmark::crash {

struct Transfer {
  std::int64_t source;
  std::int64_t target;
  std::int64_t amount;
  std::string note;
  std::string receipt;
};

struct BankShape {
  std::uint64_t seed = 1;
  std::int64_t transfers = 1;     // of a transaction
  std::int64_t transactions = 0;  // that are ever made; more of them are a finding
};

// Owns:    the transfers that were asked for; no connection.
// Threads: one thread at a time.
// Errors:  members that take a connection may throw Error.
class Bank {
 public:
  explicit Bank(const BankShape& shape) : shape_(shape) {}

  // In a new database.
  void create(Connection& connection) const;
  // The next transaction after those that are there, in its own BEGIN .. COMMIT; returns its
  // number. `before_commit` is told the number when only COMMIT is left to do.
  std::int64_t commit_next(Connection& connection,
                           FunctionRef<void(std::int64_t)> before_commit) const;
  [[nodiscard]] Inspection inspect(Connection& connection) const;

 private:
  void insert(Connection& connection, std::int64_t number) const;
  // Made when it is asked for first: every image asks for the same ones.
  [[nodiscard]] const Transfer& expected(std::int64_t number) const;
  [[nodiscard]] std::string accounts_finding(Connection& connection, std::int64_t count) const;
  [[nodiscard]] std::string receipts_finding(Connection& connection, std::int64_t count) const;

  BankShape shape_;
  mutable std::deque<Transfer> made_;  // a deque: what was handed out stays where it is
};

// What the workloads on a bank share.
class BankWorkload : public Workload {
 public:
  BankWorkload(const WorkloadOptions& options, const BankShape& shape);

  void prepare(const std::string& vfs) override;
  [[nodiscard]] Inspection inspect(Connection& connection, const std::string& vfs) const override;

 protected:
  [[nodiscard]] Connection open(const std::string& vfs, const std::string& path = kDatabase) const;
  // A transaction, acknowledged to the recorder after COMMIT (or before it, as a sabotage).
  void commit_one(Connection& connection, Recorder& recorder) const;
  // Does `work`. A call of the disk that failed is not the end of the workload: what was open is
  // rolled back, and the next one is tried. Returns whether it went well.
  bool survive(Connection& connection, FunctionRef<void()> work) const;

  [[nodiscard]] const Bank& bank() const noexcept { return bank_; }
  [[nodiscard]] const PragmaSet& set() const noexcept { return set_; }
  void change_set(std::string_view name, std::string_view value) { set_ = set_.with(name, value); }
  [[nodiscard]] bool is_wal() const { return set_.value("journal_mode") == "WAL"; }
  [[nodiscard]] bool is_exclusive() const { return set_.value("locking_mode") == "EXCLUSIVE"; }
  [[nodiscard]] std::int64_t transactions() const noexcept { return transactions_; }

 private:
  PragmaSet set_;
  bool acknowledge_early_;
  std::int64_t transactions_;
  Bank bank_;
};

}  // namespace pragmark::crash
