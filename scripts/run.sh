#!/usr/bin/env bash
# From a clean machine to a report: installs what is missing, builds, proves the PRAGMA set, measures
# the four workloads, and leaves reports/latest/.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/steps.sh
source scripts/steps.sh

OUT=reports/latest

usage() {
  cat <<'END'
usage: scripts/run.sh [--dir DIR] [--min-time SECONDS] [--repetitions N] [--rows N]

Installs what is missing, builds, proves the PRAGMA sets, measures the four workloads from the
original design to the fastest one, lever by lever, and writes reports/latest/.

  --dir DIR           where the scratch databases lie: the disk under test (build/scratch)
  --min-time SECONDS  how long each repetition runs at least (0.2)
  --repetitions N     how often each configuration runs (9)
  --rows N            rows in the database before the clock starts
  --help              this text

example: scripts/run.sh --dir /mnt/nvme --min-time 1
END
}

dir=
min_time=0.2
repetitions=9
bench_options=()
while [ $# -gt 0 ]; do
  option=$1
  case $option in
    --help) usage; exit 0 ;;
    --*=*) value=${option#*=} option=${option%%=*} ;;
    --dir | --min-time | --repetitions | --rows)
      [ $# -ge 2 ] || die "$option needs a value: scripts/run.sh --help"
      value=$2
      shift
      ;;
  esac
  case $option in
    --dir) dir=$value ;;
    --min-time) min_time=$value ;;
    --repetitions) repetitions=$value ;;
    --rows) bench_options+=(--rows "$value") ;;
    *) die "unknown option $option: scripts/run.sh --help lists them" ;;
  esac
  shift
done
if [ -n "$dir" ]; then
  case $dir in
    /*) ;;
    *) dir=$called_from/$dir ;;
  esac
  [ -d "$dir" ] || die "--dir $dir is not a folder: make it first"
fi

configure() { cmake --preset release; }
build() { cmake --build --preset release; }

prove() {
  build/bin/pragmark verify --pragmas production --dir "$dir" --format json --out "$OUT/verify.json"
  build/bin/pragmark verify --pragmas production --dir "$dir"
  build/bin/pragmark verify --pragmas write-optimised --dir "$dir" >/dev/null
}

# From the original design to the best configuration, one lever at a time, and the hand-written loop
# that it is held against: of the cross product below, what the report's ladder is made of.
parameters='/rows:[0-9]+/payload:[^/]+(/reads:[0-9]+)?'
off='(/memory_statistics:off)?'
rungs="^[a-z_]+/(default|production)/(open-per-op|per-thread)$parameters/real_time"
rungs+="|^[a-z_]+/production/(raw|per-thread)$parameters$off/real_time"
rungs+="|_read/production/group-commit$parameters$off/real_time"
writes="^(sequential_write|mixed)"
rungs+="|$writes/production/group-commit[^/]*$parameters/real_time"
rungs+="|$writes/write-optimised/group-commit$parameters(/in_flight:32)?$off/real_time"

measure() {
  build/bin/pragmark bench --pragmas default,production,write-optimised \
    --strategy "open-per-op,per-thread,raw,group-commit+checkpoints=commit+wal_writes=direct,\
group-commit+wal_writes=direct,group-commit" \
    --workload sequential_read,sequential_write,concurrent_read,mixed --in-flight 1,32 \
    --memory-statistics as-built,off --benchmark_filter="$rungs" \
    --min-time "$min_time" --repetitions "$repetitions" "${bench_options[@]}" \
    --dir "$dir" --out "$OUT/results.json"
}

report() {
  build/bin/pragmark report "$OUT/results.json" "$OUT/verify.json" --out "$OUT"
}

run_step "install packages" scripts/install-packages.sh
run_step "configure" configure
run_step "build" build

# Not /tmp, which is memory on many machines. What a former run left must not lie beside new results.
if [ -z "$dir" ]; then
  dir=build/scratch
  mkdir -p "$dir"
fi
rm -rf -- "$OUT"
mkdir -p "$OUT"

run_step "prove the PRAGMA set" prove
run_step "measure" measure
run_step "report" report
print_summary
echo "report: $OUT/report.html (and report.md)"
