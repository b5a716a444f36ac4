"""App configuration: a workshop of template components; no models."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "画面の部品"
