"""A form as a picture: its empty sheets with the label of what stands in each cell."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from documents.dictionary import Vocabulary
from documents.packs.drawing import Drawing, Mark, drawn
from documents.packs.filled import Filled, FilledCell, FilledSheet
from documents.packs.findings import Findings
from documents.packs.manifest import Manifest
from documents.packs.standing import standing_places
from documents.packs.template import Place, Template, TemplateSheet

NAME: Final = re.compile(r"\"[^\"]*\"|'[^']*'|[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?")


@dataclass(frozen=True)
class Standing:
    """
    What stands in a cell: the key of its field or column, its label and formula; ``each`` the dictionary's table whose
    rows a column shows. ``words``: the formula with labels for names, where the dictionary is at hand.
    """

    place: Place
    key: str
    label: str
    source: str
    each: str = ""
    words: str = ""


def standing_in(manifest: Manifest, template: Template) -> list[Standing]:
    """All of a form, sheet by sheet from the top."""
    by_key = {one.key: (one.source, "") for one in manifest.fields}
    for table in manifest.tables:
        by_key |= {f"{table.key}.{one.key}": (one.source, table.each) for one in table.columns}
    order = {sheet.title: number for number, sheet in enumerate(template.sheets)}
    found = [
        Standing(place, key, label, *by_key[key]) for place, key, label in standing_places(manifest, template)
    ]
    return sorted(found, key=lambda one: (order[one.place.sheet], one.place.row, one.place.column))


def in_words(found: Collection[Standing], manifest: Manifest, vocabulary: Vocabulary) -> list[Standing]:
    """The same, with what stands there said in the labels of the dictionary and of the form's own fields."""
    own = {one.key: one.label for one in manifest.fields}
    for table in manifest.tables:
        own |= {f"{table.key}.{one.key}": one.label for one in table.columns}
        own |= {f"{table.key}_page.{one.key}": f"この枚の{one.label}" for one in table.columns}

    def label_of(name: str, each: str) -> str:
        entry = vocabulary.entry(f"{each}.{name}") or vocabulary.entry(name)
        return entry.label if entry is not None else own.get(name, "")

    def said(one: Standing) -> str:
        return NAME.sub(
            lambda name: f"「{label}」" if (label := label_of(name[0], one.each)) else name[0], one.source
        )

    return [replace(one, words=said(one)) for one in found]


def shown_sheets(template: Template) -> list[TemplateSheet]:
    """Those that are printed."""
    return [sheet for sheet in template.sheets if not sheet.is_hidden]


def picture(
    manifest: Manifest,
    template: Template,
    findings: Findings,
    *,
    sheets: Collection[str] | None = None,
    link_of: Callable[[Place], str | None] | None = None,
    chosen: Collection[Place] = (),
) -> Drawing:
    """The form for the browser: what stands where, what is wrong, what is chosen; ``sheets`` None shows all."""
    cells: dict[str, dict[tuple[int, int], FilledCell]] = {}
    marked: dict[Place, set[Mark]] = {}
    for one in standing_in(manifest, template):
        text = FilledCell(one.label, one.label)
        cells.setdefault(one.place.sheet, {})[one.place.row, one.place.column] = text
        marked.setdefault(one.place, set()).add(Mark.MAPPED)
    for problem in findings.problems:
        if problem.place is not None:
            marked.setdefault(problem.place, set()).add(Mark.WRONG)
    for place in chosen:
        marked.setdefault(place, set()).add(Mark.CHOSEN)
    filled = Filled(
        manifest.title,
        [
            FilledSheet(sheet.title, sheet.title, cells.get(sheet.title, {}))
            for sheet in shown_sheets(template)
            if sheets is None or sheet.title in sheets
        ],
    )
    return drawn(template, filled, screen=True, link_of=link_of, marked=_as_collections(marked))


def _as_collections(marked: Mapping[Place, set[Mark]]) -> Mapping[Place, Collection[Mark]]:
    return dict(marked)
