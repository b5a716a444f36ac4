"""The city's pages of facilities and accounts."""

from django.urls import URLPattern, path

from facilities.views import accounts, city

app_name = "facilities"

urlpatterns: list[URLPattern] = [
    path("facilities/", city.facilities, name="facilities"),
    path("facilities/<str:number>/", city.facility_page, name="facility_page"),
    path("facilities/<str:number>/profile/", city.set_profile, name="facility_set_profile"),
    path("facilities/<str:number>/items/", city.grant_item, name="facility_grant_item"),
    path("facilities/<str:number>/items/<uuid:granted_id>/end/", city.end_item, name="facility_end_item"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<uuid:membership_id>/", accounts.account_page, name="account_page"),
    path(
        "accounts/<uuid:membership_id>/address/", accounts.register_address, name="account_register_address"
    ),
    path("accounts/<uuid:membership_id>/disable/", accounts.disable, name="account_disable"),
    path("accounts/<uuid:membership_id>/enable/", accounts.enable, name="account_enable"),
]
