"""
加算率 on their way: provisional, sent on to the prefecture, certified; many at once. Other rates than were approved
need a second person.
"""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.models import ApplicationVersion, TypedField
from applications.states import VersionStatus
from approvals.models import Certifier, RateCertificate
from approvals.operations import rates, routing
from approvals.operations.effects import Certificate
from approvals.operations.routing import RouteValues
from facilities.actors import Role
from facilities.models import FacilityProfile
from facilities.rules import NotAllowed, ProblemsFound
from tests.applications.packs import RATES
from tests.applications.stage import AT, approve, decide, release_pack, save, submit
from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

PAGE = "/c/applications/certificates/"
CERTIFICATE = Certificate(12, 7, "青子第123号", date(2026, 7, 20))
LESS = Certificate(11, 6, "青子第124号", date(2026, 7, 20))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def rates_sent(city: City, place: Nursery) -> ApplicationVersion:
    return submit(place, save(place, release_pack(city, RATES), "rates", base_percent="12", wage_percent="7"))


def profile(city: City) -> tuple[Any, ...]:
    with city.open():
        row = FacilityProfile.objects.get()
    return row.base_percent, row.wage_percent, row.rates_are_provisional, row.certificate_number


def test_rates_go_by_way_of_the_manager_and_are_provisional_until_the_prefecture_certifies(city, sakura):
    with city.open():
        FacilityProfile.objects.update(base_percent=None, wage_percent=None)
    sent = rates_sent(city, sakura)
    assert decide(city, sent, Role.OFFICER, Role.CHIEF).status == VersionStatus.SUBMITTED

    decide(city, sent, Role.MANAGER)
    assert profile(city) == (12, 7, True, "")
    with city.open(Role.OFFICER) as officer:
        rates.forward(sent.pk, forwarded_on=date(2026, 4, 10), by=officer, at=AT)
        with pytest.raises(ProblemsFound) as refused:
            rates.certify(sent.pk, Certificate(13, None, " ", None), by=officer, at=AT)
        assert len(refused.value.problems) == 4
        rates.certify(sent.pk, CERTIFICATE, by=officer, at=AT)

    assert profile(city) == (12, 7, False, "青子第123号")
    with city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed, match="すでに記録"):
        rates.certify(sent.pk, CERTIFICATE, by=officer, at=AT)


def test_what_is_certified_stays_until_the_new_certificate(city, sakura):
    approve(city, rates_sent(city, sakura))

    assert profile(city) == (9, 6, False, "")


def test_a_city_that_certifies_itself_does_so_with_the_last_step(city, sakura):
    with city.open(Role.ADMINISTRATOR) as administrator:
        values = RouteValues(("officer", "chief"), family="treatment", certifier=Certifier.CITY)
        routing.set_route(values, by=administrator, at=AT)
    sent = rates_sent(city, sakura)
    decide(city, sent, Role.OFFICER)

    with pytest.raises(ProblemsFound, match="認定番号"):
        decide(city, sent, Role.CHIEF)
    decide(city, sent, Role.CHIEF, certificate=CERTIFICATE)

    assert profile(city) == (12, 7, False, "青子第123号")
    with city.open():
        assert RateCertificate.objects.get().certified_on == date(2026, 7, 20)


def certificate(city: City) -> RateCertificate:
    with city.open():
        return RateCertificate.objects.get()


def certify(city: City, version: ApplicationVersion, says: Certificate, role: Role = Role.OFFICER) -> None:
    with city.open(role) as by:
        rates.certify(version.pk, says, by=by, at=timezone.now())


def test_other_rates_than_two_people_have_approved_hold_when_a_second_one_has_confirmed_them(city, sakura):
    with city.open():
        FacilityProfile.objects.update(base_percent=None, wage_percent=None)
    sent = approve(city, rates_sent(city, sakura))
    certify(city, sent, LESS)
    assert certificate(city).awaits_confirmation
    assert profile(city) == (12, 7, True, "")

    officer, chief = sign_in(city.people[Role.OFFICER]), sign_in(city.people[Role.CHIEF])
    own = officer.get(f"/c/applications/{sent.pk}/").content.decode()
    assert "申請と違う加算率です" in own
    assert "入力した人は確認できません" in own
    shown = certificate(city).certified_at.isoformat()
    refused = officer.post(f"/c/applications/{sent.pk}/confirm/", {"shown": shown})
    assert "別の人が確認してください" in refused.content.decode()
    certify(city, sent, Certificate(10, 6, "青子第124号", date(2026, 7, 20)))  # a slip of the hand, put right
    refused = chief.post(f"/c/applications/{sent.pk}/confirm/", {"shown": shown})
    assert "入力し直されました" in refused.content.decode()
    shown = certificate(city).certified_at.isoformat()
    chief.post(f"/c/applications/{sent.pk}/confirm/", {"shown": shown})

    assert profile(city) == (10, 6, False, "青子第124号")
    assert certificate(city).holds
    (event,) = [one for one in events_of(city, "item_review.rates_confirmed") if one.outcome == "done"]
    assert event.detail == {"base_percent": 10, "wage_percent": 6}
    with (
        city.open(Role.MANAGER) as manager,
        pytest.raises(NotAllowed, match="確認を待っている認定はありません"),
    ):
        rates.confirm(sent.pk, shown=certificate(city).certified_at, by=manager, at=AT)


@pytest.mark.parametrize(
    "around",
    [
        {"awaits_confirmation": False},
        {"awaits_confirmation": False, "confirmed_at": AT, "confirmed_by": None},
        {"awaits_confirmation": False, "confirmed_at": AT, "confirmed_by": "own"},
    ],
)
def test_the_database_holds_the_second_pair_of_eyes(city, sakura, around: dict[str, Any]):
    sent = approve(city, rates_sent(city, sakura))
    certify(city, sent, LESS)
    if around.get("confirmed_by") == "own":
        around = {**around, "confirmed_by": city.people[Role.OFFICER].pk}
    with city.open(Role.OFFICER), pytest.raises(IntegrityError), transaction.atomic():
        RateCertificate.objects.update(**around)


def test_what_was_certified_and_counted_is_never_deleted(city, sakura):
    sent = approve(city, rates_sent(city, sakura))
    certify(city, sent, CERTIFICATE)
    for model in (RateCertificate, TypedField):
        with city.open(), pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
            model.objects.all().delete()


def test_a_city_that_certifies_itself_certifies_what_was_approved(city, sakura):
    with city.open(Role.ADMINISTRATOR) as administrator:
        values = RouteValues(("officer", "chief"), family="treatment", certifier=Certifier.CITY)
        routing.set_route(values, by=administrator, at=AT)
    sent = rates_sent(city, sakura)
    decide(city, sent, Role.OFFICER)

    with pytest.raises(ProblemsFound, match=r"区分1 12%・区分2 7%.*差し戻してください"):
        decide(city, sent, Role.CHIEF, certificate=LESS)
    with city.open():
        assert ApplicationVersion.objects.get().status == VersionStatus.SUBMITTED


# ---------------------------------------------------------------- all facilities


@pytest.fixture
def three(city: City) -> list[ApplicationVersion]:
    pack = release_pack(city, RATES)
    places = [
        make_facility(city, name, number=f"129990000090{place}")
        for place, name in enumerate(("さくら保育園", "すみれ保育園", "つばき保育園"), start=1)
    ]
    return [
        approve(city, submit(place, save(place, pack, "rates", base_percent="12", wage_percent="7")))
        for place in places
    ]


def test_many_go_to_the_prefecture_and_are_certified_at_once(city, three):
    officer = sign_in(city.people[Role.OFFICER])
    two = [str(version.pk) for version in three[:2]]
    page = officer.get(PAGE).content.decode()
    assert page.count('<tr data-row="') == 3
    assert "進達前 3" in page

    officer.post(f"{PAGE}forward/", {"version": two, "forwarded_on": "R8.4.10"})
    done = officer.post(
        f"{PAGE}certify/",
        {
            "version": two,
            "certificate_number": "青子第200号",
            "certified_on": "令和8年7月20日",
            "state": "forwarded",
        },
        follow=True,
    ).content.decode()

    assert "2施設の加算率の認定を記録しました" in done
    with city.open():
        rows = list(RateCertificate.objects.order_by("facility__number"))
        rows_of = FacilityProfile.objects.order_by("facility__number")
        profiles = list(rows_of.values_list("certificate_number", flat=True))
    assert [row.forwarded_on for row in rows] == [date(2026, 4, 10), date(2026, 4, 10), None]
    assert [row.holds for row in rows] == [True, True, False]
    assert profiles == ["青子第200号", "青子第200号", ""]
    lines = list(
        csv.reader(io.StringIO(officer.get(f"{PAGE}export/?state=certified").content.decode("utf-8-sig")))
    )
    assert [line[2] for line in lines[1:]] == ["さくら保育園", "すみれ保育園"]
    assert lines[1][4:] == [
        "12",
        "7",
        "令和8年4月10日",
        "認定済み",
        "12",
        "7",
        "青子第200号",
        "令和8年7月20日",
    ]
    listed = events_of(city, "item_review.rates_listed")[0]
    assert len(listed.rows["rate_certificate"]) == 3


def test_all_or_none_and_each_facility_is_told_of(city, three):
    certify(city, three[0], CERTIFICATE)
    officer = sign_in(city.people[Role.OFFICER])
    everybody = [str(version.pk) for version in three]
    sent = {"version": everybody, "certificate_number": "青子第300号", "certified_on": "令和8年7月20日"}

    page = officer.post(f"{PAGE}certify/", sent)

    assert page.status_code == 422
    assert "さくら保育園：この加算率の認定は、すでに記録されています。" in page.content.decode()
    assert 'value="青子第300号"' in page.content.decode()
    with city.open():
        assert RateCertificate.objects.filter(certified_at__isnull=False).count() == 1
    page = officer.post(f"{PAGE}certify/", {**sent, "version": everybody[1:], "certificate_number": " "})
    assert "<li>認定番号を40字までで入力してください。</li>" in page.content.decode()
    for nothing in ({}, {"version": ["x"]}, {"version": ["00000000-0000-4000-8000-000000000000"]}):
        assert officer.post(f"{PAGE}forward/", {**nothing, "forwarded_on": "R8.4.10"}).status_code == 422
    assert (
        officer.post(f"{PAGE}forward/", {"version": everybody[1:], "forwarded_on": "R30.1.1"}).status_code
        == 422
    )


def test_before_anything_is_approved_the_list_says_where_applications_are(city):
    page = sign_in(city.people[Role.OFFICER]).get(PAGE).content.decode()

    assert "承認した加算率の申請はまだありません" in page
