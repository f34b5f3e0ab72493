"""directus-sdk-py 1.1.0.

A new TCP connection per call; reads use the SEARCH verb; upload_file makes two
requests (POST /files, then PATCH /files/{id}).
"""

from __future__ import annotations

from directus_sdk_py import DirectusClient

ASYNC = False


def make_client(url, token):
    return DirectusClient(url=url, token=token, verify=True)


def read_one(c, coll, id):
    return c.get_item(coll, id)


def read_many(c, coll, limit):
    return c.get_items(coll, {"query": {"limit": limit}})


def create_one(c, coll, data):
    return c.create_item(coll, data)["data"]


def upload(c, path):
    return c.upload_file(path, {})  # pass a fresh dict: the default is mutable and shared


def close(c):
    pass
