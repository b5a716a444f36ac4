"""
What bringing in counts and bringing in user charges share.

Who may, how a file is read, and a preview that waits sealed, with an expiry, and is decided once.

Whoever accepts one holds the city's key, so that two files never compare and store at the same time.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.utils import timezone

from audit.record import SYSTEM, Outcome, Who, record, record_apart
from claims.charges import ChargeMeaning
from claims.closing import closed_among
from claims.imports import KnownFacility, Meaning, by_name
from claims.mapping import applied, has_unknown_codes, kind_of, readdressed
from claims.models import CountSheet, FileImport, FileKind
from claims.queries.mappings import HowToRead, correspondence_of, mapping_for
from claims.states import IMPORT_TRANSITIONS, ImportStatus, SheetStatus
from claims.wording import month_words
from documents.reading import FileRefused, Problem, Table
from facilities.actors import Actor
from facilities.api_clients import ApiClient, ApiScope
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, Rule
from facilities.transitions import check_transition
from vault import seal, unseal

EXPIRED = "この取込の確認期限が過ぎました。もう一度ファイルを選んでください。"
ENDED = "この取込はすでに終わっています。"
REOPEN = "こども施設運営課に締めの解除を依頼してください。"
ONLY_ENROLMENT = "ファイルの取込ができるのは、こども施設入園課だけです。"

Said = TypeVar("Said", Meaning, ChargeMeaning)


class CodesUnknown(FileRefused):
    """The file was read by a column mapping that does not know all of its codes."""

    def __init__(self, problems: list[Problem], rows: int, mapping_id: UUID) -> None:
        super().__init__(problems, rows)
        self.mapping_id = mapping_id


class MonthsClosed(FileRefused):
    """Months of the file are closed (締め): nothing of it is taken before they are opened again."""

    def __init__(self, months: list[ServiceMonth], rows: int) -> None:
        super().__init__([Problem(closed_words(months))], rows)
        self.months = months


def closed_words(months: Iterable[ServiceMonth]) -> str:
    """Why nothing can be brought in for these months, and who can change that."""
    return f"{'・'.join(map(month_words, months))}は締められているため、取り込めません。{REOPEN}"


# ---------------------------------------------------------------- who


def only_people(by: Who, rule: Rule[object]) -> None:
    """
    People as the rule says.

    :raises NotAllowed: the others, and whatever is no person.
    """
    if not isinstance(by, Actor):
        raise NotAllowed(ONLY_ENROLMENT)
    rule(by, None)


def may(by: Who, rule: Rule[object]) -> None:
    """
    People as the rule says, and the system itself, which is the command line or the folder.

    :raises NotAllowed: anybody else.
    """
    if by is not SYSTEM:
        only_people(by, rule)


def may_send(by: Who, rule: Rule[object], scope: ApiScope) -> None:
    """
    Who may decide may send, and so may a token that was made for it.

    :raises NotAllowed: anybody else.
    """
    if isinstance(by, ApiClient):
        by.require(scope)
    else:
        may(by, rule)


def user_id(by: Who) -> UUID:
    """Who did it; the command line acts as the system itself, which is nobody's account."""
    return by.user_id if isinstance(by, Actor) else UUID(int=0)


# ---------------------------------------------------------------- reading


@contextmanager
def refusals_on_record(event: str, content: bytes, *, by: Who) -> Iterator[str]:
    """Lend the file's hash; when the file is refused, nothing is kept of it but this hash on record."""
    file_hash = hashlib.sha256(content).hexdigest()
    try:
        yield file_hash
    except FileRefused as refusal:
        record_apart(
            event,
            by=by,
            detail={"file_hash": file_hash, "problems": len(refusal.problems)},
            outcome=Outcome.REFUSED,
        )
        raise


def understood(
    table: Table,
    kind: FileKind,
    how: HowToRead,
    understand: Callable[[Table, dict[str, KnownFacility]], Said],
    facilities: dict[str, KnownFacility],
) -> tuple[Said, str]:
    """
    What a file says, and the name of the column mapping that read it; without one, nothing.

    Every problem stands under the file's own heading.

    :raises HeadingsUnknown: another vendor's layout that no column mapping fits.
    :raises CodesUnknown: its column mapping does not know all of its codes.
    :raises FileRefused: see ``understand``; or the file is of another kind.
    """
    mapping = mapping_for(table.headings, how, kind)
    if mapping is None:
        named = kind_of(table.headings)
        if named is not None and named is not kind:
            raise FileRefused([Problem(_other_kind(kind, named), 1)], len(table.rows))
        return understand(table, facilities), ""
    reading = correspondence_of(mapping)
    try:
        table_of_ours = applied(table, reading, month=how.month, facilities=by_name(facilities))
        meaning = understand(table_of_ours, facilities)
    except FileRefused as refusal:
        problems = readdressed(refusal.problems, reading)
        if has_unknown_codes(table, reading):
            raise CodesUnknown(problems, refusal.rows, mapping.pk) from refusal
        raise FileRefused(problems, refusal.rows) from refusal
    return replace(meaning, remarks=readdressed(meaning.remarks, reading)), mapping.name


def _other_kind(kind: FileKind, named: FileKind) -> str:
    return (
        f"{kind.label}ではなく、{named.label}のファイルのようです。{named.label}の取込で選び直してください。"
    )


# ---------------------------------------------------------------- waiting


def keep(imported: FileImport, said: Mapping[str, Any]) -> None:
    """Store a new import with what its file says, sealed."""
    imported.preview_sealed = seal(json.dumps(said).encode(), bound_to=imported.place)
    imported.save(force_insert=True)


def opened(imported: FileImport) -> dict[str, Any]:
    """
    What the file said.

    :raises NotAllowed: it was emptied.
    """
    if imported.preview_sealed is None:
        raise NotAllowed(EXPIRED)
    said: dict[str, Any] = json.loads(unseal(imported.preview_sealed, bound_to=imported.place))
    return said


def early_months(months: list[str], at: datetime) -> list[str]:
    """A month far ahead is more often a slip than a plan."""
    latest = ServiceMonth.of(timezone.localtime(at).date()).plus(2)
    early = [month for month in map(ServiceMonth.parse, months) if month > latest]
    return [f"{month_words(month)}は先の月です。対象年月が正しいか確認してください。" for month in early]


def refuse_closed_months(months: list[str], rows: int) -> None:
    """:raises MonthsClosed: accepting would be refused, so there is nothing to look at."""
    if closed := closed_among(map(ServiceMonth.parse, months)):
        raise MonthsClosed(closed, rows)


# ---------------------------------------------------------------- deciding


def require_waiting(imported: FileImport, at: datetime) -> None:
    """:raises NotAllowed: it was decided, or its time is over."""
    if imported.status in {ImportStatus.ACCEPTED, ImportStatus.DISCARDED}:
        raise NotAllowed(ENDED)
    if imported.status == ImportStatus.EXPIRED or imported.expires_at <= at:
        raise NotAllowed(EXPIRED)


def require_undecided(imported: FileImport) -> None:
    """:raises NotAllowed: it was decided or emptied. What is merely late can still be discarded."""
    if imported.status != ImportStatus.PREVIEWED:
        raise NotAllowed(ENDED)


def require_months_open(imported: FileImport) -> None:
    """:raises NotAllowed: one of its months is closed."""
    if closed := closed_among(map(ServiceMonth.parse, imported.months)):
        raise NotAllowed(closed_words(closed))


def decide(imported: FileImport, status: ImportStatus, *, by: Who, at: datetime) -> None:
    """
    Accepted or discarded: the preview is emptied.

    :raises TransitionNotAllowed: it does not follow the present status.
    """
    check_transition(IMPORT_TRANSITIONS, imported.status, status)
    imported.status, imported.preview_sealed = status, None
    imported.decided_at, imported.decided_by = at, user_id(by)
    imported.save(update_fields=["status", "preview_sealed", "decided_at", "decided_by"])


def empty_expired(model: type[FileImport], event: str, *, at: datetime) -> int:
    """End the scope's previews whose time is over, and empty them; returns how many. Harmless to repeat."""
    waiting = model.objects.select_for_update(of=("self",), skip_locked=True).filter(
        status=ImportStatus.PREVIEWED, expires_at__lte=at
    )
    ended = list(waiting)
    for imported in ended:
        check_transition(IMPORT_TRANSITIONS, imported.status, ImportStatus.EXPIRED)
        imported.status, imported.preview_sealed = ImportStatus.EXPIRED, None
        imported.save(update_fields=["status", "preview_sealed"])
        record(event, on=imported, rows={"import": [imported.pk]})
    return len(ended)


# ---------------------------------------------------------------- one after the other


def hold_counts(municipality_id: UUID) -> None:
    """Whoever writes a city's counts or charges holds this key until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"counts of {municipality_id}"])


def current_sheets(months: set[ServiceMonth]) -> Any:
    """The sheets of these months in their current version."""
    first_days = [month.first_day for month in months]
    return CountSheet.objects.filter(month__in=first_days).exclude(status=SheetStatus.SUPERSEDED)


def one_after_the_other(imported: FileImport) -> None:
    """
    Two imports of a city, or an import and a confirming, never compare and store at the same time.

    The city's key also holds where there are no sheets yet that could be locked. Who closes a month locks its sheets.
    """
    hold_counts(imported.municipality_id)
    months = {ServiceMonth.parse(month) for month in imported.months}
    list(current_sheets(months).select_for_update(of=("self",)).order_by("pk"))
