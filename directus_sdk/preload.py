"""Import the modules that a first call needs, ahead of time."""

from __future__ import annotations

from importlib import import_module

#: Other packages and slow modules of the standard library that calls import on first use.
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
#: Modules that need an extra, or belong to tests.
_LEFT_OUT = ("contrib", "testing", "realtime", "changes")


def preload() -> None:
    """Import now what calls would import on first use.

    Importing `directus_sdk` is fast because most of it is imported by the first call. If a server loads your program once
    and forks its workers (``gunicorn --preload``), each worker imports that for its first request, with its own memory.
    Call this before the fork, such as in the module that creates the client. It sends nothing and may be called again.

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
