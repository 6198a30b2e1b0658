#!/usr/bin/env bash
# Installs what building and testing pragmark needs and this Debian 12 machine lacks. When nothing
# is missing it needs neither root nor the network.
set -euo pipefail

packages=(
  # build
  g++ cmake ninja-build ccache
  libsqlite3-dev libbenchmark-dev libcli11-dev libfmt-dev nlohmann-json3-dev
  # report
  python3-matplotlib python3-numpy python3-scipy python3-jinja2
  # tests; libbenchmark-tools has compare.py, which must be able to read our results; sqlite3 is the
  # shell, into which the loadable extension is loaded; chromium looks at the report's pages: phone,
  # dark, paper
  libgtest-dev libgmock-dev python3-pytest python3-pytest-xdist libbenchmark-tools sqlite3 chromium
  # gate: counts instructions, which no other load on the machine changes
  valgrind
)
# Peers that bench measures beside ours. Whatever of them is absent is left out of the build.
optional_packages=(libsqlitecpp-dev libsoci-dev)

case ${1-} in
  '') ;;
  --help)
    echo "usage: scripts/install-packages.sh"
    echo "Installs, with apt-get, those of these packages that are missing:"
    printf '  %s\n' "${packages[@]}"
    echo "and, where they can be had, of these, without which the build leaves out a peer:"
    printf '  %s\n' "${optional_packages[@]}"
    exit 0
    ;;
  *)
    echo "install-packages.sh: unknown option $1: it takes none but --help" >&2
    exit 2
    ;;
esac

fail() { # MESSAGE
  echo "install-packages.sh: $1" >&2
  exit 3
}

command -v dpkg-query >/dev/null || fail "no dpkg here: install these by hand: ${packages[*]}"

installed() { # PACKAGE
  local status
  # shellcheck disable=SC2016  # the format is dpkg-query's, not the shell's
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null || true)
  [ "$status" = installed ]
}

missing=()
for package in "${packages[@]}"; do
  installed "$package" || missing+=("$package")
done
missing_optional=()
for package in "${optional_packages[@]}"; do
  installed "$package" || missing_optional+=("$package")
done
if [ "${#missing[@]}" -eq 0 ] && [ "${#missing_optional[@]}" -eq 0 ]; then
  echo "all ${#packages[@]} packages are installed, and ${#optional_packages[@]} optional ones"
  exit 0
fi
if [ "${#missing[@]}" -gt 0 ]; then echo "missing: ${missing[*]}"; fi
if [ "${#missing_optional[@]}" -gt 0 ]; then echo "missing, optional: ${missing_optional[*]}"; fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    [ "${#missing[@]}" -gt 0 ] || { echo "not root and no sudo: left out"; exit 0; }
    fail "not root and no sudo: run as root: apt-get install ${missing[*]}"
  fi
  as_root=(sudo)
fi

# APT waits for another apt to finish, and tries each download again; a mirror that is being updated
# is worth another try of the whole, too.
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get --quiet --yes -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@" </dev/null
}
install_missing() {
  local attempt
  for attempt in 1 2 3; do
    # An update that fails in part still leaves lists which may be enough.
    apt update || echo "apt-get update failed (attempt $attempt of 3)" >&2
    if apt install --no-install-recommends "${missing[@]}"; then return; fi
    [ "$attempt" -eq 3 ] || sleep $((attempt * 5))
  done
  fail "apt-get could not install ${missing[*]}: its messages above say why"
}

# Each by itself, once: a release without one of them may have the other.
install_optional() {
  local package
  [ "${#missing[@]}" -gt 0 ] || apt update || echo "apt-get update failed" >&2
  for package in "${missing_optional[@]}"; do
    apt install --no-install-recommends "$package" ||
      echo "not installed, and not required: $package" >&2
  done
}

if [ "${#missing[@]}" -gt 0 ]; then install_missing; fi
if [ "${#missing_optional[@]}" -gt 0 ]; then install_optional; fi
