"""Informational responses of a real server: an endpoint of an extension that sends early hints."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from directus_sdk import Directus
from directus_sdk.testing import DirectusServer

pytestmark = pytest.mark.live

ENDPOINT = """
export default {
  id: "early",
  handler: (router) => {
    const hint = (res) => res.writeEarlyHints({ link: "</a.css>; rel=preload" });
    router.all("/me", (req, res) => {
      hint(res);
      res.writeProcessing();
      setTimeout(() => res.json({ data: req.accountability?.user ?? null }), 20);
    });
    router.post("/size", (req, res) => {
      hint(res);
      let size = 0;
      setTimeout(() => {
        req.on("data", (block) => { size += block.length; });
        req.on("end", () => res.json({ data: size }));
      }, 50);
    });
  },
};
"""


def add_endpoint(folder: Path) -> None:
    home = folder / "directus-extension-early"
    home.mkdir()
    about = {"type": "endpoint", "path": "index.js", "source": "src.js", "host": ">=10.0.0"}
    package = {"name": home.name, "version": "1.0.0", "type": "module", "directus:extension": about}
    (home / "package.json").write_text(json.dumps(package))
    (home / "index.js").write_text(ENDPOINT)


def test_early_hints_of_a_real_server(tmp_path: Path) -> None:
    add_endpoint(tmp_path)
    with DirectusServer(env={"EXTENSIONS_PATH": str(tmp_path)}) as server, server.directus() as admin:
        role = admin.roles.create_one({"name": "Nobody"})
        assert role
        tokens = {}
        for number in range(4):
            token = f"token-of-user-{number}"
            user = admin.users.create_one({"email": f"u{number}@example.com", "role": role["id"], "token": token})
            assert user
            tokens[token] = user["id"]
        with Directus(server.url) as base:
            for token, key in [*tokens.items()] * 3:
                assert base.with_token(token).request("GET", "/early/me") == key
                assert base.with_token(token).request("POST", "/early/me", json={"a": 1}) == key
            with ThreadPoolExecutor(8) as pool:
                asked = [*tokens] * 10
                answers = list(pool.map(lambda token: base.with_token(token).request("GET", "/early/me"), asked))
            assert answers == [tokens[token] for token in asked]
        sizes = [admin.request("POST", "/early/size", data=iter([b"x" * 1_000_000] * 5)), admin.request("GET", "/early/me")]
        assert sizes == [5_000_000, admin.users.me.read(fields=["id"])["id"]]
