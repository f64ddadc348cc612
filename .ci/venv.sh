#!/bin/sh
# Make the virtual environment $1 with a Python of at least 3.11, and get Debian's venv package where it is missing.
# PYTHON=/path/to/python chooses one.
set -eu
target=$1

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
has_venv() { "$1" -c 'import venv, ensurepip' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 \
        /opt/homebrew/bin/python3 /usr/local/bin/python3; do
        if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else return 1
    fi
}

if ! python=$(find_python); then
    echo "Pickwatch needs Python 3.11 or newer, and there is none here. Install it, then run make again:" >&2
    echo "  Debian, Ubuntu:  sudo apt-get install python3 python3-venv   (or python3.11 python3.11-venv)" >&2
    echo "  macOS:           brew install python" >&2
    echo "  elsewhere:       make setup PYTHON=/path/to/python3.11" >&2
    exit 1
fi

if ! has_venv "$python"; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "$python has no venv module; installing $package"
    if ! { command -v apt-get >/dev/null 2>&1 && as_root apt-get update -q &&
        { as_root apt-get install -qy "$package" || as_root apt-get install -qy python3-venv; } && has_venv "$python"; }; then
        echo "That did not work. Please run:  sudo apt-get install $package   and then make again." >&2
        exit 1
    fi
fi

echo "Making $target with $("$python" --version) ($python)"
rm -rf "$target"
"$python" -m venv "$target"
