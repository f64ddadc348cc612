#!/bin/sh
# Pin every dependency with hashes, for all platforms: requirements.lock to run, requirements-dev.lock to develop.
# Extra arguments go to uv, for example: make lock ARGS=--upgrade
set -eu
compile() {
    ${PYTHON:-.venv/bin/python} -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
        --custom-compile-command "make lock" "$@"
}
compile --extra build "$@" pyproject.toml --output-file requirements.lock
compile --extra build --extra dev --constraints requirements.lock "$@" pyproject.toml --output-file requirements-dev.lock
