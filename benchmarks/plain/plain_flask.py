"""The list page of examples/flask_site, written with plain requests."""

from __future__ import annotations

import json
import os

import jinja2
import requests
from flask import Blueprint, Flask, render_template, request

URL = os.environ["DIRECTUS_URL"]
FIELDS = (
    "title,slug,summary,published_on,section.name,author.name,cover.id,cover.title,cover.description,cover.width,cover.height"
)
session = requests.Session()
site = Blueprint("site", __name__)
account = Blueprint("directus", __name__)
account.add_url_rule("/login", "login", lambda: "")


def read(name, **params):
    response = session.get(f"{URL}/items/{name}", params=params, timeout=10)
    response.raise_for_status()
    return response.json()


@site.get("/")
def articles():
    number = int(request.args.get("page", 1))
    published = json.dumps({"status": {"_eq": "published"}})
    sort = "-published_on,-id"
    content = read("articles", filter=published, fields=FIELDS, sort=sort, limit=9, page=number, meta="filter_count")
    sections = read("sections", fields="id,name", sort="name")["data"]
    pages = max(1, -(-content["meta"]["filter_count"] // 9))
    return render_template(
        "list.html", articles=content["data"], sections=sections, number=number, pages=pages, others={}, directus=URL
    )


site.add_url_rule("/articles/<slug>/", "article", lambda slug: "")
app = Flask("saltmarsh", root_path=os.path.abspath("saltmarsh"), static_folder="../../magazine/static")  # noqa: PTH100
own = jinja2.FileSystemLoader(os.path.join(os.path.dirname(__file__), "templates_flask"))  # noqa: PTH118, PTH120
app.jinja_loader = jinja2.ChoiceLoader([own, app.jinja_loader])
app.jinja_env.globals["directus_signed_in"] = lambda: False
app.register_blueprint(site)
app.register_blueprint(account)
