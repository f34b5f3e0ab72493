"""Request bodies: what ``request(data=...)`` accepts, and bodies that are sent in blocks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from directus_sdk.errors import DirectusError

_REFUSAL = "data must hold blocks of bytes, not of type {}; to send JSON pass json="


class SourceError(Exception):
    """A body could not be read, such as a file or a user's iterable; the pipeline raises its cause instead.

    It is not an ``OSError``, so that the transport does not take it for a network error.
    """


def failed_to_read(error: Exception) -> bool:
    """Tell whether an error that the pipeline raised is one of the body's source, and not of the request."""
    return isinstance(error.__context__, SourceError)


class SizedBody:
    """A body in blocks whose length is known.

    Attributes:
        length: The length in bytes.
    """

    def __init__(self, length: int, opener: Callable[[], Iterator[bytes]]) -> None:
        self.length = length
        self._open = opener

    def __iter__(self) -> Iterator[bytes]:
        return self._open()


def source_blocks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield blocks of content to send.

    Raises:
        SourceError: They cannot be read.
    """
    try:
        yield from blocks
    except (OSError, EOFError, ValueError, DirectusError) as error:
        raise SourceError(str(error)) from error


def raw_body(data: Any, headers: dict[str, str]) -> tuple[bytes | Callable[[], Iterator[bytes]] | None, bool]:
    """Return a body that the user has encoded, and whether it can be sent more than once.

    Args:
        data: Bytes, a string, a file object, or an iterable of bytes.
        headers: Gets the content type of bytes and strings where it is missing.

    Raises:
        TypeError: It is something else.
        ValueError: It is a file object at its end.
    """
    if data is None:
        return None, True
    if isinstance(data, Mapping):
        raise TypeError("data must be bytes, a string or an iterable of bytes, not a mapping; to send it as JSON pass json=")
    if isinstance(data, (str, bytes, bytearray, memoryview)):
        body = data.encode() if isinstance(data, str) else bytes(data)
        if body and not any(name.lower() == "content-type" for name in headers):
            is_json = isinstance(data, str) or _is_json(body)
            headers["Content-Type"] = "application/json" if is_json else "application/octet-stream"
        return body, True
    from directus_sdk.local import file_objects  # most calls do not need it

    file_objects.refuse_awaitable(data)
    if not isinstance(data, Iterable):
        raise TypeError(f"data must be bytes, a string or an iterable of bytes, not {type(data).__name__}")
    file_objects.refuse_blocks(data)
    as_bytes = partial(file_objects.as_bytes, refusal=_REFUSAL)
    source: Any = data
    if callable(getattr(source, "read", None)):
        file_objects.refuse_unreadable(source)
        file_objects.refuse_text(source, file_objects.position(source))
        file_objects.refuse_if_spent(source)
        # The blocks of its iterator are lines: thousands of small ones, or the whole file in one.
        return (lambda: source_blocks(map(as_bytes, file_objects.read_blocks(source)))), False
    if isinstance(source, (list, tuple)):
        source = list(map(as_bytes, source))  # now, before anything is sent
    # An iterator can be read once; a list of blocks any number of times.
    return (lambda: source_blocks(map(as_bytes, source))), iter(source) is not source


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body.decode())
    except (ValueError, RecursionError):
        return False
    return True
