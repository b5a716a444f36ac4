"""Facilities and accounts, as the city's pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.events import AccountEvent
from accounts.models import User
from audit.models import Event
from audit.record import Outcome
from facilities.actors import Actor, Role
from facilities.api_clients import ApiScope
from facilities.events import FacilityEvent
from facilities.models import (
    AddressRegistration,
    ApiToken,
    Branch,
    Corporation,
    CorporationName,
    Facility,
    FacilityDetail,
    FacilityProfile,
    GrantedItem,
    Membership,
    RegistrationStatus,
    Suspension,
    holding_in,
    standing_details,
)
from facilities.periods import ServiceMonth
from facilities.permissions import manage_accounts
from pages.wareki import month_words

FACILITY_STATES = {"open": "運営中", "resting": "休園", "ahead": "開設前", "closed": "廃止"}


def facility_state(facility: Facility, today: date, *, is_resting: bool) -> str:
    """One of ``FACILITY_STATES``: whether it is run today."""
    if facility.closed_on is not None and facility.closed_on < today:
        return "closed"
    if facility.opened_on > today:
        return "ahead"
    return "resting" if is_resting else "open"


@dataclass
class FacilityRow:
    """One line of the list: the facility with what holds in the month, and one of ``FACILITY_STATES``."""

    facility: Facility
    state: str
    profile: FacilityProfile | None = None
    granted: list[GrantedItem] = field(default_factory=list)

    def is_run_in(self, month: ServiceMonth) -> bool:
        """Whether it counts among the facilities of the month: it is there, and does not rest."""
        return self.state != "resting" and self.facility.lives_in(month)


def facility_rows(month: ServiceMonth, *, words: str = "", kind: str = "") -> list[FacilityRow]:
    """All facilities in scope by number, each with its profile and granted items of ``month``: four queries."""
    facilities = Facility.objects.select_related("corporation").order_by("number")
    if words:
        facilities = facilities.filter(
            Q(name__icontains=words) | Q(number__contains=words) | Q(corporation__name__icontains=words)
        )
    if kind:
        facilities = facilities.filter(kind=kind)
    today = timezone.localdate()
    resting = set(holding_in(Suspension.objects.all(), month).values_list("facility_id", flat=True))
    rows = {
        facility.pk: FacilityRow(facility, facility_state(facility, today, is_resting=facility.pk in resting))
        for facility in facilities
    }
    for profile in holding_in(FacilityProfile.objects.all(), month):
        if profile.facility_id in rows:
            rows[profile.facility_id].profile = profile
    for granted in holding_in(GrantedItem.objects.all(), month).order_by("code"):
        if granted.facility_id in rows:
            rows[granted.facility_id].granted.append(granted)
    return list(rows.values())


class FacilityMonths:
    """
    Which facilities of the city are run in a month, and which of those rest: one query for any number of months.

    ``facilities`` may be asked for with more than that.
    """

    def __init__(self, facilities: QuerySet[Facility] | None = None) -> None:
        rests = Suspension.objects.filter(facility=OuterRef("pk")).order_by("from_month")
        asked = Facility.objects.all() if facilities is None else facilities
        self.facilities: list[Any] = list(
            asked.annotate(
                rests_from=ArraySubquery(rests.values("from_month")),
                rests_to=ArraySubquery(rests.values("to_month")),
            )
        )

    def resting(self, month: ServiceMonth) -> set[UUID]:
        """Run in the month, and nothing is expected of them."""
        return {
            facility.pk
            for facility in self.facilities
            if facility.lives_in(month)
            and any(
                first <= month.first_day and (last is None or last >= month.first_day)
                for first, last in zip(facility.rests_from, facility.rests_to, strict=True)
            )
        }

    def expected(self, month: ServiceMonth) -> set[UUID]:
        """Run in the month and not resting."""
        return {facility.pk for facility in self.facilities if facility.lives_in(month)} - self.resting(month)


# ---------------------------------------------------------------- accounts

ACCOUNT_STATES = {
    "active": "利用中",
    "invited": "利用開始前",
    "disabled": "停止中",
    "unconfirmed": "今年度の在籍確認がまだ",
    "closed": "廃止した施設の担当",
    "ended": "担当終了",
}


@dataclass(frozen=True)
class AccountQuestion:
    """What the administrator asks of the list."""

    words: str = ""
    state: str = ""

    @classmethod
    def of(cls, sent: QueryDict) -> "AccountQuestion":
        """From an address or a form; an unknown state asks for all."""
        state = sent.get("state", "")
        return cls(sent.get("words", "").strip(), state if state in ACCOUNT_STATES else "")

    @property
    def query(self) -> str:
        """For an address."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    @property
    def shows_ended(self) -> bool:
        """Whoever is looked for by words is found after the end, too; the plain list is of those who are there."""
        return self.state == "ended" or (bool(self.words) and not self.state)


@dataclass(frozen=True)
class AccountList:
    """
    The accounts asked for; every address that waits, whatever was asked; the fiscal year's first day.

    ``total``: how many last. ``closed``: the rows of people whose facility is run no more. ``unconfirmed``: the rows of
    people of whom the city has not made sure this fiscal year that they are still there.
    """

    rows: list[Membership]
    waiting: list[tuple[AddressRegistration, Membership]]
    year_began: date
    total: int
    closed: set[UUID]
    unconfirmed: set[UUID]


def account_list(asked: AccountQuestion, fiscal_year: int) -> AccountList:
    """
    Every membership of the city, facilities first by number, then the city's own people; what has ended comes last.

    Two queries, however many there are.
    """
    began = year_began(fiscal_year)
    known = Membership.objects.select_related("user", "facility").order_by(
        F("ended_at").desc(nulls_first=True), "facility__number", "slot", "duty", "user__login_id"
    )
    everything = list(known if asked.shows_ended else known.filter(ended_at__isnull=True))
    lasting = [row for row in everything if row.ended_at is None]
    by_user = {row.user_id: row for row in lasting}
    waiting = [
        (row, by_user[row.user_id])
        for row in AddressRegistration.objects.filter(status=RegistrationStatus.WAITING)
        .select_related("facility")
        .order_by("registered_at")
        if row.user_id in by_user
    ]
    rows = [row for row in everything if _fits(row, asked.words) and _is_in_state(row, asked.state, began)]
    today = timezone.localdate()
    return AccountList(
        rows,
        waiting,
        began,
        total=len(lasting),
        closed={row.pk for row in rows if has_closed(row, today)},
        unconfirmed={row.pk for row in rows if is_unconfirmed(row, began)},
    )


def year_began(fiscal_year: int) -> date:
    """The first day of a fiscal year."""
    return date(fiscal_year, 4, 1)


def _fits(row: Membership, words: str) -> bool:
    of_facility = (row.facility.name, row.facility.number) if row.facility else ()
    places = [row.user.login_id, *of_facility, row.section, row.get_duty_display()]
    return not words or any(words.casefold() in place.casefold() for place in places)


def _is_in_state(row: Membership, state: str, began: date) -> bool:
    user = row.user
    if state and (row.ended_at is not None) != (state == "ended"):
        return False
    return {
        "": True,
        "ended": True,
        "active": user.is_active and user.has_usable_password(),
        "invited": user.is_active and not user.has_usable_password(),
        "disabled": not user.is_active,
        "unconfirmed": is_unconfirmed(row, began),
        "closed": has_closed(row, timezone.localdate()),
    }[state]


def is_unconfirmed(row: Membership, began: date) -> bool:
    """
    Whether the city has not made sure this fiscal year that somebody is still there.

    Who came this year is known to be there; of who has left nothing is asked.
    """
    if row.ended_at is not None:
        return False
    known_since = row.reconfirmed_on or timezone.localtime(row.began_at).date()
    return known_since < began


def has_closed(row: Membership, today: date) -> bool:
    """Whether the facility of this account is run no more. Its last months may still be claimed."""
    return row.facility is not None and row.facility.closed_on is not None and row.facility.closed_on < today


def acting_administrators() -> list[UUID]:
    """The accounts of the administrators who can act: begun, not stopped. One query."""
    lasting = Membership.objects.filter(
        duty=Role.ADMINISTRATOR, ended_at__isnull=True, user__is_active=True
    ).select_related("user")
    return [row.user_id for row in lasting if row.user.has_usable_password()]


def leaves_one_administrator(user_id: UUID, acting: Sequence[UUID]) -> bool:
    """Whether without this account just one administrator could act, so that nobody could confirm an address."""
    return user_id in acting and len(acting) == 2


# What an account's page tells of the record: what was done with it, and when it locked itself.
ACCOUNT_ACTS: Final[Mapping[str, str]] = {
    FacilityEvent.ACCOUNT_OPENED: "アカウントを登録",
    FacilityEvent.PASSWORD_CODE_SENT: "設定コードを送信",
    AccountEvent.PASSWORD_CHOSEN: "本人が設定コードでパスワードを決定",
    AccountEvent.LOCKED_OUT: "パスワードの間違いが続き、一時停止",
    FacilityEvent.ACCOUNT_UNLOCKED: "一時停止を解除",
    FacilityEvent.ACCOUNT_DISABLED: "アカウントを停止",
    FacilityEvent.ACCOUNT_ENABLED: "アカウントを再開",
    FacilityEvent.ROLE_CHANGED: "役割を変更",
    FacilityEvent.ACCOUNT_HANDED_OVER: "前任の方から引き継ぎ",
    FacilityEvent.ACCOUNT_ENDED: "担当を終了",
}
MOST_ACTS: Final = 30
WITHOUT_ACCOUNT: Final = frozenset({"", "system"})


@dataclass(frozen=True)
class AccountAct:
    """One line of an account's history; ``times`` tries while it was locked are one line."""

    event: Event
    words: str
    times: int = 1


@dataclass(frozen=True)
class AccountView:
    """
    One account: its registrations, who made them, and what else the person acts for, or did before.

    ``waiting`` is a new address, ``additions`` are other facilities to be served under the present one.
    """

    registrations: list[AddressRegistration]
    waiting: AddressRegistration | None
    additions: list[AddressRegistration]
    people: dict[UUID, str]
    others: list[Membership]
    former: list[Membership]
    acts: list[AccountAct]

    @property
    def account_history(self) -> list[tuple[AccountAct, str]]:
        """Each act with who did it; nobody is known for what was tried at the door."""
        names = {str(key): name for key, name in self.people.items()}
        return [(act, names.get(act.event.actor_id, "")) for act in self.acts]

    @property
    def history(self) -> list[tuple[AddressRegistration, str, str]]:
        """Each registration with the names of who registered and who decided."""
        return [
            (
                row,
                self.people.get(row.registered_by, ""),
                self.people.get(row.decided_by, "") if row.decided_by else "",
            )
            for row in self.registrations
        ]


def account_view(membership: Membership) -> AccountView:
    """Four queries."""
    registrations = list(
        AddressRegistration.objects.filter(user=membership.user_id).select_related("facility")
    )
    waiting = [row for row in registrations if row.status == RegistrationStatus.WAITING]
    people = {row.registered_by for row in registrations} | {
        row.decided_by for row in registrations if row.decided_by
    }
    memberships = list(
        Membership.objects.filter(user=membership.user_id)
        .exclude(pk=membership.pk)
        .select_related("facility")
        .order_by("-began_at", "pk")
    )
    acts = _acts_of(membership, memberships)
    people |= {UUID(act.event.actor_id) for act in acts if act.event.actor_id not in WITHOUT_ACCOUNT}
    return AccountView(
        registrations=registrations,
        waiting=next((row for row in waiting if row.facility is None), None),
        additions=[row for row in waiting if row.facility is not None],
        people=names_of(people),
        acts=acts,
        others=[row for row in memberships if row.ended_at is None],
        former=[row for row in memberships if row.ended_at is not None],
    )


def names_of(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What people are called where they may be known by name: name and ID. Say in the record whose were opened."""
    return {user.pk: f"{user.name}（{user.login_id}）" for user in User.objects.filter(pk__in=set(user_ids))}


def colleagues(user_ids: Iterable[UUID], reader: Actor) -> dict[UUID, str]:
    """People of the city, by name for who manages the accounts, by ID for everybody else."""
    if manage_accounts.allows(reader, None):
        return names_of(user_ids)
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("pk", "login_id"))


def _acts_of(membership: Membership, others: Sequence[Membership]) -> list[AccountAct]:
    """From the record, the newest first: what was done with the account under any of its roles."""
    about = [membership.user_id, membership.pk, *(row.pk for row in others)]
    events = Event.objects.filter(
        municipality_id=membership.municipality_id,
        object_id__in=[str(row) for row in about],
        event__in=list(ACCOUNT_ACTS),
    ).exclude(~Q(event=AccountEvent.LOCKED_OUT), outcome__in=[Outcome.REFUSED, Outcome.FAILED])
    found: list[AccountAct] = []
    for event in events[: MOST_ACTS * 4]:
        if found and found[-1].event.event == event.event == AccountEvent.LOCKED_OUT:
            # Seen backwards: the line keeps the time of the first try that was turned away.
            found[-1] = AccountAct(event, found[-1].words, found[-1].times + 1)
        else:
            found.append(AccountAct(event, ACCOUNT_ACTS[event.event]))
    return found[:MOST_ACTS]


def people_of(duty: Role) -> list[User]:
    """The city's people of this role who can be written to."""
    memberships = Membership.objects.filter(duty=duty, ended_at__isnull=True, user__is_active=True)
    return [row.user for row in memberships.select_related("user") if row.user.address]


def mailboxes(facility_ids: Iterable[UUID]) -> list[Membership]:
    """
    Whom to write to about these facilities: their working accounts, each mailbox of a facility once.

    An account whose address nobody has confirmed yet has none.
    """
    lasting = (
        Membership.objects.filter(
            facility__in=list(facility_ids), duty=Role.FACILITY, ended_at__isnull=True, user__is_active=True
        )
        .select_related("user", "facility")
        .order_by("facility", "slot")
    )
    found: dict[tuple[UUID | None, str], Membership] = {}
    for account in lasting:
        if address := account.user.address:
            found.setdefault((account.facility_id, address.casefold()), account)
    return list(found.values())


def proposed_account(number: str, facilities: list[Facility]) -> dict[str, Any]:
    """What the form of a new account begins with, for a facility that was chosen already."""
    chosen = next((facility for facility in facilities if facility.number == number), None)
    if chosen is None:
        return {"duty": Role.FACILITY, "notified_on": timezone.localdate()}
    ids = [f"f{chosen.number}", f"f{chosen.number}-2", f"f{chosen.number}-3"]
    taken = set(User.objects.filter(login_id__in=ids).values_list("login_id", flat=True))
    return {
        "duty": Role.FACILITY,
        "facility": str(chosen.pk),
        "login_id": next((proposed for proposed in ids if proposed not in taken), ""),
        "notified_on": timezone.localdate(),
    }


# ---------------------------------------------------------------- API tokens


@dataclass(frozen=True)
class ListedToken:
    """One token: who made it, what it may do in words, the last day it is good, and whether it still is."""

    token: ApiToken
    made_by: str
    scopes: list[str]
    last_day: date
    is_over: bool

    @property
    def is_good(self) -> bool:
        """Neither revoked nor expired."""
        return not self.is_over and self.token.revoked_at is None


def api_token_list(at: datetime) -> list[ListedToken]:
    """Every token of the city, the newest first: two queries."""
    tokens = list(ApiToken.objects.all())
    people = dict(User.objects.filter(pk__in={one.made_by for one in tokens}).values_list("pk", "login_id"))
    words = dict(ApiScope.choices)
    return [
        ListedToken(
            one,
            people.get(one.made_by, ""),
            [words.get(scope, scope) for scope in one.scopes],
            timezone.localtime(one.expires_at - timedelta(seconds=1)).date(),
            one.expires_at <= at,
        )
        for one in tokens
    ]


# ---------------------------------------------------------------- a facility's changes


@dataclass(frozen=True)
class Change:
    """One entry of a facility's history: its day, what it is, what to know about it, and its row of details if any."""

    day: date
    title: str
    words: str
    is_ahead: bool
    detail: FacilityDetail | None = None


@dataclass(frozen=True)
class ChangesView:
    """Everything dated about a facility, newest first."""

    history: list[Change]
    details: list[FacilityDetail]
    suspensions: list[Suspension]
    branches: list[Branch]
    successor: Facility | None

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        return {
            "suspension": [row.pk for row in self.suspensions],
            "branch": [row.pk for row in self.branches],
            "detail": [change.detail.pk for change in self.history if change.detail],
        }

    def rests_in(self, month: ServiceMonth) -> bool:
        """Whether the facility rests in ``month``."""
        return any(
            row.from_month <= month.first_day and (row.to_month is None or row.to_month >= month.first_day)
            for row in self.suspensions
        )


def changes_of(facility: Facility) -> ChangesView:
    """Four queries."""
    details = list(standing_details().filter(facility=facility))
    suspensions = list(Suspension.objects.filter(facility=facility).order_by("-from_month"))
    branches = list(Branch.objects.filter(facility=facility).order_by("-from_month"))
    successor = Facility.objects.filter(predecessor=facility).first()
    today = timezone.localdate()
    entries = [
        (facility.opened_on, "開設", facility.predecessor and f"{facility.predecessor.number} から引継ぎ")
    ]
    changed = [
        Change(
            after.from_day, "名称・所在地の変更", _difference(before, after), after.from_day > today, after
        )
        for before, after in pairwise(details)
    ]
    for rest in suspensions:
        until = f"{month_words(rest.to_month)}まで" if rest.to_month else "終わりは未定"
        entries.append((rest.from_month, "休園", f"{until}　{rest.reason}"))
    for branch in branches:
        entries.append((branch.from_month, "分園の開始", f"{branch.name}　利用定員{branch.capacity}人"))
        if branch.to_month:
            last = ServiceMonth.of(branch.to_month).plus(1).first_day - timedelta(days=1)
            entries.append((last, "分園の終了", branch.name))
    if facility.closed_on is not None:
        words = f"{successor.number} へ引継ぎ" if successor else ""
        entries.append((facility.closed_on, "廃止", words))
    history = [*changed, *(Change(day, title, words or "", day > today) for day, title, words in entries)]
    return ChangesView(
        sorted(history, key=lambda change: change.day, reverse=True),
        details,
        suspensions,
        branches,
        successor,
    )


def _difference(before: FacilityDetail, after: FacilityDetail) -> str:
    parts = []
    if before.name != after.name:
        parts.append(f"{before.name} → {after.name}")
    if (before.postal_code, before.location) != (after.postal_code, after.location):
        parts.append(f"〒{after.postal_code} {after.location}")
    if before.ownership != after.ownership:
        parts.append(f"{before.get_ownership_display()} → {after.get_ownership_display()}")
    return "　".join(parts)


# ---------------------------------------------------------------- a corporation


@dataclass(frozen=True)
class CorporationView:
    """Who runs facilities: its names, newest first, and the facilities it runs."""

    names: list[CorporationName]
    facilities: list[Facility]

    def row_ids(self, corporation: Corporation) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        return {
            "corporation": [corporation.pk],
            "corporation_name": [row.pk for row in self.names],
            "facility": [row.pk for row in self.facilities],
        }


def corporation_view(corporation: Corporation) -> CorporationView:
    """Two queries."""
    names = CorporationName.objects.filter(corporation=corporation, withdrawn_at__isnull=True)
    return CorporationView(
        list(names.reverse()), list(Facility.objects.filter(corporation=corporation).order_by("number"))
    )
