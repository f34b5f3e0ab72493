"""The export of a collection to the file library, which the server writes in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from directus_sdk.calls import retry, uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.displayed import Displayed
from directus_sdk.errors import APIError, ConfigurationError, DirectusError, Timeout
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.clock import monotonic
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.query import normalize

if TYPE_CHECKING:
    from directus_sdk.wire.urls import Key

#: The shortest and the longest wait between two looks at the file library, in seconds.
_PAUSES = (0.1, 2.0)


@without_locals
class Export(Displayed):
    """An export that ``utils.export`` has started.

    Attributes:
        collection: The collection.
        title: The title of the file.
    """

    def __init__(
        self, pipeline: Pipeline, collection: str, mark: JSONMapping, title: str, since: str | None, after: Key | None
    ) -> None:
        self.collection = collection
        self.title = title
        self._pipeline = pipeline
        self._mark = mark
        self._file: JSONObject | None = None
        self._error: DirectusError | None = None
        self._since = since
        #: The notification of a failure: first that of the export before.
        self.failure = after

    def __repr__(self) -> str:
        return f"Export({self.collection!r}, title={self.title!r})"

    def wait(self, timeout: float = 600) -> JSONObject:
        """Wait until the file is complete.

        ``GET /files`` and ``GET /notifications``, at growing intervals up to 2 seconds.

        Args:
            timeout: For how many seconds.

        Returns:
            The file, as ``files.read_one`` returns it.

        Raises:
            DirectusError: The server notified the user that the export failed; its log says why.
            Timeout: There is no file yet, and no such notification. You can call it again.
            ConfigurationError: The call gave both `title` and `filename_download`, which other files may have as well.
        """
        if not self._mark:
            raise ConfigurationError(
                "the file was given both a title and a filename_download, which other files may have: leave one of them out"
            )
        deadline, pause = monotonic() + timeout, _PAUSES[0]
        while self._file is None:
            if self._error is not None:
                raise self._error
            failed = self._failed()
            rows = self._read("/files", filter={name: {"_eq": value} for name, value in self._mark.items()}, limit=1)
            if rows and rows[0].get("filesize", 0) is not None:  # the size is noted after the content is stored
                self._file = rows[0]
            elif failed is not None:
                self.failure = failed
                self._error = DirectusError(f"the server could not export {self.collection}: its log says why")
            elif monotonic() >= deadline:
                raise Timeout(
                    f"the export of {self.collection} has no file {self.title!r} after {timeout:g} s: the server may still "
                    "be busy, so wait() again, or look at its log"
                )
            else:
                retry.wait(max(0.0, min(pause, deadline - monotonic())))
                pause = min(pause * 1.5, _PAUSES[1])
        return self._file

    def _failed(self) -> Key | None:
        """Return the newest notification since the call about a failed export of the collection, if there is one."""
        rules: JSONObject = {"subject": {"_eq": f"Your export of {self.collection} failed"}}
        rules["recipient"] = {"_eq": "$CURRENT_USER"}
        if self._since is not None:
            rules["timestamp"] = {"_gte": self._since}
        if self.failure is not None:
            rules["id"] = {"_gt": self.failure}
        try:
            rows = self._read("/notifications", filter=rules, fields=["id"], sort=["-id"], limit=1)
        except APIError:  # the user may not read notifications, and gets none
            return None
        return rows[0]["id"] if rows else None

    def _read(self, path: str, **query: object) -> list[Any]:
        rows = uncached.read(self._pipeline, path, normalize(query)).data
        return rows if isinstance(rows, list) else []


def moment_of(date: str | None) -> str | None:
    """Return the ``Date`` of a response, which is by the clock of the server, as a timestamp."""
    from email.utils import parsedate_to_datetime  # slow to import

    try:
        moment = None if date is None else parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
