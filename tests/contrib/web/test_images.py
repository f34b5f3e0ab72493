"""URLs of assets and ``<img>`` elements."""

from __future__ import annotations

from html.parser import HTMLParser

import attrs
import pytest

from directus_sdk import Directus
from directus_sdk.contrib.web.images import asset_url, image

CMS = Directus("https://cms.example.com")
URL = "https://cms.example.com/assets/1"


def element(markup: str) -> dict[str, str | None]:
    found: list[dict[str, str | None]] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            assert tag == "img"
            found.append(dict(attributes))

    Parser().feed(markup)
    assert len(found) == 1
    return found[0]


@attrs.define
class File:
    id: str
    title: str | None = None


@pytest.mark.parametrize("file", [1, "1", {"id": 1}, File("1")])
def test_a_file_is_an_id_or_a_record(file: object) -> None:
    assert asset_url(CMS, file, width=40, without_enlargement=True) == f"{URL}?width=40&withoutEnlargement=true"
    assert element(image(CMS, file, widths=(10, 20)))["srcset"] == f"{URL}?width=10 10w, {URL}?width=20 20w"


@pytest.mark.parametrize("file", [None, "", {}, {"id": None}])
def test_without_a_file_there_is_nothing(file: object) -> None:
    assert asset_url(CMS, file) == image(CMS, file, width=5) == ""


def test_the_widths_end_with_that_of_the_original() -> None:
    file = {"id": 1, "width": 700, "height": 350, "title": "T", "description": "D"}
    found = element(image(CMS, file, sizes="50vw", format="auto"))
    assert found == {
        "src": f"{URL}?format=auto&width=700",
        "srcset": ", ".join(f"{URL}?format=auto&width={width} {width}w" for width in (320, 640, 700)),
        "sizes": "50vw",
        "alt": "D",
        "width": "700",
        "height": "350",
        "loading": "lazy",
    }


def test_a_fixed_width_has_twice_of_it() -> None:
    found = element(image(CMS, {"id": 1, "width": 800, "height": 400}, width=100))
    assert found["srcset"] == f"{URL}?width=100 1x, {URL}?width=200 2x"
    assert (found["width"], found["height"], found.get("sizes")) == ("100", "50", None)
    found = element(image(CMS, 1, width=100, height=30, fit="cover"))
    assert found["srcset"] == f"{URL}?width=100&height=30&fit=cover 1x, {URL}?width=200&height=60&fit=cover 2x"
    assert (found["width"], found["height"]) == ("100", "30")


def test_a_preset_has_one_url() -> None:
    found = element(image(CMS, 1, key="card", loading="eager"))
    assert found == {"src": f"{URL}?key=card", "alt": "", "loading": "eager"}


def test_everything_is_escaped() -> None:
    bad = '"><script>alert(1)</script>'
    markup = image(CMS, {"id": bad, "title": bad}, css_class=bad, sizes=bad, loading=bad, key=bad)
    assert "<script" not in markup
    found = element(markup)
    assert found["alt"] == found["class"] == found["loading"] == bad
    quoted = "%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E"
    assert found["src"] == f"https://cms.example.com/assets/{quoted}?key={quoted}"


def test_a_path_cannot_leave_the_assets() -> None:
    assert asset_url(CMS, "../users/me") == "https://cms.example.com/assets/..%2Fusers%2Fme"
    with pytest.raises(ValueError, match=r"\.\."):
        asset_url(CMS, "..")


@pytest.mark.parametrize("widths", [(), (0,), (-1, 20)])
def test_widths_are_pixels(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="widths"):
        image(CMS, 1, widths=widths)


def test_templates_do_not_escape_it_again() -> None:
    from django.utils.html import conditional_escape
    from markupsafe import escape

    markup = image(CMS, 1)
    assert str(escape(markup)) == conditional_escape(markup) == markup


def test_a_template_may_write_a_number_as_a_string() -> None:
    assert image(CMS, 1, width="40") == image(CMS, 1, width=40)  # type: ignore[arg-type]
    assert f"{URL}?width=80 2x" in image(CMS, 1, width="40")  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [0, -1, "4em", 1.5, True])
def test_a_width_that_is_no_number_of_pixels(width: object) -> None:
    with pytest.raises(ValueError, match="pixels"):
        image(CMS, 1, width=width)  # type: ignore[arg-type]
