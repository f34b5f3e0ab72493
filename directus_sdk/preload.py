"""What a first call would import, ahead of time."""

from __future__ import annotations

from importlib import import_module

#: Other packages and slow parts of the standard library that calls import when they first need them.
_OTHERS = (
    "requests",
    "requests_toolbelt",
    "urllib3.connectionpool",
    "certifi",
    "charset_normalizer",
    "datetime",
    "decimal",
    "email.utils",
    "encodings.idna",
    "mimetypes",
    "random",
    "ssl",
    "stringprep",
)
#: What needs an extra, or belongs to tests.
_LEFT_OUT = ("contrib", "testing", "realtime", "changes")


def preload() -> None:
    """Import now what calls would import when they first need it.

    Importing `directus_sdk` is quick because the larger part of it comes with the first call. Where a server loads your
    program once and forks its workers (``gunicorn --preload``), each worker would do that for its first visitor, with
    memory of its own. Call this before the fork, such as in the module that makes the client. It sends nothing, and does
    no harm when it is called again.

    Example:
        >>> import directus_sdk
        >>> directus_sdk.preload()
    """
    _import_below(str(__package__))
    for name in _OTHERS:
        import_module(name)


def _import_below(package: str) -> None:
    from pkgutil import iter_modules  # slow to import itself

    for module in iter_modules(import_module(package).__path__):
        if module.name not in _LEFT_OUT:
            name = f"{package}.{module.name}"
            import_module(name)
            if module.ispkg:
                _import_below(name)
