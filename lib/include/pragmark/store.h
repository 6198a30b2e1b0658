// The storage library: documents, topics, blog posts and social posts in one SQLite database.
//
//   Store store({.path = "app.db", .set = PragmaSet::parse("production"),
//                .strategy = "per-thread"});
//   store.insert(topic);
//   if (auto report = store.cached_research(topic.id)) publish(*report);
//
// Every read is one request on a read-only connection; every write is one request in its own
// BEGIN IMMEDIATE transaction, committed when the call returns and rolled back when it throws.
// What "committed" survives is decided by the PRAGMA set: see DurabilityClass in pragma_set.h.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/connection.h"
#include "pragmark/error.h"
#include "pragmark/records.h"
#include "pragmark/strategy.h"

namespace pragmark {

enum class Order { NewestFirst, OldestFirst };  // by created_at; ties by order of insertion

struct ListOptions {
  std::int64_t limit = 100;  // rows; must be positive
  Order order = Order::NewestFirst;
};

// A blog post of a topic with what a list of them shows beside it.
struct TopicPost {
  BlogPost post;
  std::string topic_title;
  std::int64_t social_posts = 0;  // how many there are
};

// One step in the life of a topic: the topic itself, its blog posts and their social posts.
struct HistoryEntry {
  enum class Kind { Topic, BlogPost, SocialPost };
  Kind kind;
  std::string id;
  std::string label;  // a topic's or blog post's title, a social post's platform
  std::string status;
  Timestamp created_at;
};

// How many operations failed for want of a lock, by SQLite's reason, since the store was opened.
struct ContentionCounts {
  std::uint64_t busy = 0;
  std::uint64_t busy_snapshot = 0;
  std::uint64_t busy_recovery = 0;
  std::uint64_t locked = 0;

  [[nodiscard]] std::uint64_t total() const noexcept {
    return busy + busy_snapshot + busy_recovery + locked;
  }
};

struct WalHealth {
  std::int64_t file_bytes;      // size of the -wal file; 0 when there is none. Recycled: no measure
  CheckpointResult checkpoint;  // of health, which is what this row is for
  // What the strategy's background checkpointer did; empty where none runs.
  std::optional<CheckpointerHealth> checkpointer;
};

struct BackupProgress {
  std::int64_t pages_copied;
  std::int64_t pages_total;
};

struct BackupOptions {
  int pages_per_step = 256;                             // a step holds the source's read lock
  std::function<void(const BackupProgress&)> progress;  // called after each step; may throw
};

struct StoreOptions {
  std::string path = {};  // ":memory:" for an in-memory database
  PragmaSet set = PragmaSet::parse("production");
  std::string strategy = "per-thread";
  std::string vfs = {};  // name of a registered VFS; empty for SQLite's default
};

// The reads of one read transaction: all of them see the same state of the database. Handed to the
// function given to Store::snapshot, and behind every read of the store.
//
// Owns:    nothing. Must not be kept beyond the call.
// Threads: the thread on which the function is called.
// Errors:  every member may throw Error.
class Reader {
 public:
  explicit Reader(Connection& connection) noexcept : connection_(connection) {}

  [[nodiscard]] std::optional<Document> get_document(std::string_view id);
  [[nodiscard]] std::optional<Topic> get_topic(std::string_view id);
  // Into a row that the caller keeps, so that its strings' memory is used again. Returns false and
  // leaves `into` as it is when there is no such row.
  [[nodiscard]] bool get_topic(std::string_view id, Topic& into);
  [[nodiscard]] std::vector<Document> documents_by_status(std::string_view status,
                                                          const ListOptions& options = {});
  [[nodiscard]] std::vector<Document> documents_by_language(std::string_view language,
                                                            const ListOptions& options = {});
  // The oldest document with this hash.
  [[nodiscard]] std::optional<Document> find_duplicate_by_hash(std::string_view content_hash);
  // Documents that hold every one of the words, best match first. The words are plain text: they
  // are quoted, so that FTS5's query syntax in them has no effect. No words, no documents.
  [[nodiscard]] std::vector<Document> search_documents(std::string_view words,
                                                       std::int64_t limit = 20);
  [[nodiscard]] std::vector<Topic> topics_by_status(std::string_view status,
                                                    const ListOptions& options = {});
  [[nodiscard]] std::vector<Topic> topics_by_priority(std::int64_t priority,
                                                      const ListOptions& options = {});
  [[nodiscard]] std::vector<TopicPost> posts_of_topic(std::string_view topic_id,
                                                      const ListOptions& options = {});
  [[nodiscard]] std::vector<HistoryEntry> content_history(std::string_view topic_id,
                                                          const ListOptions& options = {});
  // The stored report of a topic, so that research is paid for once; empty when there is none yet
  // or when it was last updated before `not_before`.
  [[nodiscard]] std::optional<std::string> cached_research(std::string_view topic_id,
                                                           Timestamp not_before = {});
  template <Record T>
  [[nodiscard]] std::int64_t count();

 private:
  Connection& connection_;
};

// The writes of one transaction; handed to the function given to Store::batch.
//
// Owns:    nothing. Must not be kept beyond the call.
// Threads: the thread on which the function is called.
// Errors:  every member may throw Error.
class Writer {
 public:
  explicit Writer(Connection& connection) noexcept : connection_(connection) {}

  template <Record T>
  void insert(const T& row);
  // Returns false when there is no row with this id.
  template <Record T>
  [[nodiscard]] bool update(const T& row);
  template <Record T>
  void upsert(const T& row);
  // Returns false when there was no row with this id.
  template <Record T>
  bool remove(std::string_view id);

 private:
  Connection& connection_;
};

// Owns:    its strategy and thereby every connection.
// Threads: every member may be called by any number of threads at once.
// Errors:  every member not marked noexcept may throw Error. The constructor refuses a database of
//          a newer schema version, or one that holds tables of something else, and leaves both
//          unchanged.
class Store {
 public:
  explicit Store(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Reads, each one request; what they return is said at Reader.
  [[nodiscard]] std::optional<Document> get_document(std::string_view id);
  [[nodiscard]] std::optional<Topic> get_topic(std::string_view id);
  [[nodiscard]] bool get_topic(std::string_view id, Topic& into);
  [[nodiscard]] std::vector<Document> documents_by_status(std::string_view status,
                                                          const ListOptions& options = {});
  [[nodiscard]] std::vector<Document> documents_by_language(std::string_view language,
                                                            const ListOptions& options = {});
  [[nodiscard]] std::optional<Document> find_duplicate_by_hash(std::string_view content_hash);
  [[nodiscard]] std::vector<Document> search_documents(std::string_view words,
                                                       std::int64_t limit = 20);
  [[nodiscard]] std::vector<Topic> topics_by_status(std::string_view status,
                                                    const ListOptions& options = {});
  [[nodiscard]] std::vector<Topic> topics_by_priority(std::int64_t priority,
                                                      const ListOptions& options = {});
  [[nodiscard]] std::vector<TopicPost> posts_of_topic(std::string_view topic_id,
                                                      const ListOptions& options = {});
  [[nodiscard]] std::vector<HistoryEntry> content_history(std::string_view topic_id,
                                                          const ListOptions& options = {});
  [[nodiscard]] std::optional<std::string> cached_research(std::string_view topic_id,
                                                           Timestamp not_before = {});
  template <Record T>
  [[nodiscard]] std::int64_t count();
  // Any number of reads in one read transaction, which costs its locks once: point reads become
  // several times as fast. No checkpoint can begin the WAL anew until `work` returns, so it must be
  // short. `work` is called again when a database must first be recovered from a crash. It must use
  // the reader alone: an in-memory database has one connection, for which the store would wait.
  void snapshot(FunctionRef<void(Reader&)> work);

  // Writes, each one request.
  template <Record T>
  void insert(const T& row);
  template <Record T>
  [[nodiscard]] bool update(const T& row);
  template <Record T>
  void upsert(const T& row);
  template <Record T>
  bool remove(std::string_view id);
  // Any number of writes in one transaction: all of them, or none when `work` throws.
  void batch(FunctionRef<void(Writer&)> work);

  // The same writes without waiting: the future is ready when the write is committed, and holds its
  // value or what it threw. One caller can so keep many requests in flight, which the strategy
  // `group-commit` commits together; with the others the write is finished before the call returns.
  // Writes that one thread submits are done in their order. The call waits while the strategy's
  // queue is full. What was submitted is finished before the store is destroyed.
  template <Record T>
  [[nodiscard]] std::future<void> insert_async(T row);
  template <Record T>
  [[nodiscard]] std::future<bool> update_async(T row);
  template <Record T>
  [[nodiscard]] std::future<void> upsert_async(T row);
  template <Record T>
  [[nodiscard]] std::future<bool> remove_async(std::string id);

  // Maintenance.
  [[nodiscard]] CheckpointResult checkpoint(CheckpointMode mode);
  [[nodiscard]] WalHealth wal_health();
  // Copies the live database to `target`, which appears only when the copy is complete, checked
  // (integrity_check) and synced; an existing `target` is replaced by the rename.
  void backup(const std::filesystem::path& target, const BackupOptions& options = {});
  // Both checks of what is stored; empty when clean, otherwise one line for each finding.
  [[nodiscard]] std::vector<std::string> check();

  // Opens the calling thread's connections before a clock starts.
  void warm_up();
  [[nodiscard]] ContentionCounts contention() const noexcept;
  // Connections opened so far, each with its set proven.
  [[nodiscard]] std::uint64_t connections_opened() noexcept;

 private:
  template <typename Result, typename Write>
  friend class StoreWrite;
  void read(Strategy::Operation operation);
  template <typename Work>
  auto reading(Work work);
  void write(Strategy::Operation operation, Extent extent);
  template <typename Result, typename Write>
  std::future<Result> submit(Write write);
  void count_contention(const Error& error) noexcept;

  std::array<std::atomic<std::uint64_t>, 5> contention_{};  // indexed by Contention
  std::unique_ptr<Strategy> strategy_;  // last: what was submitted to it counts contention
};

// Replaces the contents of the database at `database` by those of the backup at `backup`, which is
// checked first (integrity_check, schema version) and only read. The database changes in one
// transaction, all or nothing; other connections may stay open.
void restore(const std::filesystem::path& backup, const std::filesystem::path& database,
             const BackupOptions& options = {});

}  // namespace pragmark
