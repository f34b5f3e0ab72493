"""The views: ordinary ones, in which ``g.directus`` has the permissions of the visitor."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from directus_sdk import BadRequest, CurrentUser, Directus, F
from directus_sdk.contrib.flask import UploadRefused, field_errors, login_required, upload
from saltmarsh.extensions import directus

site = Blueprint("site", __name__)
COVER = ["cover.id", "cover.title", "cover.description", "cover.width", "cover.height"]
CARD = ["title", "slug", "summary", "published_on", "section.name", "author.name", *COVER]
NEWEST = ["-published_on", "-id"]
PUBLISHED = F.status == "published"
PER_PAGE = 9
IMAGES = ["image/jpeg", "image/png", "image/webp"]
MAX_SIZE = 5_000_000
Page = str | Response | tuple[str, int]


def sections() -> list[dict[str, Any]]:
    """Return the sections of the magazine, which every visitor may read."""
    return directus.cms.items("sections").read_many(fields=["id", "name"], sort=["name"], limit=20)


@site.get("/")
def articles() -> Page:
    """The articles, the newest first: all, those of a section, or those that a search returns."""
    visitor: Directus = g.directus
    section, search = request.args.get("section"), request.args.get("search", "").strip()
    number = request.args.get("page", 1, type=int)
    wanted = PUBLISHED & (F.section == section) if section else PUBLISHED
    if number < 1:
        abort(404)
    rows = visitor.items("articles").read_many(
        filter=wanted, search=search or None, fields=CARD, sort=NEWEST, limit=PER_PAGE, page=number, meta="filter_count"
    )
    pages = max(1, -(-(rows.meta.filter_count or 0) // PER_PAGE))
    if number > pages:
        abort(404)
    others = {name: value for name, value in (("section", section), ("search", search)) if value}
    return render_template("list.html", articles=rows, sections=sections(), number=number, pages=pages, others=others)


@site.get("/articles/<slug>/")
def article(slug: str) -> Page:
    """One article, and three others of its section."""
    items = g.directus.items("articles")
    item = items.first(filter=PUBLISHED & (F.slug == slug), fields=[*CARD, "id", "body", "section.id", "author.about"])
    if item is None:
        abort(404)
    others = PUBLISHED & (F.section == item["section"]["id"]) & (F.id != item["id"])
    more = items.read_many(filter=others, fields=CARD, sort=NEWEST, limit=3)
    return render_template("article.html", article=item, more=more)


@site.route("/write/", methods=["GET", "POST"])
@login_required
def write() -> Page:
    """A form for a new article, whose errors Directus finds."""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        names = ("title", "slug", "section", "summary", "body")
        data: dict[str, Any] = {name: request.form.get(name, "").strip() for name in names}
        data |= {"status": "published", "published_on": datetime.datetime.now(datetime.timezone.utc).date()}
        try:
            if cover := request.files.get("cover"):
                data["cover"] = upload(cover, {"title": data["title"]}, max_size=MAX_SIZE, accept=IMAGES)["id"]
            g.directus.items("articles").create_one(data)
        except UploadRefused as error:
            errors = {"cover": [str(error)]}
        except BadRequest as error:
            errors = field_errors(error, data)
            if not errors:
                raise
        else:
            flash("Your article is published.")
            return redirect(url_for("site.article", slug=data["slug"]))
    return render_template("write.html", errors=errors, sections=sections())


@site.route("/photos/", methods=["GET", "POST"])
@login_required
def photos() -> Page:
    """The photos of the visitor, and a form to upload another one."""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            upload(request.files.get("photo"), {"title": request.form.get("title")}, max_size=MAX_SIZE, accept=IMAGES)
        except UploadRefused as error:
            errors = {"photo": [str(error)]}
        else:
            flash("Your photo is uploaded.")
            return redirect(url_for("site.photos"))
    mine = F.uploaded_by == CurrentUser
    files = g.directus.files.read_many(filter=mine, fields=["id", "title", "width", "height"], sort=["-uploaded_on"], limit=24)
    return render_template("photos.html", files=files, errors=errors)


def not_found(error: Exception) -> Page:
    """The page for what does not exist, or may not be seen."""
    return render_template("404.html"), 404
