#!/usr/bin/env bash
# The Python library: tests, then the wheel and the sdist, and the types of what they install.
. "$(dirname "$0")/common.sh"
need python3 'install Python 3.9 or newer'
cd "$sdk/python"
export PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=src python3 -m unittest --quiet
make_venv build mypy
"$python" -m build --quiet --outdir "$scratch/dist" .
"$python" -m pip install --quiet --disable-pip-version-check --no-index "$scratch"/dist/*.whl
"$python" -m mypy --strict --cache-dir "$scratch/mypy" tests
"$python" -m unittest --quiet
