"""The schema of a project as objects: ``directus.schema.read()`` returns a `Schema`."""

from __future__ import annotations

from directus_sdk.schema.catalog import Catalog as Catalog
from directus_sdk.schema.model import Choice as Choice
from directus_sdk.schema.model import Collection as Collection
from directus_sdk.schema.model import Field as Field
from directus_sdk.schema.model import Junction as Junction
from directus_sdk.schema.model import Relation as Relation
from directus_sdk.schema.project import Schema as Schema
from directus_sdk.schema.table import Table as Table

__all__ = ["Catalog", "Choice", "Collection", "Field", "Junction", "Relation", "Schema", "Table"]
