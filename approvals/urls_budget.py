"""Addresses of the city's budget, below /c/budget/."""

from django.urls import URLPattern, path

from approvals.views import budget

app_name = "budget"

urlpatterns: list[URLPattern] = [
    path("", budget.year, name="year"),
    path("export/", budget.export_year, name="export"),
]
