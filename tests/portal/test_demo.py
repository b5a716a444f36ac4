"""The demo city: April approved, May at every stage, June still a file. Played once, for it takes its time."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from accounts.models import User
from approvals.queries import unfinished_months
from audit.record import SYSTEM, Context, context
from claims.models import Claim, CountDispute, CountSheet, UserCharge
from facilities.models import Branch, Facility, Membership, Municipality, Suspension
from facilities.scope import scope
from jobs.models import Job
from portal.demo import cast
from tests.cast import APRIL, JUNE, MAY


@pytest.mark.xdist_group("demo")
def test_the_demo_city_stands_in_may_and_is_seeded_once(db):
    call_command("seed_demo", "--if-empty", stdout=StringIO())
    users = User.objects.count()
    call_command("seed_demo", "--if-empty", stdout=StringIO())

    assert User.objects.count() == users
    with pytest.raises(CommandError, match="There is data already"):
        call_command("seed_demo", stdout=StringIO())

    city, neighbour = (Municipality.objects.get(code=code) for code in (cast.CITY_CODE, cast.NEIGHBOUR_CODE))
    with context(Context(who=SYSTEM)), scope(city.pk, None):
        facilities = Facility.objects.count()
        april, may = (
            Counter(
                Claim.objects.filter(month=month.first_day, outside=False)
                .exclude(status="superseded")
                .values_list("status", flat=True)
            )
            for month in (APRIL, MAY)
        )
        sheets = Counter(CountSheet.objects.filter(month=MAY.first_day).values_list("status", flat=True))
        outside = Claim.objects.filter(outside=True).exists()
        june = CountSheet.objects.filter(month=JUNE.first_day).exists()
        charges = Counter(UserCharge.objects.values_list("month", flat=True))
        disputes = Counter(CountDispute.objects.values_list("outcome", flat=True))
        unfinished = unfinished_months()
        crowded = (
            Membership.objects.filter(ended_at__isnull=True, facility__isnull=False)
            .values("facility")
            .annotate(accounts=Count("pk"))
            .filter(accounts__gt=2)
        )
        assert not crowded.exists()
        assert Branch.objects.count() == 1
        assert Suspension.objects.count() == 1
        assert Membership.objects.filter(ended_at__isnull=False).count() == 1
        totals = set(Claim.objects.filter(status="approved").values_list("total_yen", flat=True))
    with scope(neighbour.pk, None):
        neighbours = Facility.objects.count()

    assert (facilities, neighbours) == (172, 3)
    assert [month for month, _ in unfinished] == [MAY], "the home stands in May"
    assert set(april) == {"approved", "submitted", "draft"}, "two facilities correct April"
    assert (april["submitted"], april["draft"]) == (1, 1)
    assert april["approved"] >= 80
    assert {"draft", "submitted", "returned", "approved"} <= set(may)
    assert {"waiting", "disputed", "confirmed"} <= set(sheets)
    assert "stands" in disputes
    assert outside
    assert not june
    assert charges == {APRIL.first_day: 209, MAY.first_day: 209}
    assert min(totals) > 100_000
    assert not Job.objects.filter(done_at__isnull=True, kind="jobs.mail").exists()
    printed = StringIO()
    call_command("seed_demo", "--print-accounts", stdout=printed)
    assert all(person.login_id in printed.getvalue() for person in cast.PEOPLE)


def test_the_demo_never_loads_where_real_data_may_be(db, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="demonstrations only"):
        call_command("seed_demo", stdout=StringIO())
