# shellcheck shell=bash
# Sourced by run.sh and test.sh: named steps with their times, a stop at the first that fails, and
# a scratch folder that is gone afterwards. The caller has set -euo pipefail.

exec </dev/null # nothing here asks a question, with a terminal or without

EXIT_USAGE=2
PYTHON=${PRAGMARK_PYTHON:-/usr/bin/python3} # the distribution's, which has the packages
JOBS=${PRAGMARK_JOBS:-$(nproc)}
export CMAKE_BUILD_PARALLEL_LEVEL=$JOBS CTEST_PARALLEL_LEVEL=$JOBS
# Paths below this checkout count as relative, so that another clone finds what this one compiled.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=true
[ -x "$PYTHON" ] || PYTHON=python3

steps_done=0
not_run=()
program=${0##*/}

die() { # MESSAGE
  echo "$program: $1" >&2
  exit "$EXIT_USAGE"
}

work=$(mktemp -d "${TMPDIR:-/tmp}/pragmark.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs one step. The subshell gets its own `set -e`, which is in effect only because this function
# is never called in a condition: do not write `run_step ... || ...`.
run_step() { # NAME COMMAND [ARG]...
  local name=$1 began=$SECONDS status
  shift
  printf '\n== %s\n' "$name"
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    printf '== %s: FAILED with exit code %d after %d s\n' "$name" "$status" $((SECONDS - began))
    echo "$program: step failed: $name" >&2
    exit "$status"
  fi
  printf '== %s: ok, %d s\n' "$name" $((SECONDS - began))
  steps_done=$((steps_done + 1))
}

# For a step that lacks something which is not required: said at once, and again in the summary.
# Steps run in subshells, so the reasons pass through a file.
skip() { # WHAT REASON
  echo "not run: $1: $2"
  echo "$1 ($2)" >>"$work/not_run"
}

print_summary() {
  local line
  if [ -f "$work/not_run" ]; then
    while read -r line; do not_run+=("$line"); done <"$work/not_run"
  fi
  printf '\n%s: %d steps ok in %d s' "$program" "$steps_done" "$SECONDS"
  if [ "${#not_run[@]}" -gt 0 ]; then
    printf '; not run: %s' "${not_run[0]}"
    printf ', %s' "${not_run[@]:1}"
  fi
  echo
}
