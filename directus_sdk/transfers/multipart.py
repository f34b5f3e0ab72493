"""The body of an upload at once: a multipart form, fields first, whose file is read in blocks while it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from uuid import uuid4

from directus_sdk.http.bodies import SizedBody
from directus_sdk.json_types import JSONMapping
from directus_sdk.transfers.sources import Source
from directus_sdk.wire.encoding import to_text

# Names that every server reads unchanged from the header of a part; others are sent in a field of their own too.
_PLAIN = re.compile(r"[A-Za-z0-9 ._()+\[\],@=~!-]+\Z")
_NOT_IN_HEADER = re.compile(r"[\x00-\x1f\x7f\"\\/]")

#: Blocks below this size, in bytes, are not sent alone.
_SMALL = 64 * 1024

#: Strings that the server takes for null, true and false.
_COERCED = frozenset({"null", "true", "false"})


class Form:
    """A form with one file; each call of it opens the body from its beginning, so that a retry sends the whole file again.

    Args:
        fields: The fields before the file; see `form_fields`.
        source: The content of the file.
        filename: Its name.
        content_type: Its type.
        on_read: Called with the number of bytes that were read of the file.
    """

    def __init__(
        self,
        fields: Iterable[tuple[str, str]],
        source: Source,
        filename: str,
        content_type: str,
        on_read: Callable[[int], object] | None = None,
    ) -> None:
        self._fields = [(part_header(name, "the name of a field"), text) for name, text in fields]
        self._source = source
        self._filename = _sendable(filename)
        self._type = part_header(content_type, "content_type")
        self._on_read = on_read
        self._boundary = uuid4().hex
        self.headers = {"Content-Type": f"multipart/form-data; boundary={self._boundary}"}

    def __call__(self) -> SizedBody:
        """Open the body."""
        from requests_toolbelt import MultipartEncoder

        # The encoder would copy the blocks of the file twice more; so it encodes an empty file, and they are put in between.
        part = (_NOT_IN_HEADER.sub("_", self._filename), b"", self._type)
        frame = MultipartEncoder([*self._fields, ("file", part)], boundary=self._boundary).read()
        end = len(frame) - len(f"\r\n--{self._boundary}--\r\n")
        file = self._source.body(on_read=self._on_read)
        return SizedBody(len(frame) + file.length, partial(_framed, frame[:end], file, frame[end:]))


def _framed(before: bytes, file: Iterable[bytes], after: bytes) -> Iterator[bytes]:
    # The frame is sent with the first block and with the last, so that a small file is one packet: busy servers have been
    # seen to hang for ever in an import whose end came in a packet of its own.
    pending = before
    for block in file:
        if len(pending) < _SMALL:
            pending += block
        else:
            yield pending
            pending = block
    yield pending + after


def part_header(text: str, what: str) -> str:
    """Check a value for the header of a part, which must not end its line or its quotes.

    Raises:
        ValueError: It holds line breaks, quotes, or characters that a header cannot hold.
    """
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a string, not {type(text).__name__}")
    quoted = what != "content_type"
    if not text.isprintable() or text != text.strip() or (quoted and '"' in text) or not (quoted or text.isascii()):
        raise ValueError(f"{what} must not hold line breaks or other characters that a header cannot hold: {text[:80]!r}")
    return text


def form_fields(fields: JSONMapping, filename: str | None = None) -> list[tuple[str, str]]:
    """Return values as the strings of a form.

    Args:
        fields: The fields; lists and mappings become JSON.
        filename: The file's name, which gets a field of its own where the header of the part could not hold it exactly.

    Raises:
        ValueError: The server would take a string for null or a boolean.

    Example:
        >>> form_fields({"title": "Hello", "tags": ["a", "b"], "folder": None}, filename='a "b".txt')
        [('filename_download', 'a "b".txt'), ('title', 'Hello'), ('tags', '["a","b"]'), ('folder', 'null')]
    """
    pairs = []
    if filename is not None and not _PLAIN.match(filename) and "filename_download" not in fields:
        pairs.append(("filename_download", filename))
    for name, value in fields.items():
        if isinstance(value, str) and value in _COERCED:
            raise ValueError(
                f"the server takes the string {value!r} of {name} for a {'null' if value == 'null' else 'boolean'} in an "
                "upload: upload without it and set it with update_one() then"
            )
        pairs.append((name, field_text(value)))
    return pairs


def field_text(value: object) -> str:
    """Return a value as a string of a form: JSON, without the quotes that a date or a UUID would have.

    Raises:
        ValueError: A string cannot be encoded as UTF-8.
    """
    if isinstance(value, str):
        return _sendable(value)
    text = to_text(value)
    return text[1:-1] if text.startswith('"') else text


def _sendable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # Python reads names on the disk so that are not valid UTF-8.
        raise ValueError(f"{text!r} is not valid UTF-8 and cannot be sent; for the name of a file pass filename=...") from None
    return text
