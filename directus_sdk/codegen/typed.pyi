# Stubs of what a generated module is made of; see typed.py. The handlers are narrower than their base classes on purpose.
# mypy: disable-error-code="override, misc"
# pyright: reportIncompatibleMethodOverride=false

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import IO, Any, Generic, Literal, TypedDict, TypeVar, overload

from typing_extensions import Unpack

from directus_sdk.changes.checkpoint import GivenCheckpoint
from directus_sdk.changes.feed import Changes as Feed
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.handlers.singleton import SingletonHandler
from directus_sdk.handlers.users import MeHandler, UsersHandler
from directus_sdk.json_types import JSONMapping, MaybeNone
from directus_sdk.local.progress import Progress
from directus_sdk.reading.export import ExportedFile
from directus_sdk.reading.query_explanation import QueryExplanation
from directus_sdk.realtime import Subscription
from directus_sdk.results import BulkResult, Page
from directus_sdk.tables.options import FileOptions
from directus_sdk.wire.operators import Operators as Operators
from directus_sdk.wire.urls import Key
from directus_sdk.writing.bulk_options import BulkOptions, KeptKeywords, RowsKeywords
from directus_sdk.writing.chunk_sender import OnError
from directus_sdk.writing.plan import Plan

T = TypeVar("T")
Create = TypeVar("Create")
Update = TypeVar("Update")
Filter = TypeVar("Filter")
Fields = TypeVar("Fields")
Sort = TypeVar("Sort")
V = TypeVar("V")

# A table whose columns are named: a path, an open file, or a frame.
RowsFile = str | PathLike[str] | IO[bytes] | IO[str]

# -------------------------------------------------------------- filters
class Flags(TypedDict, total=False):
    _null: bool | str
    _nnull: bool | str
    _empty: bool | str
    _nempty: bool | str

class Equal(Flags, Generic[V], total=False):
    _eq: V | None
    _neq: V | None
    _in: Collection[V]
    _nin: Collection[V]

class Ordered(Equal[V], Generic[V], total=False):
    _lt: V
    _lte: V
    _gt: V
    _gte: V
    _between: Collection[V]
    _nbetween: Collection[V]

class Text(Equal[V], Generic[V], total=False):
    _ieq: str
    _nieq: str
    _contains: str
    _ncontains: str
    _icontains: str
    _nicontains: str
    _starts_with: str
    _nstarts_with: str
    _istarts_with: str
    _nistarts_with: str
    _ends_with: str
    _nends_with: str
    _iends_with: str
    _niends_with: str
    _regex: str

class Document(Text[Any], total=False):
    _json: JSONMapping

class Geometry(Equal[JSONMapping], total=False):
    _intersects: JSONMapping
    _nintersects: JSONMapping
    _intersects_bbox: JSONMapping
    _nintersects_bbox: JSONMapping

class Changes(TypedDict, Generic[Update, V], total=False):
    create: Sequence[Update]
    update: Sequence[Update]
    delete: Sequence[V]

class Many(TypedDict, Generic[Filter], total=False):
    _some: Filter
    _none: Filter

# -------------------------------------------------------------- queries
class Returned(TypedDict, Generic[Fields], total=False):
    fields: Fields | Sequence[Fields | JSONMapping] | None
    deep: JSONMapping | None
    nested_limit: int | None
    alias: Mapping[str, str] | None
    backlink: bool | None

class ItemQuery(Returned[Fields], Generic[Filter, Fields], total=False):
    filter: Filter | None
    search: str | None
    version: str | None
    version_raw: bool | None

class SelectedQuery(Returned[Fields], Generic[Filter, Fields, Sort], total=False):
    filter: Filter | None
    search: str | None
    sort: Sort | Sequence[Sort] | None
    limit: int | None

class EveryPageQuery(SelectedQuery[Filter, Fields, Sort], Generic[Filter, Fields, Sort], total=False):
    aggregate: JSONMapping | None
    group_by: str | Sequence[str] | None
    meta: str | Sequence[str] | None
    version: str | None
    version_raw: bool | None

class TypedQuery(EveryPageQuery[Filter, Fields, Sort], Generic[Filter, Fields, Sort], total=False):
    offset: int | None
    page: int | None
    export: str | None

class Paged(EveryPageQuery[Filter, Fields, Sort], Generic[Filter, Fields, Sort], total=False):
    page_size: int | None
    prefetch: bool
    progress: Progress

class Selected(SelectedQuery[Filter, Fields, Sort], Generic[Filter, Fields, Sort], total=False):
    all_items: bool
    max_affected: int | None
    batch_size: int | None
    on_error: OnError
    workers: int
    progress: Progress
    keep_before: str | PathLike[str] | None

class Written(BulkOptions, Returned[Fields], Generic[Fields], total=False): ...
class WrittenRows(Written[Fields], FileOptions, Generic[Fields], total=False): ...

# -------------------------------------------------------------- handlers
class TypedItems(ItemsHandler[T], Generic[T, Create, Update, Filter, Fields, Sort]):
    def read_one(self, key: Key, query: JSONMapping | None = None, **params: Unpack[ItemQuery[Filter, Fields]]) -> T: ...
    def read_many(
        self,
        keys_or_query: Sequence[Key] | JSONMapping | None = None,
        /,
        query: JSONMapping | None = None,
        *,
        missing: Literal["skip", "raise"] = "skip",
        **params: Unpack[TypedQuery[Filter, Fields, Sort]],
    ) -> Page[T]: ...
    def read_by_query(
        self, query: JSONMapping | None = None, **params: Unpack[TypedQuery[Filter, Fields, Sort]]
    ) -> Page[T]: ...
    def read_all(self, query: JSONMapping | None = None, **params: Unpack[Paged[Filter, Fields, Sort]]) -> Page[T]: ...
    def iterate(self, query: JSONMapping | None = None, **params: Unpack[Paged[Filter, Fields, Sort]]) -> Iterator[T]: ...
    def read_frame(self, query: JSONMapping | None = None, **params: Unpack[Paged[Filter, Fields, Sort]]) -> Any: ...
    def export(
        self,
        path: str | PathLike[str],
        query: JSONMapping | None = None,
        *,
        page_size: int | None = None,
        progress: Progress = False,
        workers: int = 1,
        **params: Unpack[SelectedQuery[Filter, Fields, Sort]],
    ) -> ExportedFile: ...
    def first(self, query: JSONMapping | None = None, **params: Unpack[TypedQuery[Filter, Fields, Sort]]) -> T | None: ...
    def exists(
        self,
        key: Key | JSONMapping | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[SelectedQuery[Filter, Fields, Sort]],
    ) -> bool: ...
    def count(self, query: JSONMapping | None = None, **params: Unpack[SelectedQuery[Filter, Fields, Sort]]) -> int: ...
    def create_one(
        self, item: Create | T, query: JSONMapping | None = None, **params: Unpack[Returned[Fields]]
    ) -> T | MaybeNone: ...
    def update_one(
        self,
        key: Key,
        data: Update | T,
        query: JSONMapping | None = None,
        *,
        must_exist: bool = False,
        **params: Unpack[Returned[Fields]],
    ) -> T | MaybeNone: ...
    def upsert_one(
        self,
        item: Update | T,
        match_on: str | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[Returned[Fields]],
    ) -> T | MaybeNone: ...
    @overload
    def create_many(
        self,
        items: Iterable[Create | T] | RowsFile,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        generate_keys: bool = False,
        match_on: str | None = None,
        **options: Unpack[WrittenRows[Fields]],
    ) -> BulkResult[T]: ...
    @overload
    def create_many(
        self,
        items: Iterable[Create | T] | RowsFile,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"] | None,
        generate_keys: bool = False,
        match_on: str | None = None,
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[Key]: ...
    @overload
    def update_many(
        self,
        keys: Iterable[Key],
        data: Update | T,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[Written[Fields]],
    ) -> BulkResult[T]: ...
    @overload
    def update_many(
        self,
        keys: Iterable[Key],
        data: Update | T,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"] | None,
        **options: Unpack[KeptKeywords],
    ) -> BulkResult[Key]: ...
    @overload
    def update_batch(
        self,
        items: Iterable[Update | T] | RowsFile,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[WrittenRows[Fields]],
    ) -> BulkResult[T]: ...
    @overload
    def update_batch(
        self,
        items: Iterable[Update | T] | RowsFile,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"] | None,
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[Key]: ...
    @overload
    def upsert_many(
        self,
        items: Iterable[Update | T] | RowsFile,
        match_on: str | None = None,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[WrittenRows[Fields]],
    ) -> BulkResult[T]: ...
    @overload
    def upsert_many(
        self,
        items: Iterable[Update | T] | RowsFile,
        match_on: str | None = None,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"] | None,
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[Key]: ...
    @overload
    def update_by_query(
        self,
        query: JSONMapping | None = None,
        data: Update | T | None = None,
        result: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        dry_run: Literal[False] = False,
        **options: Unpack[Selected[Filter, Fields, Sort]],
    ) -> BulkResult[T]: ...
    @overload
    def update_by_query(
        self,
        query: JSONMapping | None = None,
        data: Update | T | None = None,
        result: JSONMapping | None = None,
        *,
        returning: Literal["items", "keys"] | None = "items",
        dry_run: bool = False,
        **options: Unpack[Selected[Filter, Fields, Sort]],
    ) -> BulkResult[Any]: ...
    def delete_by_query(
        self,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"] | None = "keys",
        dry_run: bool = False,
        **options: Unpack[Selected[Filter, Fields, Sort]],
    ) -> BulkResult[Key]: ...
    def sync(
        self,
        rows: object,
        match_on: str | Sequence[str] | None = None,
        query: JSONMapping | None = None,
        *,
        delete_missing: bool = False,
        filter: Filter | None = None,
        workers: int = 1,
        progress: Progress = False,
    ) -> Plan: ...
    def get_or_create(
        self,
        match: Update,
        defaults: Update | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[Returned[Fields]],
    ) -> tuple[T | MaybeNone, bool]: ...
    def explain_query(
        self, query: JSONMapping | None = None, **params: Unpack[TypedQuery[Filter, Fields, Sort]]
    ) -> QueryExplanation: ...
    def subscribe(
        self,
        event: Literal["create", "update", "delete"] | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[TypedQuery[Filter, Fields, Sort]],
    ) -> Subscription[T]: ...
    def changes(
        self,
        checkpoint: GivenCheckpoint = None,
        query: JSONMapping | None = None,
        *,
        kinds: Iterable[str] | None = None,
        source: Literal["activity", "dates", "key"] | None = None,
        start: Literal["now", "first"] = "now",
        poll_interval: float = 10.0,
        **params: Unpack[ItemQuery[Filter, Fields]],
    ) -> Feed[T]: ...

class TypedSingleton(SingletonHandler[T], Generic[T, Update, Fields]):
    def read(self, query: JSONMapping | None = None, **params: Unpack[ItemQuery[Any, Fields]]) -> T: ...
    def update(
        self, data: Update | T, query: JSONMapping | None = None, **params: Unpack[Returned[Fields]]
    ) -> T | MaybeNone: ...

class TypedMe(MeHandler[T], Generic[T, Update, Fields]):
    def __call__(self, query: JSONMapping | None = None, **params: Unpack[ItemQuery[Any, Fields]]) -> T: ...
    def read(self, query: JSONMapping | None = None, **params: Unpack[ItemQuery[Any, Fields]]) -> T: ...
    def update(
        self, data: Update | T, query: JSONMapping | None = None, **params: Unpack[Returned[Fields]]
    ) -> T | MaybeNone: ...

class TypedUsers(
    TypedItems[T, Create, Update, Filter, Fields, Sort],
    UsersHandler[T],
    Generic[T, Create, Update, Filter, Fields, Sort],
):
    @property
    def me(self) -> TypedMe[T, Update, Fields]: ...
