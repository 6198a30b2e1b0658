package app

import _ "github.com/mattn/go-sqlite3"

func configure() {
	db, err := sql.Open("sqlite3", "file:app.db?_busy_timeout=5000&_journal_mode=WAL&_fk=1&mode=rwc")
	memory, err := sql.Open("sqlite3", "file::memory:?cache=shared&mode=memory")
	made, err := sql.Open("sqlite3", fmt.Sprintf("file:%s?_busy_timeout=%d&_sync=%s", path, ms, level))
	other, err := sql.Open("postgres", "postgres://host/db?sslmode=disable&synchronous=FLUL")
	conn.Exec("PRAGMA busy_timeout = 5000")
	if wal {
		conn.Exec("PRAGMA journal_mode = WAL")
	}
	conn.Exec("PRAGMA page_size = 8192")
	db.Exec("PRAGMA journal_mode = WAL")
	db.Exec("INSERT INTO t VALUES ('PRAGMA')")
}

func single() {
	first.Exec("PRAGMA journal_mode = WAL")
	second.Exec("PRAGMA page_size = 8192")
	c := 'a'
	_ = "it's fine; \"PRAGMA foreign_key=ON\""
}
