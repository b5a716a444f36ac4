"""
Texts into their cells: how large, on which lines, upright or turned; and what to say where it does not work out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final

from documents.packs.filled import FilledCell, FormProblem
from documents.packs.fitting import ONE_LINE, SMALLEST, Fit, Type, capacity, fitted, text_width
from documents.packs.grid import Box, Grid
from documents.packs.styles import POINT_MM, UPRIGHT, Styles, below, classes, paddings
from documents.packs.template import Look, Place, TemplateCell
from documents.packs.typeface import Face, Family, clusters, family_of, glyphless

# What the lines around a cell take of it, half of each.
OF_LINES_MM: Final = 0.25
SLACK_PT: Final = 0.01
# In an upright line these lie along it, those stand in the corner.
ALONG: Final = "ー〜～―…‥－（）()「」『』【】〔〕［］｛｝〈〉《》＝→"
IN_THE_CORNER: Final = "、。，．"
# What our fonts do not have, of what they have: each as wide as one character.
COMPOSED: Final = {ord("☐"): "□", ord("☑"): '<span class="ft">□<b>✓</b></span>', ord("✔"): "✓"}
NO_GLYPH: Final = (
    "{}は、印刷に使うフォントにない文字です。別の文字に直すか、市の外字フォントに加えてください。"
)
CUT: Final = "様式の文字が欄に入りきりません。欄を広げるか、文字を小さくしてください。"


@dataclass(frozen=True, slots=True)
class Words:
    """What is written into a cell: markup, and the classes its cell needs for it."""

    html: str = ""
    classes: tuple[str, ...] = ()


@dataclass
class Lettering:
    """Writes the texts of a sheet. ``problems`` are of its values and characters, ``notes`` of the template's words."""

    grid: Grid
    styles: Styles
    own: Face | None
    problems: list[FormProblem] = field(default_factory=list)
    notes: list[FormProblem] = field(default_factory=list)

    def words(self, box: Box, place: Place, columns: Sequence[int]) -> Words:
        """What is written into the cell; what does not fit or cannot be drawn is noted."""
        cell = box.cell
        value = self.grid.filled.cells.get((cell.row, cell.column))
        text = self.grid.text(cell)
        if not text.strip():
            return Words()
        self._judge_characters(text, place)
        size = cell.look.size * self.grid.scale
        box = replace(
            box, wide=box.wide - OF_LINES_MM, high=box.high - OF_LINES_MM - below(cell.look, self.grid.scale)
        )
        kind = self._kind(cell.look)
        if cell.look.rotation == UPRIGHT:
            return self._upright(text, size, box, place, value)
        if cell.look.rotation and 45 < _degrees(cell.look.rotation) % 180 < 135:
            return self._turned(text, size, kind, box, place, value)
        left, right = paddings(cell.look, self.grid.horizontal(cell), self.grid.scale)
        wide = box.wide - left - right
        before, after = (0.0, 0.0) if value is not None or cell.look.wraps else self.grid.spill(box, columns)
        fit = self._fit(text, wide + before + after, box.high, size, kind, cell, value)
        if fit is None:
            fit = self._too_much(text, wide, box.high, size, kind, cell, value, place)
            return Words(_broken(fit.lines), (self.styles.type(fit.size, fit.leading), "fx"))
        names = [self.styles.type(fit.size, fit.leading)]
        html = _broken(fit.lines)
        if cell.look.horizontal == "distributed" and len(fit.lines) == 1 and len(clusters(text)) > 1:
            free = wide - text_width(text, fit.size, kind)
            if free > 0:
                names.append(self.styles.spaced(free / (len(clusters(text)) - 1)))
        elif (
            text_width(text, fit.size, kind) > wide
            and len(fit.lines) == 1
            and (before or self.grid.horizontal(cell) != "left")
        ):
            reach = self.styles.name(f"margin:0 {self.styles.length(-after)} 0 {self.styles.length(-before)}")
            html = f"<div{classes([reach])}>{html}</div>"
        return Words(html, tuple(names))

    def _fit(
        self,
        text: str,
        wide: float,
        high: float,
        size: float,
        kind: Type,
        cell: TemplateCell,
        value: FilledCell | None,
    ) -> Fit | None:
        """
        Words of the template may shrink, for our fonts are a little wider than those it was made with; a value that
        does not stand on one line wraps where that makes it larger, for on paper it must not run into the next cell.
        """
        shrinks = value is None or value.shrinks or cell.look.shrinks
        wraps = cell.look.wraps and not cell.look.shrinks
        plain = fitted(text, wide, high, size, kind=kind, wraps=wraps, shrinks=shrinks)
        if value is None or wraps or (plain is not None and plain.size == size):
            return plain
        other = fitted(text, wide, high, size, kind=kind, wraps=True, shrinks=shrinks)
        if plain is None or other is None:
            return plain or other
        return other if other.size > plain.size else plain

    def _too_much(
        self,
        text: str,
        wide: float,
        high: float,
        size: float,
        kind: Type,
        cell: TemplateCell,
        value: FilledCell | None,
        place: Place,
    ) -> Fit:
        """Say that it does not fit, and show what can be shown."""
        most = capacity(
            wide, high, size, wraps=True, shrinks=value is None or value.shrinks or cell.look.shrinks
        )
        self._say_too_much(cell, value, place, most)
        least = min(size, SMALLEST)
        shown = fitted(text, wide, 10_000, least, kind=kind, wraps=True, shrinks=False)
        if shown is None:
            return Fit(least, (text,), ONE_LINE)
        count = max(1, int(high / (shown.height_mm / len(shown.lines))))
        return replace(shown, lines=shown.lines[:count])

    def _say_too_much(self, cell: TemplateCell, value: FilledCell | None, place: Place, most: int) -> None:
        """Of a value a problem, with about how many characters would fit; of the template's own words a note."""
        if value is None:
            self.notes.append(FormProblem(place, "", CUT))
            return
        label = self.grid.label(cell)
        named = f"「{label}」の欄" if label else "欄"
        cure = f"おおよそ{most}字までにするか、欄を広げてください。" if most else "欄を広げてください。"
        self.problems.append(FormProblem(place, "", f"{named}に入りきりません。{cure}"))

    def _upright(self, text: str, size: float, box: Box, place: Place, value: FilledCell | None) -> Words:
        """縦書き: one character under the other, those that lie along the line turned."""
        parts = [part for part in clusters(text) if not part.isspace()]
        least = min(size, SMALLEST)
        set_in = min(size, box.high / (len(parts) * ONE_LINE * POINT_MM), box.wide / POINT_MM)
        if set_in < least - SLACK_PT:
            set_in, most = least, int(box.high / (least * ONE_LINE * POINT_MM))
            self._say_too_much(box.cell, value, place, most)
            parts = parts[: max(1, most)]
        return Words("<br>".join(_stacked(part) for part in parts), (self.styles.type(set_in, ONE_LINE),))

    def _turned(
        self, text: str, size: float, kind: Type, box: Box, place: Place, value: FilledCell | None
    ) -> Words:
        """A text that runs up or down the cell."""
        fit = fitted(text, box.high, box.wide, size, kind=kind, wraps=box.cell.look.wraps, shrinks=True)
        if fit is None:
            fit = self._too_much(text, box.high, box.wide, size, kind, box.cell, value, place)
        turned = self.styles.turned(box.wide, box.high, -_degrees(box.cell.look.rotation))
        size_class = self.styles.type(fit.size, fit.leading)
        return Words(f"<div{classes([turned])}><span>{_broken(fit.lines)}</span></div>", (size_class,))

    def _judge_characters(self, text: str, place: Place) -> None:
        missing = glyphless(text, self.own)
        if missing:
            self.problems.append(FormProblem(place, "", no_glyph(missing)))

    def _kind(self, look: Look) -> Type:
        family = family_of(look.font)
        return Type(Family.SANS if look.bold else family, look.bold, self.own)


def no_glyph(missing: Sequence[str]) -> str:
    """What to do about characters that none of our fonts draws."""
    return NO_GLYPH.format("".join(f"「{one}」" for one in missing))


def _degrees(rotation: int) -> int:
    """Against the clock; the format counts 91 to 180 the other way."""
    return rotation if rotation <= 90 else 90 - rotation


def _broken(lines: Sequence[str]) -> str:
    return "<br>".join(escape(line).translate(COMPOSED) for line in lines)


def _stacked(part: str) -> str:
    if part[0] in ALONG:
        return f'<span class="fv">{escape(part)}</span>'
    if part[0] in IN_THE_CORNER:
        return f'<span class="fp">{escape(part)}</span>'
    return escape(part).translate(COMPOSED)
