"""The city's pages of facilities and accounts."""

from django.urls import URLPattern, path

from facilities.views import accounts, api_tokens, changes, city, schedule, years

app_name = "facilities"

urlpatterns: list[URLPattern] = [
    path("facilities/", city.facilities, name="facilities"),
    path("facilities/<str:number>/", city.facility_page, name="facility_page"),
    path("facilities/<str:number>/profile/", city.set_profile, name="facility_set_profile"),
    path(
        "facilities/<str:number>/profiles/<uuid:profile_id>/undo/",
        city.undo_profile,
        name="facility_undo_profile",
    ),
    path("facilities/<str:number>/rates/", city.certify_rates, name="facility_certify_rates"),
    path("facilities/<str:number>/items/", city.grant_item, name="facility_grant_item"),
    path("facilities/<str:number>/items/<uuid:granted_id>/end/", city.end_item, name="facility_end_item"),
    path("facilities/<str:number>/items/<uuid:granted_id>/undo/", city.undo_item, name="facility_undo_item"),
    path("facilities/<str:number>/changes/", changes.changes, name="facility_changes"),
    path("facilities/<str:number>/changes/details/", changes.change_details, name="facility_change_details"),
    path("facilities/<str:number>/changes/suspend/", changes.suspend, name="facility_suspend"),
    path(
        "facilities/<str:number>/changes/suspensions/<uuid:suspension_id>/end/",
        changes.end_suspension,
        name="facility_end_suspension",
    ),
    path("facilities/<str:number>/changes/branches/", changes.open_branch, name="facility_open_branch"),
    path(
        "facilities/<str:number>/changes/branches/<uuid:branch_id>/end/",
        changes.end_branch,
        name="facility_end_branch",
    ),
    path("facilities/<str:number>/changes/close/", changes.close, name="facility_close"),
    path("facilities/<str:number>/changes/undo-closing/", changes.undo_closing, name="facility_undo_closing"),
    path("facilities/<str:number>/changes/succeed/", changes.succeed, name="facility_succeed"),
    path("years/", years.newest, name="years"),
    path("years/<int:year>/", years.year, name="year"),
    path("years/<int:year>/roll/", years.roll, name="year_roll"),
    path("schedule/", schedule.city_schedule, name="schedule"),
    path("schedule/calendar.ics", schedule.city_calendar, name="schedule_calendar"),
    path("schedule/rules/", schedule.set_rules, name="schedule_rules"),
    path("schedule/closing-days/", schedule.add_closing_day, name="schedule_add_closing_day"),
    path(
        "schedule/closing-days/<str:day>/remove/",
        schedule.remove_closing_day,
        name="schedule_remove_closing_day",
    ),
    path("schedule/exceptions/", schedule.set_exception, name="schedule_set_exception"),
    path(
        "schedule/exceptions/<month:month>/<str:step>/remove/",
        schedule.remove_exception,
        name="schedule_remove_exception",
    ),
    path("api-tokens/", api_tokens.api_tokens, name="api_tokens"),
    path("api-tokens/<uuid:token_id>/revoke/", api_tokens.revoke_api_token, name="revoke_api_token"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/reconfirm/", accounts.reconfirm, name="accounts_reconfirm"),
    path(
        "accounts/addresses/<uuid:registration_id>/confirm/",
        accounts.confirm_address,
        name="account_confirm_address",
    ),
    path(
        "accounts/addresses/<uuid:registration_id>/withdraw/",
        accounts.withdraw_address,
        name="account_withdraw_address",
    ),
    path("accounts/<uuid:membership_id>/", accounts.account_page, name="account_page"),
    path(
        "accounts/<uuid:membership_id>/address/", accounts.register_address, name="account_register_address"
    ),
    path(
        "accounts/<uuid:membership_id>/password-code/",
        accounts.send_password_code,
        name="account_password_code",
    ),
    path("accounts/<uuid:membership_id>/unlock/", accounts.unlock, name="account_unlock"),
    path("accounts/<uuid:membership_id>/disable/", accounts.disable, name="account_disable"),
    path("accounts/<uuid:membership_id>/enable/", accounts.enable, name="account_enable"),
    path("accounts/<uuid:membership_id>/end/", accounts.end_account, name="account_end"),
    path("accounts/<uuid:membership_id>/hand-over/", accounts.hand_over, name="account_hand_over"),
]
