// Question: how many requests do N clients get done in a second when some read and some write?
// Timed: reads as in concurrent_read and writes as in sequential_write, in an order shuffled before
//   the clock starts, with the exact share of reads. With --in-flight N a client goes on while up
//   to N of its writes are queued; its reads are made one at a time.
// Not timed: as in those.
// Wrong if: any of their conditions fails. Requests that ended in BUSY are counted apart
//   (`busy_errors`) and are not in the rate; with many of them the share of reads is no longer
//   exact.
#include "pragmark/bench/schedule.h"
#include "requests.h"
#include "workloads.h"

namespace pragmark {
namespace {

class Mixed final : public Client {
 public:
  explicit Mixed(const ClientOptions& options)
      : reader_(options),
        writer_(options),
        schedule_({.seed = options.data->seed(),
                   .thread = options.thread,
                   .threads = options.threads,
                   .operations = options.operations,
                   .reads_percent = options.reads_percent}) {}

  Outcome run() override { return schedule_.next_is_read() ? reader_.run() : writer_.run(); }
  Started start() override {
    if (schedule_.next_is_read()) return {.outcome = reader_.run()};
    return writer_.start();
  }

 private:
  TopicReader reader_;
  TopicWriter writer_;
  ReadWriteSchedule schedule_;
};

}  // namespace

std::unique_ptr<Client> make_mixed(const ClientOptions& options) {
  return std::make_unique<Mixed>(options);
}

}  // namespace pragmark
