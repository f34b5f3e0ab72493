"""Pages of items for Django's views and templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Generic, TypeVar, overload

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator

from directus_sdk.handlers.read_only import ReadHandler
from directus_sdk.json_types import JSONMapping

T = TypeVar("T")
_MAX_OFFSET: Final = 2**31 - 1

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.wire.query import SelectedQuery

    _Page = Page
    _Paginator = Paginator
else:  # these are not generic at run time

    class _Page(Page, Generic[T]):
        pass

    class _Paginator(Paginator, Generic[T]):
        pass


class DirectusList(Sequence[T]):
    """The items of a query, read when they are used: a slice with one request, the number of all with another.

    It is the ``object_list`` of a paginator, and what ``get_queryset`` of a ``ListView`` returns.

    Args:
        items: The handler, such as ``request.directus.items("articles")``.
        **query: What to read, such as `filter`, `sort`, `search` and `fields`; no `limit`.

    Raises:
        TypeError: There is a `limit`.

    Example:
        >>> articles = DirectusList(directus.items("articles"), sort=["id"], fields=["id"])
        >>> articles[2:4], len(articles)
        ([{'id': 3}, {'id': 4}], 25)
    """

    def __init__(self, items: ReadHandler[T], **query: Unpack[SelectedQuery]) -> None:
        if "limit" in query:
            raise TypeError("limit is the size of a page: pass it to the paginator, or slice the list")
        self.items = items
        self.query = query

    @cached_property
    def _count(self) -> int:
        query = self.query
        return self.items.count(filter=query.get("filter"), search=query.get("search"))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, int):
            return self[range(len(self))[index] :][0] if index < 0 else self[index : index + 1][0]
        start, stop = index.start or 0, len(self) if index.stop is None else index.stop
        if start < 0 or stop < 0 or index.step not in (None, 1):
            return list(self)[index]
        page: JSONMapping = {**self.query, "offset": start, "limit": stop - start}
        return self.items.read_many(page) if stop > start else []

    def __iter__(self) -> Iterator[T]:
        return self.items.iterate(**self.query)

    def __repr__(self) -> str:
        return f"DirectusList({self.items!r})"


class DirectusPage(_Page[T]):
    """A page that knows whether there is a next one without counting."""

    paginator: DirectusPaginator[T]

    def __init__(self, object_list: Sequence[T], number: int, paginator: DirectusPaginator[T], *, is_last: bool) -> None:
        super().__init__(object_list, number, paginator)
        self._is_last = is_last

    def has_next(self) -> bool:
        """Whether there is another page."""
        return not self._is_last

    def next_page_number(self) -> int:
        """Return the number of the next page.

        Raises:
            EmptyPage: This is the last one.
        """
        if self._is_last:
            raise EmptyPage("That page contains no results")
        return self.number + 1

    def start_index(self) -> int:
        """Return the number of the first item of this page, from 1 on; 0 where there is none."""
        return (self.number - 1) * self.paginator.per_page + 1 if len(self) else 0

    def end_index(self) -> int:
        """Return the number of the last item of this page, from 1 on."""
        return (self.number - 1) * self.paginator.per_page + len(self)


class DirectusPaginator(_Paginator[T]):
    """A ``Paginator`` over items: a page is one request, and they are counted only where the page says of how many.

    Templates that use ``paginator.count`` or ``num_pages`` cost a second request. Set it as ``paginator_class`` of a
    ``ListView``, whose ``get_queryset`` returns a `DirectusList`.

    Args:
        object_list: The items.
        per_page: How many stand on a page.
        orphans: How many items on a last page are too few, so that they stand on the page before; the items are counted then.
        allow_empty_first_page: Whether the first page may be empty.

    Example:
        >>> articles = DirectusList(directus.items("articles"), sort=["id"], fields=["id"])
        >>> page = DirectusPaginator(articles, 10).page(3)
        >>> len(page), page.has_next(), page.paginator.count
        (5, False, 25)
    """

    object_list: DirectusList[T]

    def validate_number(self, number: float | str) -> int:
        """Return the number of a page as an integer; whether there is such a page, its items will show.

        Raises:
            PageNotAnInteger: It is not an integer.
            EmptyPage: It is less than 1, or too large for any server.
        """
        if self.orphans:
            return super().validate_number(number)
        try:
            index = int(number)
            if isinstance(number, float) and index != number:
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise PageNotAnInteger(self.error_messages["invalid_page"]) from None
        if index < 1:
            raise EmptyPage(self.error_messages["min_page"])
        if index * self.per_page > _MAX_OFFSET:
            raise EmptyPage(self.error_messages["no_results"])
        return index

    def page(self, number: int | str) -> Page[T]:
        """Read a page.

        ``GET /items/{collection}``, with one item more than the page has.

        Raises:
            PageNotAnInteger: The number is not an integer.
            EmptyPage: There is no such page.
        """
        if self.orphans:
            return super().page(number)
        index = self.validate_number(number)
        start = (index - 1) * self.per_page
        rows = self.object_list[start : start + self.per_page + 1]
        if not rows and (index > 1 or not self.allow_empty_first_page):
            raise EmptyPage(self.error_messages["no_results"])
        return DirectusPage(rows[: self.per_page], index, self, is_last=len(rows) <= self.per_page)

    def get_page(self, number: float | str | None) -> Page[T]:
        """Read a page; the first one where the number is not an integer, the last one where there is no such page."""
        try:
            return self.page(1 if number is None else self.validate_number(number))
        except PageNotAnInteger:
            return self.page(1)
        except EmptyPage:
            return self.page(max(self.num_pages, 1))
