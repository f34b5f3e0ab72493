"""What other people have on the server of the tests, so that each test and example runs against a server in use.

There is more of each thing than a response holds when no limit is given, and some of it sorts before anything that a test
makes. So a test or an example that takes the server for its own fails always, and not only after certain other tests.

It is written with plain requests, so that it holds whatever the SDK does.
"""

from __future__ import annotations

from typing import Any

import requests

#: More than the 100 items of a response without a limit.
MANY = 104


class Others:
    """Everything that others have; `remove()` removes it."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._made: list[tuple[str, list[Any]]] = []
        me = self._send("GET", "users/me?fields=role")
        # Not every version has each of these groups.
        self._create("roles", [{"name": f"A role of others {n}"} for n in range(3)])
        self._create("policies", [{"name": f"A policy of others {n}"} for n in range(3)])
        admin = {"role": me["role"], "email_notifications": False}
        aaron, _ = self._create("users", [{**admin, "email": f"{name}@others.example.com"} for name in ("aaron", "zoe")])
        self._create("users", [{"email": f"person{n}@others.example.com", "first_name": "Aaron"} for n in range(MANY)])
        folders = self._create("folders", [{"name": f"A folder of others {n}"} for n in range(MANY)])
        files = self._upload([(f"aaa{n}.txt", b"a text of others", "text/plain") for n in range(MANY)])
        self._send("PATCH", "files", [{"id": file, "folder": folder} for file, folder in zip(files, folders, strict=True)])
        self._upload([("aaa.csv", b"id,name\n1,Aaron\n", "text/csv")])
        self._create("dashboards", [{"name": f"A dashboard of others {n}"} for n in range(MANY)])
        self._create(
            "flows", [{"name": f"A flow of others {n}", "trigger": "manual", "status": "inactive"} for n in range(MANY)]
        )
        self._create("presets", [{"collection": "aaa", "bookmark": f"A bookmark of others {n}"} for n in range(MANY)])
        news = [{"recipient": aaron, "subject": f"News for others {n}"} for n in range(MANY)]
        # A list of them stops Directus 10 on SQLite for good.
        self._made.append(("notifications", [self._send("POST", "notifications?fields=id", item)["id"] for item in news]))
        self._create("translations", [{"language": "de-DE", "key": f"a_key_of_others_{n}", "value": "x"} for n in range(MANY)])

    def remove(self) -> None:
        """Remove what was made, the last first."""
        for group, keys in reversed(self._made):
            self._send("DELETE", group, keys)
        self._session.close()

    def _create(self, group: str, items: list[dict[str, Any]]) -> list[Any]:
        answer = self._session.get(f"{self._url}/{group}?limit=1", timeout=30)
        if answer.status_code in {403, 404}:
            return []
        keys = [item["id"] for item in self._send("POST", f"{group}?limit=-1&fields=id", items)]
        self._made.append((group, keys))
        return keys

    def _upload(self, files: list[tuple[str, bytes, str]]) -> list[Any]:
        parts = [("file", file) for file in files]
        answer = self._session.post(f"{self._url}/files?fields=id", files=parts, timeout=60)
        answer.raise_for_status()
        made = answer.json()["data"]
        keys = [file["id"] for file in (made if isinstance(made, list) else [made])]
        self._made.append(("files", keys))
        return keys

    def _send(self, method: str, path: str, json: Any = None) -> Any:
        answer = self._session.request(method, f"{self._url}/{path}", json=json, timeout=60)
        if not answer.ok:
            raise RuntimeError(f"{method} /{path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()["data"] if answer.content else None
