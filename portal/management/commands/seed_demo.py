"""``manage.py seed_demo``: the demo city with its people, April approved and May at every stage."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import EmailCodeDevice, User
from audit.record import SYSTEM, Context, context
from claims.operations.counts_import import TELL_FACILITIES
from facilities.actors import Actor, Role, actor_for
from facilities.models import (
    Corporation,
    Facility,
    FacilityKind,
    FacilityProfile,
    Membership,
    Municipality,
    Ownership,
)
from facilities.operations.accounts import Notification, register_address
from facilities.scope import scope
from jobs.mail import KIND as MAIL
from jobs.models import Job
from portal.demo import bends, cast, changes, months, notices
from portal.demo.facilities import FIRST_MONTH, make_facilities


class Command(BaseCommand):
    help = "Load the demo city. Refuses where real data may be."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there is any municipality"
        )
        parser.add_argument("--print-accounts", action="store_true", help="print the accounts and stop")

    def handle(self, *args: Any, if_empty: bool, print_accounts: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is for demonstrations only: its passwords are public.")
        if print_accounts:
            self._print_accounts()
            return
        if Municipality.objects.exists():
            if if_empty:
                return
            raise CommandError("There is data already. Use an empty database (HAGUKUMI_VAR=…).")
        self.stdout.write("デモの市を作っています（1分ほどかかります）…")
        self.stdout.flush()
        with transaction.atomic(), context(Context(who=SYSTEM, entrance="command")):
            self._seed()
        self.stdout.write("デモの市ができました。")

    def _seed(self) -> None:
        city = Municipality.objects.create(code=cast.CITY_CODE, name=cast.CITY_NAME)
        neighbour = Municipality.objects.create(code=cast.NEIGHBOUR_CODE, name=cast.NEIGHBOUR_NAME)
        password = make_password(cast.PASSWORD)
        with scope(neighbour.pk, None):
            self._people(neighbour, password, self._neighbouring_facilities(neighbour))
        with scope(city.pk, None):
            facilities = make_facilities(city)
            actors, clerks = self._people(city, password, facilities)
        with scope(city.pk, None):
            months.play(city, actors, clerks)
            bends.play(city, actors, clerks)
            notices.write(city, actors, clerks)
            changes.make(city, actors, clerks)
            self._notified_address(clerks, by=actors["kanri"])
        # The mails of April and May were sent long ago, as it were; what they said is not kept either.
        Job.objects.filter(kind__in=[MAIL, TELL_FACILITIES], done_at__isnull=True).update(
            done_at=datetime(2026, 5, 31, tzinfo=UTC), payload_sealed=None
        )

    def _notified_address(self, clerks: dict[UUID, Actor], *, by: Actor) -> None:
        """One address waits for the second administrator."""
        stranger = Facility.objects.get(number=cast.STRANGER)
        membership = Membership.objects.get(user=clerks[stranger.pk].user_id)
        notified = Notification("jimu@tsukushi.hagukumi.example", "令8-21", date(2026, 5, 28))
        register_address(membership.pk, notified, by=by, at=datetime(2026, 5, 29, 1, tzinfo=UTC))

    def _neighbouring_facilities(self, neighbour: Municipality) -> list[Facility]:
        corporation = Corporation.objects.create(
            municipality=neighbour, corporate_number="3504000000001", name="社会福祉法人 こもれび会"
        )
        facilities = [
            Facility.objects.create(
                municipality=neighbour,
                number=f"129980000000{place}",
                name=name,
                kind=kind,
                ownership=Ownership.PRIVATE,
                corporation=corporation,
                opened_on=date(2012, 4, 1),
                postal_code="272-0900",
                location=f"緑野市こもれび{place}丁目1番",
            )
            for place, (name, kind) in enumerate(
                (
                    ("こもれび保育園", FacilityKind.NURSERY),
                    ("みずうみ保育園", FacilityKind.NURSERY),
                    ("こもれび幼稚園", FacilityKind.KINDERGARTEN),
                ),
                start=1,
            )
        ]
        for facility in facilities:
            first_grade = facility.kind == FacilityKind.KINDERGARTEN
            FacilityProfile.objects.create(
                municipality=neighbour,
                facility=facility,
                from_month=FIRST_MONTH.first_day,
                approved_capacity=90,
                capacity_1=90 if first_grade else None,
                capacity_23=None if first_grade else 90,
                region_percent=12,
                base_percent=8,
                wage_percent=6,
            )
        return facilities

    def _people(
        self, city: Municipality, password: str, facilities: list[Facility]
    ) -> tuple[dict[str, Actor], dict[UUID, Actor]]:
        """Accounts of the cast and one clerk for every other facility; the actors by login id and by facility."""
        by_number = {facility.number: facility for facility in facilities}
        actors: dict[str, Actor] = {}
        clerks: dict[UUID, Actor] = {}
        slots: dict[UUID, int] = {}
        for person in cast.PEOPLE:
            if person.city != city.code:
                continue
            user = self._user(person.login_id, person.name, password, city)
            if person.duty is not Role.FACILITY:
                Membership.objects.create(
                    municipality=city, user=user, duty=person.duty, began_at=changes.began_at()
                )
                actors[person.login_id] = self._actor(user, person.duty, city)
            for number in person.facilities:
                facility = by_number[number]
                slots[facility.pk] = slots.get(facility.pk, 0) + 1
                self._clerk(user, facility, slots[facility.pk])
                clerks.setdefault(facility.pk, self._actor(user, Role.FACILITY, city, facility.pk))
        for facility in facilities:
            if facility.pk not in clerks:
                user = self._user(f"f{facility.number}", "見本 事務員", password, city)
                self._clerk(user, facility, 1)
                clerks[facility.pk] = self._actor(user, Role.FACILITY, city, facility.pk)
        return actors, clerks

    def _user(self, login_id: str, name: str, password: str, city: Municipality) -> User:
        user = User(login_id=login_id, password=password, realm_id=city.pk)
        user.name, user.address = name, cast.address_of(login_id)
        user.save()
        EmailCodeDevice.objects.create(user=user, name="mail", confirmed=True)
        return user

    def _clerk(self, user: User, facility: Facility, slot: int) -> None:
        Membership.objects.create(
            municipality_id=facility.municipality_id,
            user=user,
            duty=Role.FACILITY,
            facility=facility,
            slot=slot,
            began_at=changes.began_at(facility),
        )

    def _actor(self, user: User, duty: Role, city: Municipality, facility_id: UUID | None = None) -> Actor:
        return actor_for(
            user_id=user.pk,
            login_id=user.login_id,
            duty=duty,
            municipality_id=city.pk,
            facility_id=facility_id,
        )

    def _print_accounts(self) -> None:
        self.stdout.write(f"\nデモのアカウント（パスワードはすべて {cast.PASSWORD} 、架空の人です）")
        for person in cast.PEOPLE:
            self.stdout.write(f"  {person.login_id:<14}{person.words}")
        self.stdout.write("  f<事業所番号>    その他の施設の事務（例: f1299900000003）")
        self.stdout.write(
            f"6月の児童数ファイル（入園課 nyuen で取り込みます）: {months.FOLDER / months.JUNE_FILE}"
        )
        self.stdout.write(f"6月の利用者負担額ファイル（同じく）: {months.FOLDER / months.JUNE_CHARGES}")
