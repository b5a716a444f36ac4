"""The roster's pages of the city, below ``/c/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import retention

app_name = "staff_city"

urlpatterns: list[URLPattern] = [
    path("retention/", retention.retention, name="retention"),
    path("retention/rule/", retention.set_rule, name="set_retention"),
    path("retention/ask/", retention.ask, name="ask_erasure"),
    path("retention/<uuid:erasure_id>/confirm/", retention.confirm, name="confirm_erasure"),
    path("retention/<uuid:erasure_id>/withdraw/", retention.withdraw, name="withdraw_erasure"),
]
