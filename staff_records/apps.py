"""App configuration."""

from django.apps import AppConfig


class StaffRecordsConfig(AppConfig):
    name = "staff_records"
    verbose_name = "職員名簿"
