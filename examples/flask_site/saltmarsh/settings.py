"""The settings. Without the environment of `make example-flask` they are those of a deployment with HTTPS."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from dogpile.cache import make_region

DATA = Path(os.environ.get("SITE_DATA", Path(__file__).parent.parent / "data"))
DATA.mkdir(exist_ok=True)
SECRET_KEY = os.environ.get("SECRET_KEY") or secrets.token_urlsafe(50)
SESSION_COOKIE_SECURE = os.environ.get("SITE_URL", "https:").startswith("https:")
MAX_CONTENT_LENGTH = 10_000_000

# The two worker processes share a file; a site on several machines would name Redis here.
CACHE = make_region().configure("dogpile.cache.dbm", arguments={"filename": str(DATA / "cache.dbm")})

DIRECTUS_URL = os.environ.get("DIRECTUS_URL", "http://127.0.0.1:8055")
DIRECTUS_MODE = os.environ.get("DIRECTUS_MODE", "json")
DIRECTUS_CACHE = None if os.environ.get("SITE_CACHE") == "off" else CACHE
DIRECTUS_SESSIONS = DATA / "sessions"
DIRECTUS_PROVIDERS = os.environ.get("SSO_PROVIDERS", "").split()
DIRECTUS_WEBHOOK_SECRET = os.environ.get("WEBHOOK_SECRET")
