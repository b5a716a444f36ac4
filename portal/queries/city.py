"""The city's home: where the month stands, what waits for me, what stands in the way."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from applications.queries.talk import waiting_for_city
from approvals import queries as review
from approvals.items.inbox import waiting_for
from approvals.permissions import look
from approvals.queries import Inbox
from asking import together
from claims.composing import no_price
from claims.models import CountDispute, CountImport
from claims.obstacles import CityWords, for_city
from claims.queries.expected import CityExpectations, expectations_in_city
from claims.queries.progress import MonthProgress, unfinished_asked, unfinished_of
from claims.states import ImportStatus
from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.models import Facility, FacilityProfile, Municipality, holding_in
from facilities.periods import ServiceMonth
from facilities.queries import acting_administrators
from facilities.years import is_prepared, year_to_prepare
from portal.queries.preparation import PreparationStep, preparation
from pricing import RateBook
from rate_books.in_force import books_for
from staff_records.permissions import erase, read_in_city
from staff_records.queries.news import CityNews, WaitingErasure, news_of_city, waiting_erasure


@dataclass(frozen=True)
class Hindered:
    """Facilities of one type that cannot claim for the same reason."""

    kind_label: str
    words: CityWords
    facilities: list[Facility]


@dataclass(frozen=True)
class CityHome:
    """One month of the whole city."""

    month: ServiceMonth | None
    months: list[ServiceMonth]
    unfinished: list[MonthProgress]
    inbox: Inbox | None
    waiting_months: list[tuple[ServiceMonth, int]]
    changed_months: list[tuple[ServiceMonth, int]]
    open_disputes: int
    open_previews: int
    obstacles: list[Hindered]
    without_profile: list[Facility]
    year_to_roll: int | None = None
    is_only_administrator: bool = False
    books: tuple[RateBook, ...] = ()
    preparation: Sequence[PreparationStep] = ()
    staff: CityNews | None = None
    waiting_applications: int = 0
    expected: CityExpectations | None = None
    erasure: WaitingErasure | None = None
    waiting_words: int = 0

    @property
    def roster_year(self) -> int:
        """The fiscal year whose rosters of 1 April come in now."""
        return ServiceMonth.of(timezone.localdate()).fiscal_year

    @property
    def still_to_prepare(self) -> list[PreparationStep]:
        """The steps that are not done; a city that works already sees them folded."""
        return [step for step in self.preparation if not step.is_done]

    @property
    def counts(self) -> dict[str, int]:
        """Facilities by state."""
        return self.inbox.counts if self.inbox else {}

    @property
    def waiting_for_me(self) -> int:
        """Claims that wait for this person's decision, of whatever month."""
        return sum(claims for _, claims in self.waiting_months)

    @property
    def steps(self) -> list[tuple[str, int, int]]:
        """(step, how many have passed it, of how many): counts, confirmed, claimed, approved."""
        if self.inbox is None:
            return []
        found, total = Counter(row.state for row in self.inbox.run), len(self.inbox.run)
        claiming = sum(
            not row.facility.is_public
            and row.state not in {"obstacle", "public"}
            and not no_price(row.facility.kind, self.books)
            for row in self.inbox.run
        )
        arrived = total - found["none"]
        confirmed = arrived - found["waiting"] - found["disputed"]
        claimed = found["submitted"] + found["first"] + found["approved"]
        return [
            ("児童数が届いた", arrived, total),
            ("施設が確認した", confirmed, total),
            ("請求が提出された", claimed, claiming),
            ("承認した", found["approved"], claiming),
        ]


def city_home(actor: Actor, asked: ServiceMonth | None, municipality: Municipality) -> CityHome:
    """
    The month asked for; else the oldest with something to do, else the newest. A new month's counts hide no work.

    The same number of queries for ten facilities and for all of them.
    """
    counted, *in_hand = together(review.counted_months(), *unfinished_asked())
    months, unfinished = [ServiceMonth.of(day) for day in counted], unfinished_of(*in_hand)
    open_months = (each.month for each in unfinished if each.without_corrections)
    usual = next(open_months, months[0] if months else None)
    month = asked if asked in months else usual
    today = timezone.localdate()
    year = year_to_prepare(ServiceMonth.of(today))
    # From January to April the administrator is asked to carry the year's profiles on.
    is_asked = actor.duty is Role.ADMINISTRATOR and today.month <= 4 and not is_prepared(year)
    administers = actor.duty is Role.ADMINISTRATOR
    administrators = len(acting_administrators()) if administers else 0
    inbox = review.inbox(month, duty=actor.duty, user_id=actor.user_id) if month else None
    obstacles: dict[tuple[str, CityWords], list[Facility]] = defaultdict(list)
    books = books_for(month) if month else ()
    if month and inbox:
        for listed in inbox.everything:
            facility = listed.facility
            # Who has no price is known before the counts are confirmed; everything else shows when drafting.
            if not facility.is_public and (sentence := no_price(facility.kind, books)):
                words = for_city(sentence)
            elif listed.obstacle is not None:
                words = for_city(listed.obstacle.message, listed.obstacle.kind)
            else:
                continue
            obstacles[facility.get_kind_display(), words].append(facility)
    sees_staff, reviews = read_in_city.allows(actor, None), actor.duty in OPERATIONS_ROLES
    profiles = holding_in(FacilityProfile.objects.all(), month) if month else FacilityProfile.objects.none()
    with_profile, waiting, changed, disputes, previews, news, words_said = together(
        profiles.values_list("facility_id", flat=True),
        review.waiting_claims(duty=actor.duty, user_id=actor.user_id),
        review.changed_claims(),
        CountDispute.objects.filter(outcome="", sheet__status="disputed").values_list("pk"),
        CountImport.objects.filter(status=ImportStatus.PREVIEWED).values_list("pk"),
        news_of_city(),
        waiting_for_city().values_list("pk"),
    )
    has_profile = set(with_profile)
    return CityHome(
        month=month,
        months=months,
        unfinished=unfinished,
        inbox=inbox,
        year_to_roll=year if is_asked else None,
        # Nobody can confirm what she registers.
        is_only_administrator=administers and administrators < 2,
        preparation=preparation(municipality, acting_administrators=administrators, has_counts=bool(months))
        if administers
        else (),
        books=books,
        staff=CityNews(**news[0]) if sees_staff else None,
        expected=expectations_in_city() if sees_staff and month else None,
        erasure=waiting_erasure(actor.user_id) if erase.allows(actor, None) else None,
        waiting_months=review.months_of(waiting),
        waiting_applications=waiting_for(by=actor, at=timezone.now()) if reviews else 0,
        waiting_words=len(words_said) if reviews else 0,
        changed_months=review.months_of(changed) if look.allows(actor, None) else [],
        open_disputes=len(disputes),
        open_previews=len(previews),
        obstacles=[
            Hindered(kind, words, facilities)
            for (kind, words), facilities in sorted(obstacles.items(), key=lambda item: -len(item[1]))
        ],
        without_profile=[
            row.facility for row in (inbox.everything if inbox else []) if row.facility.pk not in has_profile
        ],
    )
