#!/usr/bin/env bash
# The gate: every check, at the desk and in CI alike. Stops at the first step that fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/steps.sh
source scripts/steps.sh

# Name and function of each step (step_NAME, dashes as underscores), in order.
STEPS=(install structure format shell build unit python sets benchmarks gate consumer asan tsan mutants)
QUICK=(build unit python)
CI_MUTANTS_S=120

usage() {
  cat <<'END'
usage: scripts/test.sh [--quick] [--only STEP] [--list]

  --quick      the edit-test loop: release build, unit tests, Python tests
  --only STEP  one step (it takes a build that is there; run `--only build` before)
  --list       the steps and what they do
  --help       this text

With CI set in the environment, warnings are errors, and the planted bugs are tried for a limited
time only.
example: scripts/test.sh --only asan
END
}

describe() {
  case $1 in
    install) echo "install the packages that are missing" ;;
    structure) echo "includes, PRAGMAs and file sizes keep the rules of the house" ;;
    format) echo "clang-format 14 has nothing to change" ;;
    shell) echo "shellcheck has nothing to say" ;;
    build) echo "release build" ;;
    unit) echo "unit tests" ;;
    python) echo "Python tests; the README's figures are those of the published results" ;;
    sets) echo "the verifier on right and on wrong PRAGMA sets, and its self-test" ;;
    benchmarks) echo "every benchmark for one operation, and a report from it" ;;
    gate) echo "the regression gate, live, on a PRAGMA set that costs a sync per commit" ;;
    consumer) echo "a project that uses the installed package" ;;
    asan) echo "unit tests with a current SQLite built in, all under ASan and UBSan" ;;
    tsan) echo "the threaded tests under ThreadSanitizer" ;;
    mutants) echo "bugs planted in a copy, each of which a test must notice" ;;
  esac
}

steps=("${STEPS[@]}")
case ${1-} in
  '') ;;
  --help) usage; exit 0 ;;
  --list)
    for step in "${STEPS[@]}"; do printf '%-13s %s\n' "$step" "$(describe "$step")"; done
    exit 0
    ;;
  --quick) steps=("${QUICK[@]}") ;;
  --only)
    case " ${STEPS[*]} " in
      *" ${2-(none)} "*) steps=("$2") ;;
      *) die "unknown step ${2-(none)}: choose one of ${STEPS[*]}" ;;
    esac
    shift
    ;;
  *) die "unknown option $1: scripts/test.sh --help lists them" ;;
esac
[ $# -le 1 ] || die "unexpected argument $2: scripts/test.sh --help"

werror=OFF
if [ -n "${CI-}" ]; then werror=ON; fi

# ThreadSanitizer cannot place its shadow memory when addresses are randomised with many bits, as
# newer kernels do; AddressSanitizer fails that way now and then.
fixed_addresses() { # COMMAND [ARG]...
  if setarch "$(uname -m)" --addr-no-randomize true 2>/dev/null; then
    setarch "$(uname -m)" --addr-no-randomize "$@"
  else
    "$@"
  fi
}

# SIGINT and SIGHUP may come ignored, from a shell in the background or from nohup; then nothing below
# could be interrupted, which some tests do.
run_pytest() { # FOLDER
  env --default-signal=INT,HUP "$PYTHON" -m pytest -q -p no:cacheprovider -n "$JOBS" "$1"
}

expect_exit() { # CODE COMMAND [ARG]...
  local wanted=$1 status=0
  shift
  "$@" || status=$?
  if [ "$status" -ne "$wanted" ]; then
    echo "expected exit code $wanted, got $status: $*" >&2
    return 1
  fi
}

step_install() { scripts/install-packages.sh; }

step_structure() {
  "$PYTHON" ci/check_structure.py
  run_pytest ci/test
}

step_format() {
  local version
  if ! command -v clang-format >/dev/null; then
    skip "format" "clang-format is missing"
    return
  fi
  version=$(clang-format --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
  if [ "$version" != 14 ]; then
    skip "format" "clang-format $version lays code out differently from 14"
    return
  fi
  find lib verify bench ci \( -name '*.cc' -o -name '*.h' \) -print0 |
    xargs -0 clang-format --dry-run -Werror
}

step_shell() {
  if ! command -v shellcheck >/dev/null; then
    skip "shell" "shellcheck is missing"
    return
  fi
  shellcheck --external-sources scripts/*.sh scripts/pragmark scripts/python-program \
    ci/*.sh .ci/run
}

step_build() {
  cmake --preset release -DPRAGMARK_WERROR=$werror
  cmake --build --preset release
}

step_unit() { env --default-signal=INT,HUP ctest --preset release; }

step_python() {
  run_pytest scripts/test
  "$PYTHON" scripts/readme.py --check
  "$PYTHON" scripts/publish.py --check
}

step_sets() {
  local set
  build/bin/pragmark verify --pragmas production --format json --out "$work/verify.json" --dir "$work"
  "$PYTHON" -m json.tool "$work/verify.json" /dev/null
  for set in default durable write-optimised production+locking_mode=NORMAL+busy_timeout=60000; do
    build/bin/pragmark verify --pragmas "$set" --dir "$work" >/dev/null
  done
  build/bin/pragmark verify --self-test --dir "$work"
  for set in production+synchronous=FLUL production+sychronous=1 production+cache_size=64MB; do
    expect_exit 2 build/bin/pragmark verify --pragmas "$set" --dir "$work"
  done
}

step_benchmarks() {
  build/bin/pragmark bench --pragmas default,production,durable \
    --payload small,article --ops 1 --repetitions 1 --rows 100 --dir "$work" --out "$work/bench.json"
  # What runs only where it is named: baselines, options, dimensions.
  local strategies=per-thread+wal_writes=coalesced,single-writer+checkpoints=background,group-commit
  local baselines=raw,python-original
  if build/bin/pragmark bench --strategy sqlitecpp,soci --list >/dev/null; then
    baselines+=,sqlitecpp,soci
  fi
  build/bin/pragmark bench --pragmas production,write-optimised --strategy "$strategies,$baselines" \
    --in-flight 1,8 --processes 1,2 --memory-statistics as-built,off \
    --threads 2 --ops 4 --repetitions 1 --rows 100 \
    --dir "$work" --out "$work/all.json"
  build/bin/pragmark bench --workload sequential_write --strategy group-commit \
    --schema standard,one-index,no-indexes,without-rowid --ops 1 --repetitions 1 --rows 100 \
    --dir "$work"
  build/bin/pragmark report "$work/bench.json" --out "$work/report"
}

# This exit code follows from exact counts, whatever the machine's noise (the wide margin keeps a noisy
# null arm from voiding the run); verdicts on noise are tested on invented launches.
step_gate() {
  local bench="build/bin/pragmark bench --workload sequential_write --strategy per-thread --dir $work"
  expect_exit 1 build/bin/pragmark gate --baseline "$bench" \
    --candidate "$bench --pragmas production+synchronous=FULL" \
    --launches 8 --margin 9% --instructions off --budget 3m
}

step_consumer() {
  cmake --install build --prefix "$work/prefix" >/dev/null
  "$work/prefix/bin/pragmark" --version
  "$work/prefix/bin/pragmark" verify --pragmas production --dir "$work" >/dev/null
  "$work/prefix/bin/pragmark" report --help >/dev/null
  "$work/prefix/bin/pragmark" gate --help >/dev/null
  "$work/prefix/bin/pragmark" tune --list >/dev/null
  sqlite3 -bail :memory: ".load $work/prefix/lib/pragmark_audit" \
    "SELECT count(*) FROM pragmark_audit('production')"
  cmake -S ci/consumer -B "$work/consumer" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix"
  cmake --build "$work/consumer"
  "$work/consumer/consumer"
}

step_asan() {
  local fetched=0 sqlite=
  # Not into $work: under a name that stays the same, ccache knows sqlite3.c again.
  scripts/fetch-sqlite.sh build/sqlite || fetched=$?
  case $fetched in
    0) sqlite=$PWD/build/sqlite ;;
    3) skip "current SQLite" "the npm package better-sqlite3 cannot be had here" ;;
    *) return "$fetched" ;;
  esac
  cmake --preset asan -DPRAGMARK_SQLITE_AMALGAMATION="$sqlite"
  fixed_addresses cmake --build --preset asan --target pragmark_tests
  fixed_addresses ctest --preset asan
}

step_tsan() {
  cmake --preset tsan
  fixed_addresses cmake --build --preset tsan
  fixed_addresses ctest --preset tsan
}

# All of them take longer than CI may; another commit has another choice.
step_mutants() { "$PYTHON" ci/mutants.py ${CI:+--budget "$CI_MUTANTS_S"}; }

for step in "${steps[@]}"; do
  run_step "$step: $(describe "$step")" "step_${step//-/_}"
done
print_summary
