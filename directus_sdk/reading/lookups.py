"""Finding the items that a call is about: by a list of keys, or by the values of a field.

What is found decides what is written, so nothing of it comes from a cache (see `directus_sdk.calls.uncached`), and a value
is found whatever it says. A server reads some strings in a filter as something else; it takes keys of a SEARCH as they are, and
items with such a value are found by its first letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.calls.server_limits import MAX_KEYS
from directus_sdk.errors import APIError, Forbidden, InvalidQuery, PayloadTooLarge, ServerError
from directus_sdk.http.responses import Answer
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading import paging
from directus_sdk.reading.paging import Rows
from directus_sdk.reading.truncation import Watch
from directus_sdk.wire.encoding import loads, to_text
from directus_sdk.wire.keys import UUID_TEXT, Keys, key_text
from directus_sdk.wire.query import encode
from directus_sdk.wire.urls import LONG_URL, Key, segment

#: What a server reads as nothing, as a truth value, a moment or a user, wherever it stands in a filter.
_WORD = re.compile(r"(true|false|null|NULL|\$(NOW|CURRENT_).*)\Z", re.DOTALL)
#: So many letters of such a word are none themselves.
_BEGINNING = 3

_WHOLE = re.compile(r"\s*[+-]?\d+\s*")
#: How a filter by a key of another type is refused.
_OTHER_TYPE = re.compile("numeric value|invalid input syntax", re.IGNORECASE)

#: System collections of which a SEARCH takes no keys, on servers of all versions: it returns the first items there are.
KEYS_IGNORED = frozenset(
    {"/dashboards", "/flows", "/operations", "/panels", "/revisions", "/roles", "/shares", "/users", "/webhooks"}
)


def is_word(value: object) -> bool:
    """Tell whether a server reads a string in a filter as something else.

    Example:
        >>> is_word("null"), is_word("$NOW(-1 day)"), is_word("Null"), is_word(None)
        (True, True, False, False)
    """
    return isinstance(value, str) and _WORD.match(value) is not None


def like(value: str) -> JSONObject:
    """Return a condition that a string meets; where a server reads it as something else, others of its beginning do too.

    Example:
        >>> like("draft"), like("null")
        ({'_eq': 'draft'}, {'_starts_with': 'nul'})
    """
    return {"_starts_with": value[:_BEGINNING]} if is_word(value) else {"_eq": value}


def read_one(pipeline: Pipeline, path: str, key: Key, query: JSONMapping) -> Answer:
    """Read one item; by a SEARCH for its key where the query is too long for an address.

    Args:
        pipeline: Sends the call.
        path: The path of the items.
        key: The key of the item.
        query: What to read of it.
    """
    address = f"{path}/{segment(key)}"
    if query and path not in KEYS_IGNORED and pipeline.is_long(address, encode(query)):
        answer = pipeline.search(path, {**query, "limit": 1}, keys=Keys([key]).unique())
        if answer.data and isinstance(answer.data, list):
            return attrs.evolve(answer, data=answer.data[0])
        query = {}  # this says in the server's words that there is no such item
    return pipeline.call("GET", address, query=query)


@attrs.frozen
class Lookup:
    """Finds items of one collection.

    Attributes:
        pipeline: Sends the calls.
        path: The path of the items.
        primary_key: The name of the primary key.
        rows: Takes the rows out of an answer's data.
        watch: Looks for cut lists in the items, where they are shown to a user.
    """

    pipeline: Pipeline
    path: str
    primary_key: str
    rows: Callable[[Any], Rows]
    watch: Watch | None = None

    def read(self, query: JSONMapping, *, narrow: bool = False) -> Rows:
        """Read rows of a query, with SEARCH unless it is known to be refused."""
        send = uncached.get if narrow else uncached.read
        return self._rows(query, lambda wire: send(self.pipeline, self.path, wire))

    def _rows(self, query: JSONMapping, send: Callable[[JSONMapping], Answer]) -> Rows:
        return self.rows((send(query) if self.watch is None else self.watch.read(query, send)).data)

    def by_keys(self, keys: Sequence[Key], query: JSONMapping) -> Rows:
        """Read the items of a list of keys, in any order; what is not there is left out.

        Args:
            keys: The keys, each once.
            query: What to read of the items; a filter in it holds too.
        """
        if self.path in KEYS_IGNORED:
            # A key of another type would be refused together with the others, and SQLite compares letters.
            if self.path in ("/revisions", "/webhooks"):
                values: list[Any] = [int(key) for key in keys if _WHOLE.fullmatch(str(key))]
            else:
                values = [form for key in map(str, keys) if UUID_TEXT.fullmatch(key) for form in {key, key.lower()}]
            return self.by_values(self.primary_key, values, query)
        found: Rows = []
        try:
            self._parts(keys, lambda part: self._search(part, query), found, room=lambda: self._room(query))
        except APIError as error:
            if not uncached.refused(error):
                raise
            return self._without_search(keys, query)
        return found

    def _without_search(self, keys: Sequence[Key], query: JSONMapping) -> Rows:
        try:
            return self.by_values(self.primary_key, keys, query, narrow=True)
        except (InvalidQuery, ServerError, ValueError) as error:
            # Of SQLite and PostgreSQL; a word is compared with a key that is no text.
            if not isinstance(error, ValueError) and not _OTHER_TYPE.search(error.message):
                raise
        for shape in (UUID_TEXT, _WHOLE):
            alike = [key for key in keys if shape.fullmatch(str(key))]
            if 0 < len(alike) < len(keys):
                try:
                    return self.by_values(self.primary_key, alike, query, narrow=True)
                except (InvalidQuery, ServerError) as error:
                    if not _OTHER_TYPE.search(error.message):
                        raise
        return []

    def _search(self, keys: Sequence[Key], query: JSONMapping) -> Rows:
        # Each call says how many items it wants, since a server cuts what it was not asked for.
        def send(part: Sequence[Key]) -> Rows:
            def call(wire: JSONMapping) -> Answer:
                return self.pipeline.search(self.path, {**wire, "limit": len(part)}, keys=list(part))

            return self._rows(query, call)

        try:
            return send(keys)
        except Forbidden as error:
            if uncached.refused(error) or f'"{self.primary_key}"' in error._said():  # the key itself may not be read
                raise
        # A server refuses them all if one is not of the key's type, which is a UUID or a number then. Or all of it may not
        # be read, which the next call says.
        self.read({**query, "limit": 0})
        for shape in (UUID_TEXT, _WHOLE):
            alike = [key for key in keys if shape.fullmatch(str(key))]
            if 0 < len(alike) < len(keys):
                try:
                    return send(alike)
                except Forbidden:
                    continue
        return []

    def by_values(self, field: str, values: Sequence[Any], query: JSONMapping, *, narrow: bool = False) -> Rows:
        """Read the items that have one of some values in a field.

        A value that two items have is seen in the result, if it should be unique: one item more than values is asked for.

        Args:
            field: The field.
            values: What it may hold.
            query: What to read of the items, their primary key and the field among it; a filter in it holds too.
            narrow: Whether SEARCH is known to be refused, so that each call has to fit into an address.

        Raises:
            ValueError: The field holds no text, and a value is a string that the server reads as something else.
        """
        sent = [value if type(value) in (str, int) else loads(to_text(value)) for value in values]
        plain = [value for value in sent if not is_word(value)]
        words = {value for value in sent if is_word(value)}
        found: Rows = []

        def read(wire: JSONMapping) -> Rows:
            return self.read(wire, narrow=narrow)

        def send(part: Sequence[Any]) -> Rows:
            # Fields such as those of truth values know no list, and a server refuses to compare with an empty string.
            rule = {"_in": list(part)} if len(part) > 1 or part[0] == "" else {"_eq": part[0]}
            return read({**_also(query, {field: rule}), "limit": len(part) + 1})

        if plain:
            try:
                self._parts(plain, send, found, room=lambda: self._room(query, narrow), escaped=narrow, extra=1)
            except APIError as error:
                if narrow or not uncached.refused(error):
                    raise
                return self.by_values(field, values, query, narrow=True)
        if words:
            found += self._by_words(field, words, query, read)
        return found

    def _by_words(self, field: str, words: set[str], query: JSONMapping, read: paging.ReadPage) -> Rows:
        beginnings = sorted({word[:_BEGINNING] for word in words})
        wire = _also(query, {"_or": [{field: {"_starts_with": letters}} for letters in beginnings]})
        pages = paging.pages(read, wire, primary_key=self.primary_key, page_size=1_000, limits=self.pipeline.limits)
        try:
            return [row for rows in pages for row in rows if key_text(row.get(field)) in words]
        except InvalidQuery as error:
            if "_starts_with" not in error._said():
                raise
            raise ValueError(
                f"{field} = {min(words)!r} cannot be looked for: a server reads this string as something else, and {field} "
                "is not a field of text"
            ) from error

    def _room(self, query: JSONMapping, narrow: bool = False) -> int:
        """Return how many bytes of keys or values one call may hold."""
        size = len(to_text(query))
        # Half of an address is left for the server's name, the path and the names of the parameters.
        return max(LONG_URL // 2 - size, 600) if narrow else self.pipeline.limits.payload - size - 100

    def _parts(
        self,
        values: Sequence[Any],
        send: Callable[[Sequence[Any]], Rows],
        found: Rows,
        *,
        room: Callable[[], int],
        escaped: bool = False,
        extra: int = 0,
    ) -> None:
        """Send values in parts that the server takes."""
        limits = self.pipeline.limits
        start, most = 0, MAX_KEYS
        while start < len(values):
            size = min(most, max(limits.page - extra, 1) if limits.page else most)
            part = _fitting(values[start : start + size], room(), escaped)
            try:
                found += send(part)
            except InvalidQuery as error:
                if not limits.learn_page(error) or (limits.page or 0) >= len(part) + extra:
                    raise
                continue
            except PayloadTooLarge:
                if len(part) == 1:
                    raise
                most = len(part) // 2
                limits.payload = min(limits.payload, max(1_000, len(to_text(part).encode()) // 2))
                continue
            start += len(part)


def _also(query: JSONMapping, rule: JSONMapping) -> JSONObject:
    given = query.get("filter")
    return {**query, "filter": rule if given is None else {"_and": [given, rule]}}


def _fitting(values: Sequence[Any], room: int, escaped: bool) -> Sequence[Any]:
    """Return as many of the values, from the first, as there is room for; at least one."""
    for index, value in enumerate(values):
        text = to_text(value)
        # In an address quotes, commas and the value itself are escaped.
        room -= 3 * len(text) + 3 if escaped else len(text.encode()) + 1
        if room < 0:
            return values[: max(index, 1)]
    return values
