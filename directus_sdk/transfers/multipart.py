"""The body of an upload: a form whose fields come before its file, read in blocks and never held as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import uuid4

from directus_sdk.json_types import JSONMapping
from directus_sdk.transfers.sources import Source, WindowBody
from directus_sdk.wire.encoding import to_text

# Names that survive the header of a part as they are on every server; others go into a field of their own too.
_PLAIN = re.compile(r"[A-Za-z0-9 ._()+\[\],@=~!-]+\Z")
_NOT_IN_HEADER = re.compile(r"[\x00-\x1f\x7f\"\\/]")

#: Blocks below this size, in bytes, do not go out alone.
_SMALL = 64 * 1024

#: Texts that the server takes for null, true and false.
_COERCED = frozenset({"null", "true", "false"})


class Form:
    """A form with one file; calling it opens the body anew, so that a retry sends the whole file again.

    Args:
        fields: The fields before the file; see `form_fields`.
        source: The content of the file.
        filename: Its name.
        content_type: Its type.
        on_read: Told how many bytes of the file were read.
    """

    def __init__(
        self,
        fields: Iterable[tuple[str, str]],
        source: Source,
        filename: str,
        content_type: str,
        on_read: Callable[[int], None] | None = None,
    ) -> None:
        self._fields = [(part_header(name, "the name of a field"), text) for name, text in fields]
        self._source = source
        self._filename = _sendable(filename)
        self._type = part_header(content_type, "content_type")
        self._on_read = on_read
        self._boundary = uuid4().hex
        self.headers = {"Content-Type": f"multipart/form-data; boundary={self._boundary}"}

    def __call__(self) -> FormBody:
        """Open the body."""
        from requests_toolbelt import MultipartEncoder

        # The encoder would copy the file's blocks twice more; so it encodes an empty file, and the blocks go in between.
        part = (_NOT_IN_HEADER.sub("_", self._filename), b"", self._type)
        frame = MultipartEncoder([*self._fields, ("file", part)], boundary=self._boundary).read()
        end = len(frame) - len(f"\r\n--{self._boundary}--\r\n")
        return FormBody(frame[:end], WindowBody(self._source.window(on_read=self._on_read)), frame[end:])


class FormBody:
    """The body for one try."""

    def __init__(self, before: bytes, file: WindowBody, after: bytes) -> None:
        self._before = before
        self._file = file
        self._after = after
        self.length = len(before) + file.length + len(after)

    def __iter__(self) -> Iterator[bytes]:
        # The frame goes out with the first block and with the last, so that a small file is one packet: servers that are
        # busy have been seen to hang for ever in an import whose end came in a packet of its own.
        held = self._before
        for block in self._file:
            if len(held) < _SMALL:
                held += block
            else:
                yield held
                held = block
        yield held + self._after


def part_header(text: str, what: str) -> str:
    """Return what stands in the header of a part, from which nothing can break out.

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
    """Turn values into the texts of a form.

    Args:
        fields: The fields; lists and mappings become JSON.
        filename: The file's name, which gets a field of its own where the header of the part could not hold it exactly.

    Raises:
        ValueError: A text is one that the server would take for something else.

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
                f"the server takes the text {value!r} of {name} for a {'null' if value == 'null' else 'boolean'} in an "
                "upload: upload without it and set it with update_one() then"
            )
        pairs.append((name, field_text(value)))
    return pairs


def field_text(value: Any) -> str:
    """Return the text of a value in a form: JSON, without the quotes that a date or a UUID would have.

    Raises:
        ValueError: A text has characters that UTF-8 has not.
    """
    if isinstance(value, str):
        return _sendable(value)
    text = to_text(value)
    return text[1:-1] if text.startswith('"') else text


def _sendable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # What Python makes of a name on the disk that is not valid UTF-8.
        raise ValueError(f"{text!r} is no valid UTF-8 and cannot be sent; for the name of a file pass filename=...") from None
    return text
