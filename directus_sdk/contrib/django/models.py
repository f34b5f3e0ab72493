"""The tables of the kit: sessions of visitors, and which user of Django is which user of Directus."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from directus_sdk.contrib.django.database_storage import TABLE

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser


class VisitorSession(models.Model):
    """The session of a visitor at Directus; `DatabaseVisitorStore` reads and writes it.

    Its id is a random string in the visitor's session of Django. Times are seconds since 1970.
    """

    id: models.CharField[str, str] = models.CharField(primary_key=True, max_length=128)
    value: models.TextField[str | None, str | None] = models.TextField(null=True)
    owner: models.CharField[str, str] = models.CharField(max_length=32, blank=True)
    locked_until: models.FloatField[float, float] = models.FloatField(default=0)
    expires_at: models.FloatField[float, float] = models.FloatField(db_index=True)

    objects: ClassVar[models.Manager[VisitorSession]] = models.Manager()

    class Meta:
        """Not ``directus_…``: in a database that is shared with Directus these are tables of its own."""

        db_table = TABLE

    def __str__(self) -> str:
        return "a visitor's session"  # its id would be enough to use it


class DirectusAccount(models.Model):
    """A user of Django who is a user of Directus, found by the id there: email addresses change hands."""

    directus_id: models.CharField[str, str] = models.CharField(max_length=64, unique=True)
    user: models.OneToOneField[AbstractUser, AbstractUser] = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="directus_account"
    )

    objects: ClassVar[models.Manager[DirectusAccount]] = models.Manager()

    class Meta:
        """As above."""

        db_table = "django_directus_account"

    def __str__(self) -> str:
        return self.directus_id
