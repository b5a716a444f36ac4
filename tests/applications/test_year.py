"""
令和8年度 played from April to the reports of June 2027, by a nursery, a こども園 and a kindergarten, item by item.

Six rounds, something returned and answered, a change during the year, a condition lost, plans of March and what became
of them, reports with what was received, 加算率 provisional and then certified. At the end nobody has typed what was
known, and nothing twice.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from applications.definitions import NUMBERS, Item, Kind
from applications.filling import is_empty
from applications.models import ApplicationVersion, ItemPack, TypedField
from applications.operations import cases
from applications.operations.cases import Wanted
from applications.packs_in_force import item_of, released
from applications.queries.entries import entries_of
from applications.queries.year import year_of
from applications.shipped import shipped
from applications.states import VersionStatus
from approvals.models import ItemDecision, RateCertificate
from approvals.operations import rates
from approvals.operations.effects import Certificate
from claims.facts import facts_asked
from claims.models import Claim, ClaimLine, MonthlyFacts, Obstacle
from claims.operations import facts as facts_operations
from claims.operations import submitting
from claims.states import ClaimStatus
from facilities.actors import Role
from facilities.models import Facility, FacilityKind, FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from jobs import running
from portal.demo.clerks_hand import Desk, decline, send_what_is_ready, write
from staff_records.models import StaffMember
from staff_records.operations import people
from staff_records.words import Ending, Licence
from tests.applications.stage import approve, release_pack, send_back
from tests.approvals.test_inbox import approve as approve_claim
from tests.cast import APRIL, Cell, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import confirmed
from tests.staff_records.staffed import Somebody, give_roster
from tests.staff_records.year_stage import accepted

SEPTEMBER, NOVEMBER = ServiceMonth(2026, 9), ServiceMonth(2026, 11)
MONTHS = [APRIL.plus(number) for number in range(12)]
ROUNDS = range(1, 7)
LICENCES = (Licence.NURSERY_TEACHER, Licence.KINDERGARTEN_1)
CERTIFICATE = Certificate(12, 7, "青子第123号", date(2026, 9, 10))
ALL_OF_ICT = ["attendance", "records", "contact", "payment"]
FACTS = {
    "saturday_closures": 0,
    "meal_days_a_week": 5,
    "side_dish_days": 20,
    "strengthening_spent_yen": 150_000,
}
# What a facility types that its colleagues would type otherwise.
OWN: dict[str, str | list[str]] = {
    "ict_functions": ALL_OF_ICT,
    "meal_style": "in_house",
    "elderly_employment__by_month": "40",
    "special_support__allowance": "1",
}


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime(year, month, day, hour))


# When each round is filled in, and when the city has decided it.
DAYS = {
    1: (at(2026, 4, 14), at(2026, 4, 21)),
    2: (at(2026, 6, 8), at(2026, 7, 6)),
    3: (at(2026, 10, 6), at(2026, 10, 20)),
    4: (at(2027, 1, 12), at(2027, 1, 25)),
    5: (at(2027, 3, 25), at(2027, 4, 5)),
    6: (at(2027, 5, 12), at(2027, 6, 10)),
}
EVERYBODY = {
    "facility_state",
    "age3_staffing",
    "special_support",
    "office_staff",
    "nutrition",
    "climate",
    "rate_certification",
    "treatment_3",
    "pledge",
    "elderly_employment",
    "facility_strengthening",
    "school_transition",
    "third_party_evaluation",
    "ict",
    "wage_report",
    "treatment_3_report",
    "elderly_employment_report",
    "facility_strengthening_report",
}
OF_NURSERY_TEACHERS = {
    "monthly_allowance",
    "teacher_pay",
    "extra_staff",
    "holiday_care",
    "side_dish_exemption_23",
    "age1_staffing",
    "monthly_allowance_report",
    "teacher_pay_report",
    "extra_staff_report",
    "holiday_care_report",
}
OF_TEACHERS = {
    "under_age3_intake",
    "vice_principal",
    "parenting_support",
    "bus",
    "meals",
    "side_dish_exemption_1",
    "external_audit",
    "stakeholder_evaluation",
}


@dataclass(frozen=True)
class Story:
    """One facility: its children, its people beside fifteen teachers, what it applies for."""

    kind: FacilityKind
    capacity: int
    cells: tuple[Cell, ...]
    wanted: frozenset[str]
    leaders: tuple[str, ...]
    teacher: str
    # What is lost when the second of the leaders goes.
    lost: str
    capacity_1: int | None = None


STORIES = {
    "nursery": Story(
        FacilityKind.NURSERY,
        130,
        (
            ("3", "0", "standard", 8),
            ("3", "1", "standard", 14),
            ("3", "2", "standard", 15),
            ("2", "3", "standard", 18),
            ("2", "4", "standard", 16),
            ("2", "5", "standard", 17),
        ),
        frozenset(
            EVERYBODY
            | OF_NURSERY_TEACHERS
            | {"chief_nursery_teacher", "team_childcare", "team_childcare_report", "rent", "materials"}
        ),
        ("director", "chief_nursery_teacher"),
        "nursery_teacher",
        "chief_nursery_teacher",
    ),
    "kodomoen": Story(
        FacilityKind.CERTIFIED_KODOMOEN,
        90,
        (
            ("1", "3mid", "education", 3),
            ("1", "4", "education", 12),
            ("2", "4", "standard", 20),
            ("3", "0", "standard", 6),
            ("3", "1", "standard", 10),
        ),
        frozenset(
            EVERYBODY | OF_NURSERY_TEACHERS | OF_TEACHERS | {"lecturer", "team_teaching", "depreciation"}
        )
        # The sample of the price table has no rows of these for こども園.
        - {"vice_principal", "parenting_support", "office_staff", "stakeholder_evaluation"},
        ("director", "lecturer", "chief_teacher"),
        "kodomoen_teacher",
        "lecturer",
        capacity_1=30,
    ),
    "kindergarten": Story(
        FacilityKind.KINDERGARTEN,
        100,
        (
            ("1", "3mid", "education", 5),
            ("1", "3", "education", 30),
            ("1", "4", "education", 30),
            ("1", "5", "education", 30),
        ),
        frozenset(EVERYBODY - {"elderly_employment", "elderly_employment_report"})
        | OF_TEACHERS
        | {"chief_teacher", "age4plus_staffing"},
        ("director", "vice_director", "chief_teacher"),
        "teacher",
        "vice_principal",
    ),
}


@dataclass
class Play:
    """The year of one facility."""

    city: City
    place: Nursery
    story: Story
    packs: dict[str, ItemPack]
    people: list[StaffMember] = field(default_factory=list)

    @property
    def facility(self) -> Facility:
        return self.place.facility

    def items(self, number: int) -> list[tuple[ItemPack, Item]]:
        """What the facility is asked for the first time in this round; the scope is open."""
        return [
            (row, item)
            for row, pack in released(2026)
            for item in pack.items
            if item.rounds[0] == number and item.asks(self.facility.kind)
        ]

    def versions(self, *states: VersionStatus) -> list[ApplicationVersion]:
        with self.city.open():
            rows = ApplicationVersion.objects.filter(status__in=states).select_related("application", "pack")
            return list(rows.order_by("application__item_key"))

    def version(self, key: str, *states: VersionStatus) -> ApplicationVersion:
        (found,) = (one for one in self.versions(*states) if one.application.item_key == key)
        return found

    def apply(self, number: int) -> None:
        """Fill in everything the round asks, decline the rest, send it in one act: nothing is left over."""
        when, _ = DAYS[number]
        with self.place.open() as clerk:
            desk = Desk.of(self.facility, clerk, MONTHS[0], **OWN)
            items = self.items(number)
            wanted = [one for one in items if one[1].key in self.story.wanted]
            write(desk, wanted, from_month=APRIL, at=when)
            decline(desk, [one for one in items if one not in wanted], when)
            year = year_of(self.city.municipality, self.facility, 2026, when).round(number)
            assert year is not None
            assert {line.item.key: line.problems for line in year.unready} == {}
            send_what_is_ready(desk, 2026, number, when.replace(hour=16))

    def change(
        self,
        key: str,
        number: int,
        when: datetime,
        month: ServiceMonth | None,
        *,
        wanted: bool = True,
        **typed: Any,
    ) -> ApplicationVersion:
        """The next version of what was approved or returned: these fields are typed anew, and it is sent."""
        with self.place.open() as clerk:
            (row, item) = next(
                (row, item) for row, pack in released(2026) for item in pack.items if item.key == key
            )
            version, entered = cases.save(
                self.facility.pk,
                pack_id=row.pk,
                item_key=item.key,
                wanted=Wanted(wanted, month),
                entries={name: [text] if isinstance(text, str) else text for name, text in typed.items()},
                reasons={},
                shown_revision=0,
                by=clerk,
                at=when,
            )
            assert not entered.problems
            desk = Desk.of(self.facility, clerk, APRIL, **OWN)
            (sent,) = send_what_is_ready(desk, 2026, number, when.replace(hour=16))
            assert sent.pk == version.pk
        return sent

    def decide(self, number: int, *, but: Collection[str] = ()) -> None:
        """The people of the city approve whatever waits, and the worker does what follows."""
        for version in self.versions(VersionStatus.SUBMITTED):
            if version.application.item_key not in but:
                approve(self.city, version, at=DAYS[number][1])
        running.run_due()

    def claim(self, month: ServiceMonth) -> None:
        """Counts come and are confirmed, the month's facts are said; what is ready is claimed and approved."""
        if month != APRIL:
            confirmed(self.place, month, self.story.cells)
        self.say(month)
        self.settle()

    def say(self, month: ServiceMonth) -> None:
        """What only the facility knows of the month, as far as it is not said yet."""
        with self.place.open() as clerk:
            rows = GrantedItem.objects.exclude(from_month__gt=month.first_day).exclude(
                to_month__lt=month.first_day
            )
            granted = list(rows.values_list("code", "certification"))
            saved = MonthlyFacts.objects.filter(month=month.first_day).first()
            asked = {
                fact.name: FACTS[fact.name]
                for fact in facts_asked(self.facility.kind, granted, month)
                if saved is None or getattr(saved, fact.name) is None
            }
            if asked:
                facts_operations.save(
                    self.facility,
                    month,
                    asked,
                    shown_version=saved.version if saved else 0,
                    by=clerk,
                    at=timezone.now(),
                )

    def settle(self) -> None:
        """Every draft of a claim is sent and approved: the month's, and corrections of months before."""
        with self.place.open() as clerk:
            assert not (told := list(Obstacle.objects.values_list("message", flat=True))), told
            drafts = list(Claim.objects.filter(status=ClaimStatus.DRAFT).order_by("month"))
            for claim in drafts:
                assert claim.missing == [], claim.missing
                submitting.submit(
                    claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=timezone.now()
                )
        for claim in drafts:
            with self.city.open():
                claim.refresh_from_db()
            approve_claim(self.city, claim)

    def claimed(self, code: str, *months: ServiceMonth) -> list[int]:
        """Yen of the addition in the approved claim of each month."""
        with self.city.open():
            rows = ClaimLine.objects.filter(code=code, claim__status=ClaimStatus.APPROVED)
            told = rows.values_list("claim__month").annotate(yen=Sum("amount_yen")).order_by()
            yen = dict(told)
        return [yen.get(month.first_day, 0) for month in months]

    def grants(self, code: str) -> list[tuple[dict[str, Any], date, date | None]]:
        with self.city.open():
            rows = GrantedItem.objects.filter(code=code).order_by("from_month")
            return [(row.options, row.from_month, row.to_month) for row in rows]


@pytest.fixture(params=list(STORIES))
def play(request: pytest.FixtureRequest, db: None) -> Play:
    """The facility before the year begins: last year's counts, its roster accepted, its packs released."""
    story = STORIES[request.param]
    city = make_city()
    packs = {name: release_pack(city, text, at(2026, 3, 12)) for name, text in shipped(2026).items()}
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
            own = item_of(row.version.pack, application.item_key).field_named(row.field_key)
            place = f"{application.item_key}.{own.key}"
            value = row.version.content["sent"][own.key]["value"]
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
