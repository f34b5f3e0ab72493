"""What the frameworks themselves keep of their visitors: Django's table of sessions, and users."""

from __future__ import annotations

import base64
import sqlite3
import zlib
from collections.abc import Iterator

from examples.magazine.start import Site


def dumps(site: Site) -> Iterator[str]:
    """Yield all rows of the site's database, its sessions decoded."""
    path = site.folder / "db.sqlite3"
    if not path.exists():  # Flask keeps its session in the cookie
        return
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for row in database.execute(f'SELECT * FROM "{table}"'):
            yield f"{table}: {row}"
    for (data,) in database.execute("SELECT session_data FROM django_session"):
        yield decoded(data)
    database.close()


def decoded(signed: str) -> str:
    """Return what a signed value of Django or Flask contains."""
    content = signed.lstrip(".").split(":")[0] if ":" in signed else signed.lstrip(".").split(".")[0]
    raw = base64.urlsafe_b64decode(content + "=" * (-len(content) % 4))
    return (zlib.decompress(raw) if signed.startswith(".") else raw).decode()
