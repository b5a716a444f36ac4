"""Every page has its help, and shows it."""

import pytest

from portal.help.texts import PAGES
from tests.access.addresses import ADDRESSES
from tests.access.table import GET

# Addresses that never show a page of their own: leading on, files, fragments, machines.
NO_PAGES = {
    "portal:start",
    "portal:live",
    "portal:ready",
    "portal:api_schema",
    "api:child_counts",
    "api:claims",
    "api:user_charges",
    "accounts:logout",
    "accounts:keep_alive",
    "schedule:calendar",
    "portal:calendar_feed",
    "notices:receipts",
    "charges:export",
    "notices:download",
    "facility_notices:download",
    "city_fonts:preview",
    "documents:progress",
    "documents:download",
    "documents:bundle_progress",
    "documents:bundle_file",
    "documents_city:progress",
    "documents_city:download",
    "documents_city:bundle_progress",
    "documents_city:bundle_file",
    "documents_check:from_paper",
    "facility_lists:export",
    "approvals:export",
    "approvals:export_differences",
    "approvals:export_additions",
    "item_review:export",
    "item_review:certificates_export",
    "budget:export",
    "rate_book_effect:export",
    "facilities:schedule_calendar",
    "audit_portal:export",
    "rate_books:changes",
    "rate_books:file",
    "rate_books:shipped_file",
    "rate_books:template",
    "applications:entries_export",
    "applications:evidence",
    "application_talk:download",
    "papers:export",
    "application_entries:export",
    "staff:figures_export",
    "staff_city:figures_export",
    "staff_city:overview_export",
    "staff_city:export_changes",
    "form_packs:dictionary_csv",
    "form_packs:shipped_file",
    "form_packs:file",
}
# Buttons whose page wants to know more than their address says: opened, the address shows the list above.
SHOWN_BY_A_LIST = {
    "approvals:confirm_together": "approvals:inbox",
    "item_review:confirm_together": "item_review:inbox",
    "facilities:account_confirm_address": "facilities:accounts",
    "facilities:account_withdraw_address": "facilities:accounts",
}


def test_every_page_has_its_help_and_no_help_names_a_page_that_is_not_there():
    assert set(ADDRESSES) - set(PAGES) == NO_PAGES
    assert set(PAGES) - set(ADDRESSES) == set()


@pytest.mark.parametrize("view_name", sorted(name for name in ADDRESSES if 200 in GET[name]))
def test_what_opens_shows_the_help_of_its_page(sweep, view_name):
    for person, answer in sweep.opened(view_name).items():
        if answer.status != 200:
            continue
        if view_name in NO_PAGES:
            assert not answer.has_main, person
        else:
            assert answer.helps == 1, person
            assert PAGES[SHOWN_BY_A_LIST.get(view_name, view_name)].title in answer.titles, person
            assert answer.leads_to_help, person
