"""What an unknown keyword of a query may mean: a field, an option of another method, or a name from another API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from directus_sdk.redaction import redact
from directus_sdk.wire.functions import bare, closest

_KEYS = "keys go first: read_many([1, 2])"
_SORT = "write sort='date', or sort='-date' for the greatest first"
_FIELDS = "write fields=['id', 'title']"
_RELATED = "name the fields of related items in fields=['id', 'author.name']"
_FILTER = "write filter={'status': {'_eq': 'published'}}"
_PAGES = "read_all(page_size=…) and iterate(page_size=…) read every page; limit=… is the size of one"
_GROUPS = "write aggregate({'count': '*'}, group_by='status')"
#: The names of other APIs, and what this one has instead.
_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("keys", "ids", "pks", "primary_keys"), _KEYS),
    **dict.fromkeys(("order_by", "orderBy", "orderby", "order", "ordering", "sort_by", "sortBy", "sorted_by"), _SORT),
    **dict.fromkeys(("select", "columns", "only", "attributes", "projection", "values"), _FIELDS),
    **dict.fromkeys(("include", "expand", "populate", "select_related", "prefetch_related", "join", "relations"), _RELATED),
    **dict.fromkeys(("where", "filter_by", "conditions", "criteria"), _FILTER),
    **dict.fromkeys(("per_page", "perPage", "pageSize", "pagesize", "perpage"), _PAGES),
    **dict.fromkeys(("take", "top", "first", "max_items", "max_results"), "write limit=10"),
    **dict.fromkeys(("skip",), "write offset=10, or page=2 with limit=10"),
    **dict.fromkeys(("q", "term", "search_term"), "write search='word'"),
    **dict.fromkeys(("group", "distinct"), _GROUPS),
    **dict.fromkeys(("query", "options", "kwargs"), "what it holds stands in the query itself: {'filter': …, 'limit': 5}"),
    **dict.fromkeys(("model", "cls", "schema"), "the class of the items goes to items('articles', Article)"),
    **dict.fromkeys(
        ("callback", "handler", "listener", "on_event", "on_message"),
        "events are read in a loop: for event in directus.items('articles').subscribe()",
    ),
    "having": "groups cannot be filtered by their results: select among the rows in Python",
    "access_token": "use a copy of the client: directus.with_token(token)",
}
#: Names that may be those of fields too.
_PERHAPS: Mapping[str, str] = {
    **dict.fromkeys(("amount", "count", "max", "n", "num", "number", "rows", "size"), "write limit=10"),
    **dict.fromkeys(("from_", "start"), "write offset=10, or page=2 with limit=10"),
    **dict.fromkeys(("asc", "ascending", "desc", "descending", "direction", "reverse"), _SORT),
    **dict.fromkeys(("language", "lang", "locale"), "translations are a relation: fields=['*', 'translations.*']"),
    **dict.fromkeys(("depth", "nested"), "name the fields of related items: fields=['*', 'author.*']"),
    **dict.fromkeys(("everything", "all", "all_items", "all_pages"), "read_all() reads every page"),
    **dict.fromkeys(("single", "one"), "first(…) returns one item"),
}
_BULK = "create_many, update_many, update_batch, upsert_many and delete_many"
_PAGING = "read_all, iterate and read_frame"
_BY_QUERY = "update_by_query and delete_by_query"
_OF_A_CLIENT = "directus.with_options({}=…)"
#: Options, and the methods that have them.
OPTIONS: Mapping[str, str] = {
    **dict.fromkeys(("batch_size", "returning", "on_error", "workers", "checkpoint"), _BULK),
    "progress": f"{_BULK}, and of {_PAGING}",
    "generate_keys": "create_many",
    "match_on": "upsert_one, upsert_many and sync",
    "missing": "read_many([1, 2])",
    "page_size": "read_all(page_size=…), iterate and read_frame",
    "prefetch": _PAGING,
    **dict.fromkeys(("all_items", "max_affected", "dry_run"), _BY_QUERY),
    "must_exist": "update_one and delete_one",
    "delete_missing": "sync",
    **{name: _OF_A_CLIENT.format(name) for name in ("timeout", "headers", "retry", "token", "params")},
}
_RETRY = "it is an option of the client: directus.with_options(retry=RetryPolicy(attempts=3))"
#: The names that others give to options of bulk calls, and ours.
_OPTION_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("batch", "batchsize", "bulk_size", "chunk", "chunk_size", "chunksize", "chunks"), "write batch_size=100"),
    **dict.fromkeys(("concurrency", "jobs", "max_workers", "n_jobs", "parallel", "threads"), "write workers=4"),
    **dict.fromkeys(
        ("continue_on_error", "errors", "ignore_errors", "raise_on_error", "skip_errors", "skip_invalid", "strict"),
        "write on_error='collect', and look into result.errors",
    ),
    **dict.fromkeys(
        ("conflict_target", "key", "key_field", "on", "on_conflict", "unique", "unique_by", "unique_field", "unique_fields"),
        "write match_on='slug', the field that decides which item it is",
    ),
    "ignore_conflicts": "create_many(rows, match_on='slug') skips the items that exist",
    "update_conflicts": "write upsert_many(rows, match_on='slug')",
    **dict.fromkeys(("keys_only", "return_ids", "return_keys"), "write returning='keys'"),
    **dict.fromkeys(("progress_bar", "show_progress", "tqdm", "verbose"), "write progress=True"),
    **dict.fromkeys(("max_retries", "retries"), _RETRY),
}
#: The same for methods that read.
_READING_NAMES: Mapping[str, str] = {
    **{name: _PAGES for name, ours in _OPTION_NAMES.items() if "batch_size" in ours},
    **{name: _RETRY for name, ours in _OPTION_NAMES.items() if ours == _RETRY},
    "batch_size": _PAGES,
}
#: Endings of Django's names of fields, where they are not those of operators.
_LOOKUPS = {
    "exact": "_eq", "iexact": "_ieq", "isnull": "_null", "startswith": "_starts_with", "istartswith": "_istarts_with",
    "endswith": "_ends_with", "iendswith": "_iends_with", "range": "_between", "not": "_neq", "ne": "_neq",
    **{name: f"_{name}" for name in ("eq", "neq", "gt", "gte", "lt", "lte", "in", "nin", "contains", "icontains", "null")},
}  # fmt: skip
#: How many letters a misspelt name has in common with the one that is meant.
_ALIKE = 0.8
_IGNORED = "Directus ignores unknown parameters"


def of_reading(name: object, value: object, names: Iterable[str]) -> str:
    """Return the message about an unknown parameter of a query.

    Example:
        >>> of_reading("status", "published", ["sort"])
        "unknown query parameter 'status'; fields are filtered with filter={'status': {'_eq': 'published'}}"
        >>> of_reading("views__gt", 3, ["sort"])
        "unknown query parameter 'views__gt'; fields are filtered with filter={'views': {'_gt': 3}}"
    """
    unknown = f"unknown query parameter {name!r}"
    if (meant := meaning(name, _READING_NAMES)) is not None:
        return f"{unknown}; {meant}"
    condition = _condition(name, value)
    also = f"; fields are filtered with {condition}" if condition else ""
    if isinstance(name, str) and name in _PERHAPS:
        return f"{unknown}; {_PERHAPS[name]}{also}"
    close = closest(name, names, _ALIKE)
    if close is not None:
        return f"{unknown}; did you mean {close}? {_IGNORED}{also}"
    if condition:
        return f"{unknown}{also}"
    if isinstance(value, Mapping):
        return f"{unknown}; a filter is given as {{'filter': {{{name!r}: …}}}}"
    return f"{unknown}. {_IGNORED}; for a custom endpoint use request()"


def of_writing(name: object, value: object, names: Iterable[str]) -> str:
    """Return the same for a call that writes: its keywords say what is returned, and the name may be a field."""
    unknown = f"unknown query parameter {name!r}"
    if name in OPTIONS or name in _OPTION_NAMES:
        return f"{unknown}; {meaning(name)}"
    close = closest(name, names, _ALIKE)
    hint = f"; did you mean {close}?" if close else "."
    return f"{unknown}{hint} {_IGNORED}. The fields of an item go into its mapping: {{{name!r}: …}}"


def of_selecting(name: object, value: object, names: Iterable[str]) -> str:
    """Return the same for a call that changes what it selects: the name may be a field to select by, or to change."""
    return f"{of_reading(name, value, names)}. The fields to change go into data={{{name!r}: …}}"


def meaning(name: object, others: Mapping[str, str] = _OPTION_NAMES) -> str | None:
    """Return what to write instead of a keyword that is an option of another method, or has another name here.

    Args:
        name: The keyword.
        others: What others call the options; those of bulk calls by default.
    """
    if not isinstance(name, str):
        return None
    if name in others:
        return others[name]
    methods = OPTIONS.get(name)
    if methods is None:
        return _INSTEAD.get(name)
    if methods.startswith("directus."):
        return f"it is an option of the client: {methods}"
    return f"it is an option of other methods, not of this one: of {methods}"


def _condition(name: object, value: object) -> str | None:
    """Return how a field is filtered by one value, or by one of several; the value of a secret is masked."""
    value = bare(value)
    if not isinstance(name, str) or isinstance(value, (Mapping, bytes, bytearray)) or callable(value):
        return None
    if value is None:
        return f"filter={{{name!r}: {{'_null': True}}}}"
    several = isinstance(value, (list, tuple, set, frozenset))
    if not several and hasattr(value, "__iter__") and not isinstance(value, str):
        return None
    operator, plain = ("_in", list(value)) if several else ("_eq", value)  # type: ignore[call-overload]
    text = repr(redact.value({name: plain})[name])
    fields = re.findall(r"[^\[\]]+", name.removeprefix("filter")) if "[" in name else name.split("__")
    if len(fields) > 1 and fields[-1].removeprefix("_") in _LOOKUPS:
        operator = _LOOKUPS[fields.pop().removeprefix("_")]
    opening = "".join(f"{{{field!r}: " for field in fields)
    return f"filter={opening}{{{operator!r}: {text if len(text) <= 60 else '…'}}}{'}' * len(fields)}"
