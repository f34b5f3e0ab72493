"""The views: ordinary ones, in which ``request.directus`` has the permissions of the visitor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import ListView

from directus_sdk import BadRequest, CurrentUser, F
from directus_sdk.contrib.django import DirectusList, DirectusPaginator, DirectusRequest, cms, upload
from directus_sdk.contrib.django.forms import add_directus_errors
from saltmarsh.forms import ArticleForm, PhotoForm

COVER = ["cover.id", "cover.title", "cover.description", "cover.width", "cover.height"]
CARD = ["title", "slug", "summary", "published_on", "section.name", "author.name", *COVER]
NEWEST = ["-published_on", "-id"]
PUBLISHED = F.status == "published"


def sections() -> list[dict[str, Any]]:
    """Return the sections of the magazine, which every visitor may read."""
    return cms.items("sections").read_many(fields=["id", "name"], sort=["name"], limit=20)


class ArticleList(ListView):
    """The articles, the newest first: all, those of a section, or those that a search returns."""

    template_name = "list.html"
    context_object_name = "articles"
    paginate_by = 9
    paginator_class = DirectusPaginator
    request: DirectusRequest

    def get_queryset(self) -> DirectusList[dict[str, Any]]:
        section, search = self.request.GET.get("section"), self.request.GET.get("search", "").strip()
        wanted = PUBLISHED & (F.section == section) if section else PUBLISHED
        return DirectusList(
            self.request.directus.items("articles"), filter=wanted, search=search or None, fields=CARD, sort=NEWEST
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.copy()
        query.pop("page", None)
        return super().get_context_data(sections=sections(), query=query.urlencode(), **kwargs)


def article(request: DirectusRequest, slug: str) -> HttpResponse:
    """One article, and three others of its section."""
    articles = request.directus.items("articles")
    item = articles.first(filter=PUBLISHED & (F.slug == slug), fields=[*CARD, "id", "body", "section.id", "author.about"])
    if item is None:
        raise Http404
    others = PUBLISHED & (F.section == item["section"]["id"]) & (F.id != item["id"])
    more = articles.read_many(filter=others, fields=CARD, sort=NEWEST, limit=3)
    return render(request, "article.html", {"article": item, "more": more})


@login_required
def write(request: DirectusRequest) -> HttpResponse:
    """A form for a new article, whose errors Directus finds."""
    form = ArticleForm(request.POST or None, request.FILES or None)
    form.fields["section"].choices = [("", "Choose one"), *((section["id"], section["name"]) for section in sections())]
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "status": "published", "published_on": timezone.localdate()}
        try:
            if cover := data.pop("cover"):
                data["cover"] = upload(request.directus, cover, {"title": data["title"]})["id"]
            request.directus.items("articles").create_one(data)
        except BadRequest as error:
            add_directus_errors(form, error)
        else:
            messages.success(request, "Your article is published.")
            return redirect("article", slug=data["slug"])
    return render(request, "write.html", {"form": form})


@login_required
def photos(request: DirectusRequest) -> HttpResponse:
    """The photos of the visitor, and a form to upload another one."""
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload(request.directus, form.cleaned_data["photo"], {"title": form.cleaned_data["title"]})
        messages.success(request, "Your photo is uploaded.")
        return redirect("photos")
    mine = F.uploaded_by == CurrentUser
    files = request.directus.files.read_many(
        filter=mine, fields=["id", "title", "width", "height"], sort=["-uploaded_on"], limit=24
    )
    return render(request, "photos.html", {"form": form, "files": files})
