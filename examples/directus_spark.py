"""A Spark data source: ``spark.read.format("directus")`` and ``frame.write.format("directus").mode("append")``.

The options are ``collection``, ``primary_key`` ("id") and ``partitions`` (8). Workers take ``DIRECTUS_URL`` and
``DIRECTUS_TOKEN`` from their environment (``spark.executorEnv.DIRECTUS_TOKEN``, which Spark masks), so the token is in no
plan, no log and no page of Spark's UI. JSON fields are read as strings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs
from pyspark.sql import types
from pyspark.sql.datasource import DataSource, DataSourceReader, DataSourceWriter, InputPartition, WriterCommitMessage

from directus_sdk import Directus

#: The types of Spark for the types of Directus; all others are strings.
TYPES = {"integer": "int", "bigInteger": "bigint", "float": "double", "decimal": "decimal(38,10)", "boolean": "boolean"}
TYPES |= {"date": "date", "dateTime": "timestamp_ntz", "timestamp": "timestamp"}
PARSERS: dict[type, Any] = {types.BooleanType: bool, types.DateType: date.fromisoformat, types.DecimalType: Decimal}
PARSERS[types.TimestampType] = lambda text: datetime.fromisoformat(text.replace("Z", "+00:00"))
PARSERS[types.TimestampNTZType] = datetime.fromisoformat
PARSERS[types.StringType] = lambda value: value if isinstance(value, str) else json.dumps(value)


class DirectusSource(DataSource):
    @classmethod
    def name(cls) -> str:
        return "directus"

    def schema(self) -> str:
        with Directus.from_env() as directus:
            fields = directus.schema.read().collections[self.options["collection"]].types
        return ", ".join(f"`{name}` {TYPES.get(kind, 'string')}" for name, kind in fields.items() if kind != "alias")

    def reader(self, schema: types.StructType) -> Reader:
        return Reader(schema, self.options)

    def writer(self, schema: types.StructType, overwrite: bool) -> Writer:
        return Writer(self.options)


@attrs.define
class Reader(DataSourceReader):
    schema: types.StructType
    options: Any

    def partitions(self) -> list[InputPartition]:
        with Directus.from_env() as directus:
            items = directus.items(self.options["collection"], primary_key=self.options.get("primary_key", "id"))
            parts = items.partitions(int(self.options.get("partitions", 8)), fields=self.schema.names)
        return [InputPartition(part) for part in parts]

    def read(self, partition: InputPartition) -> Iterator[tuple[Any, ...]]:
        parsers = [(field.name, PARSERS.get(type(field.dataType), lambda value: value)) for field in self.schema]
        with Directus.from_env() as directus:
            for row in partition.value.iterate(directus):
                yield tuple(None if row[name] is None else parse(row[name]) for name, parse in parsers)


@attrs.define
class Writer(DataSourceWriter):
    options: Any

    def write(self, iterator: Iterator[types.Row]) -> WriterCommitMessage:
        key = self.options.get("primary_key", "id")
        with Directus.from_env() as directus:  # by the key, so that a task that Spark runs again writes nothing twice
            items = directus.items(self.options["collection"], primary_key=key)
            items.upsert_many((row.asDict(recursive=True) for row in iterator), match_on=key, returning=None)
        return WriterCommitMessage()
