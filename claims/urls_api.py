"""Addresses of this room's API, below /api/v1/ on the city's entrance."""

from django.urls import path

from claims.api import ApprovedClaims, ChildCounts, UserCharges

app_name = "api"

urlpatterns = [
    path("child-counts/", ChildCounts.as_view(), name="child_counts"),
    path("claims/", ApprovedClaims.as_view(), name="claims"),
    path("user-charges/", UserCharges.as_view(), name="user_charges"),
]
