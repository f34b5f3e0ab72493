"""HTML pages in place of Directus's errors: a proxy, a gateway or a firewall between client and server responded."""

from __future__ import annotations

import re

from directus_sdk.wire.messages import Response

#: What to do, by the status of the page.
_ADVICE = {
    401: "log in to the proxy, for example with a header of the transport",
    403: "a rule of the proxy or of a firewall refuses the request",
    404: "check that the base URL leads to Directus, with its sub-path",
    413: "send less per request, or raise its limit (client_max_body_size in nginx); a large file is "
    "uploaded in parts if the server has TUS_ENABLED",
    414: "ask for fewer fields or split the filter, or raise its limit",
    502: "Directus does not run, or the proxy cannot reach it",
    503: "Directus does not run, or is not ready",
    504: "Directus did not respond in time: send less per request, or raise the timeout of the proxy",
}


def title(response: Response, text: str) -> str:
    """Return the title of an HTML page, or its first heading or words; ``""`` if the response is something else.

    Args:
        response: The response.
        text: The beginning of its body, without secrets.
    """
    is_html = "html" in response.headers.get("Content-Type", "").lower()
    if not is_html and not re.match(r"(?i)\s*(<!doctype html|<html)", text):
        return ""
    if not text.strip():
        return "an empty page"
    import html  # only needed for such pages

    for pattern in (r"(?is)<title[^>]*>(.*?)</title", r"(?is)<h1[^>]*>(.*?)</h1", r"(?is)<body[^>]*>(.*)"):
        match = re.search(pattern, text)
        words = " ".join(html.unescape(re.sub(r"<[^>]*>?", " ", match[1])).split()) if match else ""
        if words:
            return words[:120]
    return "an HTML page"


def hint(response: Response, advice: str) -> str:
    """Explain where an HTML page is from, and what to do.

    Args:
        response: The response.
        advice: What the error class advises.
    """
    own = _ADVICE.get(response.status, advice)
    own = f"; {own}" if own else ""
    if "Directus" in response.headers.get("X-Powered-By", ""):
        return f"an HTML page instead of JSON{own}"
    server = response.headers.get("Server", "")
    name = f" ({server})" if re.fullmatch(r"[\w.+/ ()-]{1,40}", server) else ""
    return f"an HTML page that is not from Directus: a proxy{name} stands between this client and the server{own}"
