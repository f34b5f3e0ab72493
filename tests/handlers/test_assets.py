"""`assets` against servers that fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from directus_sdk import (
    Directus,
    NotSupported,
    RequestsTransport,
    Response,
)
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from tests.fileserver import CALLS, HELD, Asked, serving


def test_a_server_that_makes_no_archives() -> None:
    mock = MockTransport(lambda request: error_response("ROUTE_NOT_FOUND", 404, path="/assets/files"))
    with pytest.raises(NotSupported, match=r"11\.14") as raised:
        Directus("http://127.0.0.1", transport=mock).assets.zip_files(["1"])
    assert raised.value.since == "11.14"


def test_the_parameters_of_a_copy_go_along() -> None:
    mock = MockTransport(lambda request: error_response("X", 418))
    directus = Directus("http://127.0.0.1", transport=mock).with_options(params={"cache": "no"})
    for call in (lambda: directus.assets.read("1", width=3), lambda: directus.assets.zip_files(["1"])):
        with pytest.raises(Exception, match="418"):
            call()
        assert mock.query()["cache"] == "no"


def test_a_picture_knows_its_type() -> None:
    mock = MockTransport([Response(200, {"Content-Type": "image/png; charset=x"}, b"\x89PNG")])
    picture = Directus("https://cms.example.com", transport=mock).assets.image("a", width=20)
    assert repr(picture) == "<Image image/png, 4 bytes>"
    assert mock.query() == {"width": "20"}


def test_an_address_may_end_with_a_name() -> None:
    directus = Directus("https://cms.example.com", transport=MockTransport([]))
    assert directus.assets.url("a", "my dot.png", width=20) == "https://cms.example.com/assets/a/my%20dot.png?width=20"


@pytest.mark.parametrize("call", ["read", "stream", "image", "download", "open"])
def test_what_the_client_accepts_decides_the_format(tmp_path: Path, call: str) -> None:
    seen: list[tuple[str | None, str | None]] = []

    def answer(asked: Asked) -> None:
        seen.append((asked.headers["Accept"], asked.headers["Accept-Encoding"]))
        asked.reply(200, b"x", **HELD)

    with serving(answer) as url:
        own = RequestsTransport(headers={"accept": "image/avif"})
        for directus in (Directus(url).with_options(headers={"aCCept": "image/avif"}), Directus(url, transport=own)):
            with directus:
                CALLS[call](directus, tmp_path)
        with Directus(url) as plain:
            CALLS[call](plain, tmp_path)
    assert seen[:2] == [("image/avif", "identity")] * 2
    assert "*/*" in (seen[2][0] or "")


def test_an_address_may_ask_for_a_download() -> None:
    assets = Directus("https://cms.example.com", transport=MockTransport([])).assets
    assert assets.url("a", "b.png", download=True, width=2) == "https://cms.example.com/assets/a/b.png?width=2&download=true"
    assert assets.url("a", download=False) == "https://cms.example.com/assets/a"


def test_progress_of_streams_and_archives(tmp_path: Path) -> None:
    mock = MockTransport(lambda request: Response(200, {"Content-Length": "5"}, b"Hello"))
    assets = Directus("https://cms.example.com", transport=mock).assets
    seen: list[tuple[str, int, int | None]] = []

    def note(what: str) -> Callable[[int, int | None], None]:
        return lambda done, total: seen.append((what, done, total))

    with assets.stream("1", on_progress=note("stream"), progress=note("shown")) as blocks:
        assert b"".join(blocks) == b"Hello"
    assert assets.zip_files(["1"], on_progress=note("bytes")) == b"Hello"
    assert assets.zip_folder("1", to=tmp_path / "a.zip", progress=note("path")) == tmp_path / "a.zip"
    assert seen == [(what, 5, 5) for what in ("shown", "stream", "bytes", "path")]
    with pytest.raises(FileExistsError, match="overwrite=True"):
        assets.zip_files(["1"], to=tmp_path / "a.zip", overwrite=False)
    assert assets.zip_files(["1"], to=tmp_path / "a.zip").read_bytes() == b"Hello"
    sent = len(mock.requests)
    for wrong in ({"progress": 5}, {"on_progress": 5}):
        for call in (assets.stream, assets.zip_folder):
            with pytest.raises(TypeError, match="progress must be"):
                call("1", **wrong)
    with pytest.raises(TypeError, match="overwrite must be"):
        assets.zip_folder("1", overwrite="no")  # type: ignore[call-overload]
    assert len(mock.requests) == sent
