"""Reading the entries of an endpoint group of version 8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, Literal, TypeVar, overload

from directus_sdk.errors import NotFound, RouteNotFound
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local import progress as local_progress
from directus_sdk.local.progress import Progress
from directus_sdk.models.codec import Codec, codec_for
from directus_sdk.reading import paging
from directus_sdk.reading.page_size import DEFAULT_PAGE_SIZE
from directus_sdk.reading.paging import ReadPage, Rows
from directus_sdk.redaction.tracebacks import guarded
from directus_sdk.results import Page
from directus_sdk.v8.filters import Filter
from directus_sdk.v8.groups import GROUPS
from directus_sdk.v8.handlers.base import Handler8, Requester8
from directus_sdk.v8.projects import project_path
from directus_sdk.v8.query import ListQuery, Names, OneQuery, Query8, normalize
from directus_sdk.v8.rows import Rows8, key_segment
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.parameters import integer
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class ReadHandler8(Handler8, Generic[T]):
    """Reads entries; the groups that the server only reads stop here.

    Args:
        directus: The client.
        model: The class of the entries; plain dicts by default.
        collection: The collection, for handlers that are not made for one.
        primary_key: The name of the primary key.
    """

    #: The endpoint group, which is its path.
    group: ClassVar[str] = "items"
    collection: str = ""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "group" in vars(cls):
            cls.collection = f"directus_{cls.group}"

    def __init__(
        self,
        directus: Requester8,
        model: type[T] | None = None,
        *,
        collection: str | None = None,
        primary_key: str | None = None,
    ) -> None:
        super().__init__(directus)
        self.collection = collection or self.collection
        path = f"/{self.group}" if collection is None else f"/{self.group}/{segment(collection, 'collection')}"
        group = GROUPS[self.group]
        self._rows = Rows8(
            directus.pipeline,
            project_path(directus.project) + path,
            self.collection,
            primary_key or group.key,
            group=group,
        )
        self._codec: Codec[T] = codec_for(self.collection, model)

    @property
    def primary_key(self) -> str:
        """The name of the primary key."""
        return self._rows.primary_key

    # ------------------------------------------------------------------ one
    def read_one(self, key: Key, query: JSONMapping | None = None, **params: Unpack[OneQuery]) -> T:
        """Read one entry.

        ``GET /{project}/{group}/{key}``.

        Args:
            key: The primary key.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read: `fields`, `lang`, `status`.

        Raises:
            NotFound: There is no such entry, or its status hides it.
            ValueError: The key is empty, or holds a comma.

        Example:
            >>> d.items("movies").read_one(1, fields=["id", "title"])
            {'id': 1, 'title': 'Dr. Strangelove'}
        """
        return self._codec.load(self._rows.item(key, normalize(query, params, OneQuery)))

    # ------------------------------------------------------------------ many
    @overload
    def read_many(
        self, keys: JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[ListQuery]
    ) -> Page[T]: ...
    @overload
    def read_many(
        self,
        keys: Sequence[Key],
        query: JSONMapping | None = None,
        *,
        missing: Literal["skip", "raise"] = "skip",
        **params: Unpack[OneQuery],
    ) -> Page[T]: ...
    def read_many(
        self,
        keys: Sequence[Key] | JSONMapping | None = None,
        query: JSONMapping | None = None,
        *,
        missing: str = "skip",
        **params: Unpack[ListQuery],
    ) -> Page[T]:
        """Read the entries of a list of keys, or the first page of a query.

        ``GET /{project}/{group}/{key},{key}`` or ``GET /{project}/{group}``; folders are read with a filter by key. The server
        leaves out keys that do not exist, and truncates long lists: keys that are missing are requested again.

        Args:
            keys: A list of keys reads all of these entries, in that order. A mapping is a query. Without it, this is the first
                page, which the server cuts at its default limit (200 at first) unless `limit` says otherwise.
            query: What to read, as a mapping, instead of keywords.
            missing: With keys: ``"skip"`` omits keys without an entry, ``"raise"`` raises an error that names them.
            **params: What to read: `filter`, `fields`, `sort`, `limit`, `offset`, `page`, `single`, `status`, `lang`, `q`,
                `groups`, `meta`; with keys `fields`, `meta`, `lang` and `status`.

        Returns:
            A list with ``.meta``.

        Raises:
            NotFound: With ``missing="raise"``, some keys have no entry; with ``single=True``, there is none.
            InvalidQuery: The server does not accept the query.

        Example:
            >>> [movie["id"] for movie in d.items("movies").read_many([3, 1], fields=["id"])]
            [3, 1]
            >>> d.items("movies").read_many(filter={"rating": {"gt": 9}}, fields=["title"])
            [{'title': '2001'}]
        """
        if keys is None or isinstance(keys, Mapping):
            if missing != "skip":
                raise TypeError("missing= goes with a list of keys")
            arguments: JSONMapping = params if query is None else {**params, "query": query}
            return self._first_page(normalize(keys, arguments))
        checked = Keys(keys)
        for key in checked:
            key_segment(key)
        one = normalize(query, params, OneQuery)
        if missing not in ("skip", "raise"):
            raise ValueError(f"missing must be 'skip' or 'raise', not {missing!r}")
        meta: JSONObject = {}
        return Page(map(self._codec.load, self._by_keys(checked, one, missing, meta)), meta)

    def read_all(
        self,
        query: JSONMapping | None = None,
        *,
        page_size: int = DEFAULT_PAGE_SIZE,
        prefetch: bool = False,
        progress: Progress = False,
        **params: Unpack[ListQuery],
    ) -> Page[T]:
        """Read every entry that matches, page by page.

        ``GET /{project}/{group}`` for each page, in the order of the primary key unless `sort` says otherwise.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: How many entries to request at once.
            prefetch: Read the next page in a thread while this one is decoded.
            progress: See `iterate`.
            **params: What to read; `limit` is the total. `page`, `offset` and `single` are a ``TypeError``.

        Returns:
            A list; its ``.meta`` is that of the first page.

        Example:
            >>> len(d.items("movies").read_all(fields=["id"], page_size=2))
            3
        """
        whole = _every_page(query, params, page_size)
        meta: JSONObject = {}

        def read(query: NormalizedQuery) -> Rows:
            rows, page_meta = self._rows.page(query.replace(meta=None) if meta else query)
            if "meta" in query and not meta:
                meta.update(page_meta or {})
            return rows

        return Page(self._entries(read, whole, page_size, prefetch, progress), meta)

    def iterate(
        self,
        query: JSONMapping | None = None,
        *,
        page_size: int = DEFAULT_PAGE_SIZE,
        prefetch: bool = False,
        progress: Progress = False,
        **params: Unpack[ListQuery],
    ) -> Iterator[T]:
        """Yield every entry that matches, with one page at a time in memory.

        ``GET /{project}/{group}`` for each page. Without `sort`, and with filters whose conditions all have to be met, the
        primary key is the cursor (keyset pagination): no duplicates and no gaps under concurrent inserts and deletes.
        Otherwise pages are counted by offset.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: How many entries to request at once.
            prefetch: Read the next page, and no more, in a thread while you work on this one.
            progress: ``True`` shows a progress bar (extra ``progress``), ``"auto"`` does so only in a terminal or a notebook;
                a logger logs lines; a function is called with the number of entries read and the total.
            **params: What to read; `limit` is the total. `page`, `offset` and `single` are a ``TypeError``.

        Example:
            >>> sorted(movie["title"] for movie in d.items("movies").iterate(filter={"director": 1}))
            ['2001', 'Dr. Strangelove']
        """
        whole = _every_page(query, params, page_size).replace(meta=None)
        return self._entries(lambda query: self._rows.page(query)[0], whole, page_size, prefetch, progress)

    def first(self, query: JSONMapping | None = None, **params: Unpack[ListQuery]) -> T | None:
        """Read the first entry that matches, or ``None``.

        ``GET /{project}/{group}?limit=1``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read.

        Example:
            >>> d.items("movies").first(sort="-rating", fields=["title"])
            {'title': '2001'}
        """
        rows = self._rows.first(normalize(query, params).replace(single=None))
        return self._codec.load(rows[0]) if rows else None

    def exists(self, key: Key) -> bool:
        """Return whether there is an entry with this key that you may read.

        ``GET /{project}/{group}/{key}``.

        Args:
            key: The primary key.

        Example:
            >>> d.items("movies").exists(999)
            False
        """
        try:
            self._rows.item(key, Query8())
        except NotFound as error:
            if error.code == 203 or isinstance(error, RouteNotFound):  # a route may have keys of digits only
                return False
            raise
        return True

    def count(self, filter: Filter | None = None, *, q: str | None = None, status: Names | None = None) -> int:
        """Count the entries that match, on the server.

        ``GET /{project}/{group}?meta=filter_count&limit=1``; collections are counted in their list.

        Args:
            filter: Which entries.
            q: A string that is searched for.
            status: The statuses of the entries; ``"*"`` includes those that count as deleted.

        Example:
            >>> d.items("movies").count({"rating": {"gt": 8.7}})
            2
        """
        return self._rows.count(normalize({"filter": filter, "q": q, "status": status}))

    # ------------------------------------------------------------------ inside
    def _first_page(self, query: Query8) -> Page[T]:
        rows, meta = self._rows.page(query)
        return Page(rows if query.is_grouped else self._codec.load_many(rows), meta)

    def _by_keys(self, keys: Keys, query: Query8, missing: str, meta: JSONObject) -> list[JSONObject]:
        if not keys:
            return []
        with_key, added = paging.with_key(query, self.primary_key)
        rows, absent = keys.arrange(self._rows.by_keys(keys.unique(), with_key, meta), self.primary_key)
        if absent and missing == "raise":
            names = ", ".join(map(repr, absent[:20])) + (", …" if len(absent) > 20 else "")
            raise NotFound(f"{self.collection}: {len(absent)} of {len(keys)} keys do not exist: {names}", status=404, code=203)
        return paging.without_key(rows, self.primary_key) if added else rows

    @guarded
    def _entries(self, read: ReadPage, query: Query8, page_size: int, prefetch: bool, progress: Progress) -> Iterator[T]:
        total = self._rows.count(query.only("filter", "q", "status")) if progress and not query.is_grouped else None
        with local_progress.counting(progress, self.collection, total) as report:
            pages = self._rows.iterate(query, page_size=page_size, read=read)
            for rows in paging.ahead(pages) if prefetch else pages:
                yield from rows if query.is_grouped else self._codec.load_many(rows)
                report(len(rows))


def _every_page(query: JSONMapping | None, params: JSONMapping, page_size: int) -> Query8:
    """Check the arguments of a call that reads every page."""
    normalized = normalize(query, params)
    for name in ("page", "offset", "single"):
        if name in normalized:
            raise TypeError(f"{name} cannot be given here: every page is read, from the first entry on")
    integer("page_size", page_size)
    return normalized
