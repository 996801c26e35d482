#!/bin/sh
# Add OPA itself, the second opinion of the tests, to an environment: scripts/oracle.sh FOLDER LOCK
#
# Its wheel demands a newer Python than ours, though it is plain ctypes over a library and runs on them all; only pip can
# be told so. Where there is no wheel for the platform, or no package index, the environment is good without it: the tests
# that ask OPA are skipped with a reason, and fail in continuous integration.
set -eu

folder=$1
lock=$2

if ! "$folder/bin/python" -m pip --disable-pip-version-check install --quiet --ignore-requires-python --no-deps \
    --only-binary :all: --require-hashes -r "$lock"; then
    echo "OPA could not be added to $folder; tests that ask it are skipped, or fail in CI" >&2
fi
