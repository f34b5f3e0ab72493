"""The sign-in form and errors by field."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from directus_sdk import FailedValidation, Forbidden, RecordNotUnique
from directus_sdk.contrib.django import DirectusFileField, add_directus_errors, cms, upload
from directus_sdk.contrib.web.uploads import UploadRefused
from directus_sdk.testing import MockTransport
from tests.contrib.django.fake import FakeDirectus

LOGIN = {"username": "ada@example.com", "password": "right"}


class ArticleForm(forms.Form):
    title = forms.CharField()
    slug = forms.CharField()


def form() -> ArticleForm:
    filled = ArticleForm({"title": "Hello", "slug": "hello"})
    assert filled.is_valid()
    return filled


def unique(field: str) -> RecordNotUnique:
    error = {"message": "Value has to be unique.", "extensions": {"code": "RECORD_NOT_UNIQUE", "field": field}}
    return RecordNotUnique("taken", errors=[error])


def test_errors_are_added_by_field() -> None:
    errors = [
        {"message": "too short", "extensions": {"code": "FAILED_VALIDATION", "field": "title"}},
        {"message": "not lower case", "extensions": {"code": "FAILED_VALIDATION", "field": "slug"}},
    ]
    filled = form()
    add_directus_errors(filled, FailedValidation("wrong", errors=errors))
    assert filled.errors == {"title": ["too short"], "slug": ["not lower case"]}
    assert not filled.is_valid()


def test_a_field_may_have_another_name_in_the_form() -> None:
    filled = form()
    add_directus_errors(filled, unique("slug_en"), fields={"slug_en": "slug"})
    assert filled.errors == {"slug": ["Value has to be unique."]}


def test_what_the_form_does_not_have_is_an_error_of_the_form() -> None:
    filled = form()
    add_directus_errors(filled, unique("internal_code"))
    assert filled.non_field_errors() == ["Value has to be unique."]


def test_other_errors_are_raised_again() -> None:
    with pytest.raises(Forbidden):
        add_directus_errors(form(), Forbidden("no", status=403))


def test_a_refused_upload_is_an_error_of_the_form() -> None:
    filled = form()
    add_directus_errors(filled, UploadRefused("The file is larger than 4 bytes.", 413))
    assert filled.non_field_errors() == ["The file is larger than 4 bytes."]


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [(b"12345", "text/plain", "larger than 4 bytes"), (b"1", "text/html", "not accepted"), (b"1234", "text/plain", "")],
)
def test_a_file_field_checks_size_and_type(content: bytes, kind: str, message: str) -> None:
    class Upload(forms.Form):
        file = DirectusFileField(max_size=4, accept=["text/plain"])

    filled = Upload({}, {"file": SimpleUploadedFile("a.txt", content, kind)})
    assert filled.is_valid() is (not message)
    assert message in str(filled.errors.get("file", ""))
    assert 'accept="text/plain"' in str(Upload())


# ---------------------------------------------------------------------------- sign-in
def test_a_wrong_password_is_an_error_of_the_form(browser: Client) -> None:
    page = browser.post("/accounts/login/", {**LOGIN, "password": "wrong"})
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert "wrong" not in page.content.decode()


def test_the_code_is_asked_for_in_a_second_step(browser: Client, fake: FakeDirectus) -> None:
    fake.otp = "123456"
    page = browser.post("/accounts/login/", {**LOGIN, "next": "/private/"}).content.decode()
    assert 'name="otp"' in page
    assert 'name="password"' not in page
    assert "right" not in page
    assert "right" not in str(dict(browser.session))
    key = re.search(r'name="key" value="([0-9a-f]+)"', page)
    assert key
    wrong = browser.post("/accounts/login/", {"otp": "999999", "key": key[1], "next": "/private/"}).content.decode()
    assert "not correct" in wrong
    assert 'name="next" value="/private/"' in wrong
    again = re.search(r'name="key" value="([0-9a-f]+)"', wrong)
    assert again
    assert again[1] != key[1]
    done = browser.post("/accounts/login/", {"otp": "123456", "key": again[1], "next": "/private/"})
    assert done.headers["Location"] == "/private/"
    assert "_directus_step" not in browser.session


@pytest.mark.parametrize("key", ["", "zz", "00", "00" * 5])
def test_a_key_that_does_not_fit_asks_for_everything_again(browser: Client, fake: FakeDirectus, key: str) -> None:
    fake.otp = "123456"
    browser.post("/accounts/login/", LOGIN)
    page = browser.post("/accounts/login/", {"otp": "123456", "key": key})
    assert page.status_code == 200
    assert not page.wsgi_request.user.is_authenticated


def test_a_step_that_took_too_long_begins_again(browser: Client, fake: FakeDirectus, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.otp = "123456"
    page = browser.post("/accounts/login/", LOGIN).content.decode()
    key = re.search(r'name="key" value="([0-9a-f]+)"', page)
    assert key
    session = browser.session
    session["_directus_step"] = [*session["_directus_step"][:2], 0]
    session.save()
    page = browser.post("/accounts/login/", {"otp": "123456", "key": key[1]}).content.decode()
    assert 'name="password"' in page


def test_a_server_that_does_not_respond_has_a_page_of_its_own(browser: Client, fake: FakeDirectus, mock: MockTransport) -> None:
    from directus_sdk.testing.mock import error_response

    fake.replies["/auth/login"] = error_response("REQUESTS_EXCEEDED", 429, headers={"Retry-After": "9"})
    page = browser.post("/accounts/login/", LOGIN)
    assert (page.status_code, page.headers["Retry-After"]) == (429, "9")


@pytest.mark.parametrize("target", ["https://evil.example.com/", "//evil.example.com", "javascript:alert(1)"])
def test_next_stays_on_the_site(browser: Client, target: str) -> None:
    done = browser.post("/accounts/login/", {**LOGIN, "next": target})
    assert done.headers["Location"] == "/"


def test_an_upload_is_read_from_its_beginning(mock: MockTransport) -> None:
    file = SimpleUploadedFile("a.txt", b"12345", "text/plain")
    file.read()
    upload(cms, file, {"title": "A"}, max_size=5)
    assert b"12345" in b"".join(mock.last.body()) if callable(mock.last.body) else mock.last.body
    with pytest.raises(UploadRefused):
        upload(cms, file, max_size=4)
    with pytest.raises(UploadRefused):
        upload(cms, None)
    with pytest.raises(TypeError, match="one file"):
        upload(cms, [file])
    assert len(mock.requests) == 1
