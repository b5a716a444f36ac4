"""Fonts for paper, found through fontconfig without touching the machine's own fonts."""

from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).resolve().parent

CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <!-- Rare characters of names: the regular weight has them, with their variants (IVS); then the serif face. -->
  <alias binding="strong"><family>Noto Sans JP</family><accept><family>Noto Serif JP</family></accept></alias>
  <alias><family>sans-serif</family><prefer><family>Noto Sans JP</family></prefer></alias>
  <alias><family>serif</family><prefer><family>Noto Serif JP</family></prefer></alias>
</fontconfig>
"""


def fontconfig_file(var_dir: Path) -> Path:
    """
    Write the fontconfig file that knows our fonts only; set ``FONTCONFIG_FILE`` to it before the first rendering.

    With the machine's own fonts out of sight, a document looks the same on every machine.
    """
    folder = var_dir / "fonts"
    (folder / "cache").mkdir(parents=True, exist_ok=True)
    path = folder / "fonts.conf"
    text = CONFIGURATION.format(fonts=escape(str(FOLDER)), cache=escape(str(folder / "cache")))
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        unfinished = folder / ".fonts.conf"
        unfinished.write_text(text, encoding="utf-8")
        unfinished.rename(path)
    return path
