"""Forms: sign-in with two steps, passwords, uploads, and errors of Directus by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict

from directus_sdk.contrib.web.errors import field_errors, is_of_proxy
from directus_sdk.contrib.web.second_step import joined, split
from directus_sdk.contrib.web.uploads import UploadRefused, check_upload
from directus_sdk.errors import DirectusError, InvalidOTP, RateLimited, ServerError, StorageError, TransportError

#: The key in Django's session of a sign-in that lacks its one-time password.
_STEP: Final = "_directus_step"
#: Errors that no input can cause: they get a page of their own.
_FAULTS: Final = (RateLimited, ServerError, StorageError, TransportError)


def add_directus_errors(form: forms.BaseForm, error: DirectusError, fields: Mapping[str, str] | None = None) -> None:
    """Add the messages of a refused write to the fields of a form.

    Args:
        form: The form, after its validation.
        error: What the write raised, such as `FailedValidation` or `RecordNotUnique`, or `upload`.
        fields: Fields of Directus that have another name in the form: ``{"title_en": "title"}``.

    Raises:
        DirectusError: The error itself, where it is not about a value that was sent.

    Example:
        >>> class TitleForm(forms.Form):
        ...     title = forms.CharField()
        >>> def save(form: TitleForm) -> bool:
        ...     try:
        ...         directus.items("articles").create_one(form.cleaned_data)
        ...     except FailedValidation as error:
        ...         add_directus_errors(form, error)
        ...     return form.is_valid()
    """
    names = {**{name: name for name in form.fields}, **(fields or {})}
    messages = {"": [error.message]} if isinstance(error, UploadRefused) else field_errors(error, names)
    if not messages:
        raise error
    for name, sentences in messages.items():
        for sentence in sentences:
            form.add_error(names.get(name), sentence)


class DirectusLoginForm(AuthenticationForm):
    """Email address and password, and in a second step the one-time password of those who have one.

    Between the steps, Django's session has one half of the password and the page the other; each alone is random.
    """

    error_messages = {  # noqa: RUF012 - as in Django's own form
        **AuthenticationForm.error_messages,
        "invalid_login": "The email address or the password is not correct.",
    }

    otp = forms.CharField(
        label="Code of your authenticator app",
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest | None = None, *args: object, **kwargs: object) -> None:
        super().__init__(request, *args, **kwargs)
        username = self.fields["username"]
        username.label = "Email"
        username.widget.attrs["inputmode"] = "email"
        kept = None if request is None else request.session.get(_STEP)
        self._pending = joined(kept, str(self.data.get("key", "")))
        #: Whether this is the step for the one-time password.
        self.is_second_step = self._pending is not None
        if self._pending is not None:
            username.required = self.fields["password"].required = False

    def clean(self) -> dict[str, object]:
        """Sign in."""
        email, password = self._pending or (self.cleaned_data.get("username"), self.cleaned_data.get("password"))
        if not email or not password or self.request is None:
            return self.cleaned_data
        user = authenticate(self.request, username=email, password=password, otp=self.cleaned_data.get("otp"))
        error = vars(self.request).pop("directus_error", None)
        if user is not None:
            self.request.session.pop(_STEP, None)
            self.user_cache = user
            self.confirm_login_allowed(user)
        elif isinstance(error, InvalidOTP):
            self._ask_for_code(email, password)
        elif error is not None and (isinstance(error, _FAULTS) or is_of_proxy(error)):
            raise error
        else:
            raise self.get_invalid_login_error()
        return self.cleaned_data

    def _ask_for_code(self, email: str, password: str) -> None:
        assert self.request is not None
        if self.cleaned_data.get("otp"):
            self.add_error("otp", "This code is not correct.")
        else:
            self.add_error(None, "Enter the code of your authenticator app.")
        self.request.session[_STEP], key = split(email, password)
        self.data = {**self.data.dict(), "key": key, "otp": ""} if isinstance(self.data, QueryDict) else self.data
        self.is_second_step = True


class PasswordResetForm(forms.Form):
    """Asks for an email with a link."""

    email = forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class NewPasswordForm(forms.Form):
    """Sets a new password, with the token of the email."""

    token = forms.CharField(widget=forms.HiddenInput)
    password = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))


class PasswordChangeForm(forms.Form):
    """Replaces the password."""

    current = forms.CharField(
        label="Current password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    password = forms.CharField(
        label="New password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )


class DirectusFileField(forms.FileField):
    """A file for `upload`, whose size and type are checked with the form.

    Args:
        max_size: The largest size in bytes.
        accept: The types, such as ``["image/*", "application/pdf"]``.
    """

    def __init__(self, *, max_size: int | None = None, accept: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_size, self.accept = max_size, accept
        if accept:
            self.widget.attrs.setdefault("accept", ",".join(accept))

    def clean(self, data: object, initial: object = None) -> object:
        """Check the file."""
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile):
            try:
                check_upload(file, max_size=self.max_size, accept=self.accept)
            except UploadRefused as error:
                raise ValidationError(error.message) from error
        return file
