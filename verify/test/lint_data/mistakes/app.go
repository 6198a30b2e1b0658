// The silent failures that real programs ship, in Go.
package app

import (
	"database/sql"
	_ "github.com/mattn/go-sqlite3"
)

func configure(conn *sql.Conn) {
	conn.ExecContext(ctx, "PRAGMA foreign_key=ON") // finds: unknown-name
	conn.ExecContext(ctx, "PRAGMA sychronous = NORMAL") // finds: unknown-name
	conn.ExecContext(ctx, "PRAGMA jounal_mode = WAL") // finds: unknown-name
	conn.ExecContext(ctx, `PRAGMA busy_timout = 5000`) // finds: unknown-name
	conn.ExecContext(ctx, "pragma vacuum") // finds: unknown-name
	conn.ExecContext(ctx, "PRAGMA auto_vacuum = ON") // finds: misheard-value
	conn.ExecContext(ctx, "PRAGMA auto_vacuum = TRUE") // finds: misheard-value
	conn.ExecContext(ctx, "PRAGMA temp_store = 3") // finds: misheard-value
	conn.ExecContext(ctx, "PRAGMA main.page_size=4092") // finds: misheard-value
	conn.ExecContext(ctx, "PRAGMA journal_mode(wal2)") // finds: misheard-value
	conn.ExecContext(ctx, "PRAGMA journal_size_limit = 1536") // finds: unit-slip
	conn.ExecContext(ctx, "PRAGMA cache_size = 1000000000") // finds: unit-slip
}

func migrate(conn *sql.Conn) {
	conn.ExecContext(ctx, `
		BEGIN EXCLUSIVE;
		CREATE TABLE t(x);
		PRAGMA journal_mode=WAL; -- finds: in-transaction
		COMMIT`)
	conn.ExecContext(ctx, "PRAGMA journal_mode = MEMORY")
	conn.ExecContext(ctx, "PRAGMA synchronous = EXTRA") // finds: contradiction
	conn.ExecContext(ctx, "PRAGMA default_cache_size = 10000") // finds: deprecated
}

func pool() {
	db, err := sql.Open("sqlite3", "file:app.db?cache=shared&_busy_timout=5000") // finds: dsn-name, shared-cache
	if err != nil {
		return
	}
	if _, err := db.Exec("PRAGMA busy_timeout=5000"); err != nil { // finds: pool-once
		return
	}
	if _, err := db.Exec("PRAGMA journal_mode=WAL"); err != nil {
		return
	}
	other, err := sql.Open("sqlite3", "app.db?_pragma=journal_mode(WAL)&_sync=FLUL") // finds: dsn-name, misheard-value
	third, err := sql.Open("sqlite3", "file:app.db?journal_mode=WAL&_fk=enable") // finds: dsn-name, misheard-value
}
