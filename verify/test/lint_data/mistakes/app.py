"""The silent failures that real programs ship, in Python."""
import sqlite3


def configure(connection):
    connection.execute("PRAGMA foreign_key=ON")  # finds: unknown-name
    connection.execute('PRAGMA sychronous = NORMAL')  # finds: unknown-name
    connection.execute('''PRAGMA jounal_mode = WAL''')  # finds: unknown-name
    connection.execute("PRAGMA busy_timout = 5000")  # finds: unknown-name
    connection.execute("pragma vacuum")  # finds: unknown-name
    connection.execute("PRAGMA auto_vacuum = ON")  # finds: misheard-value
    connection.execute(r"PRAGMA auto_vacuum = TRUE")  # finds: misheard-value
    connection.execute("PRAGMA temp_store = 3")  # finds: misheard-value
    connection.execute("PRAGMA page_size=4092")  # finds: misheard-value
    connection.execute("PRAGMA journal_mode = wal2")  # finds: misheard-value
    connection.execute("PRAGMA journal_size_limit = 1536")  # finds: unit-slip
    connection.execute("PRAGMA cache_size = 1000000000")  # finds: unit-slip


def migrate(connection):
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("PRAGMA journal_mode=WAL")  # finds: in-transaction
    connection.execute("PRAGMA synchronous=OFF")  # finds: in-transaction
    connection.execute("PRAGMA foreign_keys=ON")  # finds: in-transaction
    connection.execute("COMMIT")


def hasten(connection):
    connection.executescript("""
        PRAGMA journal_mode = MEMORY;
        PRAGMA synchronous = EXTRA;  -- finds: contradiction
        PRAGMA default_cache_size = 10000;  -- finds: deprecated
    """)


database = SqliteDatabase("app.db", pragmas={
    "journal_mode": "wal",
    "cache_size": -1 * 64000,
    "foreign_key": 1,  # finds: unknown-name
    "synchronous": 7,  # finds: misheard-value
})
listed = SqliteDatabase("app.db", pragmas=(("foreign_keys", 1), ("temp_store", 3)))  # finds: misheard-value
