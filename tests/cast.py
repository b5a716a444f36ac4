"""
The cast, the same everywhere: さくら園's clerk, すみれ園's clerk who must see nothing, the city's people, another city.

``make_city`` builds a small city in the test database; ``sign_in`` gives a client that has passed both factors.
Every POST of ``Browser`` carries a fresh form token, as a rendered page would.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from accounts.models import EmailCodeDevice, User
from audit.record import Context, context
from claims.models import ChildCount, CountImport, CountSheet
from claims.states import ImportStatus, SheetStatus
from facilities.actors import Actor, Role, actor_for
from facilities.models import (
    Corporation,
    Facility,
    FacilityKind,
    FacilityProfile,
    GrantedItem,
    Membership,
    Municipality,
    Ownership,
)
from facilities.periods import ServiceMonth
from facilities.schedule import LAST_DAY, CitySchedule, Shift, Step, StepRule
from facilities.scope import scope
from facilities.sent_forms import FIELD

PASSWORD = "やまびこ-青い-鉛筆-2026"
HASHED_PASSWORD = make_password(PASSWORD)
# The cast's city has set its days, so that no story moves when the product's defaults do.
CITY_DAYS = CitySchedule(
    rules={
        Step.IMPORT: StepRule(0, 3, Shift.LATER),
        Step.CONFIRM: StepRule(0, 5, Shift.LATER),
        Step.CLAIM: StepRule(0, 10, Shift.LATER),
        Step.REVIEW: StepRule(0, 20, Shift.EARLIER),
        Step.PAY: StepRule(0, LAST_DAY, Shift.EARLIER),
    }
)
APRIL, MAY, JUNE = ServiceMonth(2026, 4), ServiceMonth(2026, 5), ServiceMonth(2026, 6)


HELP = re.compile(rb'<aside class="page-help".*?</aside>', re.DOTALL)


class Browser(Client):
    """
    A client whose forms carry a fresh token unless the test gives one.

    A page's help names the buttons the page may have. So that «there is no such button» can be asked of a page, it is
    read without its help, unless the test ``reads_help``.
    """

    reads_help = False

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        if not self.reads_help and answer.get("Content-Type", "").startswith("text/html"):
            answer.content = HELP.sub(b"", answer.content)
        return answer

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        if data is None or isinstance(data, dict):
            data = {FIELD: str(uuid4()), **(data or {})}
        return super().post(path, data, *args, **kwargs)


@dataclass
class City:
    """A municipality with its people, by role."""

    municipality: Municipality
    people: dict[Role, User] = field(default_factory=dict)

    def actor(self, role: Role) -> Actor:
        """The city's person of this role, acting."""
        user = self.people[role]
        return actor_for(
            user_id=user.pk, login_id=user.login_id, duty=role, municipality_id=self.municipality.pk
        )

    @contextmanager
    def open(self, role: Role = Role.ADMINISTRATOR) -> Iterator[Actor]:
        """Scope and audit context of the whole city."""
        actor = self.actor(role)
        with (
            context(Context(who=actor, municipality_id=self.municipality.pk)),
            scope(self.municipality.pk, None),
        ):
            yield actor


@dataclass
class Nursery:
    """A facility with its clerk."""

    city: City
    facility: Facility
    clerk: User

    @property
    def actor(self) -> Actor:
        """The clerk, acting for the facility."""
        return actor_for(
            user_id=self.clerk.pk,
            login_id=self.clerk.login_id,
            duty=Role.FACILITY,
            municipality_id=self.city.municipality.pk,
            facility_id=self.facility.pk,
        )

    @contextmanager
    def open(self) -> Iterator[Actor]:
        """Scope and audit context of this one facility."""
        opened = Context(
            who=self.actor, municipality_id=self.city.municipality.pk, facility_id=self.facility.pk
        )
        with context(opened), scope(self.city.municipality.pk, [self.facility.pk]):
            yield self.actor


def make_user(login_id: str, *, realm: Municipality | None = None, address: str = "") -> User:
    """An account with its mail device."""
    (user,) = make_users([login_id], realm=realm, address=address)
    return user


def make_users(
    login_ids: Sequence[str], *, realm: Municipality | None = None, address: str = ""
) -> list[User]:
    """Accounts with their mail devices, in few statements: nearly every test begins with some."""
    users = [
        User(login_id=login_id, password=HASHED_PASSWORD, realm_id=realm.pk if realm else None)
        for login_id in login_ids
    ]
    for user in users:
        user.name = "見本 花子"
        user.address = address or f"{user.login_id}@example.jp"
    User.objects.bulk_create(users)
    EmailCodeDevice.objects.bulk_create(
        EmailCodeDevice(user=user, name="mail", confirmed=True) for user in users
    )
    return users


def make_city(code: str = "129999", name: str = "青葉台市") -> City:
    """A municipality with days of its own and one person for each city role."""
    city = City(Municipality.objects.create(code=code, name=name, schedule=CITY_DAYS.as_json()))
    roles = [role for role in Role if role is not Role.FACILITY]
    with scope(city.municipality.pk, None):
        users = make_users([f"{role.value}-{code}" for role in roles], realm=city.municipality)
        city.people = dict(zip(roles, users, strict=True))
        Membership.objects.bulk_create(
            Membership(municipality=city.municipality, user=user, duty=role)
            for role, user in city.people.items()
        )
    return city


def make_facility(
    city: City,
    name: str = "さくら保育園",
    *,
    number: str = "1299900000901",
    kind: FacilityKind = FacilityKind.NURSERY,
    ownership: Ownership = Ownership.PRIVATE,
    capacity: int = 90,
    items: dict[str, dict[str, Any]] | None = None,
) -> Nursery:
    """A facility with a profile from April 2026, granted ``items`` (code → options) and one clerk."""
    own = {"municipality": city.municipality}
    with scope(city.municipality.pk, None):
        corporation, _ = Corporation.objects.get_or_create(
            **own, corporate_number="1234567890123", defaults={"name": "社会福祉法人 みほん会"}
        )
        facility = Facility.objects.create(
            **own,
            number=number,
            name=name,
            kind=kind,
            ownership=ownership,
            corporation=corporation,
            opened_on=date(2010, 4, 1),
            postal_code="272-0000",
            location="青葉台市みほん1丁目1番1号",
        )
        first_grade = kind == FacilityKind.KINDERGARTEN
        FacilityProfile.objects.create(
            **own,
            facility=facility,
            from_month=APRIL.first_day,
            approved_capacity=capacity,
            capacity_1=capacity if first_grade else None,
            capacity_23=None if first_grade else capacity,
            region_percent=10,
            base_percent=10 if first_grade else 9,
            wage_percent=6,
        )
        for code, options in (items or {}).items():
            GrantedItem.objects.create(
                **own, facility=facility, code=code, options=options, from_month=APRIL.first_day
            )
        clerk = make_user(f"f{number}", realm=city.municipality)
        Membership.objects.create(**own, user=clerk, duty=Role.FACILITY, facility=facility, slot=1)
    return Nursery(city, facility, clerk)


Cell = tuple[str, str, str, int]
NURSERY_CELLS: tuple[Cell, ...] = (
    ("3", "0", "standard", 8),
    ("3", "1", "standard", 13),
    ("3", "1", "short", 1),
    ("3", "2", "standard", 15),
    ("2", "3", "standard", 16),
    ("2", "3", "short", 2),
    ("2", "4", "standard", 16),
    ("2", "5", "standard", 15),
    ("2", "5", "short", 2),
)
KINDERGARTEN_CELLS: tuple[Cell, ...] = (
    ("1", "3mid", "education", 5),
    ("1", "3", "education", 30),
    ("1", "4", "education", 30),
    ("1", "5", "education", 30),
)


def give_counts(
    nursery: Nursery,
    month: ServiceMonth = JUNE,
    cells: tuple[Cell, ...] = NURSERY_CELLS,
    *,
    payer_code: str | None = None,
    version: int = 1,
) -> CountSheet:
    """A waiting count sheet of the month, as an import accepted in the morning of its first day would leave it."""
    own = {"municipality": nursery.city.municipality}
    now = datetime.combine(month.first_day, time(9), tzinfo=timezone.get_default_timezone())
    with scope(nursery.city.municipality.pk, None):
        source = CountImport.objects.create(
            **own,
            file_hash=uuid4().hex * 2,
            layout="long",
            encoding="utf-8",
            months=[str(month)],
            status=ImportStatus.ACCEPTED,
            uploaded_at=now,
            uploaded_by=nursery.city.people[Role.ENROLMENT].pk,
            expires_at=now,
            decided_at=now,
            decided_by=nursery.city.people[Role.ENROLMENT].pk,
        )
        sheet = CountSheet.objects.create(
            **own,
            facility=nursery.facility,
            month=month.first_day,
            version=version,
            status=SheetStatus.WAITING,
            source=source,
            arrived_at=now,
        )
        ChildCount.objects.bulk_create(
            ChildCount(
                **own,
                facility=nursery.facility,
                sheet=sheet,
                payer_code=payer_code or nursery.city.municipality.code,
                certification=certification,
                age=age,
                hours=hours,
                count=count,
            )
            for certification, age, hours, count in cells
        )
    return sheet


def sign_in(user: User) -> Browser:
    """A browser that has passed password and code."""
    browser = Browser()
    browser.force_login(user, backend="accounts.backends.AccountBackend")
    session = browser.session
    device = EmailCodeDevice.objects.select_related("user").get(user=user)
    session["otp_device_id"] = device.persistent_id
    session["began"] = session["last_seen"] = timezone.now().timestamp()
    session["epoch"] = device.user.session_epoch
    session.save()
    return browser
