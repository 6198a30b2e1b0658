// The store's writes: those of a batch, each as a request of its own, and each without waiting.
#include <future>
#include <type_traits>
#include <utility>

#include "pragmark/store.h"
#include "queries.h"
#include "record_traits.h"

namespace pragmark {
namespace {

using queries::Action;
using queries::prepared;

template <Record T, Action action>
void run_with_row(Connection& connection, const T& row) {
  Statement& statement = prepared(connection, queries::on<T, action>());
  const ResetAtExit reset(statement);
  bind_row(statement, row);
  statement.run();
}

}  // namespace

template <Record T>
void Writer::insert(const T& row) {
  run_with_row<T, Action::Insert>(connection_, row);
}

template <Record T>
bool Writer::update(const T& row) {
  run_with_row<T, Action::Update>(connection_, row);
  return connection_.changes() > 0;
}

template <Record T>
void Writer::upsert(const T& row) {
  run_with_row<T, Action::Upsert>(connection_, row);
}

template <Record T>
bool Writer::remove(std::string_view id) {
  Statement& statement = prepared(connection_, queries::on<T, Action::Remove>());
  const ResetAtExit reset(statement);
  statement.bind(1, id);
  statement.run();
  return connection_.changes() > 0;
}

// One write of Store::submit: runs on the strategy's thread, then keeps its promise.
template <typename Result, typename Write>
class StoreWrite final : public SubmittedWrite {
 public:
  StoreWrite(Store& store, Write write) : store_(store), write_(std::move(write)) {}

  [[nodiscard]] std::future<Result> future() { return promise_.get_future(); }

  void operator()(Connection& connection) override {
    Writer writer(connection);
    if constexpr (std::is_void_v<Result>) {
      write_(writer);
    } else {
      result_ = write_(writer);
    }
  }

  void finish(std::exception_ptr error) noexcept override {
    if (error) {
      count_contention(error);
      promise_.set_exception(error);
    } else if constexpr (std::is_void_v<Result>) {
      promise_.set_value();
    } else {
      promise_.set_value(result_);
    }
  }

 private:
  void count_contention(const std::exception_ptr& thrown) noexcept {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      store_.count_contention(error);
    } catch (...) {  // NOLINT(bugprone-empty-catch): nothing to count
    }
  }

  Store& store_;
  Write write_;
  std::conditional_t<std::is_void_v<Result>, char, Result> result_{};
  std::promise<Result> promise_;
};

template <typename Result, typename Write>
std::future<Result> Store::submit(Write write) {
  auto submitted = std::make_unique<StoreWrite<Result, Write>>(*this, std::move(write));
  std::future<Result> future = submitted->future();
  strategy_->submit(std::move(submitted));
  return future;
}

template <Record T>
void Store::insert(const T& row) {
  write([&](Connection& connection) { Writer(connection).insert(row); }, Extent::Statement);
}

template <Record T>
std::future<void> Store::insert_async(T row) {
  return submit<void>([row = std::move(row)](Writer& writer) { writer.insert(row); });
}

template <Record T>
bool Store::update(const T& row) {
  bool found = false;
  write([&](Connection& connection) { found = Writer(connection).update(row); }, Extent::Statement);
  return found;
}

template <Record T>
std::future<bool> Store::update_async(T row) {
  return submit<bool>([row = std::move(row)](Writer& writer) { return writer.update(row); });
}

template <Record T>
void Store::upsert(const T& row) {
  write([&](Connection& connection) { Writer(connection).upsert(row); }, Extent::Statement);
}

template <Record T>
std::future<void> Store::upsert_async(T row) {
  return submit<void>([row = std::move(row)](Writer& writer) { writer.upsert(row); });
}

template <Record T>
bool Store::remove(std::string_view id) {
  bool found = false;
  write([&](Connection& connection) { found = Writer(connection).template remove<T>(id); },
        Extent::Statement);
  return found;
}

template <Record T>
std::future<bool> Store::remove_async(std::string id) {
  return submit<bool>(
      [id = std::move(id)](Writer& writer) { return writer.template remove<T>(id); });
}

void Store::batch(FunctionRef<void(Writer&)> work) {
  write(
      [&](Connection& connection) {
        Writer writer(connection);
        work(writer);
      },
      Extent::Transaction);
}

#define PRAGMARK_INSTANTIATE(T)                      \
  template void Writer::insert(const T&);            \
  template bool Writer::update(const T&);            \
  template void Writer::upsert(const T&);            \
  template bool Writer::remove<T>(std::string_view); \
  template void Store::insert(const T&);             \
  template bool Store::update(const T&);             \
  template void Store::upsert(const T&);             \
  template bool Store::remove<T>(std::string_view);  \
  template std::future<void> Store::insert_async(T); \
  template std::future<bool> Store::update_async(T); \
  template std::future<void> Store::upsert_async(T); \
  template std::future<bool> Store::remove_async<T>(std::string)

PRAGMARK_INSTANTIATE(Document);
PRAGMARK_INSTANTIATE(Topic);
PRAGMARK_INSTANTIATE(BlogPost);
PRAGMARK_INSTANTIATE(SocialPost);

}  // namespace pragmark
