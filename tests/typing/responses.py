from __future__ import annotations

from typing import Any, TypedDict, Union

import attrs
from typing_extensions import assert_type

from directus_sdk import Directus


@attrs.define
class Stats:
    visits: int


class Row(TypedDict):
    id: int


def takes(one: Stats, many: list[Stats]) -> None: ...


def requests(directus: Directus, anything: Any) -> None:
    assert_type(directus.request("GET", "/stats"), Any)
    assert_type(directus.request("GET", "/stats", model=Stats).visits, Union[int, Any])
    assert_type(directus.request("GET", "/stats", model=list[Stats]), Union[list[Stats], Any])
    assert_type([stats.visits for stats in directus.request("GET", "/stats", model=list[Stats])], list[Union[int, Any]])
    row: Row = directus.request("GET", "/row", model=Row)
    assert_type(row["id"], int)
    takes(directus.request("GET", "/stats", model=Stats), directus.request("GET", "/stats", model=list[Stats]))
    takes([], directus.request("GET", "/stats", model=list[Stats]))  # error
    takes(directus.request("GET", "/stats", model=list[Stats]), [])  # error
    list(directus.request("GET", "/stats", model=Stats))  # error
    directus.request("GET", "/stats", model=Stats).vists  # error
    directus.request("GET", "/stats", model=anything)


def documents(directus: Directus) -> None:
    assert_type(directus.graphql.items("{ a }"), Any)
    assert_type(directus.graphql.items("{ a }", {"id": 1}, model=Stats), Union[Stats, Any])
    assert_type(directus.graphql.system("{ a }", None, "One", model=Stats).visits, Union[int, Any])
    directus.graphql.items("{ a }", model=Stats).vists  # error
    directus.graphql.system("{ a }", model=5)  # error
