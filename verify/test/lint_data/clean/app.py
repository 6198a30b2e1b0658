"""A module about PRAGMA foreign_key = ON, which is prose."""
import os  # pragma: no cover


def configure(connection, mode, size):
    # connection.execute("PRAGMA foreign_key=ON")
    connection.execute(f"PRAGMA journal_mode={mode}")
    connection.execute("PRAGMA cache_size=%d" % size)
    connection.execute("PRAGMA cache_size={}".format(size))
    connection.execute("PRAGMA mmap_size=" + str(32 * 1024))
    connection.execute("PRAGMA synchronous = ?", (mode,))
    connection.execute("PRAGMA " + mode)
    connection.execute("PRAGMA cache" "_size = -2000")
    raise ValueError("PRAGMA foreign_key = ON is not supported")
    raise ValueError("pragma error")
    print("PRAGMA journal_mode = MODE")


def wait(connection):
    connection.execute("PRAGMA journal_mode = WAL")  # the driver waits for 5 s by itself
    connection.execute("PRAGMA busy_timeout = 10000")


database = SqliteDatabase(path, pragmas={"journal_mode": "wal", "cache_size": -1 * 64000, "foreign_keys": 1})
headers = {"Pragma": "no-cache", "pragma": ["no-store"], "cache_size": "64MB"}
_pragmas = {
    "auto_vacuum=": ("none", "full"),
    "foreign_keys": _pragmas_bool,
    "cache_size": size,
}
