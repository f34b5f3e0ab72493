"""A mail server on this machine that keeps what it is sent."""

from __future__ import annotations

import email
import email.policy
import threading
from typing import TYPE_CHECKING

import attrs

from .server.loopback import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from types import TracebackType

    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, Envelope, Session


class SMTPSink:
    """Receives the mails of a Directus server, such as invitations and password resets, instead of sending them.

    Needs the extra `test`.

    Example:
        >>> from directus_sdk.testing import DirectusServer, SMTPSink
        >>> with SMTPSink() as mails, DirectusServer(env=mails.env) as server:
        ...     server.directus().auth.password.request(server.admin_email)
        ...     print(mails.wait_for(server.admin_email)["Subject"])
        Password Reset Request
    """

    def __init__(self) -> None:
        self._port = free_port()
        self._mails: list[_Mail] = []
        self._arrival = threading.Condition()
        self._controller: Controller | None = None

    @property
    def env(self) -> dict[str, str]:
        """The settings that make a server send its mail here, for `DirectusServer(env=...)`."""
        return {
            "EMAIL_TRANSPORT": "smtp",
            "EMAIL_FROM": "directus@example.com",
            "EMAIL_SMTP_HOST": "127.0.0.1",
            "EMAIL_SMTP_PORT": str(self._port),
            "EMAIL_SMTP_SECURE": "false",
            "EMAIL_SMTP_IGNORE_TLS": "true",
            "EMAIL_VERIFY_SETUP": "false",
        }

    @property
    def messages(self) -> list[EmailMessage]:
        """All mails so far, oldest first."""
        with self._arrival:
            return [mail.message for mail in self._mails]

    def wait_for(self, recipient: str, timeout: float = 10.0) -> EmailMessage:
        """Waits for a mail to a recipient and takes it: the next call waits for the next mail.

        Args:
            recipient: The email address that it is sent to, upper and lower case alike.
            timeout: Seconds to wait at most.

        Returns:
            The oldest mail to the recipient that was not taken yet.

        Raises:
            TimeoutError: None came; the message names the recipients of the mails that came.
        """
        with self._arrival:
            if not self._arrival.wait_for(lambda: self._waiting(recipient) is not None, timeout):
                others = ", ".join(sorted({name for mail in self._mails for name in mail.recipients})) or "none"
                raise TimeoutError(f"no new mail to {recipient} within {timeout:g} s; mail to: {others}")
            mail = self._waiting(recipient)
            assert mail is not None
            mail.taken = True
            return mail.message

    def start(self) -> SMTPSink:
        """Starts to listen.

        Raises:
            ImportError: The extra `test` is not installed.
        """
        try:
            from aiosmtpd.controller import Controller
        except ImportError as error:
            raise ImportError("SMTPSink needs aiosmtpd: pip install 'directus-python-sdk[test]'") from error
        self._controller = Controller(_Handler(self._receive), hostname="127.0.0.1", port=self._port)
        self._controller.start()
        return self

    def stop(self) -> None:
        """Stops listening; the mails stay."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    def __enter__(self) -> SMTPSink:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self.stop()

    def _waiting(self, recipient: str) -> _Mail | None:
        wanted = recipient.casefold()
        return next((mail for mail in self._mails if not mail.taken and wanted in mail.recipients), None)

    def _receive(self, recipients: list[str], content: bytes) -> None:
        message = email.message_from_bytes(content, policy=email.policy.default)
        with self._arrival:
            self._mails.append(_Mail([name.casefold() for name in recipients], message))
            self._arrival.notify_all()


@attrs.define
class _Mail:
    recipients: list[str]
    message: EmailMessage
    taken: bool = False


class _Handler:
    """What aiosmtpd calls with each mail."""

    def __init__(self, receive: Callable[[list[str], bytes], None]) -> None:
        self._receive = receive

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._receive(envelope.rcpt_tos, envelope.original_content or b"")
        return "250 OK"
