"""The roster's pages of one facility, below ``/f/<事業所番号>/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import figures

app_name = "staff"

urlpatterns: list[URLPattern] = [
    path("figures/", figures.figures, name="figures"),
    path("figures/export/", figures.figures_export, name="figures_export"),
    path("figures/hours/", figures.set_work_rules, name="set_work_rules"),
    path("figures/hours/<uuid:rule_id>/remove/", figures.remove_work_rules, name="remove_work_rules"),
]
