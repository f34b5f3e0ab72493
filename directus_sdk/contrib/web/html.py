"""Strings that are markup already, which the templates of every framework leave as they are."""

from __future__ import annotations


class Html(str):
    """Markup that is safe: it was made or sanitised here. Templates of Django and Jinja do not escape it again."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)
