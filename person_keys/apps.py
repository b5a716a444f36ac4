"""App configuration."""

from django.apps import AppConfig


class PersonKeysConfig(AppConfig):
    name = "person_keys"
    verbose_name = "個人ごとの鍵"
