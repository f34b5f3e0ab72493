"""``manage.py directus_types cms.py``: the module of a typed client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
from django.core.management.base import BaseCommand, CommandError, CommandParser

from directus_sdk.codegen import generate
from directus_sdk.codegen.changes import described_changes
from directus_sdk.codegen.module import STYLES
from directus_sdk.contrib.django.conf import options
from directus_sdk.errors import DirectusError
from directus_sdk.local.atomic_file import place_of, replace_file


class Command(BaseCommand):
    """Writes the module, or checks that it is up to date."""

    help = "Write a module with the types of the Directus project, for DIRECTUS['CLIENT']; see `directus_sdk.codegen`."
    requires_system_checks = ()  # the module may be what the settings lack

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what the command can be called with."""
        parser.add_argument("output", help="the file to write, such as shop/cms.py")
        parser.add_argument("--style", choices=STYLES, default="attrs", help="how items look (attrs)")
        parser.add_argument("--client", default="Cms", help="the name of the client's class (Cms)")
        parser.add_argument("--collections", nargs="+", help="only these collections")
        parser.add_argument("--check", action="store_true", help="write nothing, and fail where the file differs")

    def handle(self, *args: object, **chosen: Any) -> None:
        """Run it.

        Raises:
            CommandError: The schema cannot be read, the file not written, or it differs.
        """
        path = place_of(chosen["output"])
        try:
            with attrs.evolve(options(), client=None).make_client() as directus:
                schema = directus.schema.read()
            source = generate(schema, chosen["style"], chosen["client"], collections=chosen["collections"])
            if chosen["check"]:
                self._check(path, source)
            else:
                replace_file(path, source)
                self.stdout.write(f"Wrote {chosen['output']}")
        except (DirectusError, OSError) as error:
            raise CommandError(str(error)) from error

    def _check(self, path: Path, source: str) -> None:
        existing = path.read_text(encoding="utf-8") if path.exists() else ""
        if existing != source:
            changes = "\n".join(described_changes(existing, source))
            raise CommandError(f"{path.name} differs from the schema; write it again without --check:\n{changes}")
