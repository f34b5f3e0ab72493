"""Rich text without anything that runs."""

from __future__ import annotations

import subprocess
import sys

import html5lib
import pytest

from directus_sdk.contrib.web.rich_text import sanitise

RUNS = {"script", "svg", "math", "iframe", "form", "input", "button", "style", "meta", "base", "noscript", "srcdoc"}


def tags_and_attributes(markup: str) -> list[str]:
    """What a browser's parser sees, in the order of the document."""
    tree = html5lib.parseFragment(markup, namespaceHTMLElements=False)
    return [name for element in tree.iter() for name in (str(element.tag), *element.attrib)]


@pytest.mark.parametrize(
    "kept",
    [
        '<h2 style="text-align: center;">A</h2><p dir="rtl">b <strong>c</strong> <em>d</em><br><code>e</code></p>',
        '<ul><li>a</li></ul><ol start="3"><li>b</li></ol><blockquote>c</blockquote><hr>',
        '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
        '<img src="https://cms.example.com/assets/1?width=5" alt="a" width="5" height="4">',
        '<video controls="" src="https://cms.example.com/assets/1"></video>',
        "Größe &lt;b&gt; &amp; 5 &gt; 4",
        "",
    ],
)
def test_what_editors_write_stays(kept: str) -> None:
    assert sanitise(kept) == kept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '<a href="https://example.com" target="_blank">a</a>',
            'href="https://example.com" target="_blank" rel="noopener noreferrer"',
        ),
        ('<a href="/a" target="x" onclick="x()">a</a>', '<a href="/a" rel="noopener noreferrer">a</a>'),
        ('<p style="text-align:left; position:fixed">a</p>', "<p>a</p>"),
        ('<p style="background:url(//evil.com)" class="b" id="c">a</p>', "<p>a</p>"),
        ('<img src="/assets/1" srcset="//evil.com/x 2x">', '<img src="https://cms.example.com/assets/1">'),
        (None, ""),
    ],
)
def test_what_becomes_of_it(text: object, expected: str) -> None:
    assert expected in sanitise(text, "https://cms.example.com/")


@pytest.mark.parametrize(
    "text",
    [
        "<script>evil()</script>",
        "<img src=x onerror=evil()>",
        "<svg onload=evil()><script>evil()</script></svg>",
        '<a href="javascript:evil()">a</a>',
        '<a href="&#106;avascript:evil()">a</a>',
        '<a href="java\tscript:evil()">a</a>',
        '<a href="data:text/html,<script>evil()</script>">a</a>',
        '<iframe srcdoc="<script>evil()</script>"></iframe>',
        '<form action="https://evil.com"><input name=password><button>evil()</button></form>'.replace("evil()", ""),
        "<style>body{background:url(https://evil.com)}</style>",
        '<meta http-equiv="refresh" content="0;url=https://evil.com">',
        '<base href="https://evil.com">',
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=evil()&gt;">',
        '<noscript><p title="</noscript><img src=x onerror=evil()>">',
        '<video poster="javascript:evil()"></video>',
    ],
)
def test_what_could_run_is_removed(text: str) -> None:
    made = sanitise(text)
    assert [name for name in tags_and_attributes(made) if name in RUNS or name.startswith("on")] == []
    assert "javascript:" not in made
    assert "data:" not in made


def test_only_strings() -> None:
    with pytest.raises(TypeError, match="dict"):
        sanitise({"a": 1})


def test_without_the_extra() -> None:
    code = (
        "import sys; sys.modules['nh3'] = None\n"
        "from directus_sdk.contrib.web.rich_text import sanitise\n"
        "try:\n    sanitise('a')\nexcept ImportError as error:\n    print(error)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install" in result.stdout
