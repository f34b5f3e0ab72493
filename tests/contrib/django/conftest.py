from __future__ import annotations

from tests.contrib.django.project import configure

configure()
