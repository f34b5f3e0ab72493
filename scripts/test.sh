#!/bin/sh
# Run every check, two at a time, then every test. A failure does not end the run, so one run shows all of them.
# The last lines are pytest's summary. Arguments are passed to pytest.
set -u
cd "$(dirname "$0")/.." || exit 1
mkdir -p build/coverage

# The checks run beside the first tests, which mostly wait for a server; what they print comes when they are done.
(
    make --no-print-directory --keep-going --jobs=2 --output-sync=target checks </dev/null >build/checks.log 2>&1
    echo $? >build/checks.status
    cat build/checks.log
) &

# Each commit has an order of its own, the same in every run, so that a run that failed can be repeated.
commit=$(git rev-parse --short=7 HEAD 2>/dev/null) || commit=1
# Several files run side by side, each worker with a server of its own.
.venv/bin/python -m pytest --randomly-seed="$((0x$commit))" -n "${WORKERS:-3}" --dist loadfile --no-loadscope-reorder --cov --cov-report=term --cov-report=html "$@" </dev/null
tests=$?
wait
checks=$(cat build/checks.status)
if [ $checks != 0 ]; then
    echo "The checks failed (run: make checks)." >&2
    exit 1
fi
exit $tests
