"""Each module is a command."""

from __future__ import annotations
