"""The results of reading and writing lists: lists with metadata, counts and errors."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex, TypeVar, overload

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction import redact

if TYPE_CHECKING:
    from typing_extensions import Self

    from directus_sdk.display.card import Card, Grid
    from directus_sdk.errors import ModelError

S = TypeVar("S")
T = TypeVar("T")

_LINE = 300
#: How many errors are displayed.
_FAILED = 60
#: The size of a thumbnail in pixels.
_PIXELS = 96


class ReadsAssets(Protocol):
    """A client: what `Page.show` needs of it."""

    @property
    def assets(self) -> Any:
        """The handler of assets, which reads images."""


class Meta(JSONObject, Displayed):
    """The ``meta`` of a response: a mapping with its two usual entries as attributes."""

    @property
    def total_count(self) -> int | None:
        """The number of items in the collection, if the query had ``meta="total_count"`` or ``"*"``."""
        return _count(self.get("total_count"))

    @property
    def filter_count(self) -> int | None:
        """The number of items that match the filter, if the query had ``meta="filter_count"`` or ``"*"``."""
        return _count(self.get("filter_count"))


def _count(value: str | int | None) -> int | None:
    return None if value is None else int(value)


class Page(list[T], Displayed):
    """The items of one response, or of all pages together.

    Its ``repr``, and so ``str`` and ``print``, has the first 1,000 items, with secrets masked.

    Example:
        >>> page = directus.items("articles").read_many(limit=2, meta="*")
        >>> len(page), page.meta.total_count
        (2, 25)
    """

    def __init__(self, items: Iterable[T] = (), meta: JSONMapping | None = None) -> None:
        super().__init__(items)
        self.meta = Meta(meta or {})

    @property
    def data(self) -> list[T]:
        """The items; the page itself is the same list."""
        return self

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Page[T]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> T | Page[T]:
        if isinstance(index, slice):
            return Page(super().__getitem__(index), self.meta)
        return super().__getitem__(index)

    def copy(self) -> Page[T]:
        """Return a page of the same items, with its own ``meta``.

        Example:
            >>> page = directus.items("articles").read_many(limit=2, meta="*")
            >>> page.copy().meta.total_count
            25
        """
        return Page(self, self.meta)

    __copy__ = copy

    def __add__(self, other: list[S]) -> Page[S | T]:
        return Page([*self, *other], self.meta)

    def __mul__(self, times: SupportsIndex) -> Page[T]:
        return Page(super().__mul__(times), self.meta)

    __rmul__ = __mul__

    def __radd__(self, other: list[Any]) -> Page[Any]:
        return Page([*other, *self], self.meta)

    def to_pandas(self, *, types: Mapping[str, str] | None = None) -> Any:
        """Return the items as a pandas DataFrame; needs the extra ``pandas``.

        Dates and times become datetimes; integers and booleans with missing values keep their type.

        Args:
            types: The types of the fields, such as ``schema.collections["articles"].types``: they decide instead of the
                values, so that a string field whose values look like dates stays one, and a decimal becomes a `Decimal`.

        Raises:
            ImportError: pandas is not installed.

        Example:
            >>> directus.items("articles").read_many(fields=["id", "date"], limit=2).to_pandas()["date"].dt.month.tolist()
            [1, 1]
        """
        from directus_sdk import dataframes

        return dataframes.frame((row if isinstance(row, Mapping) else _attributes(row) for row in self), types=types)

    def __repr__(self) -> str:
        return redact.masked_items(self)

    def show(self, *, images: ReadsAssets | None = None, fields: Sequence[str] = ()) -> Card:
        """Return the page to be displayed with its images: those of files, and those whose ids are in some fields.

        ``GET /assets/{id}`` for each image of the rows that are displayed, as a thumbnail of 96 pixels. Larger ones than
        30 kB, and those after the first 300 kB, are not displayed. A page by itself sends nothing when it is displayed.

        Args:
            images: The client that reads the images, with its permissions; without it nothing is sent.
            fields: Fields with the ids of images, such as ``["cover"]``.

        Returns:
            A `directus_sdk.display.Card`, which notebooks display.

        Raises:
            TransportError: There is no response.
            TypeError: `images` is no client, or `fields` is no list of names.

        Example:
            >>> svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
            >>> file = directus.files.upload(svg, filename="dot.svg")
            >>> page = directus.files.read_many([file["id"]], fields=["id", "title", "type"])
            >>> "data:image/svg+xml;base64," in page.show(images=directus)._repr_html_()
            True
        """
        if isinstance(fields, str) or not isinstance(fields, Sequence):
            raise TypeError(f'fields must be a list of names, such as ["cover"], not {fields!r}')
        if images is None:
            return self._card()
        if not hasattr(images, "assets"):
            raise TypeError(f"images must be the client that reads the images, such as directus, not {type(images).__name__}")
        from directus_sdk.display import Card
        from directus_sdk.display.records import ROWS, prepare
        from directus_sdk.display.thumbnails import with_images
        from directus_sdk.errors import APIError

        def fetch(key: str) -> tuple[bytes, str] | None:
            try:
                image = images.assets.image(key, width=_PIXELS, height=_PIXELS, fit="inside", without_enlargement=True)
            except APIError:  # the row says which it is
                return None
            return image.data, image.content_type

        rows = with_images(prepare(self._grid(), ROWS, 1).rows, fetch, fields)
        return Card(grids=[attrs.evolve(self._grid(), rows=rows)])

    def _grid(self) -> Grid:
        from directus_sdk.display import Grid

        counts = (self.meta.get(name) for name in ("filter_count", "total_count"))
        total = next((int(str(count)) for count in counts if str(count).isdecimal()), None)
        return Grid(self, len(self), total=total)

    def _card(self) -> Card:
        from directus_sdk.display import Card

        return Card(grids=[self._grid()])


@attrs.frozen
class ItemError(Displayed):
    """One item of a bulk call that failed.

    Attributes:
        index: Its position in the input, from 0.
        item: The item, or its key.
        error: The error of the server.
    """

    index: int
    item: Any = attrs.field(repr=False)
    error: Exception = attrs.field(repr=lambda error: redact.text(repr(error)))

    @property
    def source(self) -> str | None:
        """The CSV file that the item comes from, or ``None`` for other items."""
        source = getattr(self.item, "source", None)
        return source if isinstance(source, str) and self.line is not None else None

    @property
    def line(self) -> int | None:
        """The line of that file, from 1, where the item begins, or ``None`` for other items."""
        line = getattr(self.item, "line", None) if isinstance(self.item, dict) else None
        return line if isinstance(line, int) else None

    @property
    def place(self) -> str:
        """The position of the item as text, such as ``"item 7 (line 9 of stock.csv)"``."""
        if self.line is None:
            return f"item {self.index}"
        line = f"line {self.line}" + (f" of {self.source}" if self.source else "")
        return f"item {self.index} ({getattr(self.item, 'place', line)})"

    def __reduce__(self) -> tuple[object, ...]:
        item = self.item
        if isinstance(item, dict) and (masked := redact.value(item)) != item:
            item = copy.copy(item)  # a row of a file keeps its line
            item.update(masked)
        return ItemError, (self.index, item, self.error)


class BulkResult(list[T], Displayed):
    """The result of a bulk call: a list in the order of the input.

    It contains the returned items, their keys or nothing, depending on `returning`. It is true if anything was done. A
    slice or a copy keeps ``.count``, ``.errors`` and ``.unfit``, and results can be added.

    Attributes:
        errors: An `ItemError` for each item that failed.
        unfit: A `ModelError` for each written item whose response does not fit the model, so that it is missing in the list;
            its ``.keys`` has the key of the item.
        dry_run: Whether this is the result of ``dry_run=True``: nothing was written, and the list has the keys that would be.

    Example:
        >>> result = directus.items("articles").update_many([1, 2], {"views": 0}, returning=None)
        >>> result, bool(result), result.ok
        (BulkResult(count=2), True, True)
        >>> print(result)
        2 done
    """

    def __init__(self, items: Iterable[T] = (), *, count: int | None = None, errors: Iterable[ItemError] = ()) -> None:
        super().__init__(items)
        self._count = count
        self.errors = list(errors)
        self.unfit: list[ModelError] = []
        self.dry_run = False

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> BulkResult[T]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> T | BulkResult[T]:
        return self._like(super().__getitem__(index)) if isinstance(index, slice) else super().__getitem__(index)

    def copy(self) -> BulkResult[T]:
        """Return a result of the same items, with its own lists of errors."""
        return self._like(self)

    __copy__ = copy

    def __add__(self, other: Iterable[Any]) -> BulkResult[Any]:
        both: BulkResult[Any] = self.copy()
        both += other
        return both

    def __iadd__(self, other: Iterable[Any]) -> Self:
        """Add the result of another call, or items."""
        if isinstance(other, BulkResult):
            self.add(list(other), other.count, list(other.errors))
            self.unfit += other.unfit
        else:
            rows = list(other)
            self.add(rows, len(rows))
        return self

    def _like(self, items: Iterable[T]) -> BulkResult[T]:
        """Return some of the items, with the count and the errors: a slice never looks like a call without errors."""
        other = BulkResult(items, count=self.count, errors=self.errors)
        other.unfit = list(self.unfit)
        other.dry_run = self.dry_run
        return other

    @classmethod
    def of_dry_run(cls, keys: Iterable[T]) -> BulkResult[T]:
        """Return the result of ``dry_run=True``."""
        result = cls(keys)
        result.dry_run = True
        return result

    @property
    def ok(self) -> bool:
        """Whether no item failed."""
        return not self.errors

    def summary(self) -> str:
        """Return the result in one line, for a log; ``print(result)`` prints it.

        Example:
            >>> rows = [{"title": "A"}, {"title": "B", "date": "soon"}]
            >>> directus.items("articles").create_many(rows, on_error="collect").summary()  # doctest: +ELLIPSIS
            '1 done, 1 failed; the first is item 1: ...'
        """
        parts = [self._head]
        if self.unfit:
            parts.append(f"{len(self.unfit)} of them do not fit the model")
        if self.errors:
            first = self.errors[0]
            parts.append(f"{len(self.errors)} failed; the first is {first.place}: {_line(first.error)}")
        return ", ".join(parts)

    __str__ = summary

    @property
    def _head(self) -> str:
        return f"{self.count} would be written, and nothing was (dry_run=True)" if self.dry_run else f"{self.count} done"

    def raise_for_errors(self) -> Self:
        """Raise a `BulkError` if an item failed, and return the result itself otherwise.

        Raises:
            BulkError: Its ``.errors`` and ``.result`` are those of this result.

        Example:
            >>> directus.items("authors").create_many([{"name": "Mary Shelley"}], on_error="collect").raise_for_errors().count
            1
        """
        if not self.errors:
            return self
        from directus_sdk.errors import BulkError

        first = self.errors[0]
        raise BulkError(
            f"{self.count} items are written and {len(self.errors)} failed; the first is {first.place}: {first.error}",
            errors=self.errors,
            result=self,
        ) from first.error

    @property
    def count(self) -> int:
        """The number of written items; the list may have fewer, such as with ``returning=None``."""
        return len(self) if self._count is None else self._count

    def add(self, items: Iterable[T], count: int, errors: Iterable[ItemError] = ()) -> None:
        """Add the result of another call."""
        self._count = self.count + count
        self.extend(items)
        self.errors.extend(errors)

    def __bool__(self) -> bool:
        return self.count > 0

    def __repr__(self) -> str:
        parts = [redact.masked_items(self)] if len(self) else []
        parts.append(f"count={self.count}")
        parts += [
            f"{name}={redact.masked_items(errors)}"
            for name, errors in (("errors", self.errors), ("unfit", self.unfit))
            if errors
        ]
        return f"{type(self).__name__}({', '.join(parts)})"

    def _card(self) -> Card:
        from directus_sdk.display import Card, Grid

        unfit = f", {len(self.unfit)} of them do not fit the model" if self.unfit else ""
        failed = [{"item": entry.place, "error": _line(entry.error)} for entry in self.errors[:_FAILED]]
        failed += [{"item": f"key {', '.join(map(str, error.keys))}", "error": _line(error)} for error in self.unfit[:_FAILED]]
        grids = [Grid(failed, len(self.errors) + len(self.unfit), "errors")] if failed else []
        title = f"{self._head}{unfit}, {len(self.errors)} failed"
        if len(self) and isinstance(self[0], (str, int)):  # a table of keys would be a long one
            return Card(title, facts={"keys": list(self)}, grids=grids)
        return Card(title, grids=[*grids, Grid(self, len(self))] if len(self) else grids)


def counted(rows: Sequence[JSONMapping]) -> int:
    """Return the number in the response to an aggregate with one function, which some databases send as a string."""
    value = next(iter(rows[0].values()), 0) if rows else 0
    return int(next(iter(value.values())) if isinstance(value, Mapping) else value or 0)


def _attributes(row: object) -> JSONMapping:
    fields = getattr(type(row), "__attrs_attrs__", None)
    if fields is not None:
        return {field.name: getattr(row, field.name) for field in fields}
    return getattr(row, "__dict__", {"value": row})


def _line(value: object) -> str:
    """Return a value as one line of a log, masked and shortened."""
    text = redact.text(" ".join(str(value).split()))
    return text if len(text) <= _LINE else text[:_LINE] + "…"
