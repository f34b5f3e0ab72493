"""Content types of files, guessed from the name and the first bytes."""

from __future__ import annotations

import mimetypes
from pathlib import PurePath

#: The type of unknown content.
UNKNOWN = "application/octet-stream"

# Types that are missing in Python's table of some version; the system's tables are not used, so that a type does not depend
# on the machine.
_TYPES = {
    ".avif": "image/avif",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".flac": "audio/flac",
    ".geojson": "application/geo+json",
    ".heic": "image/heic",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".m4v": "video/x-m4v",
    ".md": "text/markdown",
    ".mkv": "video/x-matroska",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".parquet": "application/vnd.apache.parquet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".zip": "application/zip",
}
_PACKED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz", "br": "application/x-brotli"}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)


def guess_type(name: str | None, head: bytes = b"") -> str:
    """Return the content type of a file.

    Args:
        name: Its name; the extension decides.
        head: Its first 16 bytes, which decide where the extension says nothing.

    Example:
        >>> guess_type("photo.JPG"), guess_type("data.tar.gz"), guess_type("README")
        ('image/jpeg', 'application/gzip', 'application/octet-stream')
    """
    if name:
        suffix = PurePath(name).suffix.lower()
        if suffix in _TYPES:
            return _TYPES[suffix]
        # A name is not a URL: "a?b#c.png" and "data:x" would mislead guess_type().
        kind, packed = mimetypes.MimeTypes().guess_type("file" + "".join(PurePath(name).suffixes[-2:]).lower(), strict=False)
        if packed:
            return _PACKED.get(packed, UNKNOWN)
        if kind:
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for start, kind in _MAGIC if head.startswith(start)), UNKNOWN)
