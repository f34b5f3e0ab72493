"""The forms. What a slug and a summary must look like, and that a slug is taken, is what Directus says."""

from __future__ import annotations

from django import forms

from directus_sdk.contrib.django.forms import DirectusFileField


class ArticleForm(forms.Form):
    """A new article."""

    title = forms.CharField(max_length=200)
    slug = forms.CharField(max_length=200, help_text="The end of its URL: lower-case letters, digits and hyphens.")
    section = forms.ChoiceField()
    summary = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), help_text="20 to 240 characters.")
    body = forms.CharField(widget=forms.Textarea(attrs={"rows": 10}), help_text="HTML, without scripts.")
    cover = DirectusFileField(required=False, max_size=5_000_000, accept=["image/jpeg", "image/png", "image/webp"])


class PhotoForm(forms.Form):
    """A photo of the visitor."""

    title = forms.CharField(max_length=100)
    photo = DirectusFileField(max_size=5_000_000, accept=["image/jpeg", "image/png", "image/webp"])
