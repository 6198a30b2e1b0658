#include "pragmark/schema.h"

#include <string>

#include "pragmark/error.h"

namespace pragmark {
namespace {

// Every index costs a WAL frame for each write, so there is one for each read of the store that
// would otherwise scan, and no other. They end in created_at because the lists are ordered by it.
// documents has a rowid of its own: VACUUM may renumber an implicit one, and the full-text index
// refers to it.
constexpr std::string_view kSchema = R"sql(
CREATE TABLE documents (
  row_number   INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  title        TEXT NOT NULL,
  content      TEXT NOT NULL,
  source_url   TEXT,
  language     TEXT NOT NULL,
  status       TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
);
CREATE INDEX documents_by_status   ON documents (status, created_at);
CREATE INDEX documents_by_language ON documents (language, created_at);
CREATE INDEX documents_by_hash     ON documents (content_hash, created_at);

CREATE VIRTUAL TABLE documents_search USING fts5 (
  title, content, content='documents', content_rowid='row_number'
);
CREATE TRIGGER documents_search_insert AFTER INSERT ON documents BEGIN
  INSERT INTO documents_search (rowid, title, content)
  VALUES (new.row_number, new.title, new.content);
END;
CREATE TRIGGER documents_search_delete AFTER DELETE ON documents BEGIN
  INSERT INTO documents_search (documents_search, rowid, title, content)
  VALUES ('delete', old.row_number, old.title, old.content);
END;
CREATE TRIGGER documents_search_update AFTER UPDATE OF title, content ON documents BEGIN
  INSERT INTO documents_search (documents_search, rowid, title, content)
  VALUES ('delete', old.row_number, old.title, old.content);
  INSERT INTO documents_search (rowid, title, content)
  VALUES (new.row_number, new.title, new.content);
END;

CREATE TABLE topics (
  id              TEXT NOT NULL PRIMARY KEY,
  title           TEXT NOT NULL,
  description     TEXT NOT NULL,
  status          TEXT NOT NULL,
  priority        INTEGER NOT NULL,
  language        TEXT NOT NULL,
  domain          TEXT NOT NULL,
  research_report TEXT,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
);
CREATE INDEX topics_by_status   ON topics (status, created_at);
CREATE INDEX topics_by_priority ON topics (priority, created_at);

CREATE TABLE blog_posts (
  id                TEXT NOT NULL PRIMARY KEY,
  research_topic_id TEXT NOT NULL REFERENCES topics (id),
  title             TEXT NOT NULL,
  content           TEXT NOT NULL,
  language          TEXT NOT NULL,
  status            TEXT NOT NULL,
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL
);
CREATE INDEX blog_posts_by_topic ON blog_posts (research_topic_id, created_at);

CREATE TABLE social_posts (
  id           TEXT NOT NULL PRIMARY KEY,
  blog_post_id TEXT NOT NULL REFERENCES blog_posts (id) ON DELETE CASCADE,
  platform     TEXT NOT NULL,
  content      TEXT NOT NULL,
  status       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
);
CREATE INDEX social_posts_by_blog_post ON social_posts (blog_post_id, created_at);
)sql";

// A table that is not SQLite's own; empty in an empty database.
std::string any_table(Connection& connection) {
  Statement tables = connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
      "ESCAPE '\\' ORDER BY name LIMIT 1");
  return tables.step() ? std::string(tables.text(0)) : "";
}

bool has_our_tables(Connection& connection) {
  Statement count = connection.prepare(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN "
      "('documents', 'documents_search', 'topics', 'blog_posts', 'social_posts')");
  return count.step() && count.integer(0) == 5;
}

}  // namespace

std::string_view schema_sql() noexcept { return kSchema; }

bool has_schema(Connection& connection) {
  const int version = read_user_version(connection.handle());
  if (version > kSchemaVersion) {
    throw Error::newer_schema(version, kSchemaVersion, connection.path());
  }
  const std::string table = any_table(connection);
  if (table.empty()) return false;
  if (version != kSchemaVersion || !has_our_tables(connection)) {
    throw Error::foreign_schema(table, connection.path());
  }
  return true;
}

void create_schema(Connection& connection) {
  if (has_schema(connection)) return;
  Transaction transaction(connection);
  // Another process may have created it while this one waited for the lock.
  if (!has_schema(connection)) {
    connection.execute(std::string(kSchema));
    write_user_version(connection.handle(), kSchemaVersion);
  }
  transaction.commit();
}

}  // namespace pragmark
