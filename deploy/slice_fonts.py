"""
Cut the fonts of the pages from the fonts for paper: ``python deploy/slice_fonts.py`` (only when fonts or list change).

The published web slices bring 248 @font-face rules (60 KB of compressed CSS) and about twenty files a page. Our
pages use some nine hundred characters again and again: these come in one «core» file a weight, the usual kanji of
names in a second. Every other character comes in slices of neighbouring code points, whose CSS is short and which
hardly a page needs.
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = {
    400: ROOT / "documents/fonts/NotoSansJP-Regular.otf",
    700: ROOT / "documents/fonts/NotoSansJP-Bold.otf",
}
FOLDER = ROOT / "static/vendor/noto-sans-jp"
SLICE = 320

# What a Japanese office page writes besides kanji; the kanji are listed in core-kanji.txt and names-kanji.txt.
RANGES = ((0x20, 0x7E), (0x3000, 0x3015), (0x3041, 0x3096), (0x30A1, 0x30FE))
SIGNS = "！％＆（）＊＋，－．／：；＜＝＞？｜～¥±×÷–—‘’“”…※←↑→↓−①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳■□▲△▼▽●○◎☐☑〒㈱￥"

RULE = (
    "@font-face{{font-family:'Noto Sans JP';font-style:normal;font-display:swap;font-weight:{weight};"
    "src:url(files/{name}) format('woff2');unicode-range:{ranges}}}\n"
)


def kanji(listed: str) -> set[int]:
    """The code points of one list."""
    return {ord(character) for character in "".join((FOLDER / listed).read_text(encoding="utf-8").split())}


def cut(source: Path, points: set[int], target: Path) -> None:
    """Write the ``points`` of a font as woff2, without variants (IVS) and vertical forms: screens do without."""
    font = TTFont(source)
    font["cmap"].tables = [table for table in font["cmap"].tables if table.format != 14]
    # Outlines without subroutines compress better; what only vertical lines need stays out.
    options = subset.Options(  # type: ignore[no-untyped-call]
        layout_features=["ccmp", "liga", "kern"], hinting=False, desubroutinize=True, flavor="woff2"
    )
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]
    subsetter = subset.Subsetter(options)  # type: ignore[no-untyped-call]
    subsetter.populate(unicodes=points)  # type: ignore[no-untyped-call]
    subsetter.subset(font)  # type: ignore[no-untyped-call]
    subset.save_font(font, str(target), options)


def written(points: list[int]) -> str:
    """CSS unicode-range of sorted code points."""
    spans: list[list[int]] = []
    for point in points:
        if spans and point == spans[-1][1] + 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in spans)


def main() -> None:
    """Write all slices and their CSS. The named ones come last: of overlapping ranges, the later rule wins."""
    signs = {point for first, last in RANGES for point in range(first, last + 1)} | {
        ord(sign) for sign in SIGNS
    }
    named = {"names": kanji("names-kanji.txt"), "core": kanji("core-kanji.txt") | signs}
    rules: list[str] = []
    present = sorted(TTFont(WEIGHTS[400]).getBestCmap() or {})
    others = [point for point in present if not any(point in points for points in named.values())]
    for start in range(0, len(others), SLICE):
        points = others[start : start + SLICE]
        for weight, source in WEIGHTS.items():
            name = f"u{points[0]:x}-{weight}.woff2"
            cut(source, set(points), FOLDER / "files" / name)
            # Gaps hold named characters or nothing: one span is enough.
            rules.append(RULE.format(weight=weight, name=name, ranges=f"U+{points[0]:X}-{points[-1]:X}"))
    for title, characters in named.items():
        for weight, source in WEIGHTS.items():
            name = f"{title}-{weight}.woff2"
            cut(source, characters, FOLDER / "files" / name)
            rules.append(
                RULE.format(weight=weight, name=name, ranges=written(sorted(characters & set(present))))
            )
    (FOLDER / "noto-sans-jp.css").write_text("".join(rules), encoding="utf-8")


if __name__ == "__main__":
    main()
