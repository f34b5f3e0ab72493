"""The extension of IPython: ``%load_ext directus_sdk.contrib.notebook``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.error import UsageError

from directus_sdk.contrib.notebook import schemas
from directus_sdk.contrib.notebook.completion import matcher
from directus_sdk.display import full_tracebacks, tracebacks

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_MAGIC = "directus_traceback"


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Complete names of the schema, shorten tracebacks, and add ``%directus_traceback``; IPython calls it for ``%load_ext``.

    Args:
        shell: The shell.
    """
    schemas.watch()
    tracebacks.install(shell)
    if matcher not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(matcher)
    shell.register_magic_function(directus_traceback, "line", _MAGIC)  # type: ignore[arg-type]


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Undo `load_ipython_extension`; IPython calls it for ``%unload_ext``.

    Args:
        shell: The shell.
    """
    schemas.unwatch()
    tracebacks.uninstall(shell)
    if matcher in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(matcher)
    shell.magics_manager.magics["line"].pop(_MAGIC, None)


def directus_traceback(line: str) -> None:
    """Show the frames of directus_sdk in errors, or hide them.

    ``%directus_traceback full`` shows them, ``%directus_traceback short`` hides them.
    """
    mode = line.strip()
    if mode not in ("full", "short"):
        raise UsageError("write %directus_traceback full, or %directus_traceback short")
    full_tracebacks(mode == "full")
