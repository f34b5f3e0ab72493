"""Run the live tests on every supported server, one after another, and write docs/compatibility.md.

    python -m scripts.test_servers [--only 9.26.0] [--only postgres] [arguments of pytest]

A server with a complete run gets a new row in the page; the rows of the others are kept.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

from directus_sdk.testing.server.postgres import programs
from directus_sdk.testing.server.process import StartError
from tests import compatibility

ROOT = Path(__file__).resolve().parent.parent
SERVERS = [
    ("9.26.0", "sqlite3"),
    ("10.13.4", "sqlite3"),
    ("11.17.4", "sqlite3"),
    ("12.4.1", "sqlite3"),
    ("11.17.4", "postgres"),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", default=[], help="a version or a database")
    options, arguments = parser.parse_known_args()
    chosen = [server for server in SERVERS if not options.only or set(options.only) & set(server)]
    if any(database == "postgres" for _, database in chosen):
        try:
            programs()
        except StartError as error:
            print(f"Left out: 11.17.4 on PostgreSQL. {error}", file=sys.stderr)
            chosen = [server for server in chosen if server[1] != "postgres"]
    runs, broken = [], False
    for version, database in chosen:
        print(f"== Directus {version} on {database}", flush=True)
        run, code = run_tests(version, database, arguments)
        runs.append(run)
        broken = broken or code not in (0, 1)
        if not arguments and code in (0, 1):
            compatibility.save(run, SERVERS)
    print()
    print("\n".join(compatibility.servers(runs)).replace("| --- | ---: | ---: | ---: | ---: |\n", ""))
    return 1 if broken or any(run.failed for run in runs) else 0


def run_tests(version: str, database: str, arguments: list[str]) -> tuple[compatibility.Run, int]:
    """Run the live tests on one server."""
    environment = {**os.environ, "DIRECTUS_VERSION": version, "DIRECTUS_DATABASE": database}
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report, calls = Path(folder, "report.xml"), Path(folder, "calls.json")
        command = [sys.executable, "-m", "pytest", "-q", "-m", "live and not soak", f"--junitxml={report}"]
        command += ["-p", "tests.endpoint_log", f"--calls={calls}", "--durations=5", *(arguments or ["tests"])]
        code = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
        passed = failed = not_there = skipped = 0
        for case in ElementTree.parse(report).iter("testcase") if report.exists() else ():
            why = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif why is None:
                passed += 1
            elif is_not_there(why.get("message") or ""):
                not_there += 1
            else:
                skipped += 1
        made = json.loads(calls.read_text(encoding="utf-8")) if calls.exists() else []
    print(f"   {time.monotonic() - began:.0f} s", flush=True)
    counts = {"passed": passed, "failed": failed, "not_there": not_there, "skipped": skipped}
    return compatibility.Run(version, database, **counts, handlers=compatibility.per_handler(made)), code


def is_not_there(reason: str) -> bool:
    """Whether a test was skipped because it is for another version or database."""
    return reason.startswith("for ") and ", this is " in reason


if __name__ == "__main__":
    sys.exit(main())
