"""Each rule of check_structure.py against a tree that breaks it and one that keeps it.

A checker that cannot fail is worth nothing: every rule has its negative control here.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

CI = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CI))

import check_structure  # noqa: E402  (the path comes first)

HEADER = "// A header.\n#pragma once\n"

GOOD = {
    "lib/include/pragmark/store.h": HEADER + '#include <string>\n#include "pragmark/error.h"\n',
    "lib/src/pragma.cc": 'auto a = "PRAGMA journal_mode";\n',
    "lib/src/store.cc": "\n".join(
        (
            "#include <sqlite3.h>",
            "#include <fmt/format.h>",
            "// A comment may say PRAGMA journal_mode=WAL and printf() and std::cout.",
            'auto a = "// not a comment"; auto b = "the PRAGMA set promises";',
            'auto c = "PRAGMA set"; auto d = "write PRAGMA cache_size = -2000 instead";',
            'auto e = "PRAGMA name = value;"; auto f = \'"\'; auto g = 1\'000\'000;',
            "void on_exit(); auto h = snprintf_like(x); auto i = fmt::format(\"{}\", 1);",
            'auto j = "call exit() and getenv() and std::cerr";',
            "",
        )
    ),
    "lib/test/store_test.cc": '#include <gmock/gmock.h>\nauto a = "PRAGMA user_version";\n',
    "verify/src/verify_main.cc": '#include <CLI/CLI.hpp>\nint main() { std::exit(1); }\n',
    "verify/src/values.cc": '#include "pragmark/store.h"\n#include "pragmark/verify/check.h"\n',
    "bench/src/main.cc": "#include <CLI/CLI.hpp>\n#include <benchmark/benchmark.h>\n",
    "bench/src/harness.cc": '#include "pragmark/verify/check.h"\n#include "pragmark/store.h"\n',
    "bench/src/long.cc": "// 301 lines: one table, which cannot be split.\n" + "int x;\n" * 300,
    "bench/src/full.cc": "int x;\n" * 300,
}

# (rule, file, text, line of the breach)
BAD = [
    ("direction", "lib/src/a.cc", '\n#include "pragmark/verify/check.h"\n', 2),
    ("direction", "lib/src/a.cc", '#include "pragmark/bench/harness.h"\n', 1),
    ("direction", "lib/test/a_test.cc", '#include "pragmark/bench/harness.h"\n', 1),
    ("direction", "verify/src/a.cc", "#  include <pragmark/bench/harness.h>\n", 1),
    ("direction", "verify/src/a.cc", '#include "../../bench/src/harness.h"\n', 1),
    ("cli11", "verify/src/options.cc", "#include <CLI/CLI.hpp>\n", 1),
    ("cli11", "bench/src/domain.cc", "#include <CLI/App.hpp>\n", 1),
    ("benchmark", "lib/src/a.cc", "#include <benchmark/benchmark.h>\n", 1),
    ("benchmark", "verify/test/a_test.cc", "#include <benchmark/benchmark.h>\n", 1),
    ("gtest", "lib/src/a.cc", "#include <gtest/gtest.h>\n", 1),
    ("gtest", "bench/include/pragmark/bench/a.h", HEADER + "#include <gmock/gmock.h>\n", 3),
    ("public", "lib/include/pragmark/a.h", HEADER + "#include <sqlite3.h>\n", 3),
    ("public", "lib/include/pragmark/a.h", HEADER + "#include <fmt/format.h>\n", 3),
    ("public", "lib/include/pragmark/a.h", HEADER + '#include "text.h"\n', 3),
    ("pragma", "lib/src/a.cc", 'x("PRAGMA journal_mode=WAL");\n', 1),
    ("pragma", "lib/src/a.cc", 'x("pragma synchronous");\n', 1),
    ("pragma", "verify/src/a.cc", '\nx("SELECT 1; PRAGMA main.cache_size");\n', 2),
    ("pragma", "verify/src/a.cc", 'x("PRAGMA " + name);\n', 1),
    ("pragma", "bench/src/a.cc", 'x("PRAGMA {}", name);\n', 1),
    ("pragma", "bench/src/a.cc", 'x("PRAGMA "\n  "mmap_size = 0");\n', 1),
    ("pragma", "bench/src/a.h", HEADER + 'x(R"sql(\n  PRAGMA temp_store = 2;\n)sql");\n', 3),
    ("quiet", "lib/src/a.cc", 'void f() { std::cout << "x"; }\n', 1),
    ("quiet", "lib/src/a.cc", 'void f() {\n  std::fprintf(stderr, "x");\n}\n', 2),
    ("quiet", "lib/include/pragmark/a.h", HEADER + 'auto x = getenv("HOME");\n', 3),
    ("quiet", "lib/src/a.cc", "void f() { std::exit(1); }\n", 1),
    ("quiet", "lib/src/a.cc", "void f() { std::cerr << 1; }\n", 1),
    ("once", "bench/src/a.h", "// #pragma once belongs here\nint x;\n", 1),
    ("size", "lib/src/a.cc", "// A file.\n" + "int x;\n" * 300, 1),
    ("size", "lib/src/a.cc", "int x;\n// 302 lines: said too late.\n" + "int x;\n" * 300, 1),
]


def make_tree(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def test_a_tree_that_keeps_the_rules_is_clean(tmp_path):
    assert check_structure.breaches(make_tree(tmp_path, GOOD)) == []


@pytest.mark.parametrize(("rule", "path", "text", "line"), BAD)
def test_a_breach_is_found_once_at_its_line(tmp_path, rule, path, text, line):
    found = check_structure.breaches(make_tree(tmp_path, {**GOOD, path: text}))
    assert [re.match(r"(\S+): (\w+): ", breach).groups() for breach in found] == [
        (f"{path}:{line}", rule)
    ]


def test_every_rule_that_is_documented_has_a_bad_tree():
    documented = set(re.findall(r"^    (\w+)  ", check_structure.__doc__, re.MULTILINE))
    assert documented == {rule for rule, *_ in BAD}


def test_exceptions_name_files_that_exist():
    for path in (
        *check_structure.PRAGMA_FILES,
        *check_structure.PUBLIC_EXCEPTIONS,
        *check_structure.QUIET_EXCEPTIONS,
    ):
        assert (CI.parent / path).is_file(), path


@pytest.mark.parametrize(
    ("files", "code"),
    [(GOOD, 0), ({**GOOD, "lib/src/a.cc": "#include <gtest/gtest.h>\n"}, 1), ({}, 2)],
)
def test_exit_code(tmp_path, files, code):
    root = make_tree(tmp_path, files)
    script = CI / "check_structure.py"
    assert subprocess.run([sys.executable, script, root], capture_output=True).returncode == code
