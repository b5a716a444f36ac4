"""Which cells of a form something is put into. Pure."""

from collections.abc import Iterator

from documents.packs.filling import column_number
from documents.packs.manifest import Direction, Manifest
from documents.packs.places import NoSuchPlace, area_of
from documents.packs.template import Place, Template


def standing_places(manifest: Manifest, template: Template) -> Iterator[tuple[Place, str, str]]:
    """Every cell that something is put into, with the owner's key and label; of a block its first row."""
    for one in manifest.fields:
        for at in one.at:
            try:
                sheet, area = area_of(at, template)
            except NoSuchPlace:
                continue
            yield Place(sheet.title, area.top, area.left), one.key, one.label
    for table in manifest.tables:
        if not table.at:
            continue
        try:
            sheet, area = area_of(table.at, template)
        except NoSuchPlace:
            continue
        for column in table.columns:
            if not column.at:
                continue
            if table.direction is Direction.DOWN and not column.at.isdigit():
                place = Place(sheet.title, area.top + column.line, column_number(column.at))
            elif table.direction is Direction.ACROSS and column.at.isdigit():
                place = Place(sheet.title, int(column.at), area.left + column.line)
            else:
                continue
            yield place, f"{table.key}.{column.key}", column.label
