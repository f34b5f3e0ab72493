from __future__ import annotations

import smtplib
import sys
import threading
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from directus_sdk.testing import SMTPSink


@pytest.fixture
def mails() -> Iterator[SMTPSink]:
    with SMTPSink() as sink:
        yield sink


def send(sink: SMTPSink, recipient: str, subject: str, text: str = "Hello") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "directus@example.com", recipient, subject
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    with smtplib.SMTP(sink.env["EMAIL_SMTP_HOST"], int(sink.env["EMAIL_SMTP_PORT"])) as client:
        client.send_message(message)


def test_a_mail_arrives_whole(mails: SMTPSink) -> None:
    send(mails, "ann@example.com", "Grüße", "Straße 🙂 " * 50)
    message = mails.wait_for("Ann@Example.com")
    assert message["Subject"] == "Grüße"
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().count("Straße 🙂") == 50


def test_each_mail_is_handed_out_once_in_order_and_to_its_recipient(mails: SMTPSink) -> None:
    for recipient, subject in [("ann@x.org", "1"), ("bob@x.org", "2"), ("ann@x.org", "3")]:
        send(mails, recipient, subject)
    assert [mails.wait_for("ann@x.org")["Subject"] for _ in range(2)] == ["1", "3"]
    assert mails.wait_for("bob@x.org")["Subject"] == "2"
    assert [message["Subject"] for message in mails.messages] == ["1", "2", "3"]
    with pytest.raises(TimeoutError, match=r"no new mail to ann@x.org .* mail to: ann@x.org, bob@x.org"):
        mails.wait_for("ann@x.org", timeout=0)


def test_waiting_begins_before_the_mail_comes(mails: SMTPSink) -> None:
    sender = threading.Thread(target=send, args=(mails, "ann@x.org", "late"))
    sender.start()
    assert mails.wait_for("ann@x.org")["Subject"] == "late"
    sender.join()


def test_a_mail_that_does_not_come(mails: SMTPSink) -> None:
    with pytest.raises(TimeoutError, match="mail to: none"):
        mails.wait_for("ann@x.org", timeout=0)


def test_it_stops_listening() -> None:
    with SMTPSink() as sink:
        pass
    with pytest.raises(ConnectionRefusedError):
        send(sink, "ann@x.org", "too late")
    sink.stop()


def test_without_aiosmtpd_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiosmtpd.controller", None)
    with pytest.raises(ImportError, match=r"pip install 'directus-python-sdk\[test\]'"):
        SMTPSink().start()
