"""Paper: every character a name may hold is drawn and embedded, with no font of the machine in sight."""

import os
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
from django.conf import settings

from documents.fonts import FOLDER, fontconfig_file

# A rare kanji beyond the basic plane, two compatibility forms, a square sign, a circled digit and two variants (IVS).
NAMES = "髙﨑𠮷㈱①辻󠄀葛󠄀"
PRINT = """
import sys, weasyprint
page = '<meta charset=utf-8><style>body{{font-family:"{family}"}}</style><p>{text}</p><p><b>{text}</b></p>'
weasyprint.HTML(string=page).write_pdf(sys.argv[1])
"""


@pytest.mark.parametrize("family", ["Noto Sans JP", "Noto Serif JP"])
def test_rare_characters_of_names_are_embedded_from_our_own_fonts(family: str, tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    environment = {**os.environ, "FONTCONFIG_FILE": str(fontconfig_file(tmp_path))}
    # A process of its own: fontconfig is read once, at the first rendering.
    subprocess.run(
        [sys.executable, "-c", PRINT.format(family=family, text=NAMES), str(paper)],
        env=environment,
        cwd=settings.BASE_DIR,
        check=True,
    )

    page = pypdf.PdfReader(paper).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]

    assert page.extract_text().split() == [NAMES, NAMES]
    assert all("/FontFile3" in descriptor or "/FontFile2" in descriptor for descriptor in descriptors)
    assert {font["/BaseFont"].split("+")[1].split("-Bold")[0] for font in fonts} == {family.replace(" ", "-")}


def test_the_configuration_knows_our_folder_only_and_is_written_once(tmp_path: Path) -> None:
    path = fontconfig_file(tmp_path)
    written = path.stat().st_mtime_ns

    assert fontconfig_file(tmp_path) == path
    assert path.stat().st_mtime_ns == written
    assert path.read_text(encoding="utf-8").count("<dir>") == 1
    assert f"<dir>{FOLDER}</dir>" in path.read_text(encoding="utf-8")


def test_the_fonts_carry_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "LICENSE").read_text(encoding="utf-8")
