"""Calls as a new user writes them, after another client, Django, SQL or pandas: the error says what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any
from unittest import mock

import pytest

import directus_sdk
from directus_sdk import Directus, LoginAuth, Transport
from directus_sdk.errors.foreign_imports import IMPORTS
from directus_sdk.errors.foreign_operations import OPERATIONS
from directus_sdk.errors.hints import UnknownAttribute
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.testing import MockTransport

URL = "https://cms.example.com"

CALLS = [
    # ------------------------------------------------------------ arguments in another place
    ("articles.create_one(title='x')", "the fields of an item go into a mapping: create_one({'title': …})"),
    ("articles.update_one(1, title='x')", "the fields of an item go into a mapping: update_one(1, {'title': …})"),
    ("directus.users.create_one(email='a@b.c', role='r')", "create_one({'email': …, 'role': …})"),
    ("directus.files.update_one('k', title='x')", "update_one(…, {'title': …})"),
    ("directus.singleton('a').update(title='x')", "update({'title': …})"),
    ("directus.settings.update(project_name='x')", "update({'project_name': …})"),
    ("directus.users.me.update(first_name='x')", "update({'first_name': …})"),
    ("directus.collections.create_one(collection='a')", "create_one({'collection': …})"),
    ("articles.create_one()", "write create_one({'title': …})"),
    ("articles.update_one(1)", "the fields to change go second: update_one(1, {'title': …})"),
    ("articles.update_one({'id': 1, 'title': 'x'})", "the key goes first: update_one(1, {'title': …})"),
    ("articles.update_one(id=1, data={'title': 'x'})", "the key goes first: update_one(1, {'title': …})"),
    ("articles.read_one()", "the key goes first: read_one(1)"),
    ("articles.read_one(id=1)", "the key goes first: read_one(1)"),
    ("articles.read_one(slug='hello')", "write first(filter={'slug': {'_eq': …}})"),
    ("directus.users.read_one(email='a@b.c')", "write first(filter={'email': {'_eq': …}})"),
    ("articles.read_one(filter={'id': {'_eq': 1}})", "write first(filter=…)"),
    ("articles.delete_one(slug='hello')", "write delete_by_query(filter={'slug': {'_eq': …}})"),
    ("articles.delete_one(filter={'id': {'_eq': 1}})", "write delete_by_query(filter=…)"),
    ("articles.delete_many()", "keys go first: delete_many([1, 2])"),
    ("articles.delete_many(ids=[1])", "keys go first: delete_many([1, 2])"),
    ("articles.delete_many(filter={'id': {'_eq': 1}})", "write delete_by_query(filter=…)"),
    ("articles.delete_many(1, 2)", "pass one list: delete_many([1, 2])"),
    ("articles.read_many(1, 2, 3)", "pass one list: read_many([1, 2, 3])"),
    ("articles.update_many(ids=[1], data={})", "keys go first: update_many([1, 2], {'title': …})"),
    ("articles.update_many(filter={'id': {'_eq': 1}}, data={})", "write update_by_query(filter=…, data=…)"),
    ("articles.delete_one(1, fields=['id'])", "its keywords are key, must_exist"),
    ("articles.delete_many([1], must_exist=True)", "it is an option of other methods, not of this one: of update_one"),
    ("articles.sync([{}], key='sku')", "write match_on='slug'"),
    ("articles.delete_many([1], batchsize=3)", "did you mean batch_size?"),
    ("directus.collections.update_one('articles', meta={'note': 'x'})", "update_one('articles', {'meta': {'note': …}})"),
    ("directus.fields.read_all('articles')", "for one collection write read_many('articles')"),
    ("directus.relations.read_all('articles')", "for one collection write read_many('articles')"),
    ("directus.collections.read_all('articles')", "for one collection write read_one('articles')"),
    ("directus.fields.read_one('articles')", "all fields of a collection are read with read_many('articles')"),
    ("directus.relations.read_one('articles')", "are read with read_many('articles')"),
    ("directus.fields.create_one({'field': 'title'})", "the collection goes first: create_one('articles', {'field'"),
    ("directus.collections.create_one('articles')", "such as {'collection': 'articles'"),
    ("directus.fields.create_one('articles', 'title')", "such as {'field': 'title', 'type': 'string'}"),
    ("directus.items()", "write directus.items('articles')"),
    ("directus.items('a', id=1)", "write items('articles').read_one(1)"),
    ("directus.singleton()", "write directus.singleton('globals')"),
    ("directus.request('/x')", "write request('GET', '/my-endpoint')"),
    ("directus.request('GET', '/x', query={'a': 1})", "write request(method, path, params={...})"),
    ("directus.request('POST', '/x', body={'a': 1})", "write request(method, path, json={...})"),
    ("directus.request('GET', '/x', retries=3)", "with_options(retry=RetryPolicy(attempts=3))"),
    ("directus.auth.login(username='a', password='b')", "write login(email, password)"),
    ("directus.auth.login(token='a')", "write directus.auth.static(token)"),
    ("directus.auth.login('a', 'b', '123456')", "the rest are keywords: otp="),
    ("directus.assets.download('key')", "write download(key, to='image.jpg'), or read(key) for the bytes"),
    ("directus.flows.trigger()", "write trigger(flow, data)"),
    ("directus.flows.trigger(key='f', data={})", "the key of the flow goes first: trigger(flow, data)"),
    ("directus.flows.trigger('f', params={})", "write trigger(flow, data={...}, method='GET')"),
    ("directus.assets.read('f', {'width': 5})", "a transformation goes into keywords: read(id, width=200)"),
    ("directus.assets.download('f', 'to', {'width': 5})", "a transformation goes into keywords: download(id, to, width=200)"),
    ("directus.flows.trigger('key', a=1)", "its keywords are flow, data, method"),
    ("directus.graphql.items()", "write items('query { articles { id } }')"),
    ("directus.with_options(url='x')", "make another client"),
    ("directus.with_options(verify=False)", "make another client"),
    ("directus.fields.update_one('title', {'a': 1})", "write update_one(collection, field, data)"),
    ("directus.fields.delete_many(['a'])", "write delete_many(collection, names)"),
    ("directus.collections.delete_one()", "the key goes first: delete_one('articles')"),
    ("articles.version('draft')", "write version(key, name)"),
    ("directus.users.invites.send('a@b.c')", "write send(email, role)"),
    ("directus.utils.export('articles')", "write export(collection, format)"),
    ("articles.sync([{}], dry_run=True)", "print(plan), then plan.apply()"),
    ("articles.subscribe(callback=print)", "for event in directus.items('articles').subscribe()"),
    ("articles.create_one({'title': 'x'}, ['id'])", "names of fields to fields=['id', 'title']"),
    ("directus.items('/items/articles')", "collection must be a name such as 'articles', not the path"),
    # ------------------------------------------------------------ the client
    ("Directus()", "write Directus('https://cms.example.com'), or Directus.from_env()"),
    ("Directus(base_url=URL)", "write Directus('https://cms.example.com')"),
    ("Directus(url=URL, access_token='x')", "write Directus(url, token=...)"),
    ("Directus(URL, api_key='x')", "write Directus(url, token=...)"),
    ("Directus(URL, static_token='x')", "write Directus(url, token=...)"),
    ("Directus(URL, 's3cret')", "write Directus(url, token=...), or Directus(url, email=..., password=...)"),
    ("Directus(URL, 'a@b.c', 's3cret')", "write Directus(url, token=...), or Directus(url, email=..., password=...)"),
    ("Directus(URL, username='x', password='s3cret')", "write Directus(url, email=..., password=...)"),
    ("Directus(URL, verify=False)", "Directus(url, transport=RequestsTransport(verify=...))"),
    ("Directus(URL, proxies={})", "Directus(url, transport=RequestsTransport(proxies=...))"),
    ("Directus(URL, max_retries=3)", "write Directus(url, retry=RetryPolicy(attempts=3))"),
    ("Directus(URL, mode='session')", "write Directus(url, auth=LoginAuth(mode='json', ...))"),
    ("directus_sdk.LoginAuth('a@b.c', 'pw')", "write Directus(url, email=..., password=...)"),
    ("Directus(URL, debug=True)", "logging.getLogger('directus_sdk')"),
    ("Directus(URL, user_agent='x')", "headers={'User-Agent': ...}"),
    ("Directus(URL, tokn='x')", "did you mean token?"),
    ("Directus.from_env('x')", "the rest are keywords: dotenv=, anonymous="),
    ("Directus(URL + '/items')", "the base URL of the server, which ends before /items: write 'https://cms.example.com'"),
    ("Directus(URL + '/items/articles')", "write 'https://cms.example.com'"),
    ("Directus(URL + '/cms/graphql/')", "write 'https://cms.example.com/cms'"),
    ("Directus(URL + '/auth/login')", "write 'https://cms.example.com'"),
    # ------------------------------------------------------------ containers
    ("directus['articles']", "write directus.items('articles')"),
    ("directus.items('a')[1]", "write read_one(1)"),
    ("directus.users['key']", "write read_one('key')"),
    ("articles[0:3]", "write read_many(offset=..., limit=...)"),
    ("[x for x in articles]", "'ItemsHandler' object is not iterable: write iterate(), or read_all()"),
    ("list(directus.users)", "'UsersHandler' object is not iterable: write iterate()"),
    ("list(directus)", "write directus.collections.read_all()"),
    ("len(articles)", "'ItemsHandler' object has no len(): write count()"),
    ("1 in articles", "write exists(1)"),
    ("'articles' in directus", "write directus.collections.exists('articles')"),
    ("'articles' in directus.collections", "write exists('articles')"),
    ("directus.collections['articles']", "write read_one('articles')"),
    ("directus.settings['project_name']", "write read()['project_name']"),
    ("list(directus.server)", "'ServerHandler' object is not iterable"),
    # ------------------------------------------------------------ keywords of other methods and of other clients
    ("directus.users.read_many(email='a@b.c')", "fields are filtered with filter={'email': {'_eq': 'a@b.c'}}"),
    ("directus.files.first(type='image/png')", "fields are filtered with filter={'type': {'_eq': 'image/png'}}"),
    ("articles.subscribe(status='x')", "fields are filtered with filter={'status': {'_eq': 'x'}}"),
    ("articles.aggregate({'count': '*'}, status='x')", "fields are filtered with filter={'status': {'_eq': 'x'}}"),
    ("articles.read_frame(status='x')", "fields are filtered with filter={'status': {'_eq': 'x'}}"),
    ("articles.delete_by_query(status='x')", "fields are filtered with filter={'status': {'_eq': 'x'}}"),
    ("articles.update_by_query(status='x', data={'n': 1})", "fields are filtered with filter={'status': {'_eq': 'x'}}"),
    ("articles.update_by_query({'id': {'_gt': 1}}, {}, status='x')", "The fields to change go into data={'status': …}"),
    ("articles.read_many(views__gt=3)", "fields are filtered with filter={'views': {'_gt': 3}}"),
    ("articles.read_many(author__name__icontains='A')", "filter={'author': {'name': {'_icontains': 'A'}}}"),
    ("articles.read_many({'filter[status][_eq]': 'x'})", "filter={'status': {'_eq': 'x'}}"),
    ("articles.read_many(query={'status': {'_eq': 'x'}})", "a filter is given as {'filter': {'status': …}}"),
    ("articles.read_all(chunk_size=10)", "read_all(page_size=…)"),
    ("articles.read_all(batch_size=10)", "read_all(page_size=…)"),
    ("articles.read_many(size=10)", "write limit=10"),
    ("articles.read_many(start=10)", "write offset=10"),
    ("articles.read_many(desc=True)", "sort='-date'"),
    ("articles.read_many(depth=2)", "fields=['*', 'author.*']"),
    ("articles.read_many(lang='de')", "fields=['*', 'translations.*']"),
    ("articles.iterate(pagesize=3)", "read_all(page_size=…) and iterate(page_size=…) read every page"),
    ("articles.read_many(all=True)", "read_all() reads every page"),
    ("articles.read_many(model=dict)", "items('articles', Article)"),
    ("articles.read_many(access_token='s3cret')", "directus.with_token(token)"),
    ("articles.read_many(options={'limit': 3})", "stands in the query itself"),
    ("articles.aggregate({'count': '*'}, having={'a': 1})", "select among the rows in Python"),
    ("articles.create_many([{}], chunk_size=10)", "write batch_size=100"),
    ("articles.create_many([{}], max_workers=4)", "write workers=4"),
    ("articles.create_many([{}], ignore_errors=True)", "write on_error='collect'"),
    ("articles.create_many([{}], ignore_conflicts=True)", "create_many(rows, match_on='slug') skips the items that exist"),
    ("articles.create_many([{}], retries=3)", "with_options(retry=RetryPolicy(attempts=3))"),
    ("articles.upsert_many([{}], on='sku')", "write match_on='slug'"),
    ("articles.upsert_one({}, unique_by='sku')", "write match_on='slug'"),
    ("directus.files.upload(b'x', title='x')", "its mapping: {'title': …}"),
    # ------------------------------------------------------------ keys
    ("articles.read_one([1, 2])", "a list of keys goes to the method whose name ends with _many"),
    ("articles.delete_one([1])", "a list of keys goes to the method whose name ends with _many"),
    ("articles.update_one([1, 2], {'n': 1})", "a list of keys goes to the method whose name ends with _many"),
    ("articles.read_one({'id': 1})", "pass the key that it holds: item['id']"),
    ("articles.delete_one({'id': 1})", "pass the key that it holds: item['id']"),
    ("articles.read_many(1)", "for one item use the method for one, such as read_one(1)"),
    ("articles.delete_many(1)", "for one item use delete_one"),
    ("articles.delete_many([{'id': 1}])", "[item['id'] for item in items]"),
    ("articles.read_all([1, 2])", "a list of keys goes to read_many([1, 2])"),
    ("articles.iterate([1, 2])", "a list of keys goes to read_many([1, 2])"),
    ("articles.count([1, 2])", "a list of keys goes to read_many([1, 2])"),
    ("articles.count([{'a': {'_eq': 1}}])", "for all of several filters write filter={'_and': [...]}"),
    ("articles.delete_by_query([1, 2])", "a list of keys goes to update_many or delete_many"),
    ("articles.delete_by_query(1)", "one key goes to update_one or delete_one"),
    ("articles.update_by_query([1, 2], {'n': 1})", "a list of keys goes to update_many or delete_many"),
    ("articles.update_batch([1, 2], {'n': 1})", "for the same change to several items write update_many([1, 2], {'title': …})"),
    ("articles.update_batch({1: {'n': 1}})", "pass [{'id': key, **item} for key, item in items.items()]"),
    ("articles.first(1)", "one key goes to read_one(1)"),
    ("articles.first('status=published')", "write filter={'status': {'_eq': 'published'}}"),
    ("articles.update_many([1], [{'n': 1}])", "or to update_batch"),
    # ------------------------------------------------------------ values
    ("articles.read_many(filter='status=published')", "must be a mapping such as {'status': {'_eq': 'published'}}, not str"),
    ("articles.count(filter='{\"status\": 1}')", "for JSON pass json.loads(...)"),
    ("articles.first(filter=[{'a': {'_eq': 1}}])", "for all of several filters write {'_and': [...]}"),
    ("articles.read_many(filter=('status', '=', 'x'))", "write {'status': {'_eq': …}}"),
    ("articles.read_all(filter={'status': {'eq': 'x'}})", "unknown operator eq in filter.status; did you mean _eq?"),
    ("articles.delete_by_query({'status': {'eq': 'x'}})", "unknown operator eq in filter.status; did you mean _eq?"),
    ("articles.read_many(filter={'status': {'IN': 'x'}})", "did you mean _in? For a field of a related item write"),
    ("articles.read_many(filter={'title': {'startsWith': 'x'}})", "did you mean _starts_with?"),
    ("articles.read_many(filter={'title': {'like': 'x'}})", "did you mean _contains?"),
    ("articles.read_many(filter={'views': {'>': 3}})", "unknown operator > in filter.views; did you mean _gt?"),
    ("articles.read_many(filter={'views': {'!=': 3}})", "did you mean _neq?"),
    ("articles.read_many(filter={'author.name': {'_eq': 'x'}})", "is written {'author': {'name': …}}"),
    ("articles.read_many(filter={'or': [{'a': {'_eq': 1}}]})", "for one of several filters write {'_or': [...]}"),
    ("articles.read_many(filter={'_not': {'a': {'_eq': 1}}})", "no server negates a filter"),
    ("articles.read_many(filter={'a': {'_equals': 1}})", "did you mean _eq?"),
    ("articles.read_many(sort={'id': 'asc'})", "write 'date' for the least first, and '-date' for the greatest first"),
    ("articles.read_many(sort='id desc')", "write 'date' for the least first, and '-date' for the greatest first"),
    ("articles.read_many(sort=[('id', -1)])", "write 'date' for the least first, and '-date' for the greatest first"),
    ("articles.read_many(fields={'id': True})", "fields are a list of names: ['id', 'title'], not {'id': True}"),
    ("articles.read_many(fields={'id': 1, 'title': 1})", "fields are a list of names"),
    ("articles.read_many(fields=True)", "fields must be a list of names such as ['id', 'author.name'], not bool"),
    ("articles.read_many(limit='all')", "limit must be an integer, not 'all'"),
    ("articles.read_many(deep=3)", "deep must be a mapping such as {'comments': {'_limit': 3}}"),
    ("articles.read_many(deep={'comments': {'limit': 3}})", "the parameters in deep begin with an underscore"),
    ("articles.read_many(alias=['a'])", "alias must be a mapping such as {'latest': 'comments'}"),
    # ------------------------------------------------------------ names
    ("articles.objects", "write read_many(...), and the other methods of the handler itself"),
    ("articles.total", "write count()"),
    ("articles.watch", "write subscribe()"),
    ("articles.delete_where", "write delete_by_query(filter=...)"),
    ("articles.clear", "write delete_by_query({}, all_items=True)"),
    ("articles.bulk_insert", "write create_many(rows)"),
    ("articles.history", "write directus.revisions.read_many(filter=...)"),
    ("articles.to_csv", "write export('articles.csv'"),
    ("articles.schema", "write describe()"),
    ("directus.info", "write directus.server.info()"),
    ("directus.whoami", "write directus.users.me.read()"),
    ("directus.db", "write directus.items('articles').read_many("),
    ("directus.activity.create_one", "only the server writes these items"),
    ("directus.revisions.revert", "write directus.utils.revert(revision)"),
    ("directus.realtime.subscribe", "write directus.items('articles').subscribe()"),
    ("directus.files.get_url", "write directus.assets.url(key)"),
    ("directus.schema.dump", "write snapshot()"),
    ("directus.utils.random_string", "write random.string(length)"),
    ("directus.graphql.mutation", "write items(query)"),
    ("directus.graphql('{ articles { id } }')", "write directus.graphql.items(query)"),
    ("directus.users.me.email", "write directus.users.me.read()['email']"),
    ("directus.users.me.reed()", "did you mean read?"),
    ("directus.files.upload(['a.jpg', 'b.jpg'])", "several files to upload_many"),
    ("directus.files.upload(b'x', 'A title')", "the fields into a mapping: {'title': …}"),
    ("directus.files.create_one('a.jpg')", "the content of a file goes to upload(file, data)"),
    ("directus.explain('403')", "explain takes the error that was caught, not str"),
    ("articles.sync([{'title': 'x'}])", "match_on=… names another"),
    ("setattr(directus, 'token', 's3cret')", "write directus.auth.static(token), or directus.with_token(token)"),
    ("setattr(directus, 'timeout', 3)", "write Directus(url, timeout=...), or directus.with_options(timeout=...)"),
    ("setattr(directus, 'verify', False)", "write Directus(url, transport=RequestsTransport(verify=...))"),
    # ------------------------------------------------------------ names of the package
    ("directus_sdk.DirectusClient", "write from directus_sdk import Directus"),
    ("directus_sdk.Directuss", "did you mean Directus?"),
]


@pytest.mark.parametrize(("code", "words"), CALLS, ids=[code for code, _ in CALLS])
def test_a_naive_call_says_what_to_write(code: str, words: str) -> None:
    double = MockTransport()
    auth = LoginAuth() if "login" in code else None
    directus = Directus(URL, token=None if auth else "t", auth=auth, transport=double)
    names = {**vars(directus_sdk), "Directus": Directus, "directus": directus, "articles": directus.items("articles")}
    with pytest.raises(Exception) as caught:
        eval(code, {**names, "URL": URL, "directus_sdk": directus_sdk})
    assert words in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert double.requests == []
    assert type(caught.value) in (TypeError, ValueError, AttributeError, UnknownAttribute, directus_sdk.ConfigurationError)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Client", "write from directus_sdk import Directus"),
        ("DirectusClient", "write from directus_sdk import Directus"),
        ("create_directus", "write from directus_sdk import Directus"),
        ("createDirectus", "write from directus_sdk import Directus"),
        ("AsyncDirectus", "asyncio.to_thread"),
        ("rest", "every client has all methods"),
        ("staticToken", "every client has all methods"),
        ("readItems", "write directus.items('articles').read_many("),
        ("User", "write from directus_sdk.types import User"),
        ("DirectusException", "write from directus_sdk import DirectusError"),
        ("ItemHandler", "did you mean ItemsHandler?"),
        ("RetryPolcy", "did you mean RetryPolicy?"),
    ],
)
def test_an_import_says_what_to_import(name: str, words: str) -> None:
    with pytest.raises(ImportError) as caught:
        exec(f"from directus_sdk import {name}")
    assert words in str(caught.value)
    assert not hasattr(directus_sdk, name)
    assert getattr(directus_sdk, name, None) is None


def test_what_is_said_about_imports_can_be_imported() -> None:
    for instead in IMPORTS.values():
        exec(instead.partition(",")[0].partition(";")[0])


def test_a_name_like_no_other_has_the_message_of_python() -> None:
    with pytest.raises(ImportError, match="cannot import name 'qqqqqq' from 'directus_sdk'"):
        exec("from directus_sdk import qqqqqq")
    with pytest.raises(AttributeError, match=r"module 'directus_sdk' has no attribute 'qqqqqq'$"):
        directus_sdk.qqqqqq  # type: ignore[attr-defined]  # noqa: B018


def test_handlers_are_no_containers_for_other_packages() -> None:
    directus = Directus(URL, token="t", transport=MockTransport())
    for thing in (directus, directus.items("a"), directus.users, directus.settings):
        assert thing
        assert not isinstance(thing, (Sequence, Mapping, Set))
    assert not hasattr(LoginAuth(), "__len__")
    assert not hasattr(Transport, "__iter__")
    with pytest.raises(TypeError, match=r"not ItemsHandler; pass what it reads, such as iterate\(\)"):
        directus.items("a").create_many(directus.items("b"))
    assert {"[]", "[:]", "for", "in", "len"} == {sign for signs in OPERATIONS.values() for sign in signs}


def test_an_attribute_of_a_class_of_the_users_own_can_be_set() -> None:
    class Client(Directus):
        timeout = 3

    client = Client(URL, token="t", transport=MockTransport())
    client.timeout = 5
    client.label = "mine"  # type: ignore[attr-defined]
    assert (client.timeout, client.label) == (5, "mine")  # type: ignore[attr-defined]


def test_a_type_error_inside_a_method_is_left_alone() -> None:
    def rows() -> Iterable[dict[str, Any]]:
        raise TypeError("mine() missing 1 required positional argument: 'item'")
        yield

    directus = Directus(URL, token="t", transport=MockTransport())
    with pytest.raises(TypeError, match=r"'item'$"):
        directus.items("a").create_many(rows())
    with (
        mock.patch.object(ItemsHandler, "create_one", side_effect=TypeError("other")),
        pytest.raises(TypeError, match=r"^other$"),
    ):
        directus.items("a").create_one()  # type: ignore[call-arg]


def test_the_hint_about_a_call_of_a_subclass() -> None:
    class Articles(ItemsHandler[Any]):
        collection = "articles"

    directus = Directus(URL, token="t", transport=MockTransport())
    with pytest.raises(TypeError, match=r"create_one\({'title': …}\)"):
        Articles(directus).create_one(title="x")  # type: ignore[call-arg]
