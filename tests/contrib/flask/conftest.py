"""Apps of Flask with a mock server, and a browser that fills in forms."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from directus_sdk import Request
from directus_sdk.contrib.flask import DirectusExtension, login_required
from directus_sdk.contrib.web.stores import MemoryVisitorStore
from directus_sdk.testing import MockTransport

#: What the tests call to make an app.
MakeApp = Callable[..., "Site"]


class Site:
    """An app, its extension, and the mock server behind it."""

    def __init__(self, replies: dict[str, Any], config: dict[str, Any]) -> None:
        self.replies = replies
        self.logins = 0
        self.mock = MockTransport(self._reply)
        self.app = Flask(__name__)
        self.app.config.update(SECRET_KEY="only for tests", TESTING=True)
        defaults = {"DIRECTUS_URL": "https://cms.example.com", "DIRECTUS_TOKEN": "the-site"}
        self.app.config.update(
            {**defaults, "DIRECTUS_SESSIONS": MemoryVisitorStore(), "DIRECTUS_TRANSPORT": self.mock, **config}
        )
        self.directus = DirectusExtension(self.app)

        @self.app.get("/")
        def home() -> str:
            return f"signed in: {self.directus.signed_in}"

        @self.app.route("/note", methods=["GET", "POST"])
        def note() -> str:
            return str(g.directus.items("notes").read_one(1))

        @self.app.get("/who")
        def who() -> str:
            return str(g.directus.request("GET", "/who"))

        @self.app.get("/mine")
        @login_required
        def mine() -> str:
            return str(g.directus.items("notes").read_one(1))

    def _reply(self, request: Request) -> Any:
        path = urlsplit(request.url).path
        if path in self.replies:
            reply = self.replies[path]
            return reply(request) if callable(reply) else reply
        if path == "/who":
            return request.headers.get("Authorization")
        if path in ("/auth/login", "/auth/refresh"):
            self.logins += 1
            return {"access_token": f"access{self.logins}", "refresh_token": f"refresh{self.logins}", "expires": 900_000}
        return {"id": 1}

    def browser(self) -> Browser:
        """A new browser, without cookies."""
        return Browser(self.app.test_client())

    def tokens(self) -> list[str | None]:
        """The tokens of the requests that were sent."""
        return [request.headers.get("Authorization") for request in self.mock.requests]

    def paths(self) -> list[str]:
        """The paths of the requests that were sent."""
        return [urlsplit(request.url).path for request in self.mock.requests]


class Browser:
    """Keeps cookies, and sends a form with its hidden fields."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.get = client.get
        self.post = client.post

    def submit(self, page: str, **fields: str) -> TestResponse:
        """Load a page and send its form."""
        return self.send(self.get(page), **fields)

    def send(self, response: TestResponse, **fields: str) -> TestResponse:
        """Send the form of a page."""
        pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', response.text)
        hidden = {name: html.unescape(value) for name, value in pairs}
        action = re.search(r'<form method="post" action="([^"]*)"', response.text)
        return self.post(action[1] if action else response.request.path, data={**hidden, **fields})

    def sign_in(self, email: str = "ada@example.com", password: str = "correct horse") -> TestResponse:
        """Sign in on the login page."""
        response = self.submit("/login", email=email, password=password)
        assert response.status_code == 303, response.text
        return response


@pytest.fixture
def make_site() -> MakeApp:
    """Makes an app: the arguments are replies by path, and more configuration."""

    def make(replies: dict[str, Any] | None = None, **config: Any) -> Site:
        return Site(replies or {}, config)

    return make


@pytest.fixture
def site(make_site: MakeApp) -> Site:
    return make_site()
