"""
Invented working lives: somebody for each seat, on average as experienced as the facility's rates say.

Months here and months elsewhere are made backwards from the day asked for, always to the first of a month.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID, uuid4

from facilities.models import FacilityKind
from portal.demo.names import Names
from portal.demo.seats import CHIEFS, HOMES, Place, Seat, seats
from staff_records.values import Detail, Earlier, Identity, Licenced, Terms, Trained
from staff_records.words import Beginning, ChangeKind, Ending, Licence, Post, Proof

A_DAY: Final = timedelta(days=1)
YEARS_WITHOUT_RATES: Final = 3
LAST_OF_MARCH: Final = date(2026, 3, 31)
KNOWN_UNTIL: Final = date(2026, 11, 1)
LONGEST_YEARS: Final = 38
OLDEST: Final = 66
LEADER_A_YEARS, LEADER_B_YEARS = 7, 3
TOWNS: Final = ("丘", "川端", "駅前", "西台", "中央", "東台", "北町", "原", "港", "南町")
CITY, NEIGHBOUR = "青葉台市", "緑野市"
EARLIER_CITIES: Final = ("若葉市", "緑野市", "桜丘市", "青葉台市")
EARLIER_NAMES: Final = (
    "ひので",
    "ふじみ",
    "あけぼの",
    "さざなみ",
    "はるかぜ",
    "このは",
    "みのり",
    "しおかぜ",
)
# What earlier work of a teacher is, with the ending of the employer's name; all of it counts.
TEACHING_PLACES: Final = (
    ("nursery", "保育園"),
    ("nursery", "保育園"),
    ("kindergarten", "幼稚園"),
    ("certified_kodomoen", "こども園"),
    ("community_childcare", "小規模保育室"),
)
OTHER_PLACES: Final = (("welfare", "福祉園"), ("school", "小学校"), ("nursery", "保育園"))
FIELDS_A: Final = ("infants", "early_education", "food_allergy", "management")
FIELDS_SPECIAL: Final = ("infants", "early_education", "disability", "health_safety", "parent_support")
ORGANISER: Final = "県保育士等キャリアアップ研修 実施機関"
LICENSED_JOBS: Final = frozenset(
    {"teacher", "nursery_teacher", "kodomoen_teacher", "part_time_nursery_teacher", "home_carer", *CHIEFS}
)
PROVED_STATES: Final = (Proof.CHECKED, Proof.CHECKED, Proof.RECEIVED)


@dataclass
class Span:
    """Work under the same terms, as the roster keeps it."""

    terms: Terms
    first_day: date
    last_day: date | None = None
    beginning: Beginning = Beginning.HIRED
    ending: str = ""


@dataclass(frozen=True)
class Told:
    """A change the facility tells the city on ``told_on``; ``is_seen``: the city has looked at it."""

    kind: ChangeKind
    day: date
    told_on: date
    is_seen: bool
    fields: tuple[str, ...] = ()


@dataclass
class Member:
    """Somebody on a roster, before it is written. ``entered_on``: None for who was there at the start of the year."""

    seat: Seat
    identity: Identity
    detail: Detail
    spans: list[Span]
    licences: list[Licenced] = field(default_factory=list)
    earlier: list[Earlier] = field(default_factory=list)
    trainings: list[Trained] = field(default_factory=list)
    later_details: list[tuple[date, Detail]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    person_id: UUID = field(default_factory=uuid4)
    entered_on: date | None = None

    @property
    def is_leader(self) -> bool:
        """Has a post of 区分3."""
        return bool(self.spans[0].terms.post)


def months_before(day: date, months: int) -> date:
    """The first of the month so many months before the first of a month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def years_before(day: date, years: int) -> date:
    """The same day so many years before; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class Careers:
    """Fills the seats of one place after the other."""

    def __init__(self, names: Names, dice: Random) -> None:
        self.names, self.dice = names, dice
        self.numbers: set[str] = set()

    def roster(self, place: Place, *, shift: int = 0) -> list[Member]:
        """All members of a place; ``shift``: years by which its average differs from what its rates stand for."""
        taken = list(seats(place))
        regular = [seat for seat in taken if seat.is_regular]
        wanted = YEARS_WITHOUT_RATES if place.years is None else max(place.years + shift, 0)
        years, posts = self._years(place, regular, wanted)
        turn = iter(zip(years, posts, strict=True))
        members = []
        for seat in taken:
            of_seat, post = next(turn) if seat.is_regular else (self.dice.randint(0, 9), "")
            members.append(self.member(place, seat, of_seat, post))
        if place.seed % 3 == 1 and place.opened_on < LAST_OF_MARCH:
            members.append(self._gone(place, taken))
        return members

    def _gone(self, place: Place, taken: Sequence[Seat]) -> Member:
        """Somebody who left at the end of the fiscal year before."""
        member = self.member(place, taken[-1], self.dice.randint(1, 6))
        member.spans[0].first_day = max(place.opened_on, years_before(LAST_OF_MARCH + A_DAY, 1))
        member.spans[0].last_day, member.spans[0].ending = LAST_OF_MARCH, Ending.LEFT
        member.earlier = [one for one in member.earlier if one.last_day < member.spans[0].first_day]
        return member

    def member(
        self, place: Place, seat: Seat, years: int, post: str = "", *, hired: date | None = None
    ) -> Member:
        """Somebody on a seat with so many years of experience that count; ``hired``: this day, all years elsewhere."""
        here, elsewhere = (0, years * 12) if hired else self._split(place, years)
        first_day = hired or months_before(place.day, here)
        earlier = self._earlier(seat, first_day, elsewhere)
        began = min([first_day, *(row.first_day for row in earlier)])
        birth = self._birth(seat, began)
        name, sex = self.names.for_somebody(birth.year)
        detail = Detail(name.written, name.kana, "", *self.address(place.town))
        terms = Terms(
            seat.job,
            seat.is_regular,
            *seat.time,
            title=seat.title,
            post=post,
            concurrence=seat.concurrence,
        )
        return Member(
            seat,
            Identity(birth, sex),
            detail,
            [Span(terms, first_day)],
            licences=self._licences(place, seat, birth, began),
            earlier=earlier,
            trainings=self._trainings(place, post, first_day),
        )

    def address(self, city: str) -> tuple[str, str]:
        """Postal code and address in an invented city."""
        town = self.dice.choice(TOWNS) if city == CITY else "こもれび"
        block = f"{self.dice.randint(1, 5)}丁目{self.dice.randint(1, 28)}番{self.dice.randint(1, 20)}号"
        code = f"272-00{self.dice.randint(1, 35):02}" if city == CITY else "272-0900"
        return code, f"{city}{town}{block}"

    def _years(self, place: Place, regular: Sequence[Seat], wanted: int) -> tuple[list[int], list[str]]:
        """Years of experience and posts for the regular seats; their average is ``wanted``, give or take months."""
        persons = len(regular)
        total = persons * wanted
        if wanted and persons > 5:
            total += self.dice.randint(-persons // 4, persons // 4)
        weights = [self._weight(seat) for seat in regular]
        share = total / sum(weights)
        years = [min(round(weight * share), LONGEST_YEARS) for weight in weights]
        floors, posts = self._posts(place, regular, years)
        years = [max(had, floor) for had, floor in zip(years, floors, strict=True)]
        self._balance(years, floors, total)
        # A post without its years is not given.
        posts = [post if had >= floor else "" for post, had, floor in zip(posts, years, floors, strict=True)]
        return years, posts

    def _weight(self, seat: Seat) -> float:
        if seat.job in {"director", "vice_director", "deputy_principal"} or seat.job in CHIEFS:
            return self.dice.choice((1.8, 2.2, 2.6))
        return self.dice.choice((0.0, 0.2, 0.5, 0.8, 1.0, 1.3, 1.7, 2.1))

    def _posts(
        self, place: Place, regular: Sequence[Seat], years: Sequence[int]
    ) -> tuple[list[int], list[str]]:
        """The years each must at least have, and the posts: the longest are A, the next are B."""
        heads = place.granted.get("treatment_3", {})
        of_a, of_b = int(heads.get("headcount_a", 0)), int(heads.get("headcount_b", 0))
        school = place.kind in {FacilityKind.KINDERGARTEN, FacilityKind.CERTIFIED_KODOMOEN}
        teachers = [turn for turn, seat in enumerate(regular) if "teacher" in seat.tags]
        teachers.sort(key=lambda turn: -years[turn])
        floors, posts = [0] * len(regular), [""] * len(regular)
        for rank, turn in enumerate(teachers[: of_a + of_b]):
            if rank < of_a:
                manages = rank % 2 == 0
                posts[turn] = (Post.CORE if school else Post.VICE_CHIEF) if manages else Post.SPECIALIST
                floors[turn] = LEADER_A_YEARS
            else:
                posts[turn] = Post.JUNIOR if school else Post.FIELD_LEADER
                floors[turn] = LEADER_B_YEARS
        return floors, posts

    def _balance(self, years: list[int], floors: Sequence[int], total: int) -> None:
        """Add or take single years until they sum up to ``total``; below their floors only when nothing is left."""
        step = 1 if sum(years) < total else -1
        lowest = list(floors)
        while sum(years) != total:
            open_turns = [
                turn for turn, had in enumerate(years) if lowest[turn] <= had + step <= LONGEST_YEARS
            ]
            if not open_turns:
                lowest = [0] * len(years)
                continue
            years[self.dice.choice(open_turns)] += step

    def _split(self, place: Place, years: int) -> tuple[int, int]:
        """Months here and months elsewhere that make so many years."""
        most_here = place.day.year - place.opened_on.year - (place.opened_on.month > place.day.month)
        here = min(years if self.dice.random() < 0.55 else self.dice.randint(0, years), most_here)
        months = here * 12
        if here < min(years, most_here) and self.dice.random() < 0.3:
            # Hired in the middle of a year.
            months += self.dice.choice((3, 6, 9))
        return months, years * 12 - months

    def _earlier(self, seat: Seat, hired: date, months: int) -> list[Earlier]:
        found = []
        # Nobody's earlier work ends later than it can be known.
        end = min(hired, KNOWN_UNTIL)
        if months and self.dice.random() < 0.35:
            end = months_before(end, self.dice.choice((3, 12, 24)))
        parts = (
            [months]
            if months < 48 or self.dice.random() < 0.5
            else [months // 24 * 12, months - months // 24 * 12]
        )
        for part in parts:
            if part:
                first = months_before(end, part)
                found.append(self._proved(seat, first, end - A_DAY))
                end = first
        if self.dice.random() < 0.12:
            first = months_before(end, self.dice.randint(6, 30))
            found.append(self._not_counted(first, end - A_DAY))
        return found

    def _employer(self, ending: str) -> str:
        return f"{self.dice.choice(EARLIER_CITIES)} {self.dice.choice(EARLIER_NAMES)}{ending}"

    def _proved(self, seat: Seat, first: date, last: date) -> Earlier:
        choices = TEACHING_PLACES if seat.job in LICENSED_JOBS or seat.job == "director" else OTHER_PLACES
        workplace, ending = self.dice.choice(choices)
        if seat.job == "nurse":
            workplace, ending = "hospital_nurse", "総合病院"
        return Earlier(workplace, first, last, self._employer(ending), True, self.dice.choice(PROVED_STATES))

    def _not_counted(self, first: date, last: date) -> Earlier:
        """Earlier work that does not count: of another kind, short, or not proved (yet)."""
        kind = self.dice.randint(0, 3)
        if kind == 0:
            return Earlier("other", first, last, self._employer("商事"), True, Proof.RECEIVED)
        if kind == 1:
            return Earlier("nursery", first, last, self._employer("保育園"), False, Proof.CHECKED)
        proof = Proof.REQUESTED if kind == 2 else Proof.NONE
        return Earlier("nursery", first, last, self._employer("保育園"), None, proof)

    def _birth(self, seat: Seat, began: date) -> date:
        licensed = seat.job in LICENSED_JOBS or seat.job in {"director", "nurse"}
        if seat.is_regular and licensed and self.dice.random() < 0.8:
            age = self.dice.randint(20, 23)
        else:
            age = self.dice.randint(20 if licensed else 18, 42)
        if seat.job == "director":
            age += self.dice.randint(8, 20)
        age = max(min(age, OLDEST - (2026 - began.year)), 20 if licensed else 18)
        return years_before(began, age) - self.dice.randint(1, 360) * A_DAY

    def _licences(self, place: Place, seat: Seat, birth: date, began: date) -> list[Licenced]:
        spring = (
            date(began.year if began.month >= 4 else began.year - 1, 3, 8) + self.dice.randint(0, 20) * A_DAY
        )

        nursery = Licenced(Licence.NURSERY_TEACHER, self._number("千葉県-"), spring)
        kind = Licence.KINDERGARTEN_2 if self.dice.random() < 0.6 else Licence.KINDERGARTEN_1
        school = Licenced(kind, self._number(f"{spring.year % 100:02}幼"), spring)
        job = seat.job
        if job in {"kodomoen_teacher", "teacher", "chief_teacher"} or (
            job == "part_time_nursery_teacher" and place.kind == FacilityKind.CERTIFIED_KODOMOEN
        ):
            with_both = place.kind == FacilityKind.CERTIFIED_KODOMOEN or self.dice.random() < 0.6
            return [nursery, school] if with_both else [school]
        if job in {"nursery_teacher", "part_time_nursery_teacher", "chief_nursery_teacher"}:
            return [nursery, school] if self.dice.random() < 0.5 else [nursery]
        if job == "director":
            return [nursery] if self.dice.random() < 0.7 else []
        if job == "home_carer":
            return [nursery, Licenced(Licence.HOME_CARER, self._number("青葉台-"), began - 10 * A_DAY)]
        single = {
            "nurse": (Licence.NURSE, "看"),
            "dietitian": (Licence.REGISTERED_DIETITIAN, "管栄"),
            "cook_dietitian": (Licence.DIETITIAN, "栄"),
            "cook": (Licence.COOK, "調"),
            "childcare_assistant": (Licence.CHILDCARE_SUPPORTER, "支援"),
        }.get(job)
        if single is None:
            return []
        licence, prefix = single
        return [Licenced(licence, self._number(f"{prefix}-"), spring)]

    def _number(self, prefix: str) -> str:
        """A number nobody else has: whoever has the same is taken for the same person."""
        while True:
            number = f"{prefix}0{self.dice.randint(10000, 89999)}"
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def _trainings(self, place: Place, post: str, hired: date) -> list[Trained]:
        """Of A four fields, of B one, each 15 hours; one in ten still lacks the last."""
        if not post:
            return []
        fields: Collection[str] = (self.dice.choice(FIELDS_SPECIAL),)
        if post in {Post.CORE, Post.VICE_CHIEF}:
            fields = FIELDS_A
        elif post == Post.SPECIALIST:
            fields = (*FIELDS_SPECIAL[:3], "parent_support")
        found = []
        lacks_last = len(fields) > 1 and self.dice.random() < 0.1
        for turn, one in enumerate(list(fields)[: len(fields) - lacks_last]):
            year = 2025 - turn
            day = date(year, self.dice.randint(6, 12), self.dice.randint(1, 28))
            in_house = place.kind not in HOMES and turn == 2 and self.dice.random() < 0.2
            hours = Decimal(11) if in_house else Decimal(15)
            found.append(Trained(one, hours, day, title="キャリアアップ研修", organiser=ORGANISER))
            if in_house:
                found.append(Trained(one, Decimal(4), day + 60 * A_DAY, title="園内研修", is_in_house=True))
        return found
