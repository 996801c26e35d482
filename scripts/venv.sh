#!/bin/sh
# Make a virtual environment from a lock file: scripts/venv.sh FOLDER LOCK [PROJECT …]
#
# What comes after LOCK is installed last, without its dependencies (they are in the lock): `-e .`, `dist/x.whl`.
# Uses uv when it is there, and a plain venv with pip when it is not or when it cannot reach the package index
# (only pip reads pip's configuration). PYTHON names the interpreter; without it one of 3.11 or later is looked for.
set -eu

folder=$1
lock=$2
shift 2

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        if new_enough "$PYTHON"; then echo "$PYTHON"; fi
        return
    fi
    for name in python3 python3.13 python3.12 python3.11 python; do
        if new_enough "$name"; then echo "$name"; return; fi
    done
}

with_uv() {
    # Without a Python of its own to name, uv may fetch one.
    uv venv --quiet --clear --python "${python:->=3.11}" "$folder" &&
        uv pip install --quiet --compile-bytecode --require-hashes --python "$folder/bin/python" -r "$lock" &&
        { [ $# -eq 0 ] || uv pip install --quiet --no-deps --no-build-isolation --python "$folder/bin/python" "$@"; }
}

with_pip() {
    pip="$folder/bin/python -m pip --disable-pip-version-check install --quiet"
    "$python" -m venv --clear "$folder" && $pip --require-hashes -r "$lock" &&
        { [ $# -eq 0 ] || $pip --no-deps --no-build-isolation "$@"; }
}

python=$(find_python)
if [ -n "${PYTHON:-}" ] && [ -z "$python" ]; then
    echo "PYTHON is $PYTHON, which is not a Python of 3.11 or later; name one, such as PYTHON=/usr/bin/python3.12" >&2
    exit 2
fi
if command -v uv >/dev/null 2>&1; then
    if with_uv "$@"; then exit 0; fi
    echo "uv could not make $folder; trying venv and pip" >&2
fi
if [ -z "$python" ]; then
    echo "no Python of 3.11 or later was found; install one, or uv, or name it with PYTHON=/path/to/python" >&2
    exit 2
fi
if ! with_pip "$@"; then
    echo "$python could not make $folder; on Debian and Ubuntu its venv is a package of its own, python3-venv" >&2
    exit 2
fi
