"""The app: ``"directus_sdk.contrib.django"`` in ``INSTALLED_APPS``."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.signals import setting_changed


class DirectusAppConfig(AppConfig):
    """Registers the system checks, and ends a visitor's session at Directus with the one of Django."""

    name = "directus_sdk.contrib.django"
    label = "directus"
    verbose_name = "Directus"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the signals; nothing is sent."""
        from directus_sdk.contrib.django import checks, sessions

        checks.register_all()
        for signal, receiver in (
            (user_logged_in, sessions.on_login),
            (user_logged_out, sessions.on_logout),
            (setting_changed, sessions.on_setting_changed),
        ):
            signal.connect(receiver, dispatch_uid=f"directus.{receiver.__name__}")
