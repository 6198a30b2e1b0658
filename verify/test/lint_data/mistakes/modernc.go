package app

import _ "modernc.org/sqlite"

const (
	wrongDriver = "file:app.db?_busy_timeout=5000" // finds: dsn-name
	rightDriver = "file:app.db?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)"
	wrongName   = "app.db?_pragma=foreign_key(1)&_txlock=immediate" // finds: unknown-name
	wrongUnit   = "app.db?_pragma=busy_timeout%285%29" // finds: unit-slip
	atRunTime   = "app.db?_pragma=busy_timeout(%d)"
)
