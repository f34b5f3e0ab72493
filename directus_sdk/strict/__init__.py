"""Checks of queries and writes against the schema, before anything is sent: ``Directus(url, strict=True)``."""

from __future__ import annotations

from directus_sdk.strict.checks import StrictChecks

__all__ = ["StrictChecks"]
