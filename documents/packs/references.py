"""Formulas whose sheets and tables are called otherwise: what a copied sheet says of itself means the copy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# Texts in quotes; sheets in quotes; several sheets (一月:三月!A1), which no copy is one of; a sheet; a word, which may
# be the name of a table.
_PIECE = re.compile(
    r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'!"
    r"|(?<![\w.!$])(?![A-Za-z]{1,3}[0-9]+:)[\w.]+:[\w.]+!"
    r"|(?<![\w.\]])[\w.]+!|(?<![\w.!])[\w.]+(?![\w.!(])"
)


@dataclass(frozen=True, slots=True)
class Renaming:
    """A sheet that is called ``new`` where it was ``old``, and its ``tables`` by their old names in small letters."""

    old: str
    new: str
    tables: Mapping[str, str] = field(default_factory=dict)

    def formula(self, text: str) -> str:
        """The formula, or reference, with the new names."""
        if "!" not in text and not self.tables:
            return text
        return _PIECE.sub(self._piece, text)

    def _piece(self, found: re.Match[str]) -> str:
        piece = found[0]
        if piece.startswith('"'):
            return piece
        if piece.endswith("!"):
            title = piece[1:-2].replace("''", "'") if piece.startswith("'") else piece[:-1]
            return f"{quoted(self.new)}!" if title.casefold() == self.old.casefold() else piece
        return self.tables.get(piece.casefold(), piece)


def quoted(title: str) -> str:
    """A sheet's title as formulas write it."""
    return "'" + title.replace("'", "''") + "'"
