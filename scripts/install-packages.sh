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
  # tests; libbenchmark-tools has compare.py, which must be able to read our results
  libgtest-dev libgmock-dev python3-pytest libbenchmark-tools
)

case ${1-} in
  '') ;;
  --help)
    echo "usage: scripts/install-packages.sh"
    echo "Installs, with apt-get, those of these packages that are missing:"
    printf '  %s\n' "${packages[@]}"
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

missing=()
for package in "${packages[@]}"; do
  # shellcheck disable=SC2016  # the format is dpkg-query's, not the shell's
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "all ${#packages[@]} packages are installed"
  exit 0
fi
echo "missing: ${missing[*]}"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "not root and no sudo: run as root: apt-get install ${missing[*]}"
  as_root=(sudo)
fi

# APT waits for another apt to finish, and tries each download again; a mirror that is being updated
# is worth another try of the whole, too.
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get --quiet --yes -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@" </dev/null
}
for attempt in 1 2 3; do
  # An update that fails in part still leaves lists which may be enough.
  apt update || echo "apt-get update failed (attempt $attempt of 3)" >&2
  if apt install --no-install-recommends "${missing[@]}"; then
    exit 0
  fi
  [ "$attempt" -eq 3 ] || sleep $((attempt * 5))
done
fail "apt-get could not install ${missing[*]}: its messages above say why"
