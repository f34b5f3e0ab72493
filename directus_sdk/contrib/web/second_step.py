"""A sign-in in two steps: the password is right, and the one-time password is missing.

Directus needs both in one request. Between the steps, the password is split into two halves: one is in the framework's
session, the other one in the form. Each alone is random (a one-time pad).
"""

from __future__ import annotations

import secrets
import time
from typing import Final

#: How many seconds the second step may take.
SECONDS: Final = 300


def split(email: str, password: str) -> tuple[list[object], str]:
    """Return what the session keeps, a list that JSON can hold, and the half in the form.

    Example:
        >>> kept, half = split("ada@example.com", "correct horse")
        >>> joined(kept, half)
        ('ada@example.com', 'correct horse')
        >>> joined(kept, split("ada@example.com", "other")[1]) is None
        True
    """
    secret = password.encode()
    pad = secrets.token_bytes(len(secret))
    return [email, _xor(secret, pad).hex(), time.time() + SECONDS], pad.hex()


def joined(kept: object, half: str) -> tuple[str, str] | None:
    """Return the email address and the password; ``None`` where the halves do not belong together, or are too old."""
    match kept:
        case [str(email), str(other), int() | float() as until] if half and until > time.time():
            try:
                return email, _xor(bytes.fromhex(other), bytes.fromhex(half)).decode()
            except ValueError:
                return None
    return None


def _xor(one: bytes, two: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, two, strict=True))
