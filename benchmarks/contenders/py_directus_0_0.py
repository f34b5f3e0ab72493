"""py-directus 0.0.30.

Async only.  The plain functions below drive one private event loop so that the
peers can be timed side by side; the a* functions are the native coroutines, for
a concurrency benchmark.
"""

from __future__ import annotations

import asyncio
import warnings

warnings.filterwarnings("ignore", message="Field name .schema.")
from py_directus import Directus  # noqa: E402

ASYNC = True
_loop = asyncio.new_event_loop()


async def amake_client(url, token):
    return await Directus(url, token=token)


async def aread_one(c, coll, id):
    return (await c.collection(coll).read(id)).item


async def aread_many(c, coll, limit):
    return (await c.collection(coll).limit(limit).read()).items


async def acreate_one(c, coll, data):
    return (await c.collection(coll).create(data)).item


async def aupload(c, path):
    return (await c.upload_file(path)).item


async def aclose(c):
    await c.close_connection()


def make_client(url, token):
    return _loop.run_until_complete(amake_client(url, token))


def read_one(c, coll, id):
    return _loop.run_until_complete(aread_one(c, coll, id))


def read_many(c, coll, limit):
    return _loop.run_until_complete(aread_many(c, coll, limit))


def create_one(c, coll, data):
    return _loop.run_until_complete(acreate_one(c, coll, data))


def upload(c, path):
    return _loop.run_until_complete(aupload(c, path))


def close(c):
    _loop.run_until_complete(aclose(c))
