"""Snapshot files: JSON or YAML, which may be old, broken, huge or something else."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from directus_sdk.json_types import JSONMapping
from directus_sdk.schema.entries import Entry, wrong

#: The largest file that is read, in bytes: that of a project of thousands of collections has a tenth of it.
_LARGEST = 64 * 2**20
#: The largest number of values; aliases in a YAML file can stand for any number of them.
_VALUES = 20_000_000
#: What an unquoted word means in YAML 1.2, which Directus writes: PyYAML would read ``no`` as false and ``1_000`` as 1000.
_PLAIN = (
    ("bool", r"^(true|false|True|False|TRUE|FALSE)$", "tTfF"),
    ("null", r"^(null|Null|NULL|~|)$", ("n", "N", "~", "")),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("float", r"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$", "-+."),
)


def document_of(snapshot: str | os.PathLike[str] | JSONMapping) -> Entry:
    """Return a snapshot: of a file, of its content, or what ``directus.schema.snapshot()`` returns."""
    if isinstance(snapshot, Mapping):
        return _checked(snapshot, "the snapshot")
    if isinstance(snapshot, str) and "\n" in snapshot:
        return _checked(_parsed(snapshot, "the snapshot"), "the snapshot")
    if not isinstance(snapshot, (str, os.PathLike)):
        raise TypeError(f"snapshot must be a path or a mapping, not {type(snapshot).__name__}")
    path = Path(snapshot)
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise wrong(str(path), "", f"has more than {_LARGEST // 2**20} MiB, which no snapshot has")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong(str(path), "", "is not UTF-8, as JSON and YAML files are") from error
    return _checked(_parsed(text, str(path)), str(path))


def _checked(document: object, source: str) -> Entry:
    entry = Entry.of(document, source)
    if isinstance(entry.values.get("data"), Mapping):  # the response as it was sent
        entry = entry.entry("data")
    version = entry.value("version", int)
    if version != 1:
        problem = "is missing, so this is no snapshot" if version is None else f"is {version}, and only 1 is supported"
        raise wrong(source, entry.at("version"), problem)
    return entry


def _parsed(text: str, source: str) -> object:
    """Parse JSON or YAML."""
    begin = text.lstrip()[:1]
    if not begin:
        raise wrong(source, "", "is empty")
    try:
        if begin != "{":
            return _yaml(text, source)
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise wrong(source, f"line {error.lineno}", f"is not valid JSON: {error.msg} (column {error.colno})") from error
    except RecursionError:
        raise wrong(source, "", "is nested too deeply") from None


def _yaml(text: str, source: str) -> object:
    try:
        import yaml
    except ImportError as error:
        raise ImportError(
            "snapshots in YAML need PyYAML: pip install 'directus-python-sdk[yaml]', or export the snapshot as JSON"
        ) from error
    # Safe loaders create no objects but those of JSON, and dates; this one not even dates.
    loader: Any = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {"yaml_implicit_resolvers": {}})
    for tag, pattern, letters in _PLAIN:
        loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), letters)
    try:
        document = yaml.load(text, loader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        raise wrong(source, place, f"is not valid YAML: {getattr(error, 'problem', None) or error}") from error
    if _size(document, {}) > _VALUES:
        raise wrong(source, "", f"stands for more than {_VALUES} values with its aliases")
    return document


def _size(value: Any, sizes: dict[int, float]) -> float:
    """Return how many values there are with all aliases resolved; infinite if one contains itself."""
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in sizes:
        sizes[id(value)] = float("inf")
        parts = value.values() if isinstance(value, dict) else value
        sizes[id(value)] = 1 + sum(_size(part, sizes) for part in parts)
    return sizes[id(value)]
