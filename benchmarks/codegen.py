"""How long a module for a large project takes: writing it, and checking it with mypy and pyright, each without a cache.

python benchmarks/codegen.py [number of collections]
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from directus_sdk.codegen import generate
from directus_sdk.schema import Schema

#: Fields of a collection beside its key and its relations.
PLAIN = 44
#: The limits, in seconds.
GENERATION, CHECK = 5, 60
TYPES = ["string", "integer", "text", "timestamp", "decimal", "boolean", "uuid", "date", "json", "csv", "float"]
USE = """
from __future__ import annotations

from cms import Cms

cms = Cms("https://cms.example.com")
articles = cms.items("c_0")
title: str | None = articles.read_one(1, fields=["f_0", "one_0.f_0"]).f_0
articles.read_many(filter={"f_11": {"_eq": "draft"}, "one_0": {"f_1": {"_gt": 3}}}, sort="-f_3")
articles.create_one({"f_0": "Hello", "one_1": {"f_0": "World"}})
"""


def field(collection: str, name: str, kind: str, meta: Any = None, schema: Any = None) -> dict[str, Any]:
    return {"collection": collection, "field": name, "type": kind, "meta": meta or {}, "schema": schema}


def project(count: int) -> Schema:
    """A project of collections with 50 fields each: 3 relations to one item and 2 to several among them."""
    collections, fields, relations = [], [], []
    for number in range(count):
        name = f"c_{number}"
        collections.append({"collection": name, "meta": {}, "schema": {"name": name}})
        column = {"is_nullable": True}
        fields.append(field(name, "id", "integer", None, {"is_primary_key": True, "has_auto_increment": True}))
        for place in range(PLAIN):
            kind = TYPES[place % len(TYPES)]
            options = {"choices": [{"value": "draft"}, {"value": "published"}]} if kind == "string" and place else None
            meta = {"options": options, "required": place == 0, "note": f"Field {place}"}
            fields.append(field(name, f"f_{place}", kind, meta, column))
        for place in range(3):
            other = f"c_{(number * 7 + place * 13 + 1) % count}"
            fields.append(field(name, f"one_{place}", "integer", None, column))
            meta = {"one_field": f"many_{place}_of_{number}" if place < 2 else None}
            relations.append(
                {"collection": name, "field": f"one_{place}", "related_collection": other, "meta": meta, "schema": {}}
            )
            if place < 2:
                fields.append(field(other, f"many_{place}_of_{number}", "alias"))
    return Schema.from_responses(collections, fields, relations)


def seconds(command: list[str], folder: str) -> tuple[float, float, subprocess.CompletedProcess[str]]:
    """Run a command; the time that passed, and that of the processor."""
    environment = {**os.environ, "PYRIGHT_PYTHON_GLOBAL_NODE": "0", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    passed, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return passed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    schema = project(count)
    began = time.perf_counter()
    source = generate(schema)
    passed = time.perf_counter() - began
    failed = passed > GENERATION
    print(f"{count} collections, {sum(len(entry.fields) for entry in schema.collections.values())} fields", end=": ")
    print(f"{source.count(chr(10))} lines in {passed:.1f} s (limit {GENERATION})")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "cms.py").write_text(source, encoding="utf-8")
        Path(folder, "use.py").write_text(USE, encoding="utf-8")
        Path(folder, "pyrightconfig.json").write_text(json.dumps({"include": ["."], "typeCheckingMode": "strict"}))
        mypy = ["mypy", "--strict", "--config-file=", "--cache-dir", os.devnull, "use.py"]
        for name, command in (("mypy", mypy), ("pyright", ["pyright", "--pythonpath", sys.executable, "."])):
            passed, processor, done = seconds(command, folder)
            failed = failed or passed > CHECK or done.returncode != 0
            print(f"{name}: {passed:.0f} s, {processor:.0f} s of the processor (limit {CHECK}); {done.stdout.strip()[-200:]}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
