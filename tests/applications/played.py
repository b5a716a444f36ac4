"""The three facilities of the played year: their children, people and wishes, and the hands that play for them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from applications.definitions import Item
from applications.models import ApplicationVersion, ItemPack
from applications.operations import cases
from applications.operations.cases import Wanted
from applications.packs_in_force import released
from applications.queries.year import year_of
from applications.states import VersionStatus
from approvals.operations.effects import Certificate
from claims.facts import facts_asked
from claims.models import Claim, ClaimLine, MonthlyFacts, Obstacle
from claims.operations import facts as facts_operations
from claims.operations import submitting
from claims.states import ClaimStatus
from facilities.models import Facility, FacilityKind, GrantedItem
from facilities.periods import ServiceMonth
from jobs import running
from portal.demo.clerks_hand import Desk, decline, send_what_is_ready, write
from staff_records.models import StaffMember
from staff_records.words import Licence
from tests.applications.stage import approve
from tests.approvals.test_inbox import approve as approve_claim
from tests.cast import APRIL, Cell, City, Nursery
from tests.claims.stage import confirmed

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
