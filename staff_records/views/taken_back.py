"""What a row is that somebody is about to take back, in lines: of which days, and what it says."""

from datetime import date
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from pages.wareki import day_words
from staff_records.queries.person import Person
from staff_records.words import Ending, Licence


def everything(person: Person, _: UUID | None) -> list[str]:
    """Somebody as a whole."""
    spans = [f"{_days(view.row.first_day, None)}　{view.title}" for view in person.spans[-1:]]
    return _lines(
        f"職員番号{person.member.number}　{person.detail.name}",
        f"生年月日　{day_words(person.member.birth_date)}",
        *spans,
    )


def leaving(person: Person, _: UUID | None) -> list[str]:
    """The leaving that is registered."""
    last = person.last
    if last is None or last.last_day is None:
        return []
    return [
        f"{day_words(last.last_day)}　{Ending(last.ending).label}"
        if last.ending
        else day_words(last.last_day)
    ]


def detail(person: Person, row_id: UUID | None) -> list[str]:
    """A name and an address."""
    row = next((row for row in person.details if row.pk == row_id), None)
    if row is None:
        raise ObjectDoesNotExist
    former = f"（旧姓 {row.former_name}）" if row.former_name else ""
    code = f"〒{row.postal_code} " if row.postal_code else ""
    since = f"{day_words(row.from_day)}から" if row.from_day else "はじめから"
    return _lines(f"{since}　{row.name}{former}", f"{code}{row.address}".strip())


def span(person: Person, row_id: UUID | None) -> list[str]:
    """A span of work."""
    view = next((view for view in person.spans if view.row.pk == row_id), None)
    if view is None:
        raise ObjectDoesNotExist
    days = _days(view.row.first_day, view.row.last_day)
    return _lines(f"{days}　{view.title}", view.job_words, view.hours_words)


def qualification(person: Person, row_id: UUID | None) -> list[str]:
    """A qualification."""
    row = next((row for row in person.dossier.qualifications if row.pk == row_id), None)
    if row is None:
        raise ObjectDoesNotExist
    obtained = f"{day_words(row.obtained_on)}登録・取得" if row.obtained_on else ""
    return _lines(Licence(row.licence).label, "　".join(words for words in (obtained, row.number) if words))


def earlier(person: Person, row_id: UUID | None) -> list[str]:
    """Work elsewhere before."""
    view = next((view for view in person.earlier if view.row.pk == row_id), None)
    if view is None:
        raise ObjectDoesNotExist
    return _lines(
        f"{_days(view.row.first_day, view.row.last_day)}　{view.workplace_words}", view.row.employer
    )


def training(person: Person, row_id: UUID | None) -> list[str]:
    """A training."""
    view = next((view for view in person.trainings if view.row.pk == row_id), None)
    if view is None:
        raise ObjectDoesNotExist
    return _lines(f"{day_words(view.row.finished_on)}修了　{view.field_words}", view.row.title)


def _days(first: date, last: date | None) -> str:
    return f"{day_words(first)}から{f'{day_words(last)}まで' if last else ''}"


def _lines(*lines: str) -> list[str]:
    return [line for line in lines if line]
