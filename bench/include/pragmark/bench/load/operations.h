// The operations that a load can be made of: requests of the store, each with its name, what it
// needs in the database, and how its answer is checked.
//
//   const LoadOperation* search = find_load_operation("search");
//
// To add one: its function and its row in operations.cc. If it inserts rows of another table, the
// table in AddedRows and what step.cc counts; if it needs other rows, what data.h makes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/bench/load/data.h"
#include "pragmark/bench/load/keys.h"
#include "pragmark/bench/load/loop.h"
#include "pragmark/bench/load/mix.h"
#include "pragmark/store.h"

namespace pragmark {

class StoreRequests;

enum class AddedRows { None, Topic, Document, BlogPost };  // by each acknowledged request

// All views refer to static storage.
struct LoadOperation {
  std::string_view name;
  std::string_view description;
  bool writes;
  LoadData::Needs needs;
  AddedRows adds;
  bool (*run)(StoreRequests& requests, SplitMix64& random);
};

[[nodiscard]] std::span<const LoadOperation> load_operations() noexcept;
// Null when there is none of this name.
[[nodiscard]] const LoadOperation* find_load_operation(std::string_view name) noexcept;

struct LoadClientOptions {
  Store* store;  // outlives the client; never null, nor are the others
  const LoadData* data;
  const Keys* keys;
  const Mix* mix;
  int thread;   // 0 to threads - 1; numbers of rows are shared out among the threads
  int threads;  // with those that are no clients, but insert rows
};
[[nodiscard]] std::unique_ptr<LoadClient> make_load_client(const LoadClientOptions& options);

}  // namespace pragmark
