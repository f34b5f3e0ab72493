"""Known secrets, and what finds them in all that a person could read."""

from __future__ import annotations

import pickle
import traceback
from collections import deque
from typing import Any

from directus_sdk import ItemError

SECRETS = {
    name: f"s3cret{number}{name}"
    for number, name in enumerate(
        ("static", "access", "refresh", "cookie", "password", "usertoken", "query", "header", "proxy", "share", "login"), 10
    )
}
OTP = "s3cret99otp"
SECRETS["otp"] = OTP


#: Names that the scrubber of sentry-sdk takes out by itself.
_SCRUBBED = frozenset({"password", "token", "secret", "otp"} & set())


class Shown:
    """Collects everything that a person could read, and says where a secret is in it."""

    def __init__(self) -> None:
        self.leaks: list[str] = []
        self._known: dict[int, Any] = {}

    def text(self, place: str, content: str | bytes) -> None:
        content = content.decode("latin-1") if isinstance(content, bytes) else content
        for name, secret in SECRETS.items():
            if secret in content:
                at = content.index(secret)
                self.leaks.append(f"{place}: {name} in …{content[max(0, at - 120) : at + 40]!r}")

    def object(self, place: str, held: Any, depth: int = 3) -> None:
        """What repr, vars and a debugger show of one of our objects."""
        if isinstance(held, str) or id(held) in self._known:
            return  # a text is shown by its owner
        self._known[id(held)] = held  # kept, so that no other object gets its id
        self.text(f"{place} repr", repr(held))
        self.text(f"{place} str", str(held))
        if not type(held).__module__.startswith("directus_sdk") or isinstance(held, type):
            return
        inside = dict(getattr(held, "__dict__", {}))
        for kind in type(held).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                if not name.startswith("__") and hasattr(held, name):
                    inside[name] = getattr(held, name)
        if isinstance(held, ItemError):
            del inside["item"]  # it is the user's own, to be corrected and written again
        self.text(f"{place} vars", repr(inside))
        if depth:
            for name, value in inside.items():
                inner = list(value.values()) if type(value) is dict else value
                for part in inner if type(inner) in (list, deque) else [value]:
                    self.object(f"{place}.{name}", part, depth - 1)

    def frames(self, place: str, error: BaseException) -> None:
        """What sentry-sdk, rich and `pytest -l` show of the locals of our frames."""
        from rich.pretty import traverse
        from sentry_sdk.serializer import serialize

        walked = error.__traceback__
        while walked is not None:
            frame, walked = walked.tb_frame, walked.tb_next
            module = frame.f_globals.get("__name__", "")
            if not module.startswith("directus_sdk"):
                continue
            for name, held in frame.f_locals.items():
                where = f"{place} frame {module}.{frame.f_code.co_name}: {name}"
                if name == "self" and frame.f_code.co_name == "__init__":
                    continue  # half made
                self.text(f"{where} (repr)", repr(held))
                self.text(f"{where} (rich)", str(traverse(held, max_length=10, max_string=80)))
                if name not in _SCRUBBED:
                    self.text(f"{where} (sentry)", repr(serialize({"vars": {name: held}}, is_vars=False)))

    def error(self, place: str, error: BaseException) -> None:
        self.text(f"{place} traceback", "".join(traceback.format_exception(error)))
        try:
            self.text(f"{place} pickle", pickle.dumps(error))
        except (TypeError, AttributeError):
            assert not type(error).__module__.startswith("directus_sdk"), place
        chain: list[BaseException] = [error]
        for link in chain:
            self.frames(place, link)
            self.text(f"{place} args", repr(link.args) + repr(vars(link)))
            self.object(f"{place} error", link)
            chain += [part for part in (link.__cause__, link.__context__) if part is not None and part not in chain]
        if hasattr(error, "to_curl"):
            self.text(f"{place} to_curl", error.to_curl())
