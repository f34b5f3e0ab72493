"""The pages that people see first: README, comparison and migration."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from directus_sdk import Directus

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMPARISON = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
MIGRATION = sorted(path for path in (ROOT / "docs" / "migration").glob("*.md") if path.stem != "index")
SETUP = configparser.ConfigParser(interpolation=None)
SETUP.read(ROOT / "setup.cfg", encoding="utf-8")
REPOSITORY = SETUP["metadata"]["url"]


def table(text: str) -> list[str]:
    """The rows of the table of situations."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| situation |"))
    return lines[start : lines.index("", start)]


def test_readme_and_comparison_have_one_table() -> None:
    assert len(table(README)) > 10
    assert table(README) == table(COMPARISON)


def test_links_of_the_readme_are_absolute_and_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert [link for link in links if not link.startswith("https://")] == []
    own = [link.removeprefix(f"{REPOSITORY}/blob/main/") for link in links if link.startswith(f"{REPOSITORY}/blob/")]
    assert len(own) > 10
    assert [name for name in own if not (ROOT / name).is_file()] == []


def test_project_urls_lead_to_the_repository() -> None:
    urls = dict(line.split(" = ") for line in SETUP["metadata"]["project_urls"].strip().splitlines())
    assert {"Documentation", "Source", "Changelog", "Issues"} <= set(urls)
    assert all(url.startswith(REPOSITORY) for url in urls.values())
    assert REPOSITORY in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_the_badges_are_true() -> None:
    badges = re.findall(r"img\.shields\.io/badge/(\w+)-(.+)-\w+\)", README)
    told = {name: value.replace("%20", " ") for name, value in badges}
    pythons = re.findall(r"Python :: (3\.\d+)", SETUP["metadata"]["classifiers"])
    servers = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    majors = [int(major) for major in re.findall(r"^\| (\d+)\.\S+ SQLite \|", servers, re.MULTILINE)]
    assert told == {
        "python": f"{pythons[0]} to {pythons[-1]}",
        "directus": f"{min(majors)} to {max(majors)}",
        "typing": "strict",
        "license": SETUP["metadata"]["license"],
    }
    assert SETUP["options"]["python_requires"] == f">={pythons[0]}"
    assert SETUP["mypy"]["strict"] == "true"
    assert (ROOT / "directus_sdk" / "py.typed").is_file()


def calls(page: Path) -> list[str]:
    """The calls of `directus` in the second column of a page's tables."""
    rows = [line.split(" | ", 1)[1] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return sorted({call for row in rows for call in re.findall(r"`(directus\.[^`]*)`", row)})


@pytest.mark.parametrize("page", MIGRATION, ids=[path.stem for path in MIGRATION])
def test_each_name_that_a_migration_page_recommends_exists(page: Path) -> None:
    found = calls(page)
    assert len(found) > 15
    for call in found:
        target: object = Directus("http://127.0.0.1:1")
        plain = re.sub(r'items\("articles"(, Article)?\)', "items", call)
        for name in re.sub(r"\(.*", "", plain).split(".")[1:]:
            target = getattr(target, name)
            if name == "items":
                target = Directus("http://127.0.0.1:1").items("articles")
        assert callable(target) or "(" not in plain, call
