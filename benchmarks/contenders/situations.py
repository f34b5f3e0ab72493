"""Run one contender in one situation, as its documentation shows it, and report what happened as a line of JSON.

python situations.py CONTENDER SITUATION '{"url": ..., "token": ...}'
"""

from __future__ import annotations

import asyncio
import datetime
import json
import resource
import sys
import time
import urllib.error
import urllib.request
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

ROWS = [{"title": f"Article {number}", "body": "x" * 500, "views": number} for number in range(5_000)]


class Ours:
    def __init__(self, url, token=None, email=None, password=None, **_):
        from directus_sdk import Directus

        self.client = Directus(url, token=token) if not email else Directus(url, email=email, password=password)

    def everything(self, name):
        return self.client.items(name).read_all()

    def some(self, name, fields=None):
        return self.client.items(name).read_many(fields=fields or ["*"], limit=5)

    def one(self, name, key):
        return self.client.items(name).read_one(key)

    def where(self, name, filter):
        return self.client.items(name).read_many(filter=filter, limit=-1)

    def download(self, key, path):
        self.client.assets.download(key, path)

    def create(self, name, data):
        return self.client.items(name).create_one(data)

    def create_many(self, name, rows):
        return self.client.items(name).create_many(rows, returning=None).count

    def upload(self, path):
        return self.client.files.upload(path)

    def refresh_token(self):
        self.client.auth.login()
        return self.client.storage.load().refresh_token.reveal()

    def logout(self):
        self.client.auth.logout()


class Plain:
    """As one writes it: one call for each request, and the status is checked."""

    def __init__(self, url, token=None, email=None, password=None, **_):
        import requests

        self.requests, self.url, self.refresh = requests, url, None
        if email:
            data = self.call("POST", "/auth/login", json={"email": email, "password": password}, headers={})["data"]
            token, self.refresh = data["access_token"], data["refresh_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method, path, headers=None, **rest):
        response = self.requests.request(method, self.url + path, headers=self.headers if headers is None else headers, **rest)
        response.raise_for_status()
        return response.json()

    def everything(self, name):
        return self.call("GET", f"/items/{name}")["data"]

    def some(self, name, fields=None):
        return self.call("GET", f"/items/{name}", params={"limit": 5, "fields": ",".join(fields or ["*"])})["data"]

    def one(self, name, key):
        return self.call("GET", f"/items/{name}/{key}")["data"]

    def where(self, name, filter):
        return self.call("GET", f"/items/{name}", params={"limit": -1, "filter": json.dumps(filter)})["data"]

    def download(self, key, path):
        response = self.requests.get(f"{self.url}/assets/{key}", headers=self.headers)
        response.raise_for_status()
        Path(path).write_bytes(response.content)

    def create(self, name, data):
        return self.call("POST", f"/items/{name}", json=data)["data"]

    def create_many(self, name, rows):
        return len(self.call("POST", f"/items/{name}", json=rows)["data"])

    def upload(self, path):
        with Path(path).open("rb") as file:
            return self.call("POST", "/files", files={"file": file})

    def refresh_token(self):
        return self.refresh

    def logout(self):
        self.requests.post(f"{self.url}/auth/logout", json={"refresh_token": self.refresh}).raise_for_status()


class SdkPy:
    module = "directus_sdk_py"

    def __init__(self, url, token=None, email=None, password=None, **_):
        client = __import__(self.module).DirectusClient
        self.client = client(url=url, email=email, password=password) if email else client(url=url, token=token)

    def everything(self, name):
        return self.client.get_items(name)

    def some(self, name, fields=None):
        return self.client.get_items(name, {"query": {"limit": 5, "fields": fields or ["*"]}})

    def one(self, name, key):
        return self.client.get_item(name, key)

    def where(self, name, filter):
        return self.client.get_items(name, {"query": {"limit": -1, "filter": filter}})

    def download(self, key, path):
        self.client.download_file(key, path)

    def create(self, name, data):
        return self.client.create_item(name, data)

    def create_many(self, name, rows):
        self.client.bulk_insert(name, rows)
        return len(rows)

    def upload(self, path):
        return self.client.upload_file(path, {})

    def refresh_token(self):
        return self.client.refresh_token

    def logout(self):
        self.client.logout()


class PySdk(SdkPy):
    module = "directus_py_sdk"


class PyDirectus:
    def __init__(self, url, token=None, email=None, password=None, **_):
        from py_directus import Directus

        self.loop = asyncio.new_event_loop()

        async def connect():
            return await (Directus(url, email=email, password=password) if email else Directus(url, token=token))

        self.client = self.wait(connect())

    def wait(self, something):
        return self.loop.run_until_complete(something)

    def everything(self, name):
        return self.wait(self.client.collection(name).read()).items

    def some(self, name, fields=None):
        return self.wait(self.client.collection(name).fields(*(fields or ["*"])).limit(5).read()).items

    def one(self, name, key):
        return self.wait(self.client.collection(name).read(key)).item

    def where(self, name, filter):
        return self.wait(self.client.collection(name).filter(filter).limit(-1).read()).items

    def download(self, key, path):
        response = self.wait(self.client.download_file(key))
        return f"status {response.status_code}"

    def create(self, name, data):
        return self.wait(self.client.collection(name).create(data)).item

    def create_many(self, name, rows):
        return len(self.wait(self.client.collection(name).create(rows)).items)

    def upload(self, path):
        return self.wait(self.client.upload_file(path)).item

    def refresh_token(self):
        return self.client.refresh_token

    def logout(self):
        self.wait(self.client.logout())


CONTENDERS = {
    "directus_sdk": Ours,
    "plain requests": Plain,
    "directus-sdk-py": SdkPy,
    "directus-py-sdk": PySdk,
    "py-directus": PyDirectus,
}


def short(value):
    return " ".join(str(value).split())[:110]


def observe(call):
    """What a call returns or raises, and how long that takes."""
    started = time.perf_counter()
    try:
        value = call()
        result = "returns " + (f"{len(value)} items" if isinstance(value, list) else short(repr(value)))
    except Exception as error:  # what it raises is what is asked
        result = f"{type(error).__name__}: {short(error)}"
    return f"{result} ({time.perf_counter() - started:.1f} s)"


def signed_in(make, access):
    return make(access["url"], email=access["email"], password=access["password"])


def after_expiry(make, access):
    client = signed_in(make, access)
    client.some("articles")
    time.sleep(4)
    return observe(lambda: client.some("articles"))


def after_logout(make, access):
    client = signed_in(make, access)
    token = client.refresh_token()
    said = observe(client.logout)
    body = json.dumps({"refresh_token": token, "mode": "json"}).encode()
    request = urllib.request.Request(access["url"] + "/auth/refresh", body, {"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request).close()
    except urllib.error.HTTPError as error:
        return f"{said}; refused with {error.code}"
    return f"{said}; STILL VALID"


def uploaded(make, access):
    client = make(**access)
    path = Path(access["folder"]) / "film.bin"
    if not path.exists():
        with path.open("wb") as file:
            file.truncate(100_000_000)
    client.some("articles")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = observe(lambda: client.upload(str(path)))
    return f"+{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f} MB; {said}"


def many_reads(make, access):
    client = make(**access)
    return observe(lambda: [client.some("articles") for _ in range(20)])


def reads_of_a_user(make, access):
    client = make(access["url"], email="ada@example.com", password="secret")
    return observe(lambda: [client.some("articles") for _ in range(5)])


def wrong_password(make, access):
    clients = []
    said = observe(lambda: clients.append(make(access["url"], email=access["email"], password="wrong")))
    return f"made: {said}" + (f"; a read: {observe(lambda: clients[0].some('articles'))}" if clients else "")


def types_of_uploads(make, access):
    """The types that the server has of four files afterwards."""
    client, types = make(**access_by_token(access)), []
    for ending in ("jpeg", "svg", "csv", "zip"):
        path = Path(access["folder"]) / f"{time.time_ns()}.{ending}"
        path.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        said = observe(lambda path=path: client.upload(str(path)))
        url = f"{access['url']}/files?fields=type&filter[filename_download][_eq]={path.name}&access_token={access['token']}"
        with urllib.request.urlopen(url) as response:
            types += [row["type"] for row in json.load(response)["data"]] or [said]
    return ", ".join(types)


def private_file(make, access):
    client, path = make(**access_by_token(access)), Path(access["folder"]) / f"{time.time_ns()}.txt"
    said = observe(lambda: client.download(access["file"], str(path)))
    return f"{said}; {'the file is there' if path.exists() else 'no file'}"


SITUATIONS = {
    "read all 250 items": lambda make, access: observe(lambda: make(**access_by_token(access)).everything("articles")),
    "a misspelt collection": lambda make, access: observe(lambda: make(**access_by_token(access)).some("artikles")),
    "a misspelt field": lambda make, access: observe(lambda: make(**access_by_token(access)).some("articles", ["titel"])),
    "the key ../../users/me": lambda make, access: observe(
        lambda: make(**access_by_token(access)).one("articles", "../../users/me")
    ),
    "a read after the access token expired": after_expiry,
    "the refresh token after logout": after_logout,
    "create 5,000 items in one call": lambda make, access: observe(
        lambda: make(**access_by_token(access)).create_many("articles", ROWS)
    ),
    "503 for a create": lambda make, access: observe(lambda: make(**access).create("articles", {"title": "Hello"})),
    "429 with Retry-After: 1": lambda make, access: observe(lambda: make(**access).some("articles")),
    "a proxy's error page": lambda make, access: observe(lambda: make(**access).some("articles")),
    "an untrusted certificate": lambda make, access: observe(lambda: make(**access).some("articles")),
    "20 reads": many_reads,
    "upload 100 MB": uploaded,
    "a wrong password": wrong_password,
    "a login and 5 reads": reads_of_a_user,
    "a row with the word errors": lambda make, access: observe(lambda: make(**access).one("articles", 1)),
    "the types of a .jpeg, .svg, .csv and .zip": types_of_uploads,
    "a filter of one condition, as a dict": lambda make, access: observe(
        lambda: make(**access_by_token(access)).where("articles", {"views": {"_lt": 10}})
    ),
    "a filter that nothing matches": lambda make, access: observe(
        lambda: make(**access_by_token(access)).where("blank", {"views": {"_lt": 10}})
    ),
    "download a private file": private_file,
    "create without the permission to read": lambda make, access: observe(
        lambda: make(access["url"], token=access["creator"]).create("articles", {"title": "Hello"})
    ),
    "a date in the data": lambda make, access: observe(
        lambda: make(**access).create("articles", {"day": datetime.date(2024, 1, 2)})
    ),
    "a ~/.netrc for this host": lambda make, access: observe(lambda: make(**access).some("articles")),
    "a redirect to another host": lambda make, access: observe(lambda: make(**access).some("articles")),
    "a server that does not respond for 75 s": lambda make, access: observe(lambda: make(**access).some("articles")),
}


def access_by_token(access):
    return {"url": access["url"], "token": access["token"]}


if __name__ == "__main__":
    print(json.dumps({"result": SITUATIONS[sys.argv[2]](CONTENDERS[sys.argv[1]], json.loads(sys.argv[3]))}))
