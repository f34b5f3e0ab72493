"""The URLs and views of the site."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.urls import include, path
from django.views.generic import ListView

from directus_sdk.contrib.django import DirectusList, DirectusPaginator, DirectusRequest


def home(request: DirectusRequest) -> HttpResponse:
    """A page that does not need Directus."""
    return HttpResponse("home")


def whoami(request: DirectusRequest) -> JsonResponse:
    return JsonResponse({"email": request.directus.users.me.read(fields=["email"]).get("email")})


async def whoami_async(request: DirectusRequest) -> JsonResponse:
    me = await sync_to_async(request.directus.users.me.read)(fields=["email"])
    return JsonResponse({"email": me.get("email")})


def article(request: DirectusRequest, key: int) -> JsonResponse:
    return JsonResponse(request.directus.items("articles").read_one(key, fields=["id", "title"]))


@login_required
def private(request: DirectusRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


class Articles(ListView):
    paginate_by = 10
    paginator_class = DirectusPaginator
    template_name = "directus/base.html"

    def get_queryset(self) -> DirectusList:
        return DirectusList(self.request.directus.items("articles"), sort=["id"], fields=["id"])


urlpatterns = [
    path("", home),
    path("whoami/", whoami),
    path("async/", whoami_async),
    path("private/", private),
    path("articles/", Articles.as_view()),
    path("articles/<int:key>/", article),
    path("accounts/", include("directus_sdk.contrib.django.urls")),
]
