"""Handlers, queries and filters that know one collection: what a generated module is made of for type checkers.

Only type checkers import this module, and read its stubs (``typed.pyi``): a generated client returns the plain handlers.
`TypedItems` is a subclass of `ItemsHandler` there, so that it is accepted where an ``ItemsHandler[Articles]`` is wanted, while
its own methods take only the names and values of the collection. In a table of operators such as `Ordered`, ``V`` is the
type of the field's values.
"""

from __future__ import annotations
