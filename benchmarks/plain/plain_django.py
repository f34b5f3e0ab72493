"""The list page of examples/django_site, written with plain requests: settings, URLs and view."""

from __future__ import annotations

import json
import os
from pathlib import Path

import requests
from django.contrib.staticfiles.views import serve
from django.core.wsgi import get_wsgi_application
from django.shortcuts import render
from django.urls import include, path
from saltmarsh.settings import *  # noqa: F403
from saltmarsh.settings import DIRECTUS, INSTALLED_APPS, MIDDLEWARE, TEMPLATES

INSTALLED_APPS = [app for app in INSTALLED_APPS if "directus" not in app]
MIDDLEWARE = [name for name in MIDDLEWARE if "directus" not in name]
TEMPLATES[0]["DIRS"].insert(0, Path(__file__).parent / "templates_django")
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
ROOT_URLCONF = __name__
URL = DIRECTUS["URL"]

FIELDS = (
    "title,slug,summary,published_on,section.name,author.name,cover.id,cover.title,cover.description,cover.width,cover.height"
)
session = requests.Session()


def read(name, **params):
    response = session.get(f"{URL}/items/{name}", params=params, timeout=10)
    response.raise_for_status()
    return response.json()["data"]


def articles(request):
    number = int(request.GET.get("page", 1))
    published = json.dumps({"status": {"_eq": "published"}})
    rows = read("articles", filter=published, fields=FIELDS, sort="-published_on,-id", limit=9, page=number)
    count = int(read("articles", filter=published, **{"aggregate[count]": "*"})[0]["count"])
    pages = max(1, -(-count // 9))
    page = {
        "number": number,
        "has_other_pages": pages > 1,
        "has_previous": number > 1,
        "previous_page_number": number - 1,
        "has_next": number < pages,
        "next_page_number": number + 1,
    }
    context = {"articles": rows, "page_obj": page, "paginator": {"num_pages": pages}, "query": "", "directus": URL}
    return render(request, "list.html", {**context, "sections": read("sections", fields="id,name", sort="name")})


urlpatterns = [path("", articles, name="list"), path("articles/<slug:slug>/", articles, name="article")]
urlpatterns += [path("directus/", include(([path("login/", articles, name="login")], "directus")))]
urlpatterns += [path("static/<path:path>", serve, {"insecure": True})]
os.environ["DJANGO_SETTINGS_MODULE"] = __name__
application = get_wsgi_application()
