"""The pages the month does not pass: each is looked at in both widths, for axe, console and sideways scroll."""

import pytest

from portal.demo import cast

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]

PAGES = {
    "aoba-honbu": {"choose-a-facility": "/f/"},
    "tsukushi": {
        "count-list": f"/f/{cast.STRANGER}/counts/",
        "dispute": f"/f/{cast.STRANGER}/counts/2026-05/dispute/",
        "claim-list": f"/f/{cast.STRANGER}/claims/",
        "schedule": f"/f/{cast.STRANGER}/schedule/",
        "documents-none": f"/f/{cast.STRANGER}/documents/",
        "not-found": "/f/0000000000000/",
    },
    "nyuen": {
        "disputes": "/c/counts/disputes/",
        "counts-of-may": "/c/counts/2026-05/",
        "counts-of-a-facility": f"/c/counts/2026-05/{cast.KINDERGARTEN}/",
        "counts-to-correct": f"/c/counts/2026-05/{cast.KINDERGARTEN}/correct/",
        "closing-a-month": "/c/counts/2026-04/closing/",
        "forbidden": "/c/accounts/",
    },
    "kanri": {
        "facilities": "/c/facilities/",
        "facility-lists": "/c/facility-lists/",
        "facility": f"/c/facilities/{cast.KINDERGARTEN}/",
        "facility-changes": f"/c/facilities/{cast.KINDERGARTEN}/changes/",
        "year": "/c/years/2027/",
        "schedule-of-the-city": "/c/schedule/?year=2026",
        "accounts": "/c/accounts/",
        "account-new": f"/c/accounts/new/?facility={cast.KINDERGARTEN}",
        "change-password": "/password/",
        "city-home-administrator": "/c/",
    },
}


@pytest.mark.parametrize("login_id", list(PAGES))
def test_every_other_page_is_clean(come, login_id):
    person = come()
    person.sign_in(login_id)

    for name, path in PAGES[login_id].items():
        person.open(path)
        person.see(name)
