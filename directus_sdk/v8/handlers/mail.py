"""Emails that the server of version 8 sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

from directus_sdk.handlers.base import without_none
from directus_sdk.json_types import JSONMapping
from directus_sdk.v8.handlers.base import Handler8
from directus_sdk.wire.parameters import non_empty

#: An email address, the key of an active user, or ``{"email": …, "name": …}``.
Recipient = Union[str, int, JSONMapping]


class MailHandler8(Handler8):
    """Emails: ``directus.mail``."""

    def send(
        self,
        to: Recipient | Sequence[Recipient],
        body: str,
        *,
        subject: str | None = None,
        type: str | None = None,
        data: JSONMapping | None = None,
        use_default_email: bool | None = None,
    ) -> None:
        """Send an email from the email address of the current user.

        ``POST /{project}/mail``.

        Args:
            to: The recipients: email addresses, keys of active users, ``{"email": …, "name": …}``, or a list of these.
            body: The text, a Twig template such as ``"Hello {{name}}"``.
            subject: The subject.
            type: ``"plain"`` for text; otherwise the body is HTML.
            data: The values of the template.
            use_default_email: Send it from the email address of the project; for administrators.

        Raises:
            FailedValidation: The recipient or the body is missing.
            UnprocessableContent: A user does not exist, or is not active.

        Example:
            >>> d.mail.send("a@example.com", "Hello {{name}}", subject="News", data={"name": "Ada"})
        """
        if not to and to != 0:
            raise ValueError("to must not be empty")
        more = without_none(subject=subject, type=type, data=data, use_default_email=use_default_email)
        self._call("POST", "/mail", json={"to": to, "body": non_empty("body", body), **more})
