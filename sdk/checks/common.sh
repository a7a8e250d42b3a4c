# Read by every check. A check ends with 0 (passed), 77 (skipped: something is missing) or anything else (failed).
set -euo pipefail
sdk=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=$(dirname "$sdk")
export PATH="$root/node_modules/.bin:$PATH"

# skip <what is missing> <how to get it>
skip() {
  echo "skipped: $1; $2"
  exit 77
}

# need <command> <how to get it>
need() {
  command -v "$1" >/dev/null || skip "$1 is missing" "$2"
}

need_node() {
  need node 'install Node 22.18 or newer, or run npm ci in the root'
  [ "$(node -p 'process.features.typescript ? 1 : 0')" = 1 ] ||
    skip "Node $(node -v) cannot run TypeScript" 'install Node 22.18 or newer, or run npm ci in the root'
}

need_root() {
  [ -d "$root/node_modules/$1" ] || skip "node_modules/$1 is missing" 'run npm ci in the root'
}

# A folder that goes when the check ends.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# make_venv <packages…>: leaves $python, with these packages.
make_venv() {
  need python3 'install Python 3.9 or newer'
  python3 -m venv "$scratch/venv" >/dev/null 2>&1 || skip 'venv is missing' 'install python3-venv'
  python="$scratch/venv/bin/python"
  "$python" -m pip install --quiet --disable-pip-version-check "$@" >"$scratch/pip.log" 2>&1 || {
    tail -5 "$scratch/pip.log"
    skip "pip cannot install $*" 'connect to a package index'
  }
}
