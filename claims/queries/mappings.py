"""Which column mapping reads a file, and what the pages of mappings show."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from claims.class_headings import CLASS_OF
from claims.mapping import CODED, Correspondence, Shape, kind_of, shape_of
from claims.models import ColumnMapping, FileKind
from documents.personal_data import Facilities, suspicions
from documents.reading import FileRefused, Problem, Table
from facilities.models import Facility, FacilityDetail

AUTOMATIC, WITHOUT = "auto", "none"
KIND_UNKNOWN = (
    "見出しから、児童数と利用者負担額のどちらのファイルか判断できません。"
    "取込の画面でこのファイルを選び、列の対応を決めてください。"
)
GONE = "選んだ列の対応が見つかりません。画面を開き直して、選び直してください。"


@dataclass(frozen=True)
class HowToRead:
    """
    What was said beside the file: a mapping's id, ``auto`` (the one whose headings it has) or ``none``.

    ``month``: typed, for files without a column of the month.
    """

    mapping: str = AUTOMATIC
    month: str = ""


AS_FOUND = HowToRead()


def correspondence_of(mapping: ColumnMapping) -> Correspondence:
    """The stored mapping, as it is applied."""
    return Correspondence(
        tuple(mapping.headings),
        mapping.fields,
        mapping.constants,
        mapping.values,
        mapping.kind,
        shape_of(mapping.fields),
    )


def saved_mappings(kind: FileKind) -> list[ColumnMapping]:
    """The city's mappings for this kind of file, by name."""
    return list(ColumnMapping.objects.filter(kind=kind))


def mapping_for(headings: Iterable[str], how: HowToRead, kind: FileKind) -> ColumnMapping | None:
    """
    The mapping that was chosen, or the newest one made for these headings; None when none is.

    :raises FileRefused: the chosen one is not there (any more).
    """
    if how.mapping == WITHOUT:
        return None
    saved = sorted(saved_mappings(kind), key=lambda one: one.made_at, reverse=True)
    if how.mapping == AUTOMATIC:
        names = list(headings)
        return next((one for one in saved if correspondence_of(one).fits(names)), None)
    chosen = next((one for one in saved if str(one.pk) == how.mapping), None)
    if chosen is None:
        raise FileRefused([Problem(GONE)])
    return chosen


def city_facilities() -> Facilities:
    """The city's facilities with every name they had, have and will have: two queries."""
    registered = list(Facility.objects.values_list("number", "name"))
    changed = FacilityDetail.objects.values_list("name", flat=True)
    return Facilities.of([*(name for _, name in registered), *changed], (number for number, _ in registered))


def kind_in(table: Table) -> FileKind:
    """
    What a file brings that comes without a word: by the newest mapping made for its headings, or by ours.

    :raises FileRefused: neither tells; or a column seems to carry personal data.
    """
    saved = ColumnMapping.objects.order_by("-made_at")
    fitting = next((one for one in saved if correspondence_of(one).fits(table.headings)), None)
    kind = FileKind(fitting.kind) if fitting else kind_of(table.headings)
    if kind is None:
        personal = suspicions(table, frozenset(), city_facilities())
        raise FileRefused(personal or [Problem(KIND_UNKNOWN, 1)], len(table.rows))
    return kind


@dataclass(frozen=True)
class MappedField:
    """One of our columns: the file's heading or the value of every line, and what its codes mean."""

    heading: str
    theirs: str
    constant: str | None
    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ListedMapping:
    """One saved mapping with everything it says."""

    mapping: ColumnMapping
    made_by: str
    fields: tuple[MappedField, ...]

    @property
    def is_wide(self) -> bool:
        """Whether a line of the file is a facility with a column for each class."""
        return shape_of(self.mapping.fields) is Shape.WIDE


def mappings_view() -> list[ListedMapping]:
    """All of the city's mappings by name: two queries."""
    saved = list(ColumnMapping.objects.all())
    people = dict(User.objects.filter(pk__in={one.made_by for one in saved}).values_list("pk", "login_id"))
    return [_listed(one, people) for one in saved]


def _listed(mapping: ColumnMapping, people: dict[UUID, str]) -> ListedMapping:
    fields = [
        MappedField(
            CLASS_OF[heading].words if heading in CLASS_OF else heading,
            theirs,
            None,
            tuple(
                (code or "（空欄）", dict(CODED[heading]).get(value, value) or "空欄のまま")
                for code, value in mapping.values.get(heading, {}).items()
            ),
        )
        for heading, theirs in mapping.fields.items()
    ]
    fields += [MappedField(heading, "", value, ()) for heading, value in mapping.constants.items()]
    return ListedMapping(mapping, people.get(mapping.made_by, ""), tuple(fields))
