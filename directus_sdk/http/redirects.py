"""Redirects: their target, and which of them are followed."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote, urljoin, urlsplit

from directus_sdk.http.base_url import port_of
from directus_sdk.http.hosts import with_ascii_host


def _as_utf8(header: str) -> str:
    # Headers are decoded as Latin-1, but a host name is UTF-8.
    with suppress(UnicodeError):
        return header.encode("latin-1").decode("utf-8")
    return header


def redirect_target(url: str, location: str | None) -> tuple[str, str]:
    """Return the target of a redirect, and the reason why it is not followed: ``""`` where it is.

    A redirect from http to https on the same host is followed, one from https to http is not.

    Example:
        >>> redirect_target("https://cms.example.com/a", "/b")
        ('https://cms.example.com/b', '')
        >>> redirect_target("https://cms.example.com/a", "https://cms.example.com:8443/b")
        ('https://cms.example.com:8443/b', 'it leads to another port')
    """
    if not location:
        return "", "it does not say where to"
    try:
        old, new = urlsplit(url), urlsplit(urljoin(url, location))
        if not new.netloc.isascii():
            new = new._replace(netloc=with_ascii_host(_as_utf8(new.netloc)))
        target, schemes, ports = new.geturl(), (old.scheme, new.scheme), (port_of(old), port_of(new))
        other = old.hostname != new.hostname
    except ValueError:
        return "", "it does not lead to a valid URL"
    if other:
        return target, "it leads to another host"
    if new.username or new.password:
        return target, "its URL holds a user or a password"
    if schemes[0] != schemes[1] and (schemes, ports) != (("http", "https"), (80, 443)):
        return target, f"it leads from {schemes[0]} to {schemes[1]}"
    if schemes[0] == schemes[1] and ports[0] != ports[1]:
        return target, "it leads to another port"
    return quote(target, safe="!#$%&'()*+,/:;=?@[]~"), ""
