"""The extensions."""

from __future__ import annotations

from directus_sdk.contrib.flask import DirectusExtension

directus = DirectusExtension()
