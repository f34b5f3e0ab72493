"""The rows of JSON files, one by one: a list of objects (JSON), or one object in each line (NDJSON)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import IO

from directus_sdk.json_types import JSONObject
from directus_sdk.tables.records import Record
from directus_sdk.tables.streams import Stream, read_errors
from directus_sdk.wire.value_forms import LongFloat

_BLOCK = 1 << 18
#: How near the end of a block an error may be that more text would cure.
_NEAR = 16
_NOT_BLANK = re.compile(r"[^ \t\r\n]|\Z")


class _RepeatedNameError(ValueError):
    pass


def _object(pairs: list[tuple[str, object]]) -> JSONObject:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        name = next(name for name in names if names.count(name) > 1)
        raise _RepeatedNameError(f"an object has {name!r} more than once, and only one of its values could be kept")
    return values


#: What a number with more digits than a float holds has in it; and the decoder for these, which takes more time.
_LONG, _EXACT = re.compile(r"[0-9.]{17}"), json.JSONDecoder(parse_float=LongFloat.read, object_pairs_hook=_object)
_QUICK = json.JSONDecoder(object_pairs_hook=_object)


def ndjson(stream: Stream, encoding: str | None) -> Iterator[Record]:
    """Yield the rows of a file with one object in each line.

    Raises:
        ValueError: A line is not a JSON object, or one with a name more than once; or the file is cut off.
    """
    number = 0
    with stream.text(encoding, "\n") as file, read_errors(stream.name, lambda: number):
        for number, line in enumerate(file, 1):
            text = line.removeprefix("\ufeff") if number == 1 else line
            if text.isspace():
                continue
            try:
                row = (_EXACT if _LONG.search(text) else _QUICK).decode(text)
            except _RepeatedNameError as error:
                raise ValueError(f"line {number} of {stream.name}: {error}") from None
            except (ValueError, RecursionError) as error:
                raise ValueError(
                    f"line {number} of {stream.name} is not valid JSON: {error}. Each line has to be one object; is the file "
                    "cut off?"
                ) from error
            yield _record(row, stream.name, number)


def json_list(stream: Stream, encoding: str | None) -> Iterator[Record]:
    """Yield the rows of a file with a list of objects.

    Raises:
        ValueError: The file is not a list of JSON objects, or is cut off, or an object has a name more than once.
    """
    with stream.text(encoding, "\n") as file:
        text = _Text(file, stream.name)
        if not text.takes("["):
            begin = text.character()
            what = "is empty" if not begin else "holds an object and not a list" if begin == "{" else "is not JSON"
            raise ValueError(
                f"{stream.name} {what}: a JSON file has to be a list of objects. A file with one object in each line has to be "
                "named .ndjson"
            )
        more = text.character() != "]"
        while more:
            yield text.row()
            more = text.takes(",")
        if not text.takes("]"):
            raise text.error("a comma or ] is missing" if text.character() else "it is cut off")
        if text.character():
            raise text.error("the list has ended, and there is more")


class _Text:
    """The text of a file, of which a part is in memory."""

    def __init__(self, file: IO[str], name: str) -> None:
        self._file = file
        self._name = name
        self._text = ""
        self._at = 0
        self._line = 1
        self._scan: Callable[[str, int], tuple[object, int]] = _QUICK.raw_decode
        self._begun = False

    def character(self) -> str:
        """Return the next character that is not blank; empty at the end."""
        while True:
            blank = self._at
            self._at = _NOT_BLANK.search(self._text, blank).start()  # type: ignore[union-attr]
            self._line += self._text.count("\n", blank, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read(_BLOCK):
                return ""

    def takes(self, mark: str) -> bool:
        """Return whether the next character is a mark, and move on behind it."""
        is_next = self.character() == mark
        self._at += is_next
        return is_next

    def row(self) -> Record:
        """Return the next object."""
        self.character()
        size = _BLOCK
        while True:
            try:
                row, end = self._scan(self._text, self._at)
            except RecursionError as error:
                raise self.error("it is nested too deeply") from error
            except _RepeatedNameError as error:
                raise ValueError(f"line {self._line} of {self._name}: {error}") from None
            except json.JSONDecodeError as error:
                may_be_cut = error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _NEAR
                if may_be_cut and self._read(size):
                    size *= 2  # so that a large object is not parsed too often
                    continue
                self._line += self._text.count("\n", self._at, error.pos)
                raise self.error(f"{error.msg}{'; is it cut off?' if may_be_cut else ''}") from error
            if _LONG.search(self._text, self._at, end):
                row, _ = _EXACT.raw_decode(self._text, self._at)
            break
        record = _record(row, self._name, self._line)
        self._line += self._text.count("\n", self._at, end)
        self._at = end
        return record

    def error(self, what: str) -> ValueError:
        """Return an error at this place."""
        return ValueError(f"line {self._line} of {self._name} is not valid JSON: {what}")

    def _read(self, size: int) -> bool:
        with read_errors(self._name, lambda: self._line):
            more = self._file.read(size)
        if not self._begun:
            self._begun, more = True, more.removeprefix("\ufeff")
        self._text, self._at = self._text[self._at :] + more, 0
        return bool(more)


def _record(row: object, name: str, line: int) -> Record:
    if not isinstance(row, dict):
        excerpt = json.dumps(row)[:80]
        raise ValueError(f"line {line} of {name} holds {excerpt}, and not an object such as {{'title': 'Hello'}}")  # noqa: TRY004
    return Record(row, name, line)
