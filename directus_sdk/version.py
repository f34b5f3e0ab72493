"""The version of this package, read by setup.cfg as well."""

from __future__ import annotations

__version__ = "0.1.0"
