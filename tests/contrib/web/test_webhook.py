"""The webhook: who may call it, and what is forgotten."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from directus_sdk import ConfigurationError
from directus_sdk.contrib.web.webhook import MAX_BODY, WebhookRefused, changed_collections

SECRET = "a-secret-of-32-characters-or-more"
BODY = b'{"event": "items.update", "collection": "articles", "keys": ["1"], "payload": {"title": "x"}}'
SIGNATURE = "sha256=" + hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Directus-Secret": SECRET},
        {"x-directus-secret": SECRET},
        {"X-Directus-Signature": SIGNATURE},
        {"X-DIRECTUS-SIGNATURE": SIGNATURE.upper()},
        {"X-Directus-Signature": "wrong", "X-Directus-Secret": SECRET},
    ],
)
def test_the_secret_or_a_signature(headers: dict[str, str]) -> None:
    assert changed_collections(SECRET, headers, BODY) == ["articles"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Directus-Secret": ""},
        {"X-Directus-Secret": SECRET[:-1]},
        {"X-Directus-Secret": "ä"},
        {"X-Directus-Signature": SIGNATURE[:-1] + "x"},
        {"X-Directus-Signature": SIGNATURE.removeprefix("sha256=")},
        {"X-Directus-Signature": SECRET},
        {"X-Directus-Secret": SIGNATURE},
        {"Authorization": SECRET},
    ],
)
def test_everything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(WebhookRefused) as caught:
        changed_collections(SECRET, headers, BODY)
    assert caught.value.status == 401
    assert SECRET not in str(caught.value)


def test_a_signature_is_that_of_its_body() -> None:
    with pytest.raises(WebhookRefused):
        changed_collections(SECRET, {"X-Directus-Signature": SIGNATURE}, BODY.replace(b"articles", b"authors"))


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"collection": "articles"}', ["articles"]),
        (b'{"collections": ["articles", "authors"]}', ["articles", "authors"]),
        (b'{"collection": "*"}', []),
        (b'{"collections": ["articles", "*"]}', []),
    ],
)
def test_the_collections(body: bytes, names: list[str]) -> None:
    assert changed_collections(SECRET, {"X-Directus-Secret": SECRET}, body) == names


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"5", b"null", b"\xff", b"{}", b'{"collection": ""}', b'{"collection": null}', b'{"collections": []}',
        b'{"collections": [5]}', b'{"collections": "a", "collection": 5}'.replace(b'"a"', b"{}"), b"[" * 50_000,
        b'{"collection": "' + b"a" * MAX_BODY + b'"}',
    ],
)  # fmt: skip
def test_a_body_that_names_no_collection(body: bytes) -> None:
    with pytest.raises(WebhookRefused) as caught:
        changed_collections(SECRET, {"X-Directus-Secret": SECRET}, body)
    assert caught.value.status == 400


@pytest.mark.parametrize("secret", ["", "short", None, 5, "ä" * 20])
def test_a_secret_that_is_none(secret: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        changed_collections(secret, {}, BODY)  # type: ignore[arg-type]
    assert "short" not in str(caught.value)
