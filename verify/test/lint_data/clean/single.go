package app

import "database/sql"

func open() {
	db, err := sql.Open("sqlite", "app.db")
	db.SetMaxOpenConns(1)
	_, err = db.Exec("PRAGMA busy_timeout = 5000")
}
