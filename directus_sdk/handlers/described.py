"""What handlers have in common: a description of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from directus_sdk.handlers.base import Handler
from directus_sdk.wire.parameters import boolean

if TYPE_CHECKING:
    from directus_sdk.schema.table import Table


class DescribedHandler(Handler):
    """The base of the handlers of a collection."""

    collection: str = ""

    def describe(self) -> Table:
        """Describe the fields of the collection: type, whether they are required, relation and note.

        ``GET /fields/{collection}`` and ``GET /relations``, past the server's cache.

        Returns:
            A list of dicts that prints as a table, is an HTML table in a notebook and has `to_pandas`. It has the fields that
            the current user may read.

        Raises:
            Forbidden: There is no such collection, or you may not read its schema: that needs access to the app, or
                permissions to read ``directus_fields`` and ``directus_relations``.

        Example:
            >>> directus.items("articles").describe()
            field   type           required  relation     note
            id      integer (key)
            status  string(255)
            title   string(255)    yes
            body    text
            date    date
            author  integer                  m2o authors
            rating  integer
            views   integer
        """
        from directus_sdk.schema import requests

        return requests.describe(self._pipeline, self.collection)


class DescribedCollectionsHandler(Handler):
    """The base of the handler of all collections."""

    def describe(self, *, system: bool = False) -> Table:
        """Describe the fields of all collections: type, whether they are required, relation and note.

        ``GET /collections``, ``GET /fields`` and ``GET /relations``, past the server's cache.

        Args:
            system: Describe the collections of Directus too, not only your own fields in them.

        Returns:
            A list of dicts that prints as a table, is an HTML table in a notebook and has `to_pandas`. It has what the
            current user may read; all of it for an administrator.

        Raises:
            Forbidden: You may not read the schema; the error names the permission.

        Example:
            >>> directus.collections.describe().to_pandas()["collection"].value_counts().to_dict()
            {'articles': 8, 'globals': 3, 'authors': 2}
        """
        from directus_sdk.schema import requests

        schema = requests.read(self._pipeline)
        return (schema if boolean("system", system) else schema.custom()).describe()
