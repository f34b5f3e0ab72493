"""The content of a response: read from the connection, decoded, whole, and no larger than it may be."""

from __future__ import annotations

import http.client
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

from directus_sdk.http.final_response import FinalResponse
from directus_sdk.wire.messages import BLOCK

#: Up to this size, in bytes, a content of known length is read at once.
_AT_ONCE = 16 * 1024 * 1024


class TooLarge(Exception):
    """The content is larger than it may be.

    Args:
        limit: The most bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class Broken(http.client.HTTPException):
    """The content does not end where it should, or cannot be decoded."""


def on_the_wire(answer: Any) -> bool:
    """Tell whether a response came over one of our connections, and not from a tool that plays it."""
    return isinstance(getattr(answer.raw, "_original_response", None), FinalResponse)


def read(answer: Any, limit: int | None) -> bytes:
    """Return the whole content, and give the connection back.

    Args:
        answer: A response of requests.
        limit: The most bytes that it may have once it is decoded.

    Raises:
        TooLarge: It has more.
        Broken: It is not whole.
    """
    try:
        content = _whole(answer, limit)
    except BaseException:
        answer.close()
        raise
    if on_the_wire(answer):
        answer.raw.release_conn()
        if not content:
            _check_head(answer)
    # For the tools that look at it later.
    answer._content, answer._content_consumed = content, True
    return content


def _whole(answer: Any, limit: int | None) -> bytes:
    length = answer.raw.length_remaining if on_the_wire(answer) else None
    if length is not None and not _codings(answer.raw):
        if limit is not None and length > limit:
            raise TooLarge(limit)
        if length <= _AT_ONCE:
            content: bytes = answer.raw.read(decode_content=False)
            return content
    parts, size = [], 0
    for block in blocks(answer, BLOCK):
        size += len(block)
        if limit is not None and size > limit:
            raise TooLarge(limit)
        parts.append(block)
    return b"".join(parts)


def blocks(answer: Any, size: int) -> Iterator[bytes]:
    """Yield the content as it comes, in blocks of at most `size` bytes; waiting for whole ones would let the server wait.

    Raises:
        Broken: It is not whole.
    """
    if not on_the_wire(answer):
        yield from _played(answer, size)
        return
    empty = True
    content = _as_it_comes(answer.raw, size)
    for decode in reversed(_codings(answer.raw)):
        content = decode(content, size)
    for block in content:
        empty = False
        yield block
    if empty:
        _check_head(answer)


def _played(answer: Any, size: int) -> Iterator[bytes]:
    """Yield the content of a response that a tool made, by what responses of requests promise."""
    held = getattr(answer, "_content", False)
    if isinstance(held, bytes):
        yield from (held[start : start + size] for start in range(0, len(held), size))
    elif getattr(answer.request, "method", None) != "HEAD":
        yield from filter(None, answer.iter_content(size))


def _as_it_comes(raw: Any, size: int) -> Iterator[bytes]:
    # Older versions of urllib3 have no read1.
    fetch = getattr(raw, "read1", raw.read)
    while block := fetch(size, decode_content=False):
        yield block


def _check_head(answer: Any) -> None:
    """Refuse a response that ended within its head, which http.client takes for an empty one."""
    none = answer.request.method == "HEAD" or answer.status_code in (204, 304)
    if none or has_end(answer) or answer.raw.version < 11 or "close" in answer.raw.headers.get("Connection", "").lower():
        return
    raise ConnectionResetError("the response ended within its head")


def has_end(answer: Any) -> bool:
    """Tell whether a response says where it ends; one without a length ends where it is cut."""
    return not on_the_wire(answer) or answer.raw.length_remaining is not None or bool(answer.raw.chunked)


# ---------------------------------------------------------------------- codings

Decoder = Callable[[Iterator[bytes], int], Iterator[bytes]]


def _codings(raw: Any) -> list[Decoder]:
    """Return what decodes a content, in the order in which it was encoded; nothing where a coding is not known."""
    header = raw.headers.get("Content-Encoding")
    if not header:
        return []
    names = [name.strip().lower() for name in header.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > 5:
        raise Broken(f"it is encoded {len(names)} times")
    found = [_DECODERS[name]() for name in names if name in _DECODERS]
    known = [decoder for decoder in found if decoder is not None]
    return known if len(known) == len(names) else []


def _gunzipped(content: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Decode gzip: one member or more, and what stands behind them is left out, as other programs do."""
    rest = b""
    begun = False
    for block in content:
        rest += block
        while len(rest) > 1 and (not begun or rest[:2] == b"\x1f\x8b"):
            begun = True
            rest = yield from _inflated(zlib.decompressobj(31), rest, content, size)
        if begun and len(rest) > 1:
            for _ in content:  # read to its end, so that the connection can be used again
                pass
            return
    if rest and not begun:
        raise Broken("the gzip content is not whole")


def _deflated(content: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Decode deflate, with the head of zlib that belongs to it or without."""
    begins = b""
    for block in content:
        begins += block
        if len(begins) > 1:
            with_head = begins[0] & 15 == 8 and int.from_bytes(begins[:2], "big") % 31 == 0
            yield from _inflated(zlib.decompressobj(15 if with_head else -15), begins, content, size)
            for _ in content:
                pass
            return
    if begins:
        raise Broken("the deflate content is not whole")


def _inflated(inflate: Any, data: bytes, content: Iterator[bytes], size: int) -> Any:
    """Yield what one stream of zlib holds, which begins with `data`; return what stands behind it."""
    while True:
        try:
            part = inflate.decompress(data, size)
        except zlib.error as error:
            raise Broken(f"the content cannot be decoded: {error}") from None
        if part:
            yield part
        if inflate.eof:
            return inflate.unused_data
        data = inflate.unconsumed_tail
        if not data and len(part) < size:
            more = next(content, None)
            if more is None:
                raise Broken("the compressed content ends in the middle")
            data = more


def _first_of(*names: str) -> Any:
    for name in names:
        with suppress(ImportError):
            return import_module(name)
    return None


def _brotli() -> Decoder | None:
    brotli = _first_of("brotlicffi", "brotli")
    if brotli is None:
        return None

    def decode(content: Iterator[bytes], size: int) -> Iterator[bytes]:
        decoder = brotli.Decompressor()
        feed = getattr(decoder, "process", None) or decoder.decompress
        bound = {"output_buffer_limit": size} if hasattr(decoder, "can_accept_more_data") else {}
        empty = True
        try:
            for block in content:
                empty = False
                part = feed(block, **bound)
                while part:
                    yield part
                    part = feed(b"", **bound) if bound else b""
        except brotli.error as error:
            raise Broken(f"the content cannot be decoded: {error}") from None
        if not empty and not decoder.is_finished():
            raise Broken("the compressed content ends in the middle")

    return decode


def _zstd() -> Decoder | None:
    zstd = _first_of("compression.zstd", "backports.zstd")  # the former from Python 3.14 on
    if zstd is None:
        return None

    def decode(content: Iterator[bytes], size: int) -> Iterator[bytes]:
        decoder: Any = None
        try:
            for block in content:
                data = block
                while data or (decoder is not None and not decoder.eof and not decoder.needs_input):
                    if decoder is None or decoder.eof:
                        decoder = zstd.ZstdDecompressor()
                    part = decoder.decompress(data, max_length=size)
                    if part:
                        yield part
                    data = decoder.unused_data if decoder.eof else b""
        except zstd.ZstdError as error:
            raise Broken(f"the content cannot be decoded: {error}") from None
        if decoder is not None and not decoder.eof:
            raise Broken("the compressed content ends in the middle")

    return decode


_DECODERS: dict[str, Callable[[], Decoder | None]] = {
    "gzip": lambda: _gunzipped,
    "x-gzip": lambda: _gunzipped,
    "deflate": lambda: _deflated,
    "br": _brotli,
    "zstd": _zstd,
}
