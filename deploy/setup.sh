#!/usr/bin/env bash
# Installs what is missing, from nothing: system packages, .venv/, hashed Python packages. Quiet when nothing is to do.
# usage: deploy/setup.sh run|test
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-run}
packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig util-linux)
lock=requirements.lock
if [ "$purpose" = test ]; then
    packages+=(chromium libatomic1 poppler-utils)
    lock=requirements-dev.lock
fi

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
    if [ "$(id -u)" != 0 ]; then
        echo "Missing system packages. As root: apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    echo "Installing system packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
if [ ! -x .venv/bin/python ]; then
    if ! "$python" -m venv .venv 2>/dev/null; then
        rm -rf .venv
        if [ "$(id -u)" != 0 ]; then
            echo "Missing system packages. As root: apt-get install --no-install-recommends python3-venv" >&2
            exit 1
        fi
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
        "$python" -m venv .venv
    fi
fi

# The development lock contains the other one: once it is installed, running needs nothing more.
installed=$(cat .venv/.installed 2>/dev/null || true)
wanted=$(sha256sum "$lock" | cut -c1-64)
everything=$(sha256sum requirements-dev.lock | cut -c1-64)
if [ "$installed" != "$wanted" ] && [ "$installed" != "$everything" ]; then
    echo "Installing Python packages ($lock)"
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r "$lock"
    echo "$wanted" >.venv/.installed
fi
