"""A site of Django in front of a real server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.authenticator import App
from tests.contrib.django.project import configure, sign_in
from tests.live.conftest import VERSION, Workshop
from tests.live.people import new_role
from tests.openid import PROVIDER, cookies_of, openid_provider, openid_settings, walk

configure()

from django import forms  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.management.base import CommandError  # noqa: E402
from django.db import connections  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import include, path  # noqa: E402

from directus_sdk import Directus, FailedValidation, RecordNotUnique  # noqa: E402
from directus_sdk.contrib.django import (  # noqa: E402
    DirectusFileField,
    DirectusList,
    DirectusPaginator,
    DirectusRequest,
    add_directus_errors,
    cms,
    upload,
)
from directus_sdk.contrib.django.process import process  # noqa: E402
from directus_sdk.contrib.django.sessions import VISITOR  # noqa: E402
from directus_sdk.testing import DirectusServer  # noqa: E402

pytestmark = pytest.mark.live
PASSWORD = "correct horse battery"


class NoteForm(forms.Form):
    title = forms.CharField()
    slug = forms.CharField()


def notes(request: DirectusRequest) -> HttpResponse:
    """A list, and a form to add to it."""
    form = NoteForm(request.POST or None)
    if form.is_valid():
        try:
            request.directus.items("django_notes").create_one(form.cleaned_data)
            return HttpResponse(status=201)
        except (FailedValidation, RecordNotUnique) as error:
            add_directus_errors(form, error)
    page = DirectusPaginator(DirectusList(request.directus.items("django_notes"), sort=["id"]), 2).get_page(
        request.GET.get("page")
    )
    return JsonResponse({"notes": [note["title"] for note in page], "next": page.has_next(), "errors": form.errors})


def photo(request: DirectusRequest) -> HttpResponse:
    record = upload(request.directus, request.FILES["photo"], {"title": "A photo"}, max_size=1000, accept=["image/*"])
    return JsonResponse(record)


@login_required
def whoami(request: DirectusRequest) -> JsonResponse:
    return JsonResponse({"email": request.directus.users.me.read(fields=["email"]).get("email")})


def refresh_and_fail(request: DirectusRequest) -> HttpResponse:
    request.user.get_username()
    request.session["written"] = True
    request.directus.auth.refresh()
    raise RuntimeError("rolled back")


urlpatterns = [
    path("", lambda request: HttpResponse("home")),
    path("notes/", notes),
    path("photo/", photo),
    path("private/", whoami),
    path("fail/", refresh_and_fail),
    path("accounts/", include("directus_sdk.contrib.django.urls")),
]


@pytest.fixture(autouse=True)
def no_users() -> Iterator[None]:
    yield
    User.objects.all().delete()


@pytest.fixture
def site(workshop: Workshop) -> Iterator[Workshop]:
    raw = {"URL": workshop.server.url, "TOKEN": workshop.server.admin_token}
    with override_settings(DIRECTUS=raw, ROOT_URLCONF=__name__):
        yield workshop


@pytest.fixture
def collection(site: Workshop) -> Iterator[None]:
    key = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
    rule = {"validation": {"title": {"_starts_with": "N"}}, "validation_message": "Begin with N."}
    fields = [
        key,
        {"field": "title", "type": "string", "schema": {}, "meta": rule},
        {"field": "slug", "type": "string", "schema": {"is_unique": True}, "meta": {}},
    ]
    cms.collections.create_one({"collection": "django_notes", "meta": {}, "schema": {}, "fields": fields})
    cms.items("django_notes").create_many([{"title": f"Note {n}", "slug": str(n)} for n in (1, 2, 3)])
    yield
    cms.collections.delete_one("django_notes")


def visitor_of(site: Workshop, **policy: Any) -> str:
    """A user who may work with the notes; the email address, which is the name."""
    rules = [{"collection": "django_notes", "action": action} for action in ("read", "create")]
    role = new_role(site.directus, site.server.version, f"Visitor {uuid.uuid4().hex[:6]}", rules, **policy)
    return site.new_user(role)[1]


def test_a_short_journey(site: Workshop, collection: None) -> None:
    """Sign in, page, form error, the session dies, login page, sign out."""
    email = visitor_of(site, app_access=True)
    browser = Client()
    assert browser.get("/private/").headers["Location"] == "/accounts/login/?next=/private/"
    sign_in(browser, email, PASSWORD)
    assert browser.get("/private/").json() == {"email": email}

    assert browser.get("/notes/?page=1").json() == {"notes": ["Note 1", "Note 2"], "next": True, "errors": {}}
    assert browser.get("/notes/?page=2").json() == {"notes": ["Note 3"], "next": False, "errors": {}}
    wrong = browser.post("/notes/", {"title": "A note", "slug": "4"}).json()["errors"]
    assert list(wrong) == ["title"]
    taken = browser.post("/notes/", {"title": "Note 4", "slug": "3"}).json()["errors"]
    assert list(taken) == ["slug"]
    assert browser.post("/notes/", {"title": "Note 4", "slug": "4"}).status_code == 201

    record = process.visitors().client(browser.session[VISITOR]).storage.load()
    assert record is not None
    assert record.refresh_token is not None
    with Directus(site.server.url) as elsewhere:
        elsewhere.auth.logout(record.refresh_token.reveal())
    process.visitors().client(browser.session[VISITOR]).storage.save(expired(record))
    dead = browser.get("/notes/?page=2")
    assert (dead.status_code, dead.headers["Location"]) == (302, "/accounts/login/?next=/notes/%3Fpage%3D2")
    assert browser.get("/private/").status_code == 302

    sign_in(browser, email, PASSWORD)
    visitor = browser.session[VISITOR]
    browser.post("/accounts/logout/")
    assert not process.visitors().signed_in(visitor)
    assert browser.get("/private/").status_code == 302


def expired(record: Any) -> Any:
    import attrs

    return attrs.evolve(record, expires_at=1.0)


def test_those_without_a_session_see_what_the_public_role_sees(site: Workshop, collection: None) -> None:
    assert Client().get("/notes/").status_code == 404
    with override_settings(DIRECTUS={"URL": site.server.url, "FORBIDDEN": 403}):
        assert Client().get("/notes/").status_code == 403


def test_a_user_without_access_to_the_app_becomes_a_user_of_django(site: Workshop) -> None:
    email = visitor_of(site)  # may not even read the own email address
    sign_in(Client(), email, PASSWORD)
    user = User.objects.get()
    assert (user.email, user.username) == (email, email)


def test_two_factor_authentication(site: Workshop) -> None:
    email = visitor_of(site, app_access=True, admin_access=True)
    with Directus(site.server.url) as user:
        user.auth.login(email, PASSWORD)
        secret = user.users.me.tfa.generate(PASSWORD)["secret"]
        user.users.me.tfa.enable(secret, App(secret).now())
    browser = Client()
    page = browser.post("/accounts/login/", {"username": email, "password": PASSWORD, "next": "/private/"})
    assert page.context["form"].is_second_step
    key = page.context["form"].data["key"]
    done = browser.post("/accounts/login/", {"otp": App(secret).now(), "key": key, "next": "/private/"})
    assert done.headers["Location"] == "/private/"
    assert browser.get("/private/").json() == {"email": email}


@pytest.mark.directus(">=11")  # earlier ones answer 500 to a token that is not valid
def test_a_forgotten_password(site: Workshop) -> None:
    email = visitor_of(site, app_access=True)
    browser = Client()
    assert "on its way" in browser.post("/accounts/password/reset/", {"email": email}).content.decode()
    token = site.token_in_mail_to(email)
    done = browser.post("/accounts/password/reset/confirm/", {"token": token, "password": "another horse"})
    assert "was changed" in done.content.decode()
    sign_in(browser, email, "another horse")
    again = browser.post("/accounts/password/reset/confirm/", {"token": "x", "password": "another horse"})
    assert "not valid any more" in again.content.decode()


@pytest.mark.directus("<12")  # later ones want a licence for a rule of one's own
def test_a_changed_password(site: Workshop) -> None:
    rule = {"collection": "directus_users", "action": "update", "fields": ["password"], "permissions": {"id": "$CURRENT_USER"}}
    role = new_role(site.directus, site.server.version, "Changing", [rule], app_access=True)
    _, email, _ = site.new_user(role)
    browser, other = Client(), Client()
    sign_in(browser, email, PASSWORD)
    sign_in(other, email, PASSWORD)
    wrong = browser.post("/accounts/password/", {"current": "wrong", "password": "another horse"})
    assert list(wrong.context["form"].errors) == ["current"]
    done = browser.post("/accounts/password/", {"current": PASSWORD, "password": "another horse"})
    assert "was changed" in done.content.decode()
    assert browser.get("/private/").json() == {"email": email}
    sign_in(Client(), email, "another horse")


@pytest.mark.directus(">=10")  # version 9 answers 500 to this upload, and to the deletion of its user
def test_an_upload_has_the_permissions_of_the_visitor(site: Workshop) -> None:
    image = SimpleUploadedFile("cat.gif", b"GIF89a", "image/gif")
    assert Client().post("/photo/", {"photo": image}).status_code == 404
    rules = [{"collection": "directus_files", "action": action} for action in ("read", "create")]
    role = new_role(site.directus, site.server.version, "Uploading", rules, app_access=True)
    key, email, _ = site.new_user(role)
    browser = Client()
    sign_in(browser, email, PASSWORD)
    image.seek(0)
    record = browser.post("/photo/", {"photo": image}).json()
    fields = (record["filename_download"], record["type"], record["title"], record["uploaded_by"])
    assert fields == ("cat.gif", "image/gif", "A photo", key)
    large = SimpleUploadedFile("cat.gif", b"GIF89a" * 200, "image/gif")
    assert browser.post("/photo/", {"photo": large}).status_code == 413
    text = SimpleUploadedFile("cat.txt", b"cat", "text/plain")
    assert browser.post("/photo/", {"photo": text}).status_code == 415
    cms.files.delete_one(record["id"])
    assert DirectusFileField(max_size=5).max_size == 5


def test_a_rolled_back_request_loses_no_token(site: Workshop) -> None:
    email = visitor_of(site, app_access=True)
    settings = connections["default"].settings_dict
    settings["ATOMIC_REQUESTS"] = True
    try:
        browser = Client(raise_request_exception=False)
        sign_in(browser, email, PASSWORD)
        for _ in range(3):
            assert browser.get("/fail/").status_code == 500
            assert browser.get("/private/").json() == {"email": email}
    finally:
        settings["ATOMIC_REQUESTS"] = False


def test_types_are_written_and_checked(site: Workshop, collection: None, tmp_path: Path) -> None:
    module = tmp_path / "cms.py"
    with override_settings(DIRECTUS={**process_settings(site), "CLIENT": "not.there.Yet"}):
        call_command("directus_types", str(module), collections=["django_notes"], verbosity=0)
        assert "class DjangoNotes" in module.read_text()
        call_command("directus_types", str(module), "--check", collections=["django_notes"])
        cms_of_site = Directus(site.server.url, token=site.server.admin_token)
        with cms_of_site:
            cms_of_site.fields.create_one("django_notes", {"field": "body", "type": "text", "schema": {}, "meta": {}})
        with pytest.raises(CommandError, match="differs"):
            call_command("directus_types", str(module), "--check", collections=["django_notes"])


def process_settings(site: Workshop) -> dict[str, Any]:
    return {"URL": site.server.url, "TOKEN": site.server.admin_token}


@pytest.mark.directus(">=10.10,<12")  # Directus 12 has single sign-on with a licence only
def test_single_sign_on() -> None:
    callback = "http://testserver/accounts/callback/"
    with openid_provider() as issuer:
        settings = openid_settings(issuer, site=callback)
        with DirectusServer(VERSION, env=settings) as server:
            raw = {"URL": server.url, "SSO_PROVIDERS": [PROVIDER]}
            with override_settings(DIRECTUS=raw, ROOT_URLCONF=__name__):
                browser = Client()
                begin = browser.get(f"/accounts/sso/{PROVIDER}/?next=/private/")
                end = walk(begin.headers["Location"], until=callback)
                for name, value in cookies_of(end).items():
                    browser.cookies[name] = value
                done = browser.get("/accounts/callback/")
                assert (done.status_code, done.headers["Location"]) == (302, "/private/")
                assert browser.get("/private/").status_code == 200
                browser.post("/accounts/logout/")
                assert browser.get("/private/").status_code == 302
