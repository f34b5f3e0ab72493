"""Classes for items: ``items("articles", Article)`` gives instances of `Article` and takes them back.

A model is an attrs class, a dataclass, a TypedDict, or any class with ``model_validate``, such as pydantic's.
Of an attrs class and a dataclass, the hints say what the fields become:

>>> import attrs, datetime, uuid
>>> @attrs.define
... class Author:
...     id: uuid.UUID
...     name: str
>>> @attrs.define
... class Article:
...     id: int
...     date: datetime.datetime
...     author: uuid.UUID | Author | None = None

A relation is a key or an object, whichever ``fields=`` asked for:

>>> articles = codec_for("articles", Article)
>>> key = "8c8b0a5e-2c4f-4a53-9e4f-0b3c8f4b8d57"
>>> articles.load({"id": 1, "date": "2024-05-01T12:00:00Z", "author": key}).author
UUID('8c8b0a5e-2c4f-4a53-9e4f-0b3c8f4b8d57')
>>> articles.load({"id": 1, "date": "2024-05-01T12:00:00Z", "author": {"id": key, "name": "Ann"}}).author.name
'Ann'

Fields that the class does not have are ignored.
An attribute whose field has a name that Python does not take names it in its metadata:
``class_: str = attrs.field(metadata={"directus": "class"})``.
A TypedDict is for the type checker only: nothing is converted.

`unset` holds the value of what was not given, `values` reads plain values, `arms` the parts of a hint, `attributes`
knows what a model class has, `load` and `dump` convert, and `codec` joins them for one collection.
"""

from __future__ import annotations

from directus_sdk.models.codec import Codec, codec_for
from directus_sdk.models.unset import UNSET, Unset

__all__ = ["UNSET", "Codec", "Unset", "codec_for"]
