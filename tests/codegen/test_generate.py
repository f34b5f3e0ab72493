"""What a generated module is: the same bytes, importable, formatted, and free of anything that the server could inject."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from directus_sdk import UNSET, ConfigurationError
from directus_sdk.codegen import Style, generate
from directus_sdk.testing import MockTransport
from tests.codegen.project import imported, rich, schema_of

STYLES: tuple[Style, ...] = get_args(Style)
EVIL = [
    '"""\nimport os; os.abort()\n"""',
    "'''\\",
    '\\"""; boom()',
    "a\nboom()  # b",
    "]; boom(); [",
    "\u202e\u2066 txt \x00 \x1b[31m",
    '""""',
    '"',
    "\\N{SNOWMAN}",
    "{boom()}",
]


@pytest.mark.parametrize("style", STYLES)
def test_all_styles_are_importable_formatted_and_always_the_same(style: Style, tmp_path: Path) -> None:
    source = generate(rich(), style)
    assert source == generate(rich(), style)
    module = imported(source, f"rich_{style}")
    assert module.Cms.default_models["rich_articles"] is module.RichArticles
    assert module.Cms.primary_keys["rich_tags"] == "slug"
    assert module.RichArticlesItems is Any
    path = tmp_path / "cms.py"
    path.write_text(source, encoding="utf-8")
    for width in ("88", "120"):
        command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", width, "--check", str(path)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_checked_in_module_is_what_is_written_now() -> None:
    fixture = Path(__file__).parent.parent / "typing" / "cms.py"
    assert fixture.read_text(encoding="utf-8") == generate(rich())


def test_a_snapshot_gives_the_same_classes_for_collections_of_ones_own() -> None:
    own = [name for name, entry in rich().collections.items() if not entry.system and not entry.folder]
    whole, custom = (generate(schema, collections=own) for schema in (rich(), rich().custom()))
    assert whole == custom


@pytest.mark.parametrize("style", ["attrs", "dataclass", "pydantic"])
def test_items_become_instances_and_what_is_not_set_is_not_sent(style: Style) -> None:
    module = imported(generate(rich(), style), f"sent_{style}")
    sent: list[Any] = []

    def respond(request: Any) -> Any:
        sent.append(json.loads(bytes(request.body)) if request.body is not None else None)
        return {"id": 1, "title": "Hello", "author": {"name": "Ada"}, "tags": [1, {"tag": "x"}]}

    cms = module.Cms("https://cms.example.com", token="t", transport=MockTransport(respond))
    article = cms.items("rich_articles").read_one(1)
    assert isinstance(article, module.RichArticles)
    assert (article.author.name, article.tags[0], article.tags[1].tag) == ("Ada", 1, "x")
    assert article.price is (None if style == "pydantic" else UNSET)
    cms.items("rich_articles").create_one(module.RichArticles(title="New", author=module.RichAuthors(name="Ada")))
    cms.items("class").create_one(module.Class(from_="here", weird_name="x", field_2nd=None))
    assert sent[1] == {"title": "New", "author": {"name": "Ada"}}
    assert sent[2].items() >= {"from": "here", "weird-name": "x"}.items()
    assert cms.models["directus_users"] is module.DirectusUsers


def test_the_primary_key_of_a_collection_is_known_and_a_model_of_ones_own_is_used() -> None:
    module = imported(generate(schema_of(tags={"id": None, "slug": {"type": "string", "schema": {"is_primary_key": True}}})))
    cms = module.Cms("https://cms.example.com")
    assert cms.items("tags").primary_key == "slug"
    assert cms.items("tags", primary_key="name").primary_key == "name"
    assert module.Cms("https://cms.example.com", models={"tags": dict}).models == {"tags": dict}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("evil", EVIL)
def test_no_text_of_the_server_is_executed(style: Style, evil: str) -> None:
    choices = {"options": {"choices": [{"value": evil}, {"value": "b"}]}, "note": evil}
    fields = {evil: {"type": "string", "meta": choices}, f"x{evil}": "integer", f"_{evil}": "json"}
    schema = schema_of(**{evil: {**fields, "_meta": {"note": evil}}})
    source = generate(schema, style, names={evil: "Evil"})
    allowed = {"Evil", "TypedDict", "define", "dataclass", "Field", "field", "ConfigDict", "BaseModel"}
    tree = ast.parse(source)
    called = {getattr(node.func, "attr", getattr(node.func, "id", "")) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert called <= allowed | {"TypeVar", "setattr", "delattr", "vars", "__attrs_init__", "endswith", "AttributeError"}
    assert source.isascii() or all(character.isprintable() or character == "\n" for character in source)
    module = imported(source, "evil_module")
    assert module.Cms.default_models[evil] is module.Evil
    if style == "typeddict":
        assert evil in module.Evil.__annotations__


def test_names_of_classes_and_their_collisions() -> None:
    with pytest.raises(ConfigurationError, match=r"'a-b' and 'a_b' would both have the class AB: .*--names"):
        generate(schema_of(**{"a-b": {}, "a_b": {}}))
    assert "class Other:" in generate(schema_of(**{"a-b": {}, "a_b": {}}), names={"a-b": "Other"})
    with pytest.raises(ConfigurationError, match="'articles' and 'articles_create' would both have the class ArticlesCreate"):
        generate(schema_of(articles={}, articles_create={}))
    with pytest.raises(ConfigurationError, match="the client and 'cms' would both have the class Cms"):
        generate(schema_of(cms={}))
    with pytest.raises(ConfigurationError, match="no class can be named after the collection '---'"):
        generate(schema_of(**{"---": {}}))
    with pytest.raises(ConfigurationError, match="'articels', which is not a collection; did you mean 'articles'"):
        generate(schema_of(articles={}), names={"articels": "Article"})
    for name in ("not valid", "class", "__import__", ""):
        with pytest.raises(ConfigurationError, match="must be the name of a class"):
            generate(schema_of(articles={}), names={"articles": name})
        with pytest.raises(ConfigurationError, match="must be the name of a class"):
            generate(schema_of(articles={}), client=name)


def test_a_collection_without_a_readable_primary_key() -> None:
    module = imported(generate(schema_of(logs={"id": None, "line": "text"})))
    assert module.Cms.primary_keys == {}
    assert module.Logs(line="x").line == "x"


def test_nothing_and_one_collection() -> None:
    for schema in (schema_of(), schema_of(one={}), schema_of(one={"_meta": {"singleton": True}})):
        compile(generate(schema), "cms.py", "exec")
    with pytest.raises(ConfigurationError, match="no collection 'articels'; did you mean 'articles'"):
        generate(schema_of(articles={}), collections=["articels"])
    with pytest.raises(ConfigurationError, match="style must be one of attrs"):
        generate(schema_of(), "json")  # type: ignore[arg-type]
