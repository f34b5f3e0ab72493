"""A visitor of an example site, with the cookies of a browser and no browser."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urljoin

import requests

#: The path of the login page of each example site.
LOGIN = {"django": "/directus/login/", "flask": "/login"}
JWT = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")


class Visitor:
    """Reads pages and sends forms of one site.

    Args:
        url: The URL of the site.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=40)
        self.http.mount("http://", adapter)
        #: Every page and header that the site has sent.
        self.received: list[str] = []

    def get(self, path: str, *, follow: bool = True) -> requests.Response:
        return self._noted(self.http.get(urljoin(self.url, path), timeout=60, allow_redirects=follow))

    def send(self, path: str, fields: Mapping[str, str], *, files: Mapping[str, object] | None = None) -> requests.Response:
        """Load a page, fill in its form and send it as a browser does."""
        return self._send(self.get(path), lambda form: all(f'name="{name}"' in form for name in fields), fields, files)

    def _send(
        self,
        page: requests.Response,
        is_wanted: Callable[[str], bool],
        fields: Mapping[str, str],
        files: Mapping[str, object] | None = None,
    ) -> requests.Response:
        form = next(filter(is_wanted, forms(page.text)))
        data = {**hidden(form), **fields}
        action = re.search(r'<form[^>]*\saction="([^"]*)"', form)
        target = urljoin(page.url, html.unescape(action[1])) if action else page.url
        headers = {"Origin": self.url, "Referer": page.url}
        return self._noted(self.http.post(target, data=data, files=files, headers=headers, timeout=60))

    def sign_in(self, site: str, email: str, password: str, path: str = "/") -> requests.Response:
        login = f"{LOGIN[site]}?next={path}"
        return self.send(login, {"username" if site == "django" else "email": email, "password": password})

    def sign_out(self) -> requests.Response:
        return self._send(self.get("/"), lambda form: "Sign out" in form, {})

    def close(self) -> None:
        self.http.close()

    def _noted(self, response: requests.Response) -> requests.Response:
        for each in (*response.history, response):
            self.received += [str(dict(each.headers)), each.text]
        return response


def forms(page: str) -> list[str]:
    """Return the forms of a page."""
    return re.findall(r"<form.*?</form>", page, re.DOTALL)


def hidden(form: str) -> dict[str, str]:
    """Return the hidden fields of a form."""
    fields = re.findall(r'<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?', form)
    return {name: html.unescape(value) for name, value in fields}


def titles(page: str) -> list[str]:
    """Return the titles of the articles that a page lists."""
    return [html.unescape(title) for title in re.findall(r"<h2><a [^>]*>([^<]*)</a></h2>", page)]


def sessions(folder: Path) -> set[str]:
    """Return the tokens of all sessions that a Directus server on SQLite knows, and those that are to follow them."""
    with sqlite3.connect(f"file:{folder / 'data.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT token, next_token FROM directus_sessions").fetchall()
    database.close()
    return {token for row in rows for token in row if token}


def end_sessions(folder: Path) -> None:
    """Have a Directus server on SQLite forget all its sessions."""
    with sqlite3.connect(folder / "data.db", timeout=30) as database:
        database.execute("DELETE FROM directus_sessions")
    database.close()
