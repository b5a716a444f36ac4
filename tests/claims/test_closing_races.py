"""Closing a month while its first counts come in: whoever is second sees what the first has done."""

from threading import Event

import pytest
from django.db import transaction

from claims.models import CountSheet, MonthClosing
from claims.operations import closing
from claims.operations.counts_by_hand import correct_counts
from facilities.actors import Role
from facilities.models import Ownership
from facilities.rules import ProblemsFound
from tests.approvals.test_four_eyes import at_once
from tests.cast import JUNE, make_city, make_facility
from tests.claims.stage import AT, confirmed, nursery

pytestmark = pytest.mark.django_db(transaction=True)
BABY = ("129999", "3", "0", "standard", False, False, "", None)


def test_the_first_counts_of_a_facility_do_not_slip_into_a_month_that_is_being_closed() -> None:
    city = make_city()
    confirmed(make_facility(city, "市立みどり保育園", number="1299900000903", ownership=Ownership.PUBLIC))
    sakura = nursery(city)
    has_written, is_closing = Event(), Event()

    def bring_in() -> CountSheet:
        with city.open(Role.ENROLMENT) as section, transaction.atomic():
            sheet = correct_counts(
                sakura.facility.pk, JUNE, {BABY: 3}, shown_version=0, reason="初回", by=section, at=AT
            )
            has_written.set()
            is_closing.wait(timeout=5)
            # Long enough for a closing that does not wait to look, and to find nothing unfinished.
            Event().wait(timeout=0.5)
            return sheet

    def close() -> None:
        has_written.wait(timeout=5)
        with city.open(Role.CHIEF) as chief:
            is_closing.set()
            with pytest.raises(ProblemsFound, match="メモ"):
                closing.close(JUNE, note="", by=chief, at=AT)

    answers = at_once([bring_in, close])

    assert len(answers) == 2, "the closing was refused"
    with city.open():
        assert not MonthClosing.objects.exists()
        assert CountSheet.objects.filter(facility=sakura.facility).exists()
