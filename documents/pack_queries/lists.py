"""The forms there are in a year: those of the product, the city's own, and what waits to be released."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from documents.dictionary import NoSuchSubject, subject_of
from documents.models import FormPack
from documents.pack_states import FormPackState
from documents.packs.labels import plain
from documents.packs.manifest import FAMILY_LABELS, Family, Manifest
from documents.packs.pack import Pack
from documents.packs.shipped import shipped
from facilities.models import FacilityKind
from pages.wareki import fiscal_year_words

STATE_TONES: Final = {
    FormPackState.DRAFT: "warn",
    FormPackState.RELEASED: "ok",
    FormPackState.REPLACED: "off",
    FormPackState.DISCARDED: "off",
}
ALL, SHIPPED, OWN, WAITING = "", "shipped", "own", "waiting"
KINDS: Final = (
    (ALL, "すべて"),
    (WAITING, "公開待ち"),
    (OWN, "市が公開したもの"),
    (SHIPPED, "はじめから入っているもの"),
)


@dataclass(frozen=True)
class ListedForm:
    """One line of the list: a pack of the city (``row``), or one of the product (``pack``)."""

    code: str
    title: str
    family: Family
    from_year: int
    to_year: int
    row: FormPack | None = None
    pack: Pack | None = None
    is_replaced: bool = False
    people: tuple[str, str] = ("", "")

    @property
    def state_words(self) -> str:
        """Whose it is and whether it holds."""
        if self.row is not None:
            return FormPackState(self.row.state).label
        return "市の様式に替わりました" if self.is_replaced else "はじめから"

    @property
    def tone(self) -> str:
        """Of its tag."""
        if self.row is not None:
            return STATE_TONES[FormPackState(self.row.state)]
        return "off" if self.is_replaced else "info"

    @property
    def year_words(self) -> str:
        """From when to when it is used."""
        first = fiscal_year_words(self.from_year)
        if not self.to_year:
            return f"{first}から"
        return (
            first if self.to_year == self.from_year else f"{first}から{fiscal_year_words(self.to_year)}まで"
        )


@dataclass(frozen=True)
class FamilyOfForms:
    """The forms of one family."""

    label: str
    forms: Sequence[ListedForm]


def forms_of_year(fiscal_year: int, *, kind: str = ALL, words: str = "") -> list[FamilyOfForms]:
    """By family, in the order of the families; of what the city gave up, nothing. Two queries."""
    rows = list(
        FormPack.objects.filter(_in_year(fiscal_year), ~Q(state=FormPackState.DISCARDED)).defer(
            "manifest", "html", "lost_places"
        )
    )
    names = names_of(
        person for row in rows for person in (row.prepared_by, row.released_by) if person is not None
    )
    held = {row.code for row in rows if row.state == FormPackState.RELEASED}
    found = [
        ListedForm(
            row.code,
            row.title,
            Family(row.family),
            row.from_year,
            row.to_year,
            row=row,
            people=(
                names.get(row.prepared_by, ""),
                names.get(row.released_by, "") if row.released_by is not None else "",
            ),
        )
        for row in rows
        if kind == ALL
        or (kind == WAITING and row.state == FormPackState.DRAFT)
        or (kind == OWN and row.state in {FormPackState.RELEASED, FormPackState.REPLACED})
    ]
    if kind in {ALL, SHIPPED}:
        found += [
            ListedForm(
                own.code,
                own.title,
                own.family,
                own.from_year,
                own.to_year,
                pack=pack,
                is_replaced=own.code in held,
            )
            for pack in shipped()
            if (own := pack.manifest).from_year <= fiscal_year
            and (not own.to_year or fiscal_year <= own.to_year)
        ]
    wanted = [
        one for one in found if all(plain(word) in plain(f"{one.title}{one.code}") for word in words.split())
    ]
    by_family = {
        family: sorted(
            (one for one in wanted if one.family is family),
            key=lambda one: (one.code, -one.from_year, one.row is None),
        )
        for family in Family
    }
    return [FamilyOfForms(FAMILY_LABELS[family], forms) for family, forms in by_family.items() if forms]


def years_of_forms() -> set[int]:
    """The years in which any form of the city begins."""
    return set(FormPack.objects.values_list("from_year", flat=True))


def originals() -> list[tuple[str, str]]:
    """What a new form may be made from, by its hash: the newest of each code last released or shipped. One query."""
    found: dict[str, str] = {}
    for pack in shipped():
        own = pack.manifest
        found[pack.content_hash] = f"{own.title}（{fiscal_year_words(own.from_year)}から・はじめから）"
    rows = FormPack.objects.filter(state=FormPackState.RELEASED).order_by("family", "code", "-from_year")
    for digest, title, year in rows.values_list("content_hash", "title", "from_year"):
        found[digest] = f"{title}（{fiscal_year_words(year)}から・市の様式）"
    return list(found.items())


def names_of(people: Iterable[UUID]) -> dict[UUID, str]:
    """Their login ids."""
    return dict(User.objects.filter(pk__in=set(people)).values_list("pk", "login_id"))


def types_words(manifest: Manifest) -> str:
    """For which facilities it is."""
    labels = dict(FacilityKind.choices)
    return "・".join(labels.get(kind, kind) for kind in manifest.facility_types) or "すべての施設類型"


def subject_words(manifest: Manifest) -> str:
    """What it is about."""
    try:
        subject = subject_of(manifest.subject)
    except NoSuchSubject:
        return manifest.subject
    labels = dict(subject.sorts(manifest.from_year))
    sort = "・".join(labels.get(of, of) for of in manifest.of.split("|"))
    return f"{subject.label}（{sort}）" if sort else subject.label


def _in_year(fiscal_year: int) -> Q:
    return Q(from_year__lte=fiscal_year) & (Q(to_year=0) | Q(to_year__gte=fiscal_year))
