#!/usr/bin/env bash
# Builds two revisions of a git repository side by side and holds the one against the other. What a
# CI workflow does and what can be tried at the desk are the same, because both call this.
set -euo pipefail

EXIT_UNUSABLE=2
PROGRAM=${0##*/}
GATE=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)/scripts/pragmark-gate
# The four workloads with the set and the strategy that most applications would take.
BUILD='cmake --preset release -DPRAGMARK_TESTS=OFF && cmake --build --preset release --target pragmark-bench'
BENCH='{tree}/build/bin/pragmark-bench --pragmas production --strategy per-thread --dir {scratch}'

usage() {
  cat <<END
usage: ci/gate_revisions.sh BASE HEAD [OPTION]... [-- GATE-OPTION...]

Builds both revisions of the repository in the current folder and runs pragmark gate on them, with
BASE as the baseline. Where BASE has gone on since HEAD left it, their last common ancestor stands
in for it: what others merged since is not HEAD's to answer for.

  --build CMD  run in each tree (pragmark's own build)
  --bench CMD  what is measured; {tree} is the folder of the revision, {scratch} one for data on the
               same disk, {out} the file of results (pragmark bench on the four workloads)
  --work DIR   where the trees lie; it must not exist (a scratch folder). Kept when it is given.
  --help       this text

exit status: that of pragmark gate; 2 when a revision cannot be built
example: ci/gate_revisions.sh origin/main HEAD -- --budget 5m --out gate.json
END
}

die() { # MESSAGE
  echo "$PROGRAM: $1" >&2
  exit "$EXIT_UNUSABLE"
}

revisions=()
build=$BUILD bench=$BENCH work=
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage; exit 0 ;;
    --build | --bench | --work)
      [ $# -ge 2 ] || die "$1 needs a value: $PROGRAM --help"
      case $1 in
        --build) build=$2 ;;
        --bench) bench=$2 ;;
        --work) work=$2 ;;
      esac
      shift
      ;;
    --) shift; break ;;
    -*) die "unknown option $1: $PROGRAM --help lists them" ;;
    *) revisions+=("$1") ;;
  esac
  shift
done
[ "${#revisions[@]}" -eq 2 ] || die "${#revisions[@]} revisions: give BASE and HEAD"

commit_of() { # REVISION
  git rev-parse --verify --quiet --end-of-options "$1^{commit}" ||
    die "$1 is no revision here: fetch it first, with its history"
}
base=$(commit_of "${revisions[0]}")
head=$(commit_of "${revisions[1]}")
base=$(git merge-base "$base" "$head") ||
  die "${revisions[0]} and ${revisions[1]} have no common ancestor here: fetch the whole history"
[ "$base" != "$head" ] || die "BASE holds all of HEAD already: there is nothing to compare"

# Asked of the sources, so that nobody waits for a build that is of no use.
if [ "$bench" = "$BENCH" ]; then
  for side in base head; do
    git grep --quiet -e --slices "${!side}" -- bench ||
      die "$side (${!side}) has no pragmark bench --slices: take a newer one, or another --bench"
  done
fi

keep=$work
if [ -n "$work" ]; then
  mkdir -- "$work" || die "--work $work cannot be made: name a folder that does not exist"
else
  work=$(mktemp -d "${TMPDIR:-/tmp}/pragmark-gate.XXXXXX")
fi
work=$(CDPATH='' cd -- "$work" && pwd -P)

# shellcheck disable=SC2317  # the trap below calls it
clean() {
  [ -z "$keep" ] || return 0
  local tree
  for tree in base head; do
    git worktree remove --force "$work/$tree" 2>/dev/null || true
  done
  rm -rf -- "$work"
}
trap clean EXIT
trap 'exit 3' INT TERM

# Names of one length: what a program is called moves its stack, and with it its speed.
for side in base head; do
  echo "$PROGRAM: building $side, ${!side}" >&2
  git worktree add --quiet --detach "$work/$side" "${!side}" || die "$side cannot be checked out"
  (cd "$work/$side" && sh -c "$build") >"$work/$side.log" 2>&1 || {
    tail -n 40 "$work/$side.log" >&2
    die "$side (${!side}) cannot be built: its messages are above"
  }
done
mkdir "$work/scratch"

command_of() { # SIDE
  local command=${bench//'{tree}'/$work/$1}
  printf '%s' "${command//'{scratch}'/$work/scratch}"
}
status=0
"$GATE" --baseline "$(command_of base)" --candidate "$(command_of head)" "$@" || status=$?
exit "$status"
