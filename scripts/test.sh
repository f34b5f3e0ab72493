#!/bin/sh
# Run every check, two at a time, then every test. A failure does not end the run, so one run shows all of them.
# The last lines are pytest's summary. Arguments are passed to pytest.
set -u
cd "$(dirname "$0")/.." || exit 1
mkdir -p build/coverage

make --no-print-directory --keep-going --jobs=2 --output-sync=target checks </dev/null
checks=$?
[ $checks = 0 ] || echo "Some of these checks failed: see above. The tests run nevertheless." >&2

# Tests mostly wait for a server, so several files run in parallel, each worker with its own server.
.venv/bin/python -m pytest -n "${WORKERS:-3}" --dist loadfile --no-loadscope-reorder --cov --cov-report=term --cov-report=html "$@" </dev/null
tests=$?
if [ $checks != 0 ]; then
    echo "The checks before the tests failed (run: make checks)." >&2
    exit 1
fi
exit $tests
