"""Addresses of this room's API, below /api/v1/ on the city's entrance."""

from django.urls import path

from claims.api import ChildCounts

app_name = "api"

urlpatterns = [
    path("child-counts/", ChildCounts.as_view(), name="child_counts"),
]
