"""Bodies that a user has made: what ``request(data=...)`` takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

#: The size of the blocks in which a file object is read, in bytes.
_BLOCK = 256 * 1024


class SourceError(Exception):
    """Reading a body failed, such as a file or a user's iterable; the pipeline raises its cause instead.

    It is not an ``OSError``, so that the transport does not take it for a network error.
    """


def failed_to_read(error: Exception) -> bool:
    """Tell whether an error that the pipeline raised is one of the body's source, and not of the request."""
    return isinstance(error.__context__, SourceError)


def raw_body(data: Any, headers: dict[str, str]) -> tuple[bytes | Callable[[], Iterator[bytes]] | None, bool]:
    """Return a body that is ready, and whether it can be sent more than once; `headers` gets the type that is missing.

    Raises:
        TypeError: It is no bytes, text or iterable of bytes.
        ValueError: It is a file object that stands at its end.
    """
    if data is None:
        return None, True
    if isinstance(data, Mapping):
        raise TypeError("data must be bytes, text or an iterable of bytes, not a mapping; to send it as JSON pass json=")
    if isinstance(data, (str, bytes, bytearray, memoryview)):
        body = data.encode() if isinstance(data, str) else bytes(data)
        if body and not any(name.lower() == "content-type" for name in headers):
            is_json = isinstance(data, str) or _is_json(body)
            headers["Content-Type"] = "application/json" if is_json else "application/octet-stream"
        return body, True
    from directus_sdk.local import file_objects  # what most calls can do without

    file_objects.refuse_awaitable(data)
    if not isinstance(data, Iterable):
        raise TypeError(f"data must be bytes, text or an iterable of bytes, not {type(data).__name__}")
    file_objects.refuse_blocks(data)
    if callable(getattr(data, "read", None)):
        file_objects.refuse_unreadable(data)
        file_objects.refuse_text(data, file_objects.position(data))
        file_objects.refuse_if_spent(data)
        # Its own blocks are lines: thousands of small ones, or the whole file in one.
        reader: Any = data
        return (lambda: _blocks(iter(lambda: reader.read(_BLOCK), b""))), False
    if isinstance(data, (list, tuple)):
        data = [_block(block) for block in data]  # now, before anything is sent
    source: Iterable[Any] = data
    # What is an iterator can be read once; a list of blocks any number of times.
    return (lambda: _blocks(source)), iter(source) is not source


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body.decode())
    except (ValueError, RecursionError):
        return False
    return True


def _blocks(source: Iterable[Any]) -> Iterator[bytes]:
    try:
        for block in source:
            yield _block(block)
    except OSError as error:
        raise SourceError(str(error)) from error


def _block(block: object) -> bytes:
    if isinstance(block, bytes):
        return block
    if isinstance(block, (bytearray, memoryview)):
        return bytes(block)
    raise TypeError(f"data must hold blocks of bytes, not of type {type(block).__name__}; to send JSON pass json=")
