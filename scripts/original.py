#!/usr/bin/python3
"""The application that started this work, as a worker of `pragmark bench`.

It is the strategy `python-original`: Python's standard sqlite3 module, a new connection for every
operation with every setting applied to it, BEGIN IMMEDIATE for writes, read-only connections for
reads, threads of `threading`. SQL, ids and rows are pragmark's own: the requests are made before
the clock and read from a file. `pragmark bench` starts it and speaks pragmark-worker/1 with it on
standard input and output (bench/include/pragmark/bench/worker_protocol.h describes the lines, and
requests_file.h the file).

usage: original.py              be a worker
       original.py --version    print the version of Python's SQLite and that of Python

Only the standard library is needed, of Python 3.8 or newer.
"""

from __future__ import annotations

import itertools
import json
import platform
import queue
import signal
import sqlite3
import sys
import threading
import time
from urllib.parse import quote

PROTOCOL = "pragmark-worker/1"
EXIT_OK, EXIT_ERROR, EXIT_USAGE = 0, 1, 2

# As in bench/include/pragmark/bench/histogram.h: one bucket for each nanosecond below LINEAR, above
# that 128 for each power of two; the last one is for all that took longer than 2^42 ns.
PRECISION_BITS = 7
LARGEST_BITS = 42
LINEAR = 2 << PRECISION_BITS
BUCKETS = LINEAR + (LARGEST_BITS - PRECISION_BITS - 1) * (LINEAR // 2)

LOCK_CODES = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
# SQLITE_READONLY_ROLLBACK: in the rollback modes a read-only connection may take the journal of a
# writer that is just committing for a dead writer's. The design has no answer to it either.
READONLY_ROLLBACK = 776


def bucket_of(latency_ns: int) -> int:
    """The bucket of a latency in pragmark's histogram."""
    ticks = max(latency_ns, 0)
    if ticks < LINEAR:
        return ticks
    if ticks >> LARGEST_BITS:
        return BUCKETS - 1
    shift = ticks.bit_length() - PRECISION_BITS - 1
    return shift * (LINEAR // 2) + (ticks >> shift)


class Refused(Exception):
    """What the benchmark must be told, in one line."""


def extended_code(error: sqlite3.Error) -> int:
    """SQLite's code; 0 when Python does not say (before 3.11)."""
    return getattr(error, "sqlite_errorcode", 0)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection was in the way: the request failed, the database is well."""
    code = extended_code(error)
    if code:
        return code & 0xFF in LOCK_CODES or code == READONLY_ROLLBACK
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def failure(error: Exception, operation: str, path: str) -> dict:
    code = extended_code(error) if isinstance(error, sqlite3.Error) else 0
    return {"message": " ".join(f"{operation}: {error}".split()), "operation": operation,
            "path": path, "extended_code": code, "environment": False}


class Database:
    """Opens a connection for each operation, as the original did."""

    def __init__(self, path: str, settings: list[dict]):
        self.path = path
        self.uri = f"file:{quote(path)}?mode=ro"
        self.settings = settings
        self.statements = [setting["sql"] for setting in settings]

    def writer(self) -> sqlite3.Connection:
        return self._with_settings(sqlite3.connect(self.path, isolation_level=None))

    def reader(self) -> sqlite3.Connection:
        return self._with_settings(sqlite3.connect(self.uri, uri=True, isolation_level=None))

    def _with_settings(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        try:
            for statement in self.statements:
                connection.execute(statement).fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def prove(self) -> None:
        """Reads every setting back, on a connection of each kind."""
        for connect in (self.writer, self.reader):
            connection = connect()
            try:
                for setting in self.settings:
                    row = connection.execute(f"PRAGMA {setting['name']}").fetchone()
                    answer = "" if row is None else str(row[0])
                    if answer.upper() not in setting["accepted"]:
                        raise Refused(f"apply {setting['name']}: asked {setting['accepted'][0]}, "
                                      f"Python's SQLite reports {answer or 'nothing'}")
            finally:
                connection.close()


class Client:
    """One thread's requests and what came of them."""

    def __init__(self, database: Database, script: dict):
        self.database = database
        self.read_sql = script["read_sql"]
        self.write_sql = script["write_sql"]
        self.requests: list[tuple] = []
        self.next = 0
        self.forget()

    def forget(self) -> None:
        self.counts = dict.fromkeys(
            ("attempted", "reads", "writes", "wrong_rows", "busy_errors", "errors"), 0)
        self.buckets: dict[int, int] = {}
        self.max_ns = 0

    def read(self, wanted: str) -> bool:
        connection = self.database.reader()
        try:
            row = connection.execute(self.read_sql, (wanted,)).fetchone()
        finally:
            connection.close()
        return row is not None and row[0] == wanted

    def write(self, row: tuple) -> None:
        connection = self.database.writer()
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(self.write_sql, row)
            connection.execute("COMMIT")
        finally:
            connection.close()  # rolls back what was not committed

    def run(self, operations: int, stopped: threading.Event) -> None:
        """Makes so many requests. A request's latency starts where the one before it ended."""
        if self.next + operations > len(self.requests):
            raise Refused(f"{operations} requests were asked for, "
                          f"{len(self.requests) - self.next} are left in the requests file")
        counts, buckets = self.counts, self.buckets
        start = time.perf_counter_ns()
        for request in itertools.islice(self.requests, self.next, self.next + operations):
            if stopped.is_set():
                return
            self.next += 1
            counts["attempted"] += 1
            try:
                if len(request) == 1:
                    counts["reads" if self.read(request[0]) else "wrong_rows"] += 1
                else:
                    self.write(request)
                    counts["writes"] += 1
            except sqlite3.Error as error:
                if not is_busy(error):
                    counts["errors"] += 1
                    raise
                counts["busy_errors"] += 1
                start = time.perf_counter_ns()
                continue
            end = time.perf_counter_ns()
            bucket = bucket_of(end - start)
            buckets[bucket] = buckets.get(bucket, 0) + 1
            self.max_ns = max(self.max_ns, end - start)
            start = end


def load_requests(path: str, clients: list[Client]) -> None:
    """Every request as the parameters of its statement: (id,) or a row."""
    with open(path, encoding="utf-8") as file:
        topics = json.loads(file.readline())["topics"]
        client = None
        for line in file:
            request = json.loads(line)
            if isinstance(request, dict):
                client = clients[request["thread"]]
            elif len(request) == 1:
                client.requests.append((request[0],))
            else:
                topic, row_id, created_at, updated_at = request
                client.requests.append((row_id, *topics[topic], created_at, updated_at))


class Worker:
    """The threads, told what to do by the lines on standard input."""

    def __init__(self, task: dict):
        script = task["script"]
        self.operations = task["operations"]
        self.database = Database(task["database"], script["settings"])
        self.clients = [Client(self.database, script) for _ in range(task["threads"])]
        load_requests(script["requests_file"], self.clients)
        self.database.prove()
        self.stopped = threading.Event()
        self.failure: dict | None = None
        self.lock = threading.Lock()  # guards failure
        self.gate = threading.Barrier(len(self.clients) + 1)
        for client in self.clients:
            threading.Thread(target=self.work, args=(client,), daemon=True).start()

    def work(self, client: Client) -> None:
        while True:
            self.gate.wait()  # go
            try:
                client.run(self.operations, self.stopped)
            except Exception as error:  # pylint: disable=broad-except  # told to the benchmark
                self.stopped.set()
                with self.lock:
                    if self.failure is None:
                        self.failure = failure(error, "make a request", self.database.path)
            self.gate.wait()  # done

    def go(self) -> None:
        for client in self.clients:
            client.forget()
        self.gate.wait()
        self.gate.wait()

    def result(self) -> dict:
        total = {key: sum(client.counts[key] for client in self.clients)
                 for key in self.clients[0].counts}
        buckets: dict[int, int] = {}
        for client in self.clients:
            for bucket, count in client.buckets.items():
                buckets[bucket] = buckets.get(bucket, 0) + count
        said = {"say": "result", **total,
                "latencies": {"max_ns": max(client.max_ns for client in self.clients),
                              "buckets": sorted(buckets.items())}}
        if self.failure is not None:
            said["failure"] = self.failure
        return said


def say(line: dict) -> None:
    print(json.dumps(line), flush=True)


def listen(lines: queue.Queue, ended: threading.Event) -> None:
    """Passes lines on; the end of the input stops what is running."""
    for line in sys.stdin:
        lines.put(line)
    ended.set()
    lines.put(None)


def parse_open(line: str) -> dict:
    task = json.loads(line)
    if task.get("say") != "open" or task.get("protocol") != PROTOCOL:
        raise Refused(f"the first line is not \"open\" of {PROTOCOL}")
    if "script" not in task:
        raise Refused("\"open\" without \"script\": this worker makes no data of its own")
    if task["in_flight"] != 1:
        raise Refused("this worker has one request in flight")
    return task


def serve() -> None:
    opening = sys.stdin.readline()
    if not opening:
        return
    worker = Worker(parse_open(opening))
    lines: queue.Queue = queue.Queue()
    threading.Thread(target=listen, args=(lines, worker.stopped), daemon=True).start()
    say({"say": "ready", "protocol": PROTOCOL, "sqlite_version": sqlite3.sqlite_version})
    while (line := lines.get()) is not None:
        if json.loads(line).get("say") != "go":
            raise Refused("\"go\" or the end of the input was expected")
        worker.go()
        say({"say": "done"})
        say(worker.result())


def main(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        print(sqlite3.sqlite_version, platform.python_version())
        return EXIT_OK
    if arguments:
        print(__doc__)
        return EXIT_OK if arguments == ["--help"] else EXIT_USAGE
    # Ctrl-C reaches every process of a terminal; the benchmark decides, and ends the input.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        serve()
    except BrokenPipeError:
        sys.stdout = None  # or the interpreter would complain that it cannot flush it
    except Exception as error:  # pylint: disable=broad-except  # never a stack trace
        try:
            say({"say": "error", "failure": failure(error, "run scripts/original.py", "")})
        except BrokenPipeError:
            sys.stdout = None
        return EXIT_ERROR
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
