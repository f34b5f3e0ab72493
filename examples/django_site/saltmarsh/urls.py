"""The URLs of the site."""

from __future__ import annotations

from django.contrib.staticfiles.views import serve
from django.urls import include, path

from saltmarsh import views

urlpatterns = [
    path("", views.ArticleList.as_view(), name="list"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("write/", views.write, name="write"),
    path("photos/", views.photos, name="photos"),
    # For an example without another web server in front of it.
    path("static/<path:path>", serve, {"insecure": True}),
]
urlpatterns += [path("directus/", include("directus_sdk.contrib.django.urls"))]
