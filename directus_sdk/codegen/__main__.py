"""The command ``python -m directus_sdk.codegen``: write the module of a typed client, or check that it is up to date.

It exits with 0 if all went well, 1 after an error or a refusal, 2 if it was called wrongly, 3 without a connection, and 4 if
``--check`` has found differences.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from directus_sdk.client import Directus
from directus_sdk.codegen import generate
from directus_sdk.codegen.changes import described_changes
from directus_sdk.codegen.module import STYLES
from directus_sdk.errors import ConfigurationError, DirectusError, TransportError
from directus_sdk.local.atomic_file import place_of, replace_file
from directus_sdk.schema import Schema

DONE, REFUSED, WRONG_USE, NO_CONNECTION, DIFFERENT = range(5)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.check and options.output is None:
        parser.error("--check needs -o, the file that is checked")
    if options.snapshot is not None and (options.url or options.token_file or options.token_stdin):
        parser.error("--snapshot reads no server, so it goes without --url, --token-file and --token-stdin")
    if options.snapshot is None and not (options.url or os.environ.get("DIRECTUS_URL")):
        parser.error("pass --url or --snapshot, or set DIRECTUS_URL")
    try:
        return _run(options)
    except TransportError as error:
        return _failed(error, NO_CONNECTION)
    except (DirectusError, OSError, ImportError, UnicodeDecodeError) as error:
        return _failed(error, REFUSED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m directus_sdk.codegen",
        description="Write a module with the types of a Directus project: its client knows collections and fields.",
        epilog="The URL and the token are also read from DIRECTUS_URL and DIRECTUS_TOKEN. Exit codes: 0 done, 1 an error or a "
        "refusal, 2 wrong use, 3 no connection, 4 differences found.",
        allow_abbrev=False,
    )
    parser.add_argument("--url", help="the base URL of the server")
    token = parser.add_mutually_exclusive_group()
    token.add_argument("--token-file", metavar="FILE", help="a file with the token of a user who may read the schema")
    token.add_argument("--token-stdin", action="store_true", help="read that token from the standard input")
    parser.add_argument("--snapshot", metavar="FILE", help="read a snapshot of the schema (JSON or YAML) instead of a server")
    parser.add_argument("--style", choices=STYLES, default="attrs", help="how items look (attrs)")
    parser.add_argument("--client", default="Cms", metavar="NAME", help="the name of the client's class (Cms)")
    parser.add_argument("--collections", metavar="A,B", help="only these collections")
    parser.add_argument("--names", metavar="FILE", help="a JSON file with names of classes by collection")
    parser.add_argument("-o", "--output", metavar="FILE", help="the file to write; the standard output by default")
    parser.add_argument("--check", action="store_true", help="write nothing, and show how the file differs from the schema")
    return parser


def _run(options: argparse.Namespace) -> int:
    names = None if options.names is None else _names(Path(options.names))
    chosen = None if options.collections is None else [name.strip() for name in options.collections.split(",")]
    source = generate(_schema(options), options.style, options.client, names, collections=chosen)
    if options.output is None:
        sys.stdout.write(source)
        return DONE
    path = place_of(options.output)
    if options.check:
        return _check(path, options.output, source)
    existing = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
    replace_file(path, source)
    path.chmod(existing & 0o777)
    return DONE


def _schema(options: argparse.Namespace) -> Schema:
    if options.snapshot is not None:
        return Schema.from_snapshot(Path(options.snapshot))
    token = os.environ.get("DIRECTUS_TOKEN") or None
    if options.token_file is not None:
        token = Path(options.token_file).read_text(encoding="utf-8").strip()
    elif options.token_stdin:
        token = sys.stdin.read().strip()
    if token == "":
        raise ConfigurationError("the token is empty")
    with Directus(options.url or os.environ["DIRECTUS_URL"], token=token) as directus:
        return directus.schema.read()


def _names(path: Path) -> dict[str, str]:
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise ConfigurationError(f'{path} must map collections to names, such as {{"articles": "Article"}}')
    return names


def _check(path: Path, name: str, source: str) -> int:
    if not path.exists():
        print(f"{name} does not exist", file=sys.stderr)  # noqa: T201
        return DIFFERENT
    existing = path.read_text(encoding="utf-8")
    if existing == source:
        return DONE
    print(f"{name} differs from the schema; write it again without --check:")  # noqa: T201
    print("\n".join(described_changes(existing, source)))  # noqa: T201
    return DIFFERENT


def _failed(error: Exception, code: int) -> int:
    print(f"directus_sdk.codegen: {error}", file=sys.stderr)  # noqa: T201
    return code


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


if __name__ == "__main__":
    sys.exit(main())
