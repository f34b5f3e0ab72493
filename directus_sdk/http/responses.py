"""What an answer means: its data, or the one error that it becomes."""

from __future__ import annotations

import re
from typing import Any

import attrs

from directus_sdk import errors as tree
from directus_sdk.http.redirects import redirect_target
from directus_sdk.http.statuses import BATCH_LIMIT, REDIRECTS, error_class
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction import redact
from directus_sdk.redaction.call_names import MAX_MESSAGE, shorten
from directus_sdk.wire.encoding import loads
from directus_sdk.wire.messages import Headers, Request, Response

_EXCERPT = 300
#: How deep the errors of a server may be nested.
_DEEPEST = 64

#: How servers name an operator that a field does not have, or whose value they refuse.
_OPERATOR = re.compile(r'"(_\w+)" (?:filter operator|has to be)')


def _shown(data: Any) -> str:
    return repr(redact.value(data))


@attrs.frozen
class Answer:
    """A decoded answer.

    Attributes:
        data: What stands under ``data``, or the whole of it.
        meta: What stands under ``meta``, or ``None``.
        response: The answer itself.
    """

    data: Any = attrs.field(repr=_shown)
    meta: JSONMapping | None
    response: Response


def is_json(response: Response) -> bool:
    """Tell whether an answer says that it is JSON, or is an object in JSON and says nothing, as test tools often do."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind:
        return kind == "application/json" or kind.endswith("+json")
    content = response.content.strip()
    if not (content.startswith(b"{") and content.endswith(b"}")):
        return False
    try:
        loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def decode(response: Response, request: Request, *, json_only: bool) -> Answer:
    """Read an answer with a status below 300.

    ``data`` is unwrapped only if there are no keys but ``data`` and ``meta``.

    Args:
        response: The answer.
        request: What was asked, for the error.
        json_only: Whether anything but JSON (or nothing at all) is an error, as it is for Directus's own endpoints.

    Raises:
        DecodeError: It is not JSON although it has to be, or says so and is not.
    """
    if response.status == 204 or request.method == "HEAD":
        return Answer(None, None, response)
    content = response.content
    if is_json(response):
        why = None
        document: Any = None
        try:
            document = loads(content)
        except (ValueError, RecursionError) as error:
            why = str(error)[:200]
        if why is not None:  # raised here, since the decoder's error holds the whole text
            raise decode_error(response, request, f"it is not valid JSON: {why}")
        if isinstance(document, dict) and "data" in document and document.keys() <= {"data", "meta"}:
            return Answer(document["data"], document.get("meta"), response)
        return Answer(document, None, response)
    if not content:
        return Answer(None, None, response)
    kind = response.headers.get("Content-Type", "")
    if json_only:
        raise decode_error(response, request, f"it is {kind or 'of no type'} and not JSON")
    return Answer(response.text if kind.startswith("text/") else content, None, response)


def decode_error(response: Response, request: Request, why: str) -> tree.DecodeError:
    """Return the error for an answer that cannot be read."""
    trace = request.trace()
    sent = repeatable(request, response)
    return tree.DecodeError(
        f"{trace.where} was answered with status {response.status}, but {redact.without(why, sent)}. "
        f"Is this the URL of a Directus server? It begins: {excerpt(response, sent)!r}",
        status=response.status,
        response=response,
        request=trace,
    )


class SearchIgnored(tree.DecodeError):
    """A SEARCH was answered, but its body did not arrive."""


def search_ignored(response: Response, path: str) -> SearchIgnored:
    """Return the error for a SEARCH whose body was dropped."""
    return SearchIgnored(
        f"SEARCH {path} was answered without looking at the query: something between the server and this client drops the "
        "body of the request. Let it pass",
        status=response.status,
        response=response,
    )


def excerpt(response: Response, sent: list[str]) -> str:
    """Return the beginning of an answer's text on one line, without the secrets that were sent."""
    # They are taken out of more than is shown, so that none is cut in two.
    begins = redact.without(response.content[: 16 * _EXCERPT].decode("utf-8", "replace"), sent)
    text = redact.text(" ".join(begins[: 4 * _EXCERPT].split()))
    return text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"


def server_errors(response: Response) -> list[JSONObject]:
    """Return the ``errors`` of an answer, or an empty list where it has none that can be read."""
    if not is_json(response):
        return []
    try:
        document = loads(response.content)
    except (ValueError, RecursionError):
        return []
    found = document.get("errors") if isinstance(document, dict) else None
    if _is_deep(found):  # nothing that a server has to say; what walks through it would end with a RecursionError
        return []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _is_deep(document: Any) -> bool:
    level = [document]
    for _ in range(_DEEPEST):
        level = [
            item
            for held in level
            if isinstance(held, (dict, list))
            for item in (held.values() if isinstance(held, dict) else held)
        ]
    return bool(level)


def error_code(entry: JSONMapping) -> str:
    """Return the code of one error, or ``""``."""
    extensions = entry.get("extensions")
    return str(extensions.get("code") or "") if isinstance(extensions, dict) else ""


def repeatable(request: Request, response: Response) -> list[str]:
    """Return the secrets of a request in all their forms: a server may repeat them, such as the token that is not unique.

    What is kept of the response loses them here.
    """
    signed, response.request = response.request or request, None
    found = redact.secrets(signed.headers, signed.params, signed.body)
    sent = redact.repeated([*found, *(secret.reveal() for secret in response.own_secrets)])
    response.url = redact.without(redact.url(response.url), sent)
    response.headers = Headers(redact.without(redact.headers(response.headers), sent))
    if any(text.encode("utf-8", "surrogatepass") in response.content for text in sent):
        response.hide()
    return sent


def error_from(response: Response, request: Request, path: str = "", version: str | None = None) -> tree.APIError:
    """Return the error that an answer becomes; this is the only place that chooses its class.

    Args:
        response: The answer.
        request: What was asked.
        path: Its path below the server's address.
        version: The server's version, if it is known.
    """
    # Before what is secret is taken out of both.
    target, why = redirect_target(response.url or request.url, response.headers.get("Location"))
    sent = repeatable(request, response)
    errors = redact.without(server_errors(response), sent)
    code = error_code(errors[0]) if errors else ""
    trace = request.trace()
    where = trace.where
    if response.status in REDIRECTS:
        if request.method not in ("GET", "HEAD"):
            why = "only GET and HEAD are followed"
        elif why:
            why += ", where neither the call nor the token goes"
        else:
            why = "there were too many before it"
        why += ". Give the client the address that the server goes by"
        return tree.RedirectRefused(
            f"{where} was answered with a redirect ({response.status}) to "
            f"{shorten(redact.without(redact.url(redact.without(target, sent)), sent), 100)}, "
            f"which is not followed: {why}",
            status=response.status,
            response=response,
            request=trace,
        )
    kind = error_class(response.status, code, errors)
    from directus_sdk.http.server_versions import missing  # only needed for errors

    support = missing(request.method, path, version) if kind is tree.RouteNotFound else None
    # Where a setting may have switched it off, only the version tells which of the two it is.
    if support and (not support.setting or (version is not None and not support.has(version))):
        kind = tree.NotSupported
    words = "; ".join(_sentence(entry) for entry in errors[:5])
    words = words or excerpt(response, sent) or "the answer is empty"
    if len(errors) > 5:
        words += f"; and {len(errors) - 5} more errors"
    known = support.words() if support else _meant(words) if kind is tree.InvalidQuery else kind.hint
    hint = f" ({known})" if known else ""
    place = f" [{response.status}{' ' + code if code else ''}, {where}]"
    error = kind(
        shorten(words, max(80, MAX_MESSAGE - len(hint) - len(place))) + hint + place,
        status=response.status,
        code=code,
        errors=errors,
        response=response,
        request=trace,
    )
    if support and isinstance(error, tree.NotSupported):
        error.since, error.until = support.since, support.until
    if isinstance(error, tree.BatchLimitExceeded):
        match = BATCH_LIMIT.search(f"{words} {error.reason}")
        error.limit = int(match.group(1)) if match else None
    return error


def _meant(words: str) -> str:
    """Name the operator that is meant by one that the server does not know."""
    match = _OPERATOR.search(words)
    if match is None:
        return ""
    from directus_sdk.wire.filters import OPERATORS
    from directus_sdk.wire.functions import closest

    close = None if match[1] in OPERATORS else closest(match[1], OPERATORS)
    return f"did you mean {close}?" if close else ""


def _sentence(entry: JSONMapping) -> str:
    return str(entry.get("message") or error_code(entry) or "no message")[:500].rstrip(".")
