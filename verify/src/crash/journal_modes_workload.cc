// An application that changes its journal mode while it works, there and back.
//
// The other mode must promise no less than the set itself, or its losses would be told as the
// set's: a set of a rollback journal, MEMORY or OFF goes to WAL with its own synchronous, whose
// promise is the same or better, and a WAL set goes to DELETE with EXTRA (OFF stays OFF). The only
// connection, since SQLite changes to and from WAL for none else.
#include <fmt/format.h>

#include "crash/bank.h"
#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

constexpr std::int64_t kNumber = 36;
constexpr std::int64_t kChangeEvery = 4;

void change(Connection& connection, std::string_view name, std::string_view value) {
  const Setting setting = parse_setting(name, value);
  apply_settings(connection.handle(), {&setting, 1}, connection.kind());
  const AppliedSetting applied =
      compare_settings(connection.handle(), {&setting, 1}, connection.kind()).front();
  if (applied.outcome == Applied::Differs) {
    throw Error::setting_refused(name, value, applied.read_back, applied.reason, connection.path());
  }
}

class JournalModes final : public BankWorkload {
 public:
  explicit JournalModes(const WorkloadOptions& options)
      : BankWorkload(options, {.transactions = kNumber}),
        other_mode_(is_wal() ? "DELETE" : "WAL"),
        other_synchronous_(set().value("synchronous")) {
    if (is_wal() && other_synchronous_ != "OFF") other_synchronous_ = "EXTRA";
  }

  [[nodiscard]] std::string description() const override {
    return fmt::format(
        "{} transactions, every {} of them journal_mode changes between {} and {} with "
        "synchronous={}",
        transactions(), kChangeEvery, set().value("journal_mode"), other_mode_, other_synchronous_);
  }

  void run(const std::string& vfs, Recorder& recorder) override {
    Connection connection = open(vfs);
    for (std::int64_t i = 0; i < transactions(); ++i) {
      survive(connection, [&] { commit_one(connection, recorder); });
      if ((i + 1) % kChangeEvery != 0) continue;
      const bool leaves = (i + 1) / kChangeEvery % 2 == 1;
      survive(connection, [&] { leaves ? leave(connection) : come_back(connection); });
    }
    recorder.stop();
  }

 private:
  // What is stronger comes before the mode changes, and goes after it.
  void leave(Connection& connection) const {
    change(connection, "synchronous", other_synchronous_);
    change(connection, "journal_mode", other_mode_);
  }
  void come_back(Connection& connection) const {
    change(connection, "journal_mode", set().value("journal_mode"));
    change(connection, "synchronous", set().value("synchronous"));
  }

  std::string other_mode_;
  std::string other_synchronous_;
};

}  // namespace

std::unique_ptr<Workload> make_journal_modes(const WorkloadOptions& options) {
  return std::make_unique<JournalModes>(options);
}

}  // namespace pragmark::crash
