"""The schemas that this process has read, by the URL of the server; a Tab sends nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.client import Directus
from directus_sdk.errors import DirectusError
from directus_sdk.schema import Schema, requests

logger = logging.getLogger("directus_sdk")

#: How many seconds a Tab waits, once, for a schema that is being read.
PATIENCE = 2.0

_schemas: dict[str, Schema] = {}
_reading: dict[str, threading.Thread] = {}


def watch() -> None:
    """Keep every schema that is read from now on."""
    if _keep not in requests.listeners:
        requests.listeners.append(_keep)


def unwatch() -> None:
    """Forget the schemas, and keep no more."""
    if _keep in requests.listeners:
        requests.listeners.remove(_keep)
    _schemas.clear()


def _keep(pipeline: Pipeline, schema: Schema) -> None:
    _schemas.pop(pipeline.base_url, None)  # the latest is the last
    _schemas[pipeline.base_url] = schema


def read_in_background(directus: Directus) -> None:
    """Read the schema in a thread, which ends with the process; an error is only logged."""
    quiet = directus.with_options(retry=RetryPolicy(attempts=1))

    def read() -> None:
        try:
            quiet.schema.read()
        except DirectusError as error:
            logger.debug("no schema for completion: %s", error)

    thread = threading.Thread(target=read, name="directus-schema", daemon=True)
    _reading[directus.url] = thread
    thread.start()


def schema_of(url: str | None, names: Mapping[str, object]) -> Schema | None:
    """Return the schema of a server, or the latest one if the URL is not known; ``None`` before one was read.

    A schema that was read before the extension was loaded is found among the variables of the user.
    """
    waiting = [_reading.pop(url, None)] if url is not None else [_reading.pop(each) for each in list(_reading)]
    for thread in waiting:
        if thread is not None:
            thread.join(PATIENCE)
    if url is None and _schemas:
        return next(reversed(_schemas.values()))
    if url is not None and url in _schemas:
        return _schemas[url]
    return next((value for value in reversed(list(names.values())) if isinstance(value, Schema)), None)
