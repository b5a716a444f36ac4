"""
The classes of a drawing: what a cell's look comes to in CSS, each once, under a short name. Pure.

Paper counts in millimetres, a screen in pixels; nothing stands in ``style`` attributes, for pages forbid those.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from documents.packs.template import Line, Look, Side
from documents.packs.typeface import Family, family_of

POINT_MM: Final = 25.4 / 72
# Left and right of a text, as a spreadsheet leaves it, and what one step of indent is.
PADDING_MM: Final = 0.7
BELOW_MM: Final = 0.3
INDENT_MM: Final = 2.4
UPRIGHT: Final = 255

# Width in millimetres and kind, by the format's names.
LINES: Final = {
    "hair": (0.15, "dotted"),
    "thin": (0.25, "solid"),
    "dotted": (0.25, "dotted"),
    "dashed": (0.25, "dashed"),
    "dashDot": (0.25, "dashed"),
    "dashDotDot": (0.25, "dashed"),
    "medium": (0.5, "solid"),
    "mediumDashed": (0.5, "dashed"),
    "mediumDashDot": (0.5, "dashed"),
    "mediumDashDotDot": (0.5, "dashed"),
    "slantDashDot": (0.5, "dashed"),
    "double": (0.75, "double"),
    "thick": (0.75, "solid"),
}
VERTICAL: Final = {"top": "top", "center": "middle", "justify": "middle", "distributed": "middle"}

COMMON: Final = """
.fd{color:#000;font-kerning:none;font-variant-ligatures:none;letter-spacing:0}
.fd table{border-collapse:collapse;table-layout:fixed;border-spacing:0;margin:0}
.fd td,.fd th{box-sizing:border-box;padding:0;overflow:visible;white-space:nowrap}
.fd td,.fd th{font-weight:400;text-align:left;vertical-align:bottom}
.fd h1,.fd h2{font:inherit;margin:0;color:inherit}
.fd .fv{display:inline-block;transform:rotate(90deg)}
.fd .fp{display:inline-block;transform:translate(.6em,-.6em)}
.fd .ft{position:relative}
.fd .ft b{position:absolute;left:.04em;top:-.16em;font-weight:700;line-height:1}
.fd .fx{overflow:hidden}
"""
ON_SCREEN: Final = """
.fd table{background:#fff}
.fd td,.fd th{position:relative}
.fd .fa{display:block;color:inherit;text-decoration:none}
.fd .fa:focus-visible{outline:none}
.fd .fa::after{content:"";position:absolute;inset:0;z-index:1}
.fd .fa:hover::after{background:rgb(0 23 193 / .12)}
.fd .fa:focus-visible::after{outline:3px solid #000;outline-offset:-3px;background:rgb(255 212 61 / .45)}
.fd .is-mapped{background:#e8f1fe}
.fd .is-wrong{background:#ffe0dd;outline:2px solid #ce0000;outline-offset:-2px}
.fd .is-chosen{outline:3px solid #0017c1;outline-offset:-3px}
"""


@dataclass
class Styles:
    """The rules of one drawing. ``pixels`` a millimetre, None for paper."""

    pixels: float | None = None
    _rules: dict[str, str] = field(default_factory=dict)
    _looks: dict[tuple[int, str, float, float | None], str] = field(default_factory=dict)

    def length(self, mm: float) -> str:
        """A length as the medium counts it."""
        return f"{round(mm, 3):g}mm" if self.pixels is None else f"{round(mm * self.pixels, 2):g}px"

    def name(self, rule: str) -> str:
        """The class that stands for these declarations; nothing for none."""
        return self._rules.setdefault(rule, f"f{len(self._rules)}") if rule else ""

    def text(self) -> str:
        """The stylesheet: what all drawings have in common, then the classes in the order they were asked for."""
        own = "\n".join(f".fd .{name}{{{rule}}}" for rule, name in self._rules.items())
        return f"{COMMON}{ON_SCREEN if self.pixels is not None else ''}{own}\n"

    def look(self, look: Look, horizontal: str, scale: float) -> str:
        """
        The class of a cell: lines, ground, family, weight, colour and where its text stands.

        Many cells share one look: it is put into words once. Looks are the template's and live as long as a drawing.
        """
        key = (id(look), horizontal, scale, self.pixels)
        if key not in self._looks:
            self._looks[key] = self._look(look, horizontal, scale)
        return self._looks[key]

    def _look(self, look: Look, horizontal: str, scale: float) -> str:
        said = [self._line(side, line) for side, line in sorted(look.lines.items())]
        if look.fill:
            said.append(f"background:#{look.fill}")
        bold_serif = look.bold and family_of(look.font) is Family.SERIF
        said.append(f'font-family:"{Family.SANS if bold_serif else family_of(look.font)}","Noto Sans JP"')
        if look.bold:
            said.append("font-weight:700")
        if look.italic:
            said.append("font-style:italic")
        if look.underline:
            said.append("text-decoration:underline")
        if look.colour and look.colour != "000000":
            said.append(f"color:#{look.colour}")
        if horizontal != "left":
            said.append(f"text-align:{horizontal}")
        if look.vertical in VERTICAL:
            said.append(f"vertical-align:{VERTICAL[look.vertical]}")
        left, right = paddings(look, horizontal, scale)
        under = self.length(below(look, scale))
        said.append(f"padding:0 {self.length(right)} {under} {self.length(left)}")
        return self.name(";".join(said))

    def type(self, size_pt: float, leading: float) -> str:
        """The class of a size of type."""
        if self.pixels is None:
            return self.name(f"font-size:{round(size_pt, 2):g}pt;line-height:{leading:g}")
        return self.name(f"font-size:{self.length(size_pt * POINT_MM)};line-height:{leading:g}")

    def spaced(self, mm: float) -> str:
        """The class that sets characters apart (均等割り付け)."""
        return self.name(f"letter-spacing:{self.length(round(mm * 20) / 20)}")

    def turned(self, wide: float, high: float, degrees: int) -> str:
        """The class of a block as wide as the cell is high, turned about its middle."""
        aside, above = (wide - high) / 2, (high - wide) / 2
        return self.name(
            f"width:{self.length(high)};height:{self.length(wide)};"
            f"margin:{self.length(above)} {self.length(aside)};"
            f"transform:rotate({degrees}deg);display:flex;align-items:center;justify-content:center"
        )

    def _line(self, side: Side, line: Line) -> str:
        width, kind = LINES.get(line.style, LINES["thin"])
        if self.pixels is None:
            return f"border-{side}:{width:g}mm {kind} #{line.colour or '000000'}"
        return f"border-{side}:{max(1, round(width * 4))}px {kind} #{line.colour or '000000'}"


def paddings(look: Look, horizontal: str, scale: float) -> tuple[float, float]:
    """Left and right of a text, in millimetres."""
    plain, indent = PADDING_MM * scale, look.indent * INDENT_MM * scale
    return plain + indent * (horizontal == "left"), plain + indent * (horizontal == "right")


def below(look: Look, scale: float) -> float:
    """Under a text that stands at the bottom of its cell, in millimetres."""
    return 0.0 if look.vertical in VERTICAL else BELOW_MM * scale


def classes(names: Sequence[str]) -> str:
    """The attribute for these classes, with the blank before it; nothing for none."""
    told = " ".join(name for name in names if name)
    return f' class="{told}"' if told else ""
