"""The URLs of the kit: ``path("accounts/", include("directus_sdk.contrib.django.urls"))``."""

from __future__ import annotations

from django.urls import path

from directus_sdk.contrib.django import views

app_name = "directus"
urlpatterns = [
    path("login/", views.SignInView.as_view(), name="login"),
    path("logout/", views.SignOutView.as_view(), name="logout"),
    path("password/", views.PasswordChangeView.as_view(), name="password_change"),
    path("password/reset/", views.PasswordResetView.as_view(), name="password_reset"),
    path("password/reset/confirm/", views.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("sso/<provider>/", views.sso, name="sso"),
    path("callback/", views.callback, name="callback"),
    path("webhook/", views.webhook, name="webhook"),
    path("health/", views.health, name="health"),
]
