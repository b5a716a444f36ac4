"""
Can the first line of a file be its headings, though they are not ours?

Pure. Other vendors' headings are kept when their columns are mapped; the first line of a file without headings could
hold anybody's name and must not be. So most of them must be made of words that headings have and names have not, and
none may look like what stands below a heading.
"""

import re

from claims.class_headings import LEAST_CLASSES, said_by
from documents.reading import Table

# What headings are made of and people's names are not.
WORDS = re.compile(
    r"年|月|日|番号|コード|CD|区分|種別|分類|クラス|人数|員数|児数|総数|数$|歳|齢|量|名称|施設|事業|市町|市区|所在"
    r"|有無|フラグ|枠|備考|必要|時間|認定|支給|世帯|合計|金額|額$|料$|負担|免除|自治体|団体|保育|園名|園番|定員|在籍|入所"
    r"|利用|標準|基準|途中|徴収|調定|CODE|MONTH|YEAR|COUNT|TYPE|CERT|HOUR|CITY|FACIL|CLASS|TOTAL|AMOUNT"
    r"|(?<![A-Z])(?:ID|NO|AGE|YM|NUM|FEE)(?![A-Z])",
    re.IGNORECASE,
)
# Short for something (FAC, qty), or written as programs write (FAC_NAME, col1). A name in Roman letters is neither.
ABBREVIATION = re.compile(r"[A-Z]{1,4}|[a-z]{1,4}|(?=.*[0-9_])[A-Za-z][A-Za-z0-9_]*")
# No heading looks like this; the first line of a file without headings does.
DATA = re.compile(r"(?=.*[0-9０-９元])[0-9０-９,.:/\-年月日号歳令和平成元RH]+", re.IGNORECASE)


NUMBER = re.compile(r"[0-9,]*")


def can_be_headings(table: Table) -> bool:
    """Whether the first line can be headings: nothing in it is data, and at least half of it are words of headings."""
    classes = _classes(table)
    if any(DATA.fullmatch(heading) for heading in table.headings if heading not in classes):
        return False
    plausible = sum(bool(WORDS.search(cell) or ABBREVIATION.fullmatch(cell)) for cell in table.headings)
    return plausible * 2 >= len(table.headings)


def _classes(table: Table) -> set[str]:
    """
    Headings like 「3歳」, which could also be data: one child's age.

    They count children when there are several of them and nothing but numbers stands below.
    """
    named = {heading for heading in table.headings if said_by(heading) is not None}
    numbers = all(NUMBER.fullmatch(row[heading]) for row in table.rows for heading in named)
    return named if len(named) >= LEAST_CLASSES and numbers else set()
