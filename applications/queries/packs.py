"""The packs of items a city has loaded, who brought and released them, and what one would change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from accounts.models import User
from applications.blocks import Block, Typed, blocks_of
from applications.definitions import FAMILY_LABELS, STAGE_LABELS, Family, Item, Pack
from applications.filling import OF_LAST_YEAR, fill
from applications.models import ItemPack
from applications.pack_differences import ItemDifference, line_differences, pack_differences
from applications.packs_in_force import pack_of, vocabulary
from applications.reading import PackWrong, content_hash, read_pack
from applications.shipped import shipped
from applications.states import PackState
from applications.wording import sources_words
from facilities.models import FacilityKind
from formulas.nodes import Problem
from pricing.vocabulary import ITEM_LABELS

STATE_TONES: Final = {
    PackState.DRAFT: "warn",
    PackState.RELEASED: "ok",
    PackState.REPLACED: "off",
    PackState.DISCARDED: "off",
}


@dataclass(frozen=True)
class ListedPack:
    """A loaded pack with the people behind it."""

    row: ItemPack
    prepared_by: str
    released_by: str

    @property
    def tone(self) -> str:
        """Of its tag."""
        return STATE_TONES[PackState(self.row.state)]

    @property
    def family_words(self) -> str:
        """Its family."""
        return FAMILY_LABELS[Family(self.row.family)]


@dataclass(frozen=True)
class ShippedPack:
    """
    A pack that comes with the product; ``state``: that of the row with the same content, empty without one.

    ``differing``: how many items differ from the released pack of its name; None where that is this one or none.
    """

    name: str
    title: str
    items: int
    state: str
    problems: tuple[Problem, ...] = ()
    differing: int | None = None

    @property
    def is_waiting_to_be_loaded(self) -> bool:
        """The city has not had this content yet."""
        return not self.state and not self.problems


@dataclass(frozen=True)
class PreviewItem:
    """One item as the form will show it, everything in it."""

    item: Item
    blocks: Sequence[Block]

    @property
    def stage_words(self) -> str:
        """申請 or 実績報告."""
        return STAGE_LABELS[self.item.stage]

    @property
    def grants_words(self) -> str:
        """The addition an approval sets."""
        return ITEM_LABELS[self.item.grants.code] if self.item.grants else ""


@dataclass(frozen=True)
class PackView:
    """One pack: what is in it for a type of facility, and how it differs from the released one of its name."""

    listed: ListedPack
    pack: Pack | None
    problems: tuple[Problem, ...]
    preview: Sequence[PreviewItem]
    released: ItemPack | None
    differences: Sequence[ItemDifference]
    lines: Sequence[str]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The types the pack has items for."""
        asked = {kind for item in (self.pack.items if self.pack else ()) for kind in item.types}
        return [(value, label) for value, label in FacilityKind.choices if value in asked]


def packs_of_year(fiscal_year: int) -> list[ListedPack]:
    """Every pack of the year, the newest of a name first: two queries."""
    rows = list(ItemPack.objects.filter(fiscal_year=fiscal_year))
    return _listed(rows)


def shipped_of_year(fiscal_year: int, listed: Sequence[ListedPack]) -> list[ShippedPack]:
    """The packs that come with the product, and whether the city has them already."""
    states = {
        one.row.content_hash: one.row.get_state_display()
        for one in reversed(listed)
        if one.row.state != PackState.DISCARDED
    }
    released = {one.row.pack_id: one.row for one in listed if one.row.state == PackState.RELEASED}
    found = []
    for name, text in shipped(fiscal_year).items():
        try:
            pack = read_pack(text, vocabulary())
        except PackWrong as wrong:
            found.append(ShippedPack(name, name, 0, "", wrong.problems))
            continue
        state, now = states.get(content_hash(text), ""), released.get(pack.id)
        differs = now is not None and now.content_hash != content_hash(text)
        differing = len(pack_differences(pack_of(now), pack)) if now is not None and differs else None
        found.append(ShippedPack(name, pack.full_title, len(pack.items), state, differing=differing))
    return found


def years_of_packs() -> set[int]:
    """The years of which any pack was loaded."""
    return set(ItemPack.objects.values_list("fiscal_year", flat=True))


def pack_view(row: ItemPack, kind: str) -> PackView:
    """The pack, previewed for this type of facility."""
    listed = _listed([row])[0]
    released = (
        ItemPack.objects.filter(fiscal_year=row.fiscal_year, pack_id=row.pack_id, state=PackState.RELEASED)
        .exclude(pk=row.pk)
        .first()
    )
    try:
        pack = pack_of(row)
    except PackWrong as wrong:
        return PackView(listed, None, wrong.problems, (), released, (), ())
    preview = [PreviewItem(item, _preview(item, row.fiscal_year)) for item in pack.items if item.asks(kind)]
    if released is None or row.state != PackState.DRAFT:
        return PackView(listed, pack, (), preview, None, (), ())
    return PackView(
        listed,
        pack,
        (),
        preview,
        released,
        pack_differences(pack_of(released), pack),
        line_differences(released.content, row.content),
    )


def _preview(item: Item, fiscal_year: int) -> list[Block]:
    """All fields of the form, also those that hold under a condition; what will be known says from where."""
    filled = fill(item, fiscal_year=fiscal_year, known={}, typed={})
    found = []
    for block in blocks_of(filled, Typed({}, {}, prefix=f"{item.key}."), {}, {}):
        own, words = block.field, sources_words(block.field)
        # What was said last year can be said otherwise: it is asked, and only filled in.
        is_known = any(not name.startswith(OF_LAST_YEAR) for name in own.known_from)
        if is_known and not own.is_table:
            block = replace(block, state="known", words="", source=words, control=None, months=())
        elif words:
            block = replace(block, source=words)
        found.append(replace(block, is_shown=True, problem="", remark=""))
    return found


def _listed(rows: Sequence[ItemPack]) -> list[ListedPack]:
    people = {row.prepared_by for row in rows} | {row.released_by for row in rows if row.released_by}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "login_id"))
    return [
        ListedPack(
            row, names.get(row.prepared_by, ""), names.get(row.released_by, "") if row.released_by else ""
        )
        for row in rows
    ]
