"""Notebooks: a client without a secret in a cell, and completion of names in IPython. Needs the extra ``notebook``.

``%load_ext directus_sdk.contrib.notebook`` completes the names of collections and fields once a schema has been read, and
adds ``%directus_traceback``; `connect` does that too.

Example:
    >>> from directus_sdk.contrib.notebook import connect
    >>> directus = connect()  # asks for what the environment does not have
    >>> directus.items("articles").count()
    25
"""

from __future__ import annotations

try:
    from directus_sdk.contrib.notebook.connection import connect
    from directus_sdk.contrib.notebook.extension import load_ipython_extension, unload_ipython_extension
except ModuleNotFoundError as error:
    raise ImportError(f"{error}: pip install 'directus-python-sdk[notebook]'", name=error.name) from error

__all__ = ["connect", "load_ipython_extension", "unload_ipython_extension"]
