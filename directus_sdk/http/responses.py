"""What a response means: its data, or the one error that it becomes."""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import parse_qsl

import attrs

from directus_sdk import errors as tree
from directus_sdk.http import error_pages, older_servers
from directus_sdk.http.redirects import redirect_target
from directus_sdk.http.statuses import BATCH_LIMIT, REDIRECTS, error_class
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction import redact
from directus_sdk.redaction.call_names import MAX_MESSAGE, shorten
from directus_sdk.wire.encoding import loads
from directus_sdk.wire.messages import Headers, Request, Response

_EXCERPT = 300
#: A longer wait, in seconds, is no advice: ten years.
_LONGEST_WAIT = 10 * 365 * 86_400
#: How deep the errors of a server may be nested.
_MAX_DEPTH = 64

#: The message of a server about an operator that a field does not have, or whose value it refuses.
_OPERATOR = r'"(_\w+)" (?:filter operator|has to be)'


@attrs.frozen
class APIResponse:
    """A decoded response.

    Attributes:
        data: The ``data`` of the response, or the whole of its JSON.
        meta: The ``meta`` of the response, or ``None``.
        response: The response itself.
    """

    data: Any = attrs.field(repr=redact.masked_repr)
    meta: JSONMapping | None
    response: Response


def is_json(response: Response) -> bool:
    """Tell whether a response has a JSON content type, or no content type and a JSON object, as in test tools."""
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type:
        return content_type == "application/json" or content_type.endswith("+json")
    content = response.content.strip()
    if not (content.startswith(b"{") and content.endswith(b"}")):
        return False
    try:
        loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def decode(response: Response, request: Request, *, json_only: bool) -> APIResponse:
    """Decode a response with a status below 300.

    ``data`` is unwrapped only if there are no keys but ``data`` and ``meta``.

    Args:
        response: The response.
        request: The request, for the error.
        json_only: Whether anything but JSON (or nothing at all) is an error, as it is for Directus's own endpoints.

    Raises:
        DecodeError: It is not JSON although it has to be, or is not valid JSON.
    """
    document, is_document = load(response, request, json_only=json_only)
    if is_document and isinstance(document, dict) and "data" in document and document.keys() <= {"data", "meta"}:
        return APIResponse(document["data"], document.get("meta"), response)
    return APIResponse(document, None, response)


def load(response: Response, request: Request, *, json_only: bool) -> tuple[Any, bool]:
    """Return the content of a response, and whether it is JSON; the arguments and errors are those of `decode`."""
    if response.status == 204 or request.method == "HEAD":
        return None, False
    content = response.content
    if is_json(response):
        reason = document = None
        try:
            document = loads(content)
        except (ValueError, RecursionError) as error:
            reason = str(error)[:200]
        if reason is not None:  # raised here, because the decoder's error holds the whole body
            raise decode_error(response, request, f"it is not valid JSON: {reason}")
        return document, True
    if not content:
        return None, False
    content_type = response.headers.get("Content-Type", "")
    if json_only:
        raise decode_error(response, request, f"it is {content_type or 'without a content type'} and not JSON")
    return (response.text if content_type.startswith("text/") else content), False


def decode_error(response: Response, request: Request, reason: str) -> tree.DecodeError:
    """Return the error for a response that cannot be decoded."""
    trace = request.trace()
    sent = repeatable(request, response)
    return tree.DecodeError(
        f"{trace.where} returned status {response.status}, but {redact.without(reason, sent)}. "
        f"Is this the URL of a Directus server? The response begins: {excerpt(response, sent)!r}",
        status=response.status,
        response=response,
        request=trace,
    )


class SearchIgnored(tree.DecodeError):
    """The server did not receive the body of a SEARCH."""


def search_ignored(response: Response, path: str) -> SearchIgnored:
    """Return the error for a SEARCH whose body was dropped."""
    return SearchIgnored(
        f"the response to SEARCH {path} ignores the query: something between the server and this client drops the body of "
        "the request. Let it pass",
        status=response.status,
        response=response,
    )


def excerpt(response: Response, sent: list[str], length: int = _EXCERPT) -> str:
    """Return the beginning of a response's body on one line, without the secrets that were sent."""
    # They are removed from more than is returned, so that none is cut in two.
    beginning = redact.without(response.content[: 16 * _EXCERPT].decode("utf-8", "replace"), sent)
    text = redact.text(" ".join(beginning[: 4 * _EXCERPT].split()))
    return text if len(text) <= length else text[:length] + "…"


def server_errors(response: Response) -> list[JSONObject]:
    """Return the ``errors`` of a response, or an empty list where it has none that can be read."""
    if not is_json(response):
        return []
    try:
        document = loads(response.content)
    except (ValueError, RecursionError):
        return []
    errors = document.get("errors") if isinstance(document, dict) else None
    if not isinstance(errors, list) or _is_deep(errors):  # functions that walk through it would raise a RecursionError
        return []
    return [entry for entry in errors if isinstance(entry, dict)]


def _is_deep(document: object) -> bool:
    level = [document]
    for _ in range(_MAX_DEPTH):
        level = [
            item
            for container in level
            if isinstance(container, (dict, list))
            for item in (container.values() if isinstance(container, dict) else container)
        ]
    return bool(level)


def error_code(entry: JSONMapping) -> str:
    """Return the code of one error, or ``""``."""
    extensions = entry.get("extensions")
    return str(extensions.get("code") or "") if isinstance(extensions, dict) else ""


def repeatable(request: Request, response: Response) -> list[str]:
    """Return the secrets of a request in every form in which a server may repeat them, and remove them from the response."""
    signed, response.request = response.request or request, None
    in_url = parse_qsl(signed.url.partition("?")[2], keep_blank_values=True)
    secrets = redact.secrets(signed.headers, (*signed.params, *in_url), signed.body)
    sent = redact.repeated([*secrets, *(secret.reveal() for secret in response.own_secrets)])
    response.url = redact.without(redact.url(response.url), sent)
    response.headers = Headers(redact.without(redact.headers(response.headers), sent))
    if any(text.encode("utf-8", "surrogatepass") in response.content for text in sent):
        response.hide()
    return sent


def error_from(response: Response, request: Request, path: str = "", version: str | None = None) -> tree.APIError:
    """Return the error that a response becomes.

    Args:
        response: The response.
        request: The request.
        path: Its path below the base URL.
        version: The server's version, if it is known.
    """
    # Before the secrets are removed from both.
    target, reason = redirect_target(response.url or request.url, response.headers.get("Location"))
    sent = repeatable(request, response)
    errors = redact.without(server_errors(response), sent)
    code = error_code(errors[0]) if errors else ""
    trace = request.trace()
    where = trace.where
    if response.status in REDIRECTS:
        if request.method not in ("GET", "HEAD"):
            reason = "only GET and HEAD are followed"
        elif reason and target:
            reason += ", to which neither the call nor the token is sent"
        elif not reason:
            reason = "there were too many before it"
        to = f" to {shorten(redact.without(redact.url(redact.without(target, sent)), sent), 100)}" if target else ""
        advice = ". Use the URL to which the server redirects as the client's URL" if target else ""
        return tree.RedirectRefused(
            f"{where} returned a redirect ({response.status}){to}, which is not followed: {reason}{advice}",
            status=response.status,
            response=response,
            request=trace,
        )
    kind = error_class(response.status, code, errors)
    from directus_sdk.http.server_versions import missing  # only needed for errors

    support = missing(request.method, path, version) if kind is tree.RouteNotFound else None
    # Where a setting may have switched it off, only the version decides which of the two it is.
    if support and (not support.setting or (version is not None and not support.has(version))):
        kind = tree.NotSupported
    message = "; ".join(_sentence(entry) for entry in errors[:5])
    older = None if message else older_servers.message_of(response)
    message = message or redact.without(older or "", sent)[:500].rstrip(".")
    page = "" if message else error_pages.title(response, excerpt(response, sent, 4 * _EXCERPT))
    message = message or page or excerpt(response, sent) or "the response is empty"
    if len(errors) > 5:
        message += f"; and {len(errors) - 5} more errors"
    hint = older_servers.HINT if older else support.hint() if support else _hint(kind, response, message)
    if page:
        hint = error_pages.hint(response, hint)
    hint = f" ({hint})" if hint else ""
    place = f" [{response.status}{' ' + code if code else ''}, {where}]"
    error = kind(
        shorten(message, max(80, MAX_MESSAGE - len(hint) - len(place))) + hint + place,
        status=response.status,
        code=code,
        errors=errors,
        response=response,
        request=trace,
    )
    if support and isinstance(error, tree.NotSupported):
        error.since, error.until = support.since, support.until
    if isinstance(error, tree.BatchLimitExceeded):
        match = re.search(BATCH_LIMIT, f"{message} {error.reason}")
        error.limit = int(match.group(1)) if match else None
    return error


def _hint(kind: type[tree.APIError], response: Response, message: str) -> str:
    """Return what to do about an error, or ``""``."""
    if kind is tree.InvalidQuery:
        return _similar_operator(message)
    if issubclass(kind, (tree.RateLimited, tree.ServiceUnavailable)):
        seconds = response.retry_after
        if seconds is not None and seconds < _LONGEST_WAIT:
            return f"retry after {max(1, math.ceil(seconds))} s"
        return "the server does not say for how long: wait some seconds, then retry" if kind is tree.RateLimited else ""
    return kind.hint


def _similar_operator(message: str) -> str:
    """Name the operator that is like the one that the server does not know."""
    match = re.search(_OPERATOR, message)
    if match is None:
        return ""
    from directus_sdk.wire.filters import OPERATORS
    from directus_sdk.wire.functions import closest

    close = None if match[1] in OPERATORS else closest(match[1], OPERATORS)
    return f"did you mean {close}?" if close else ""


def _sentence(entry: JSONMapping) -> str:
    return str(entry.get("message") or error_code(entry) or "no message")[:500].rstrip(".")
