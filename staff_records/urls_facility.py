"""The roster's pages of one facility, below ``/f/<事業所番号>/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import finding

app_name = "staff"

urlpatterns: list[URLPattern] = [
    path("find/", finding.find, name="find"),
    path("find/add/", finding.add_found, name="add_found"),
    path("find/take-over/", finding.take_over, name="take_over"),
]
