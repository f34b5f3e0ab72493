"""What a client may check before each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from directus_sdk.wire.query import NormalizedQuery


class CallChecks(Protocol):
    """Checks calls, such as against the schema."""

    def before(self, pipeline: Any, method: str, path: str, query: NormalizedQuery | None, json: object) -> None:
        """Check a call before anything of it is sent; what it raises is raised."""

    def refused(self) -> None:
        """Take note that a server has refused a call that was checked."""

    def for_other_credentials(self) -> CallChecks:
        """Return the checks of a copy of the client that has other credentials."""

    def refresh(self, pipeline: Any) -> Any:
        """Read again what calls are checked against, and return it."""
