"""Check the built documentation: every link inside it leads to a page and a place, and no page loads from another host.

Run by ``make docs``: ``python scripts/check_site.py build/docs``.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Elements that the browser loads by itself, by the attribute with the URL.
LOADED = {("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src"), ("video", "src")}
#: Relations of ``<link>`` that load nothing.
NOT_LOADED = {"canonical", "next", "prev", "index", "search", "author", "copyright"}


class Page(HTMLParser):
    """The places of a page, its links, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what an element names, links to or loads."""
        values = {name: value or "" for name, value in attrs}
        self.places.update(values[name] for name in ("id", "name") if values.get(name))
        loads = {values[name] for name in ("src",) if (tag, name) in LOADED and name in values}
        if tag == "link" and values.get("rel") not in NOT_LOADED:
            loads.add(values.get("href", ""))
        self.loaded += loads
        self.links += [*loads, *([values["href"]] if tag == "a" and "href" in values else [])]


def faults(root: Path) -> list[str]:
    """Return what is wrong, one line for each link."""
    pages = {path.resolve(): Page(path) for path in sorted(root.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(root.resolve())
        found += [f"{name}: loads {url}" for url in page.loaded if urlsplit(url).netloc]
        # The links of the 404 page are absolute, because it is shown at any depth.
        for link in sorted(set(page.links)) if path.name != "404.html" else ():
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not target.exists():
                found.append(f"{name}: {link} does not exist")
            elif url.fragment and target in pages and unquote(url.fragment) not in pages[target].places:
                found.append(f"{name}: {link} leads to no place")
    return found


if __name__ == "__main__":
    lines = faults(Path(sys.argv[1]))
    sys.exit("\n".join(lines) or 0)
