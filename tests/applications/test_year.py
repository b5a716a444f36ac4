"""
令和8年度 played from April to the reports of June 2027, by a nursery, a こども園 and a kindergarten, item by item.

Six rounds, something returned and answered, a change during the year, a condition lost, plans of March and what became
of them, reports with what was received, 加算率 provisional and then certified. At the end nobody has typed what was
known, and nothing twice.
"""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from applications.definitions import NUMBERS, Field, Kind
from applications.filling import ROW_KEY, is_empty
from applications.models import ApplicationVersion, TypedField
from applications.packs_in_force import item_of
from applications.queries.entries import entries_of
from applications.shipped import shipped
from applications.states import VersionStatus
from approvals.models import ItemDecision, RateCertificate
from approvals.operations import rates
from claims.models import Claim
from claims.states import ClaimStatus
from facilities.actors import Role
from facilities.models import FacilityProfile
from jobs import running
from staff_records.operations import people
from staff_records.words import Ending
from tests.applications.played import (
    CERTIFICATE,
    DAYS,
    FACTS,
    LICENCES,
    MONTHS,
    NOVEMBER,
    SEPTEMBER,
    STORIES,
    Play,
    at,
)
from tests.applications.stage import approve, release_pack, say_places, send_back
from tests.cast import APRIL, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import confirmed
from tests.staff_records.staffed import Somebody, give_roster
from tests.staff_records.year_stage import accepted


@pytest.fixture(params=list(STORIES))
def play(request: pytest.FixtureRequest, db: None) -> Play:
    """The facility before the year begins: last year's counts, its roster accepted, its packs released."""
    story = STORIES[request.param]
    city = make_city()
    packs = {name: release_pack(city, text, at(2026, 3, 12)) for name, text in shipped(2026).items()}
    say_places(city, at=at(2026, 3, 12))
    place = make_facility(city, kind=story.kind, capacity=story.capacity)
    with city.open():
        if story.capacity_1:
            both = story.capacity + story.capacity_1
            FacilityProfile.objects.update(capacity_1=story.capacity_1, approved_capacity=both)
    people = give_roster(
        place,
        *[
            Somebody(
                job=job,
                licences=LICENCES,
                numbered=True,
                hired_on=date(2008, 4, 1),
                regular=job != "lecturer",
            )
            for job in story.leaders
        ],
        *[
            Somebody(job=story.teacher, licences=LICENCES, numbered=True, hired_on=date(2012, 4, 1))
            for _ in range(20)
        ],
        Somebody(job="clerk", licences=(), hired_on=date(2015, 4, 1)),
    )
    accepted(place)
    for month in MONTHS:
        give_counts(place, month.plus(-12), story.cells)
    confirmed(place, APRIL, story.cells)
    return Play(city, place, story, packs, people)


def test_the_year_takes_six_rounds_and_nothing_is_typed_that_was_known(play: Play) -> None:
    _first_round(play)
    _rates(play)
    _autumn(play)
    _march(play)
    _reports(play)
    _nothing_was_typed_that_was_known(play)


def _first_round(play: Play) -> None:
    """栄養管理 is returned once; answered and approved in May, after April was paid, it flags April."""
    play.apply(1)
    nutrition = play.version("nutrition", VersionStatus.SUBMITTED)
    send_back(
        play.city,
        nutrition,
        "アレルギーの対応の回数も書いてください。",
        DAYS[1][1],
        remarks={"duties": "回数も書いてください。"},
    )
    play.decide(1)
    play.claim(APRIL)
    assert not play.grants("nutrition")
    answer = play.change(
        "nutrition", 1, at(2026, 5, 12), APRIL, duties="献立の作成、アレルギーの対応（月4回）"
    )
    assert answer.answers_id == nutrition.pk
    approve(play.city, answer, at=at(2026, 5, 18))
    with play.city.open():
        april = Claim.objects.get(status=ClaimStatus.APPROVED)
    assert april.terms_changed_at is None
    running.run_due()
    with play.city.open():
        april.refresh_from_db()
    assert april.terms_changed_at is not None
    play.settle()
    assert play.claimed("nutrition", APRIL) > [0]
    assert play.grants("nutrition") == [({"variant": "a"}, APRIL.first_day, None)]
    play.claim(APRIL.plus(1))


def _rates(play: Play) -> None:
    """加算率 go the long way: provisional with the approval, certified by the prefecture in September."""
    play.apply(2)
    play.decide(2)
    sent = play.version("rate_certification", VersionStatus.APPROVED)
    with play.city.open():
        steps = list(
            ItemDecision.objects.filter(version=sent).order_by("step").values_list("role", flat=True)
        )
        awaited = RateCertificate.objects.get(version=sent)
    assert steps == [Role.OFFICER, Role.CHIEF, Role.MANAGER]
    assert awaited.certified_at is None
    play.settle()
    for month in MONTHS[2:5]:
        play.claim(month)
    with play.city.open(Role.OFFICER) as officer:
        rates.forward(sent.pk, forwarded_on=date(2026, 7, 10), by=officer, at=at(2026, 7, 10))
        rates.certify(sent.pk, CERTIFICATE, by=officer, at=at(2026, 9, 14))
        profile = FacilityProfile.objects.get()
    assert (profile.base_percent, profile.wage_percent, profile.rates_are_provisional) == (12, 7, False)
    running.run_due()
    play.settle()


def _autumn(play: Play) -> None:
    """Somebody more from September on; somebody leaves, and what needed her is stopped from November on."""
    more = {"nursery": "team_childcare", "certified_kodomoen": "team_teaching"}.get(play.facility.kind)
    if more:
        give_roster(
            play.place, Somebody(job=play.story.teacher, licences=LICENCES, hired_on=date(2026, 9, 1))
        )
        change = play.change(more, 3, at(2026, 8, 25), SEPTEMBER, extra_staff="2")
        assert change.replaces_id is not None
        approve(play.city, change, at=at(2026, 9, 4))
        running.run_due()
        assert [(one["extra_staff"], until) for one, _, until in play.grants(more)] == [
            (1, date(2026, 8, 1)),
            (2, None),
        ]
    for month in MONTHS[5:7]:
        play.claim(month)
    lost, leader = play.story.lost, play.people[1]
    with play.place.open() as clerk:
        leader.refresh_from_db()
        people.leave(
            leader.pk,
            last_day=date(2026, 10, 31),
            ending=Ending.LEFT,
            shown_version=leader.version,
            by=clerk,
            at=at(2026, 10, 5),
        )
    play.change(lost, 3, DAYS[3][0], NOVEMBER, wanted=False)
    play.decide(3)
    assert play.grants(lost) == [({}, APRIL.first_day, date(2026, 10, 1))]
    for month in MONTHS[7:11]:
        play.claim(month)
    before, after = play.claimed(lost, NOVEMBER.plus(-1), NOVEMBER)
    assert before > 0 == after
    if more:
        august, september = play.claimed(more, SEPTEMBER.plus(-1), SEPTEMBER)
        assert 0 < august < september


def _march(play: Play) -> None:
    """What is planned in January holds in March alone; what came out otherwise is the next version."""
    play.apply(4)
    play.decide(4)
    assert play.grants("facility_strengthening") == [({}, MONTHS[11].first_day, MONTHS[11].first_day)]
    if "elderly_employment" in play.story.wanted:
        hours = {f"by_month.{number}": "80" for number in range(12)}
        play.change("elderly_employment", 5, DAYS[5][0], None, **hours)
    else:
        play.change("external_audit", 5, DAYS[5][0], None, on="R9.2.20")
    play.decide(5)
    if "elderly_employment" in play.story.wanted:
        (held,) = play.grants("elderly_employment")
        assert held[0] == {"variant": "800_to_1199"}
    play.claim(MONTHS[11])


def _reports(play: Play) -> None:
    """What was received is known from the approved claims; what is left over is told with its reason."""
    play.apply(6)
    play.decide(6)
    report = play.version("wage_report", VersionStatus.APPROVED)
    strengthening = play.version("facility_strengthening_report", VersionStatus.APPROVED)
    with play.place.open():
        wages = ApplicationVersion.objects.get(pk=report.pk).content["sent"]
        spent = ApplicationVersion.objects.get(pk=strengthening.pk).content["sent"]
    assert wages["received_12_yen"]["origin"] == "known"
    assert wages["received_12_yen"]["value"] > 0
    assert "12か月分" in wages["received_12_yen"]["words"]
    assert spent["spent_yen"]["value"] == FACTS["strengthening_spent_yen"]
    if "team_childcare_report" in play.story.wanted:
        rest = play.version("team_childcare_report", VersionStatus.APPROVED)
        received = sum(play.claimed("team_childcare", *MONTHS))
        assert rest.amount_yen == received - 120_000 > 0
    assert not play.versions(VersionStatus.DRAFT, VersionStatus.SUBMITTED, VersionStatus.RETURNED)


def _nothing_was_typed_that_was_known(play: Play) -> None:
    with play.place.open():
        rows = list(TypedField.objects.select_related("version__application", "version__pack"))
        (mine,) = entries_of(play.city.municipality, [play.facility], 2026).facilities
        facts: dict[str, set[str]] = defaultdict(set)
        numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in rows:
            application = row.version.application
            own, value = _typed_in(row)
            place = f"{application.item_key}.{own.key}"
            if own.fact:
                facts[own.fact].add(place)
            if own.kind in {*NUMBERS, Kind.MONTHLY, Kind.DATE, Kind.MONTH} and not is_empty(value):
                numbers[own.label, str(value)].add(place)
    told = f"{play.facility.kind}: {len(rows)} fields typed in {mine.used} rounds"
    print(told)  # noqa: T201  for whoever reads the run: the year's number
    assert mine.used == 6, told
    assert [row.field_key for row in rows if row.knew] == [], told
    assert {fact: places for fact, places in facts.items() if len(places) > 1} == {}, told
    assert {typed: places for typed, places in numbers.items() if len(places) > 1} == {}, told
    assert mine.total.typed == len(rows)
    page = sign_in(play.place.clerk).get(
        reverse("applications:entries", args=[play.facility.number]) + "?year=2026"
    )
    assert f"{len(rows)}" in page.content.decode(), told


def _typed_in(row: TypedField) -> tuple[Field, Any]:
    """The field or the column of a table that was typed, and what was sent of it."""
    key, *rest = row.field_key.split(".")
    own = item_of(row.version.pack, row.version.application.item_key).field_named(key)
    value = row.version.content["sent"][key]["value"]
    if own.kind is Kind.MONTHLY:
        return own, value[int(rest[0])]
    if not rest:
        return own, value
    column = next(column for column in own.columns if column.key == rest[1])
    rows = {str(one.get(ROW_KEY.get(own.kind, ""), number)): one for number, one in enumerate(value)}
    return column, rows[rest[0]][column.key]
