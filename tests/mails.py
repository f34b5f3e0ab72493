"""Mail of the server that examples and tests run against: the pages that its links may lead to, and the token in a link."""

from __future__ import annotations

import re
from email.message import EmailMessage

#: Settings of a server that sends mail: what its links may lead to.
PAGES = {
    "USER_INVITE_URL_ALLOW_LIST": "https://www.example.com/welcome",
    "USER_REGISTER_URL_ALLOW_LIST": "https://www.example.com/confirm",
    "PASSWORD_RESET_URL_ALLOW_LIST": "https://www.example.com/new-password",
    "RATE_LIMITER_REGISTRATION_ENABLED": "false",
}


def token_in(mail: EmailMessage) -> str:
    """The token at the end of the link in a mail."""
    body = mail.get_body(("plain", "html"))
    assert body is not None
    found = re.search(r"token=([\w.-]+)", body.get_content())
    assert found, body.get_content()
    return found[1]
