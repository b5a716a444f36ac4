"""``manage.py seed_demo``: the demo city with its people, April approved and May at every stage."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from approvals.operations.telling import TELL_OF_APPROVALS
from audit.record import SYSTEM, Context, context
from claims.operations.counts_import import TELL_FACILITIES
from facilities.actors import Actor
from facilities.models import (
    Corporation,
    Facility,
    FacilityKind,
    FacilityProfile,
    Municipality,
    Ownership,
)
from facilities.operations.keeping_ready import KEEP_READY
from facilities.scope import scope
from jobs.mail import KIND as MAIL
from jobs.models import Job
from portal.demo import (
    applications,
    bends,
    cast,
    changes,
    months,
    newcomers,
    notices,
    people,
    rosters,
    year_starts,
)
from portal.demo.facilities import FIRST_MONTH, FOLDER, make_facilities
from staff_records.operations.year_telling import TELL_CITY


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
            next_door = self._people(neighbour, password, self._neighbouring_facilities(neighbour))
        with scope(city.pk, None):
            actors, clerks = self._people(city, password, make_facilities(city))
        opened = newcomers.open_all(city, actors["kanri"])
        with scope(city.pk, None):
            clerks |= people.clerks_of(city, password, opened)
        token = changes.before_april(city, actors["kanri"])
        newcomers.save_mappings(city, actors["nyuen"])
        with scope(city.pk, None):
            months.play(city, actors, clerks)
            bends.play(city, actors, clerks)
            notices.write(city, actors, clerks)
        changes.make(city, actors["kanri"])
        newcomers.move_on(city, actors["kanri"])
        people.move(city, actors)
        changes.roll_the_year(city, actors["kanri"])
        with scope(city.pk, None):
            clerks |= people.clerks_of(city, password, [Facility.objects.get(number=newcomers.NEXT_YEAR)])
        rosters.write(city, actors["tanto"], clerks)
        year_starts.play(city, actors["tanto"], clerks)
        applications.play(city, actors, clerks)
        rosters.write_next_door(neighbour, *next_door)
        # What waits, waits a day: it has come just now.
        changes.send_files(city, token, at=timezone.now())
        # The mails of April and May were sent long ago, as it were; what they said is not kept either.
        long_done = [MAIL, TELL_FACILITIES, TELL_CITY, TELL_OF_APPROVALS, KEEP_READY]
        Job.objects.filter(kind__in=long_done, done_at__isnull=True).update(
            done_at=datetime(2026, 5, 31, tzinfo=UTC), payload_sealed=None
        )

    def _people(
        self, city: Municipality, password: str, facilities: list[Facility]
    ) -> tuple[dict[str, Actor], dict[UUID, Actor]]:
        """Accounts of the cast and one clerk for every other facility; the actors by login id and by facility."""
        actors, clerks = people.cast_of(city, password, facilities)
        others = [facility for facility in facilities if facility.pk not in clerks]
        return actors, clerks | people.clerks_of(city, password, others)

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

    def _print_accounts(self) -> None:
        self.stdout.write(f"\nデモのアカウント（パスワードはすべて {cast.PASSWORD} 、架空の人です）")
        for person in cast.PEOPLE:
            self.stdout.write(f"  {person.login_id:<14}{person.words}")
        self.stdout.write("  f<事業所番号>    その他の施設の事務（例: f1299900000003）")
        self.stdout.write(f"6月の児童数ファイル（入園課 nyuen で取り込みます）: {FOLDER / months.JUNE_FILE}")
        self.stdout.write(f"6月の利用者負担額ファイル（同じく）: {FOLDER / months.JUNE_CHARGES}")
