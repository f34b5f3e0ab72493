"""Every public class can be displayed; nothing in it is run, nothing is secret, and it is small."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import attrs
import html5lib
import pydantic
import pytest
from IPython.lib.pretty import pretty

import directus_sdk
from directus_sdk import (
    APIError,
    BulkResult,
    Credentials,
    Directus,
    F,
    Headers,
    ItemError,
    LoginAuth,
    MemoryStorage,
    Page,
    RealtimeOptions,
    Request,
    Response,
    RetryPolicy,
    Schema,
    StaticTokenAuth,
    errors,
)
from directus_sdk.changes.feed import Change
from directus_sdk.display import Card, full_tracebacks
from directus_sdk.display.html import size
from directus_sdk.displayed import Displayed
from directus_sdk.explain import Explanation
from directus_sdk.handlers.file_export import Export
from directus_sdk.handlers.schema import SchemaPlan
from directus_sdk.reading.export import ExportedFile
from directus_sdk.realtime.events import RealtimeEvent
from directus_sdk.results import Meta
from directus_sdk.schema import Field
from directus_sdk.schema.model import Junction
from directus_sdk.testing.mock import MockTransport, json_response
from directus_sdk.transfers.folder_plan import FileChange, FolderPlan
from directus_sdk.writing.applied import Applied
from directus_sdk.writing.restore import Restored
from tests.rich_project import SNAPSHOT
from tests.table import Table

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>javascript:alert(3)\u202e\x1b[31m\ud800"
#: One that can be sent.
NAME = EVIL.replace("\ud800", "")
SECRET = "s3cr3t-t0ken-value"
ROW = {"id": 1, EVIL: EVIL, "token": SECRET, "nested": {"password": SECRET, "name": EVIL}, "list": [{"name": EVIL}]}
#: Descriptors of clients, a string, a warning and a constant: their ``repr`` suffices.
PLAIN = {"EndpointGroup", "EndpointGroups", "Now", "TruncatedResultWarning", "Unset"}


class HostileMapping(dict[str, Any]):
    """A row that cannot be read."""

    def items(self) -> Any:
        raise RuntimeError(SECRET)


class HostileList(list[Any]):
    """A value that cannot be read."""

    def __iter__(self) -> Any:
        raise RuntimeError(SECRET)


class Hostile:
    """An object that cannot be shown."""

    def __str__(self) -> str:
        raise RuntimeError(SECRET)

    __repr__ = __str__


def client() -> Directus:
    def respond(request: Any) -> Any:
        raise AssertionError("a display has sent something")

    return Directus("https://cms.example.com", token=SECRET, transport=MockTransport(respond))


def refused(kind: type[errors.DirectusError]) -> errors.DirectusError:
    error = kind.__new__(kind)
    error.args = (f"{EVIL} access_token={SECRET}",)
    for name in ("errors", "keys"):
        error.__dict__[name] = []
    error.__dict__.update(result=None, collection=EVIL, field=EVIL, response=None, request=None, status=403, code=EVIL)
    return error


def tree(kind: type) -> Iterator[type]:
    for sub in kind.__subclasses__():
        if sub.__module__.startswith("directus_sdk."):
            yield from (sub, *tree(sub))


DIFF = {"kind": "E", "path": [EVIL], "lhs": EVIL, "rhs": Hostile}


def objects() -> list[Any]:
    failed = ItemError(3, ROW, ValueError(f"{EVIL} access_token={SECRET}"))
    result: BulkResult[Any] = BulkResult([ROW], count=6, errors=[failed])
    schema = Schema.from_snapshot(SNAPSHOT)
    collection = schema.collections["rich_articles"]
    table = Table([{"id": 1, "n": 1}, {"id": 2, "n": 5}])
    changes = [FileChange(EVIL, reason=EVIL)]
    plan = table.items().sync([{"id": 1, "n": 2}, {"id": 3, "n": 3}], delete_missing=True)
    request = Request(
        "GET", f"https://cms.example.com/users/invite/{SECRET}?access_token={SECRET}", headers={"X-Token": SECRET}
    )
    return [
        Page([ROW, ROW], {"filter_count": 240}), result, failed, Applied(result, result, result), plan, plan.create,
        Restored(1, 2, 3, 4, [EVIL]), FolderPlan("up", changes, changes, changes, changes, [], 3, None),  # type: ignore[arg-type]
        changes[0], Change("update", 1, ROW, EVIL), Meta({"total_count": 1, EVIL: EVIL}),
        SchemaPlan({"hash": "", "diff": {"fields": [{"collection": EVIL, "field": EVIL, "diff": [DIFF]}]}}), SchemaPlan(None),
        ExportedFile(Path(NAME), 3, (EVIL,)), Export(client()._pipeline, EVIL, {}, EVIL, None, None),
        Junction(EVIL, EVIL, EVIL),
        schema, schema.collections, collection, collection.fields["title"], Field(EVIL, EVIL, EVIL), schema.describe(),
        client(), client().items(NAME).explain_query(search=NAME),
        Card(EVIL, facts=ROW, lines=[EVIL]), Explanation(f"{EVIL}\n{EVIL}"), client().items(NAME),
        StaticTokenAuth(SECRET), LoginAuth(), MemoryStorage(EVIL), RetryPolicy(), RealtimeOptions(), F[NAME] == EVIL,
        request, request.trace(), Response(200, {"Set-Cookie": SECRET, "X": EVIL}, url=EVIL), Headers({"X-Token": SECRET}),
        Credentials(access_token=SECRET, user=EVIL), MockTransport(),
        *(refused(kind) for kind in tree(errors.DirectusError)),
    ]  # fmt: skip


OBJECTS = objects()


def check(value: Displayed) -> str:
    """Return the HTML of an object, which is valid, and in which nothing runs and nothing is secret."""
    shown = value._repr_html_()
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    elements = list(parser.parseFragment(shown).iter())
    allowed = {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td", "img"}
    assert {element.tag for element in elements} - {"DOCUMENT_FRAGMENT"} <= allowed
    for element in elements:
        assert set(element.attrib) <= {"class", "style", "src", "alt"}
        assert element.get("src", "data:image/").startswith("data:image/")
    plain = pretty(value)
    for text in (shown, plain):
        assert SECRET not in text
        assert not set("\u202e\x1b\ud800") & set(text)
    assert max(map(len, plain.splitlines())) <= 79
    return shown


@pytest.mark.parametrize("value", OBJECTS, ids=lambda value: type(value).__name__)
def test_nothing_in_a_display_is_run_and_nothing_is_secret(value: Any) -> None:
    assert len(check(value)) > 10


SECRETS = {"token": SECRET, "url": f"https://cms.example.com/?access_token={SECRET}", "list": [{"api_key": SECRET}]}
CHANGED = {"kind": "E", "path": ["meta", "options", "token"], "lhs": SECRET, "rhs": SECRET}


@pytest.mark.parametrize(
    "value",
    [
        Page([SECRETS]),
        Page([SECRETS])[:1],
        BulkResult([SECRETS]),
        Change("update", 1, SECRETS, "a"),
        RealtimeEvent(event="init", data=[SECRETS]),
        BulkResult([SECRETS], errors=[ItemError(0, SECRETS, ValueError(f"GET /?access_token={SECRET}"))]),
        ItemError(0, SECRETS, ValueError(f"GET /?access_token={SECRET}")),
        Table([]).items().sync([SECRETS | {"id": 1}]).create,
        Table([SECRETS | {"id": 1}]).items().sync([SECRETS | {"id": 1, "token": f"{SECRET}2"}]).update,
        SchemaPlan({"hash": "", "diff": {"fields": [{"collection": "a", "field": "b", "diff": [CHANGED]}]}}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_repr_masks_as_a_display_does(value: Any) -> None:
    for text in (repr(value), str(value), check(value)):
        assert SECRET not in text
    assert SECRET not in pretty([value, {"a": value}])
    assert "***" in f"{value}{check(value)}"


def test_a_repr_shows_other_values_as_they_are() -> None:
    rows = [{"id": 1, "n": None, "x": 1.5, "when": date(2024, 1, 2), "tags": ["a"], "place": {"lat": 1}}, "key", 7]
    assert repr(Page(rows)) == str(Page(rows)) == repr(rows)
    assert repr(BulkResult(rows)) == f"BulkResult({rows!r}, count=3)"
    assert repr(Page([])) == "[]"
    loop: list[Any] = []
    loop.append({"loop": loop})
    assert "nested" in repr(Page(loop))


class Counted(dict[str, Any]):
    """A row that says when it is read."""

    read: set[int] = set()

    def items(self) -> Any:
        self.read.add(self["id"])
        return super().items()


def test_a_repr_reads_and_masks_no_more_items_than_it_has() -> None:
    Counted.read.clear()
    page = Page([Counted(id=number, token=SECRET) for number in range(3_000)])
    assert repr(page) == str(page)
    assert repr(page).endswith("{'id': 999, 'token': '***'}, ... 2,000 more]")
    assert Counted.read == set(range(1_000))
    assert repr(page[:1_000]).endswith("{'id': 999, 'token': '***'}]")
    result: BulkResult[Any] = BulkResult(page, errors=[ItemError(number, {}, ValueError()) for number in range(3_000)])
    assert repr(result).count("... 2,000 more]") == 2
    assert len(pretty([page])) < 200


def test_a_repr_masks_items_that_are_no_dicts() -> None:
    items = [f"https://cms.example.com/?access_token={SECRET}", [{"token": SECRET}], ("a",), 1.5]
    assert repr(Page(items)) == "['https://cms.example.com/?access_token=***', [{'token': '***'}], ('a',), 1.5]"


def test_what_a_server_conceals_is_not_shown_in_the_lists_of_a_plan() -> None:
    kinds = {"id": "integer", "pin": {"type": "string", "meta": {"special": ["conceal"]}}}
    rows = Table([], fields=kinds).items().sync([{"id": 1, "pin": SECRET}]).create
    for each in (rows, pickle.loads(pickle.dumps(rows))):
        assert SECRET not in repr(each) + check(each)
        assert each[0]["pin"] == SECRET


def test_every_public_class_has_a_display() -> None:
    names = [name for name in directus_sdk.__all__ if name not in PLAIN]
    classes = [kind for name in names if isinstance(kind := getattr(directus_sdk, name), type)]
    missing = [kind.__name__ for kind in classes if not issubclass(kind, Displayed) and not is_a_form(kind)]
    assert missing == []
    assert len(classes) > 80


def is_a_form(kind: type) -> bool:
    """Whether a class is a TypedDict, which has no instances of its own."""
    return hasattr(kind, "__total__") or kind is dict


def test_every_class_with_a_card_of_its_own_is_tested() -> None:
    for info in pkgutil.walk_packages(directus_sdk.__path__, "directus_sdk."):
        if not info.name.startswith(
            ("directus_sdk.contrib", "directus_sdk.testing", "directus_sdk.codegen", "directus_sdk.cli")
        ):
            importlib.import_module(info.name)
    tested = {kind for value in OBJECTS for kind in type(value).__mro__}
    own = [kind for kind in tree(Displayed) if "_card" in vars(kind) and not inspect.isabstract(kind)]
    assert {kind.__name__ for kind in own} - {kind.__name__ for kind in tested} == set()


def test_an_object_that_was_not_made_completely_has_a_display() -> None:
    for kind in {type(value) for value in OBJECTS}:
        assert "directus-sdk" in kind.__new__(kind)._repr_html_()
        assert pretty([kind.__new__(kind)]) + pretty(kind.__new__(kind))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_plain_text_is_as_wide_as_the_printer(width: int) -> None:
    rows = [
        {"id": 1, "title": "\u65e5\u672c\u8a9e" * 50, "text": "word " * 90, **{f"field{n}": "\uff21" * 9 for n in range(20)}}
    ]
    longest = {
        max(
            sum(1 + (east_asian_width(letter) in "WF") for letter in line)
            for line in pretty(value, max_width=width).splitlines()
        )
        for value in (
            Page(rows),
            Card("\u8a9e" * 99, facts={"\u65e5" * 99: "\u672c" * 99}, lines=["\u672c" * 99]),
            client().items("a"),
        )
    }
    assert width - 10 <= max(longest) <= width


def test_an_error_says_each_thing_once() -> None:
    body = {"errors": [{"message": "no field titel", "extensions": {"code": "FORBIDDEN", "reason": "no field titel."}}]}
    directus = Directus("https://cms.example.com", transport=MockTransport([json_response(body, 403)]))
    with pytest.raises(APIError) as caught:
        directus.items("articles").read_many(fields=["titel"])
    assert "print(directus.explain(error))" in caught.value._repr_html_()
    plain = pretty(caught.value)
    for words in (
        "no field titel",
        "403",
        "FORBIDDEN",
        "GET https://",
        "What to do",
        "check the spelling",
        "directus.explain(error)",
    ):
        assert plain.count(words) == 1, plain


def test_what_is_left_out_is_counted() -> None:
    facts = Card("many", facts={f"fact {number}": "word " * 20 for number in range(100)})
    lines = Card("many", lines=[f"line {number} {'word ' * 20}" for number in range(100)])
    for card, first in ((facts, "fact 9"), (lines, "line 9")):
        for text in (check(card), pretty(card)):
            assert first in text
            assert "more" in text
            assert len(text) < 10_000


@pytest.mark.parametrize("row", [
    {"id": 1, "text": "\u4e2d" * 100_000},
    {f"{EVIL}{number}": EVIL * 100 for number in range(1_000)},
    {"deep": [[[[[[["x" * 10_000] * 50] * 50] * 50]]]]},
    {"a": Hostile(), "b": 10**5_000, "c": b"\0" * 1_000_000, "d": {Hostile(): Hostile()}},
    {str(number): '"\\' * 1_000 for number in range(20)},
])  # fmt: skip
def test_a_page_is_at_most_20_kb_in_a_notebook(row: dict[str, Any]) -> None:
    page = Page([row] * 3_000, {"total_count": 10_000})
    shown, plain = check(page), pretty(page)
    data = {"text/html": shown.splitlines(keepends=True), "text/plain": plain.splitlines(keepends=True)}
    assert len(json.dumps(data, ensure_ascii=False, indent=1).encode()) <= 20_000
    assert "3,000 of 10,000 items" in shown
    assert "3,000 of 10,000 items" in plain


def test_everything_is_at_most_20_kb_in_a_notebook() -> None:
    long = "\u4e2d" * 10_000
    for value in (
        Card(long, facts={f"{number}{long}": long for number in range(100)}, lines=[long] * 1_000),
        Explanation("\n".join([long] * 1_000)),
        Restored(0, 0, 0, 0, [long] * 1_000),
        Meta({f"{number}{long}": [long] * 100 for number in range(100)}),
    ):
        assert size(check(value)) + size(pretty(value)) < 20_000


def test_names_and_a_meta_are_masked() -> None:
    facts = {f"a?access_token={SECRET}": 1}
    assert "a?access_token=***" in check(Card(facts=facts)) + check(Page([facts]))
    assert "***" in check(Meta({"note": [{"token": SECRET}]}))


@pytest.mark.parametrize(("count", "words"), [(8, "1 column: f7"), (9, "2 columns: f7, f8")])
def test_columns_without_room_are_named(count: int, words: str) -> None:
    rows = [{f"f{number}": number for number in range(count)}]
    assert pretty(Page(rows)).endswith(f"1 item; not displayed: {words}")
    assert pretty(Page([*rows, dict.fromkeys(["empty"])])).count("1 column without values") == 1


def test_long_texts_have_three_lines_and_dates_one() -> None:
    shown = check(Page([{"date": "2024-01-02", "name": "a-b", "text": "word " * 90}]))
    assert '<td style="text-align:left;white-space:nowrap">2024-01-02</td>' in shown
    assert '<td style="text-align:left">a-b</td>' in shown
    assert shown.count("-webkit-line-clamp:3") == 1


def test_what_cannot_be_read_is_named() -> None:
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    shown = check(Page([HostileMapping(a=1), {"b": HostileList([1]), "c": loop}, Hostile(), [1], None]))
    assert "&lt;HostileMapping: RuntimeError&gt;" in shown
    assert "&lt;HostileList: RuntimeError&gt;" in shown


def test_the_keys_of_a_bulk_result_are_one_line() -> None:
    result = BulkResult(range(5_000))
    assert "10, 11, … and 4,988 more" in result._repr_html_()
    assert len(pretty(result).splitlines()) == 2


def test_relations_are_shown_by_their_titles() -> None:
    page = Page([{
        "author": {"id": 2, "name": "Grace Hopper"}, "editor": {"first_name": "Ada", "last_name": "Lovelace"},
        "owner": {"id": 77},
        "tags": [{"id": 1, "tags_id": {"name": "red"}}, {"id": 2, "tags_id": {"name": "blue"}}], "place": {"lat": 1, "lon": 2},
    }], {"total_count": 240})  # fmt: skip
    shown = check(page)
    for title in ("Grace Hopper", "Ada Lovelace", "red, blue", ">77<", "lat: 1, lon: 2", "1 of 240 items"):
        assert title in shown
    assert "{" not in shown
    assert "1 of 240 items" in check(page[:1])


def test_models_are_rows() -> None:
    @attrs.define
    class Article:
        id: int
        secret_note: str = attrs.field(repr=False)

    shown = check(Page([Article(7, "hidden")]))
    assert ">7<" in shown
    assert "hidden" not in shown


def test_an_item_of_a_model_is_displayed_by_its_fields() -> None:
    @attrs.define
    class Article(Displayed):
        title: str
        token: str

    @dataclasses.dataclass
    class Author(Displayed):
        title: str
        token: str

    class Tag(Displayed, pydantic.BaseModel):
        title: str
        token: str

    for kind in (Article, Author, Tag):
        shown = check(kind(title=EVIL, token=SECRET))
        part = pretty([kind(title="red", token=SECRET)])
        assert part == f"[{kind.__name__}(title='red', token='***')]"
        assert ">title<" in shown
        assert "&lt;script&gt;" in shown
        assert kind.__name__ in shown


def test_a_related_item_of_a_model_is_shown_by_its_title() -> None:
    @attrs.define
    class Author:
        id: int
        name: str
        token: str

    @dataclasses.dataclass
    class Place:
        lat: int
        token: str

    class Tag(pydantic.BaseModel):
        title: str
        token: str
        secret_note: str = pydantic.Field("hidden", repr=False)

    article = {"author": Author(1, "Ada", SECRET), "place": Place(7, SECRET), "tags": [Tag(title="red", token=SECRET)] * 2}
    shown = check(Page([article]))
    for title in (">Ada<", ">lat: 7, token: ***<", ">red, red<"):
        assert title in shown
    assert "hidden" not in check(Page([Tag(title="red", token=SECRET)]))


def test_a_plan_shows_the_values_before_and_after() -> None:
    rows = [{"id": number, "n": 1} for number in range(3_000)]
    plan = Table(rows).items().sync([{"id": row["id"], "n": 2} for row in rows])
    assert len(repr(plan)) < 100
    assert len(repr(plan.update)) < 1_000
    shown = check(plan)
    assert "0 to create, 3,000 to update, 0 to delete, 0 equal" in shown
    for text in ("before", "after", ">1<", ">2<"):
        assert text in shown


def test_data_models_are_described_and_not_dumped() -> None:
    entry = {"collection": "a", "schema": {}, "meta": {"singleton": True, "note": "The site", "hidden": True, "sort": 3}}
    system = {"collection": "directus_a", "schema": {}, "meta": {"system": True, "note": "$t:directus_collection.a"}}
    assert "$t" not in check(Page([entry, system]))
    shown = check(Page([entry]))
    for text in ("singleton", "The site", "yes"):
        assert text in shown
    assert "sort" not in shown


def test_images_are_read_on_request_and_within_a_limit() -> None:
    content = {"small": b"GIF89a", "large": b"x" * 100_000}
    seen = []

    def respond(request: Any) -> Any:
        name = request.url.partition("/assets/")[2].partition("?")[0]
        seen.append(name)
        if name not in content:
            return json_response({"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}, 403)
        return directus_sdk.Response(200, {"Content-Type": "image/gif"}, content[name])

    directus = Directus("https://cms.example.com", transport=MockTransport(respond))
    files = [{"id": name, "type": "image/gif"} for name in ("small", "large", "refused")]
    page = Page([*files, {"id": "text", "type": "text/plain", "cover": "small"}])
    assert "<img" not in check(page)
    assert seen == []
    shown = check(page.show(images=directus, fields=["cover"]))
    assert shown.count("<img") == 2
    assert sorted(seen) == ["large", "refused", "small"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: Page([ROW]).show(images="cover"),  # type: ignore[arg-type]
        lambda: Page([ROW]).show(fields="cover"),
        lambda: Page([ROW]).show(fields=5),  # type: ignore[arg-type]
        lambda: full_tracebacks("no"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_type_is_refused(call: Any) -> None:
    with pytest.raises(TypeError, match="must be"):
        call()


def test_a_display_is_imported_when_something_is_displayed() -> None:
    code = "import sys, directus_sdk as d; d.Page([1]); print(*[name for name in sys.modules if 'sdk.display.' in name])"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=root, timeout=60)
    assert done.stdout.strip() == ""
