"""A client for a notebook, without a secret in its cells."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

from IPython.core.getipython import get_ipython

from directus_sdk.auth.login import LoginAuth
from directus_sdk.client import Directus
from directus_sdk.client_options import ClientOptions
from directus_sdk.contrib.notebook import schemas
from directus_sdk.contrib.notebook.extension import load_ipython_extension
from directus_sdk.errors import ConfigurationError, InvalidOTP
from directus_sdk.http.base_url import base_url
from directus_sdk.json_types import JSONObject
from directus_sdk.redaction.tracebacks import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Unpack

_CREDENTIALS = ("token", "email", "password")


@guarded
def connect(url: str | None = None, /, **options: Unpack[ClientOptions]) -> Directus:
    """Create a client for a notebook: what is missing is asked for, so that no cell holds a secret.

    The URL is the argument, ``DIRECTUS_URL`` or typed in. The credentials are those of the options, those of the environment
    (``DIRECTUS_TOKEN``, or ``DIRECTUS_EMAIL`` and ``DIRECTUS_PASSWORD``), those of a session in `storage`, or typed in: the
    password is not shown and not kept, and a one-time password is asked for if the server requires it (``POST
    /auth/login``). Credentials of the environment are only sent to the server in ``DIRECTUS_URL``, if that is set.

    In IPython it loads the extension too, and reads the schema in the background, for completion: ``GET /collections``,
    ``GET /fields`` and ``GET /relations``; that it may not be read is no error.

    Args:
        url: The base URL of the server.
        **options: The options of `Directus`.

    Returns:
        The client.

    Raises:
        ConfigurationError: Something is missing, and nothing can be asked for; the error names the variables to set.
        InvalidCredentials: The email or the password is wrong.
        InvalidOTP: The one-time password is wrong.
        TypeError: An option has another name; nothing is asked for then.

    Example:
        >>> from directus_sdk.contrib.notebook import connect
        >>> directus = connect()
        >>> directus.items("articles").count()
        25
    """
    arguments: JSONObject = {**options}
    if not arguments.keys() <= ClientOptions.__annotations__.keys():
        Directus(**{"url": "https://cms.example.com", **arguments})  # its error suggests the name that was meant
    url = url or arguments.pop("url", None) or os.environ.get("DIRECTUS_URL")
    url = url or _asked(input, "URL of the Directus server: ")
    user: dict[str, str] = {}
    if not any(arguments.get(name) for name in (*_CREDENTIALS, "auth")):
        user = _from_environment(url)
        arguments |= {"token": user.pop("token")} if "token" in user else {}
    elif arguments.get("email") and not (arguments.get("token") or arguments.get("auth")):
        user = {name: str(arguments.pop(name)) for name in ("email", "password") if arguments.get(name)}
    directus = Directus(**{**arguments, "url": url})
    has_credentials = any(arguments.get(name) for name in (*_CREDENTIALS, "auth"))
    if not has_credentials and isinstance(directus.auth, LoginAuth) and not directus.auth.signed_in:
        directus = _signed_in(directus, **user)
    shell = get_ipython()
    if shell is not None:
        load_ipython_extension(shell)
        schemas.read_in_background(directus)
    return directus


def _from_environment(url: str) -> dict[str, str]:
    """Return the credentials of the environment, if they belong to this server."""
    own = os.environ.get("DIRECTUS_URL")
    if own and base_url(own) != base_url(url):
        return {}
    credentials = {name: os.environ.get(f"DIRECTUS_{name.upper()}", "") for name in _CREDENTIALS}
    if credentials["token"]:
        return {"token": credentials["token"]}
    return {name: value for name, value in credentials.items() if value}


def _signed_in(directus: Directus, email: str = "", password: str = "") -> Directus:
    try:
        email = email or _asked(input, "Email (leave it empty to use a token): ", empty=True)
        if not email:
            return directus.with_token(_asked(getpass.getpass, "Token: "))
        password = password or _asked(getpass.getpass, f"Password of {email}: ")
        try:
            directus.auth.login(email, password)
        except InvalidOTP:
            directus.auth.login(email, password, otp=_asked(getpass.getpass, "One-time password: "))
    except BaseException:
        directus.close()
        raise
    return directus


def _asked(ask: Callable[[str], str], prompt: str, *, empty: bool = False) -> str:
    try:
        entered = ask(prompt).strip() if ask is input else ask(prompt)
    except (EOFError, NotImplementedError):  # a kernel without a user raises the latter
        raise ConfigurationError(
            "nothing can be asked for here: set DIRECTUS_URL, and DIRECTUS_TOKEN, or DIRECTUS_EMAIL and DIRECTUS_PASSWORD"
        ) from None
    if not (entered or empty):
        raise ConfigurationError(f"nothing was entered for {prompt.partition(' of ')[0].rstrip(': ')!r}")
    return entered
