"""JSON and NDJSON: numbers with more digits than a float has are exact where the field keeps them."""

from __future__ import annotations

import io
import pickle
from decimal import Decimal
from typing import Any

import pytest

from directus_sdk.reading.field_values import Field
from directus_sdk.tables.options import Options, converted
from directus_sdk.tables.reading import table_of
from directus_sdk.wire.encoding import dumps

LONG, BIG = "-12345678901234567890.0123456789", 2**63 - 1


def row_of(text: str, name: str) -> Any:
    table = table_of(io.BytesIO(f"[{text}]".encode() if name == "json" else text.encode()), Options())
    assert table is not None
    [row] = table.rows()
    return row


@pytest.mark.parametrize("name", ["json", "ndjson"])
@pytest.mark.parametrize("through", [lambda value: value, lambda value: pickle.loads(pickle.dumps(value))])
def test_a_number_with_more_digits_than_a_float(name: str, through: Any) -> None:
    row = row_of(f'{{"a": {LONG}, "b": {{"c": {LONG}}}, "n": {BIG}}}', name)
    value = through(row["a"])
    assert value == float(LONG)
    assert converted(Decimal, value) == Decimal(LONG)
    for kind, sent in (("decimal", LONG), ("string", LONG), ("float", float(LONG)), ("unknown", float(LONG))):
        assert Field("a", kind).to_send(value) == sent
    assert (
        dumps({"x": Field("a", "float").to_send(value), **row["b"]})
        == b'{"x":-1.2345678901234567e+19,"c":-1.2345678901234567e+19}'
    )
    assert dumps(Field("n", "bigInteger").to_send(row["n"])) == f'"{BIG}"'.encode()


@pytest.mark.parametrize("text", ["0.1", "1.50", "1e-7", "0.12345678901234568", "100000000000000000000.0"])
def test_a_number_that_a_float_holds_is_a_float(text: str) -> None:
    assert type(row_of(f'{{"a": {text}, "s": "{LONG}"}}', "ndjson")["a"]) is float


def test_a_decimal_of_a_float_has_its_digits() -> None:
    assert str(converted(Decimal, 0.1)) == "0.1"
