"""The administrators' page of what holds of the places of facilities, below ``/c/places/``."""

from django.urls import URLPattern, path

from applications.views import places

app_name = "places"

urlpatterns: list[URLPattern] = [
    path("", places.year, name="year"),
    path("<int:fiscal_year>/say/", places.say, name="say"),
    path("<int:fiscal_year>/carry/", places.carry_over, name="carry_over"),
    path("<int:fiscal_year>/exception/", places.make_exception, name="make_exception"),
]
