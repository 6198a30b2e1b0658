sqlite3 app.db "PRAGMA foreign_key=ON" # finds: unknown-name
sqlite3 app.db "PRAGMA busy_timeout=$TIMEOUT; PRAGMA user_version=${VERSION}"
sqlite3 app.db <<EOF
PRAGMA jounal_mode=WAL; -- finds: unknown-name
EOF
