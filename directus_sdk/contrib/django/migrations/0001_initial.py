"""The tables of the kit."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Create both."""

    initial = True
    dependencies: ClassVar = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations: ClassVar = [
        migrations.CreateModel(
            name="VisitorSession",
            fields=[
                ("id", models.CharField(max_length=128, primary_key=True, serialize=False)),
                ("value", models.TextField(null=True)),
                ("owner", models.CharField(blank=True, max_length=32)),
                ("locked_until", models.FloatField(default=0)),
                ("expires_at", models.FloatField(db_index=True)),
            ],
            options={"db_table": "django_directus_session"},
        ),
        migrations.CreateModel(
            name="DirectusAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("directus_id", models.CharField(max_length=64, unique=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="directus_account",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "django_directus_account"},
        ),
    ]
