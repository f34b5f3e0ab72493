"""``manage.py directus_clearsessions``: what ``clearsessions`` is for Django's sessions."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from directus_sdk.contrib.django.process import process


class Command(BaseCommand):
    """Deletes the sessions of visitors that are over."""

    help = "Delete the sessions of visitors at Directus that are over. The site does so too, at most once an hour."

    def handle(self, *args: object, **options: object) -> None:
        """Run it."""
        self.stdout.write(f"Deleted {process.visitors().store.clear_expired()}")
