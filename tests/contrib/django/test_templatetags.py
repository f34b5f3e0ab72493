"""``{% load directus %}``."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import override_settings

FILE = {"id": "8cbb43fe-4cdf-4991-8352-c461779cec02", "title": 'Tom & "Ada"', "width": 1000, "height": 500}


@pytest.fixture(autouse=True)
def settings() -> object:
    with override_settings(
        DIRECTUS={"URL": "http://directus:8055", "PUBLIC_URL": "https://cms.example.com", "TOKEN": "secret"}
    ):
        yield


def render(source: str, **values: object) -> str:
    return Template("{% load directus %}" + source).render(Context(values))


def test_the_url_of_an_asset() -> None:
    assert (
        render("{% directus_asset id width=400 %}", id=FILE["id"]) == f"https://cms.example.com/assets/{FILE['id']}?width=400"
    )
    two = render("{% directus_asset file width=400 format='webp' %}", file=FILE)
    assert two == f"https://cms.example.com/assets/{FILE['id']}?width=400&amp;format=webp"
    assert render("{% directus_asset file %}", file=None) == ""
    assert render("{% directus_asset file as url %}{{ url|length }}", file=FILE) == str(
        len(two) - len("?width=400&amp;format=webp")
    )


def test_an_image_has_a_srcset_and_is_escaped() -> None:
    html = render('{% directus_image file sizes="50vw" widths="320, 640" class="wide" %}', file=FILE)
    assert html.startswith("<img ")
    assert "width=320 320w, " in html
    assert 'sizes="50vw"' in html
    assert 'class="wide"' in html
    assert "Tom &amp; &quot;Ada&quot;" in html
    assert "&lt;" not in html
    assert render("{% directus_image file %}", file=None) == ""


def test_rich_text_has_no_scripts_and_keeps_its_markup() -> None:
    html = render("{{ body|directus_rich_text }}", body='<p onclick="x()">a<script>x()</script><img src="/assets/1"></p>')
    assert html == '<p>a<img src="https://cms.example.com/assets/1"></p>'
    assert render("{{ body|directus_rich_text }}", body=None) == ""


def test_a_url_in_text_is_escaped_as_any_other() -> None:
    assert "<" not in render("{% directus_asset id %}", id='"><script>').replace("&lt;", "")
