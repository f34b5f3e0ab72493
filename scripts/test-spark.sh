#!/bin/sh
# Run tests/spark on a real Spark, in an environment of its own below build/. Java comes from Debian's packages if root.
set -u
cd "$(dirname "$0")/.." || exit 1
SYSTEM_PACKAGES="java default-jre-headless" sh scripts/system-packages.sh
command -v java >/dev/null 2>&1 || { echo "Java is not installed, so Spark cannot run." >&2; exit 1; }
environment=build/spark
if [ ! "$environment/.done" -nt setup.cfg ]; then
    .venv/bin/python -m venv "$environment" &&
        "$environment/bin/python" -m pip --disable-pip-version-check -q install 'setuptools>=77' wheel &&
        "$environment/bin/python" -m pip --disable-pip-version-check -q install --no-build-isolation --editable '.[server,realtime]' \
            'pyspark>=4.0' 'pandas>=2.2,<3' pyarrow pytest pytest-randomly && touch "$environment/.done" || exit 1
fi
exec "$environment/bin/python" -m pytest -rs -m soak -W ignore "$@" tests/spark </dev/null
