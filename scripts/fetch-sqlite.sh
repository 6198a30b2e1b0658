#!/usr/bin/env bash
# Puts a current SQLite amalgamation into DIR, from the npm package better-sqlite3, which carries
# one; prints the version found. For -DPRAGMARK_SQLITE_AMALGAMATION=DIR.
set -euo pipefail

EXIT_USAGE=2
EXIT_UNDETERMINED=3
FILES=(sqlite3.c sqlite3.h sqlite3ext.h)

fail() { # EXIT_CODE MESSAGE
  echo "fetch-sqlite.sh: $2" >&2
  exit "$1"
}

if [ $# -ne 1 ]; then
  fail "$EXIT_USAGE" "give one folder, for example: scripts/fetch-sqlite.sh build/sqlite"
fi
case $1 in
  --help)
    echo "usage: scripts/fetch-sqlite.sh DIR"
    echo "Puts ${FILES[*]} of the npm package better-sqlite3 into DIR and prints their version."
    echo "example: scripts/fetch-sqlite.sh build/sqlite &&"
    echo "         cmake --preset release -DPRAGMARK_SQLITE_AMALGAMATION=\$PWD/build/sqlite"
    exit 0
    ;;
  -*) fail "$EXIT_USAGE" "unknown option $1: it takes one folder, or --help" ;;
esac
dir=$1

command -v npm >/dev/null ||
  fail "$EXIT_UNDETERMINED" "npm is missing: install it (apt-get install npm), or put sqlite3.c and sqlite3.h of any source into a folder"

# A folder of our own holds these files and no other; anything else is somebody's.
if [ -e "$dir" ]; then
  [ -d "$dir" ] || fail "$EXIT_USAGE" "$dir is not a folder: choose another"
  while IFS= read -r -d '' entry; do
    case " ${FILES[*]} " in
      *" ${entry##*/} "*) ;;
      *) fail "$EXIT_USAGE" "$dir holds ${entry##*/}, which is not from here: choose a new or empty folder" ;;
    esac
  done < <(find "$dir" -mindepth 1 -maxdepth 1 -print0)
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/fetch-sqlite.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if ! (cd "$work" && npm pack --loglevel=error --fetch-retries=1 better-sqlite3 >pack.out 2>pack.err </dev/null); then
  reason=$(grep -m1 . "$work/pack.err" || true)
  fail "$EXIT_UNDETERMINED" "npm pack better-sqlite3 failed (${reason:-no message}): is the npm registry reachable?"
fi
mkdir "$work/package"
tar -xzf "$work"/better-sqlite3-*.tgz -C "$work/package" --strip-components=1 package/deps/sqlite3 \
  2>/dev/null || fail "$EXIT_UNDETERMINED" "the package better-sqlite3 has no deps/sqlite3 any more"
for file in "${FILES[@]}"; do
  [ -s "$work/package/deps/sqlite3/$file" ] ||
    fail "$EXIT_UNDETERMINED" "the package better-sqlite3 has no deps/sqlite3/$file any more"
done
version=$(sed -n 's/^#define SQLITE_VERSION *"\([0-9.]*\)".*/\1/p' "$work/package/deps/sqlite3/sqlite3.h")
[ -n "$version" ] || fail "$EXIT_UNDETERMINED" "no SQLITE_VERSION in the sqlite3.h of better-sqlite3"

mkdir -p -- "$dir"
for file in "${FILES[@]}"; do
  cp -- "$work/package/deps/sqlite3/$file" "$dir/$file"
done
echo "SQLite $version in $dir"
