"""Classes for items: ``items("articles", Article)`` returns instances of `Article` and accepts them.

A model is an attrs class, a dataclass, a TypedDict, or any class with ``model_validate``, such as pydantic's.
The hints of an attrs class or a dataclass are the types of its fields:

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

A relation is a key or an object, depending on ``fields=``:

>>> from directus_sdk.models.codec import codec_for
>>> articles = codec_for("articles", Article)
>>> key = "8c8b0a5e-2c4f-4a53-9e4f-0b3c8f4b8d57"
>>> articles.load({"id": 1, "date": "2024-05-01T12:00:00Z", "author": key}).author
UUID('8c8b0a5e-2c4f-4a53-9e4f-0b3c8f4b8d57')
>>> articles.load({"id": 1, "date": "2024-05-01T12:00:00Z", "author": {"id": key, "name": "Ann"}}).author.name
'Ann'

Fields that the class does not have are ignored.
The metadata of an attribute names its field if the name is not valid in Python:
``class_: str = attrs.field(metadata={"directus": "class"})``.
A TypedDict is for the type checker only: nothing is converted.

`unset` has the value of attributes that were not set, `scalars` converts plain values, `converters` the parts of a hint,
`attributes` lists the attributes of a class, `load` and `dump` convert models, `codec` joins them for one collection,
`responses` converts other responses, and `payloads` checks what is written.
"""

from __future__ import annotations

from directus_sdk.models.unset import UNSET, Unset

__all__ = ["UNSET", "Unset"]
