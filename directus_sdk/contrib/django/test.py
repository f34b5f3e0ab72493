"""Tests of a site without a server."""

from __future__ import annotations

from django.conf import settings
from django.test.utils import TestContextDecorator, override_settings

from directus_sdk.contrib.django.process import process
from directus_sdk.http.transport import Transport


class override_directus(TestContextDecorator):  # noqa: N801  # named as Django names override_settings
    """Have ``cms`` and ``request.directus`` send their requests to a transport of the test.

    A context manager, and a decorator of functions and of test cases.

    Args:
        transport: What responds, such as a `MockTransport`.
        **options: Keys of the setting ``DIRECTUS`` for this test, such as ``FORBIDDEN=403``.

    Example:
        >>> from directus_sdk.testing import MockTransport
        >>> from directus_sdk.contrib.django import cms
        >>> with override_directus(MockTransport([[{"id": 1, "title": "Hello"}]])):
        ...     cms.items("articles").read_many(limit=1)
        [{'id': 1, 'title': 'Hello'}]
    """

    def __init__(self, transport: Transport, **options: object) -> None:
        super().__init__()
        self.transport = transport
        self.options = options

    def enable(self) -> None:
        """Begin."""
        chosen = {"URL": "http://directus.test", **getattr(settings, "DIRECTUS", {}), "CACHE": None, **self.options}
        self._before, process.transport = process.transport, self.transport
        self._settings = override_settings(DIRECTUS=chosen)
        self._settings.enable()

    def disable(self) -> None:
        """End."""
        process.transport = self._before
        self._settings.disable()
