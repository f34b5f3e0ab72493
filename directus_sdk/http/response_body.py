"""The body of a response: read from the connection, decompressed, checked to be complete and not larger than the maximum."""

from __future__ import annotations

import http.client
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from directus_sdk.http.final_response import FinalResponse
from directus_sdk.wire.messages import BLOCK

if TYPE_CHECKING:
    from requests import Response
    from urllib3 import HTTPResponse

#: Up to this size, in bytes, a body of known length is read at once.
_AT_ONCE = 16 * 1024 * 1024


class TooLarge(Exception):
    """The body is larger than the maximum.

    Args:
        limit: The maximum size in bytes.
        status: The status of the response.
    """

    def __init__(self, limit: int, status: int) -> None:
        super().__init__(limit, status)
        self.limit = limit
        self.status = status


class Broken(http.client.HTTPException):
    """The body is not complete, or cannot be decoded."""


def on_the_wire(response: Response) -> bool:
    """Tell whether a response came over one of our connections, and not from a tool that made it up."""
    return isinstance(getattr(response.raw, "_original_response", None), FinalResponse)


def _is_unread(response: Response) -> bool:
    """Tell whether the body has to be read from one of our connections; a hook may have done so."""
    return on_the_wire(response) and not isinstance(getattr(response, "_content", False), bytes)


def read(response: Response, limit: int | None) -> bytes:
    """Return the whole body, and give the connection back.

    Args:
        response: A response of requests.
        limit: The maximum size in bytes after decoding.

    Raises:
        TooLarge: It is larger.
        Broken: It is not complete.
    """
    try:
        content = _whole(response, limit)
    except BaseException:
        response.close()
        raise
    if on_the_wire(response):
        response.raw.release_conn()
        if not content:
            _check_headers_complete(response)
    # For tools that look at it later.
    vars(response).update(_content=content, _content_consumed=True)
    return content


def _whole(response: Response, limit: int | None) -> bytes:
    length = response.raw.length_remaining if _is_unread(response) else None
    if length is not None and not _codings(response.raw):
        if limit is not None and length > limit:
            raise TooLarge(limit, response.status_code)
        if length <= _AT_ONCE:
            content: bytes = response.raw.read(decode_content=False)
            return content
    parts, size = [], 0
    for block in blocks(response, BLOCK):
        size += len(block)
        if limit is not None and size > limit:
            raise TooLarge(limit, response.status_code)
        parts.append(block)
    return b"".join(parts)


def blocks(response: Response, size: int) -> Iterator[bytes]:
    """Yield the body as it arrives, in blocks of at most `size` bytes; waiting for full ones would keep the server waiting.

    Raises:
        Broken: It is not complete.
    """
    if not _is_unread(response):
        yield from _made_up(response, size)
        return
    empty = True
    content = _as_it_arrives(response.raw, size)
    for decode in reversed(_codings(response.raw)):
        content = decode(content, size)
    for block in content:
        empty = False
        yield block
    if empty:
        _check_headers_complete(response)


def _made_up(response: Response, size: int) -> Iterator[bytes]:
    """Yield the body of a response that a tool made, by the interface of requests."""
    content = getattr(response, "_content", False)
    if isinstance(content, bytes):
        yield from (content[start : start + size] for start in range(0, len(content), size))
    elif getattr(response.request, "method", None) != "HEAD":
        yield from filter(None, response.iter_content(size))


def _as_it_arrives(raw: HTTPResponse, size: int) -> Iterator[bytes]:
    # Older versions of urllib3 have no read1.
    fetch = getattr(raw, "read1", raw.read)
    while block := fetch(size, decode_content=False):
        yield block


def _check_headers_complete(response: Response) -> None:
    """Refuse a response whose headers were cut off, which http.client takes for one without a body."""
    none = response.request.method == "HEAD" or response.status_code in (204, 304)
    if none or has_end(response) or response.raw.version < 11 or "close" in response.raw.headers.get("Connection", "").lower():
        return
    raise ConnectionResetError("connection closed before the response headers were complete")


def has_end(response: Response) -> bool:
    """Tell whether a response says where it ends; one without a length ends where it is cut."""
    return not on_the_wire(response) or response.raw.length_remaining is not None or bool(response.raw.chunked)


# ---------------------------------------------------------------------- codings

Decoder = Callable[[Iterator[bytes], int], Iterator[bytes]]


def _codings(raw: HTTPResponse) -> list[Decoder]:
    """Return the decoders of a body, in the order in which it was encoded; none where a coding is unknown.

    Raises:
        Broken: A package is missing that decodes it, so that it would pass for the content.
    """
    header = raw.headers.get("Content-Encoding")
    if not header or raw.length_remaining == 0:
        return []
    names = [name.strip().lower() for name in header.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > 5:
        raise Broken(f"it is encoded {len(names)} times")
    decoders = []
    for name in names:
        decoder = _DECODERS.get(name, lambda: None)()
        if decoder is None:
            if name in _PACKAGES and raw.status < 300:
                raise Broken(f"it is encoded with {name} without being asked to: pip install {_PACKAGES[name]}")
            return []
        decoders.append(decoder)
    return decoders


def _gunzipped(content: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Decode gzip: one member or more; bytes behind them are ignored, as other programs do."""
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
        raise Broken("the gzip content is not complete")


def _deflated(content: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Decode deflate, with the zlib header that belongs to it or without."""
    begins = b""
    for block in content:
        begins += block
        if len(begins) > 1:
            with_header = begins[0] & 15 == 8 and int.from_bytes(begins[:2], "big") % 31 == 0
            yield from _inflated(zlib.decompressobj(15 if with_header else -15), begins, content, size)
            for _ in content:
                pass
            return
    if begins:
        raise Broken("the deflate content is not complete")


def _inflated(inflate: zlib._Decompress, data: bytes, content: Iterator[bytes], size: int) -> Generator[bytes, None, bytes]:
    """Yield the content of one zlib stream, which begins with `data`; return what follows it."""
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


def _first_of(*names: str) -> ModuleType | None:
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

#: The packages that decode what Python itself cannot decode.
_PACKAGES = {"br": "brotli", "zstd": "backports.zstd"}
