// The store's writes: those of a batch, and each as a request of its own.
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

template <Record T>
void Store::insert(const T& row) {
  write([&](Connection& connection) { Writer(connection).insert(row); });
}

template <Record T>
bool Store::update(const T& row) {
  bool found = false;
  write([&](Connection& connection) { found = Writer(connection).update(row); });
  return found;
}

template <Record T>
void Store::upsert(const T& row) {
  write([&](Connection& connection) { Writer(connection).upsert(row); });
}

template <Record T>
bool Store::remove(std::string_view id) {
  bool found = false;
  write([&](Connection& connection) { found = Writer(connection).template remove<T>(id); });
  return found;
}

void Store::batch(FunctionRef<void(Writer&)> work) {
  write([&](Connection& connection) {
    Writer writer(connection);
    work(writer);
  });
}

#define PRAGMARK_INSTANTIATE(T)                      \
  template void Writer::insert(const T&);            \
  template bool Writer::update(const T&);            \
  template void Writer::upsert(const T&);            \
  template bool Writer::remove<T>(std::string_view); \
  template void Store::insert(const T&);             \
  template bool Store::update(const T&);             \
  template void Store::upsert(const T&);             \
  template bool Store::remove<T>(std::string_view)

PRAGMARK_INSTANTIATE(Document);
PRAGMARK_INSTANTIATE(Topic);
PRAGMARK_INSTANTIATE(BlogPost);
PRAGMARK_INSTANTIATE(SocialPost);

}  // namespace pragmark
