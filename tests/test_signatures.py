"""What an editor, IPython and `inspect` see of the methods: every keyword by its name."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
from collections.abc import Iterator
from inspect import Parameter
from unittest import mock

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from directus_sdk import AssetsHandler, Directus, ItemsHandler, Query, WriteQuery
from directus_sdk.contrib.notebook import connect
from directus_sdk.handlers.assets import Transform
from directus_sdk.signatures import SpelledSignature
from directus_sdk.wire.query import EveryPageQuery, ItemQuery

directus = Directus("https://cms.example.com", token="t")
KEYWORDS = list(Query.__annotations__)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    shell = InteractiveShell()
    shell.user_ns.update(Directus=Directus, directus=directus, articles=directus.items("articles"), connect=connect)
    # The cache of the user may have a file that another process is writing.
    with mock.patch("jedi.settings.cache_directory", str(tmp_path_factory.mktemp("jedi"))):
        yield shell


def completions(shell: InteractiveShell, text: str) -> list[str]:
    with provisionalcompleter():
        return [completion.text for completion in shell.Completer.completions(text, len(text))]


@pytest.mark.parametrize("use_jedi", [True, False])
@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("articles.read_many(li", "limit="),
        ("articles.read_many([1, 2], fie", "fields="),
        ("articles.read_all(pag", "page_size="),
        ("articles.read_one(1, dee", "deep="),
        ("articles.iterate(filter={'id': {'_gt': 3}}, so", "sort="),
        ("articles.create_many([{}], fie", "fields="),
        ("directus.assets.read('key', wi", "width="),
        ("directus.users.me.read(fie", "fields="),
        ("Directus.from_env(tim", "timeout="),
        ("conn", "connect"),
        ("connect(tim", "timeout="),
        ("connect('https://cms.example.com', stor", "storage="),
        ("directus.collections.update_one('a', {}, concur", "concurrent_index_creation="),
    ],
)
def test_ipython_completes_keywords(shell: InteractiveShell, text: str, offered: str, use_jedi: bool) -> None:
    shell.Completer.use_jedi = use_jedi
    assert offered in completions(shell, text)


@pytest.mark.parametrize("name", ["read_one", "read_many", "read_all", "create_many", "update_one"])
def test_ipython_shows_the_keywords_of_a_method(shell: InteractiveShell, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_line_magic("pinfo", f"articles.{name}")
    shown = capsys.readouterr().out
    queries = {"read_one": ItemQuery, "read_many": Query, "read_all": EveryPageQuery}
    keywords = queries.get(name, WriteQuery).__annotations__
    assert all(f"{keyword}: " in shown for keyword in keywords)
    assert (" filter: " in shown) == name.startswith("read")
    assert "**params" not in shown.partition("Docstring:")[0]


def test_help_shows_the_keywords() -> None:
    script = "from directus_sdk import ItemsHandler; help(ItemsHandler.read_all)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "filter: " in shown
    assert "page_size: " in shown


def test_the_keywords_come_last_and_are_none_by_default() -> None:
    parameters = list(inspect.signature(ItemsHandler.read_many).parameters.values())
    spelled = parameters[-len(KEYWORDS) :]
    assert [parameter.name for parameter in spelled] == KEYWORDS
    assert {(parameter.kind, parameter.default) for parameter in spelled} == {(Parameter.KEYWORD_ONLY, None)}
    assert {parameter.name: parameter.annotation for parameter in spelled}["limit"] == "int | None"
    assert list(inspect.signature(AssetsHandler.read).parameters)[2:] == list(Transform.__annotations__)


def test_from_env_has_the_options_of_the_client() -> None:
    options = inspect.signature(Directus).parameters
    shown = inspect.signature(Directus.from_env).parameters
    assert list(shown) == ["dotenv", "anonymous", *options]
    assert {name: each.annotation for name, each in options.items() if name != "url"}.items() <= {
        name: each.annotation for name, each in shown.items()
    }.items()


def test_connect_has_the_options_of_the_client() -> None:
    assert list(inspect.signature(connect).parameters) == list(inspect.signature(Directus).parameters)


def test_a_bound_method_has_the_signature_without_self() -> None:
    whole = list(inspect.signature(ItemsHandler.read_many).parameters)
    assert list(inspect.signature(directus.items("a").read_many).parameters) == whole[1:]
    assert list(inspect.signature(directus.users.read_many).parameters) == whole[1:]


def test_a_signature_is_computed_when_it_is_looked_at() -> None:
    def method(first: int, **params: Unpack[Query]) -> str:  # type: ignore[name-defined]  # noqa: F821
        return ""

    with mock.patch("inspect.signature") as asked:
        signature = SpelledSignature.of(method)
        assert asked.mock_calls == []
    assert signature.return_annotation == "str"
    assert list(signature.parameters) == ["first", *KEYWORDS]


def test_keywords_that_are_no_typed_dict_stay() -> None:
    def method(first: int, **params: object) -> None: ...

    assert str(SpelledSignature.of(method)) == str(inspect.signature(method))


def test_keywords_whose_class_only_type_checkers_import_stay() -> None:
    def method(first: int, **params: Unpack[Missing]) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    assert str(SpelledSignature.of(method)) == str(inspect.signature(method))


def test_a_positional_parameter_hides_the_keyword_of_its_name() -> None:
    def method(filter: str, /, **params: Unpack[Query]) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    assert KEYWORDS[0] == "filter"
    assert list(SpelledSignature.of(method).parameters) == KEYWORDS


def test_a_signature_can_be_pickled_copied_and_compared() -> None:
    signature = inspect.signature(ItemsHandler.read_all)
    copies = [pickle.loads(pickle.dumps(signature)), copy.copy(signature), copy.deepcopy(signature), signature.replace()]
    assert all(made == signature and hash(made) == hash(signature) and str(made) == str(signature) for made in copies)
    assert repr(signature).startswith("<Signature (self, query")


def test_a_mock_with_the_signature_refuses_misspelt_keywords() -> None:
    items = mock.create_autospec(ItemsHandler, instance=True)
    items.read_all(limit=3, filter={"id": {"_gt": 3}})
    with pytest.raises(TypeError, match="limt"):
        items.read_all(limt=3)


def test_no_method_hides_keywords_that_have_names() -> None:
    methods = {
        f"{type(handler).__name__}.{name}": method
        for handler in [directus.items("a"), directus.singleton("a"), *(getattr(directus, n) for n in dir(directus))]
        if type(handler).__module__.startswith("directus_sdk.handlers")
        for name, method in inspect.getmembers(handler, callable)
        if not name.startswith("_")
    }
    assert len(methods) > 300
    hidden = {
        name
        for name, method in methods.items()
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind is Parameter.VAR_KEYWORD and "Unpack" in str(parameter.annotation)
    }
    assert hidden == set()
