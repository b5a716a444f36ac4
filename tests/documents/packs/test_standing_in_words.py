"""What stands in a cell, said in the labels of the dictionary."""

import pytest

from documents.dictionary import Entry, Group, Kind, Table, Vocabulary
from documents.pack_queries.sheets import Standing, in_words
from documents.packs.manifest import Family, FormColumn, FormField, FormTable, Manifest
from documents.packs.template import Place

VOCABULARY = Vocabulary(
    (Group("claim", "請求", (Entry("total_yen", "公定価格の合計", Kind.YEN),)),),
    (
        Table(
            "claim_lines", "内訳", (Entry("amount_yen", "金額", Kind.YEN), Entry("count", "数", Kind.WHOLE))
        ),
    ),
)
MANIFEST = Manifest(
    code="form",
    title="様式",
    family=Family.MONTHLY,
    subject="claim",
    from_year=2026,
    source="見本",
    official=False,
    fields=(FormField("charge", "利用者負担額", "1"),),
    tables=(FormTable("lines", "内訳", "claim_lines", (FormColumn("yen", "額", "amount_yen"),)),),
)


@pytest.mark.parametrize(
    ("source", "each", "words"),
    [
        ("claim.total_yen", "", "「公定価格の合計」"),
        ("claim.total_yen - charge", "", "「公定価格の合計」 - 「利用者負担額」"),
        ("amount_yen / count", "claim_lines", "「金額」 / 「数」"),
        ("sum(lines_page.yen)", "", "sum(「この枚の額」)"),
        ("sum(lines.yen)", "", "sum(「額」)"),
        ('concat("claim.total_yen", charge)', "", 'concat("claim.total_yen", 「利用者負担額」)'),
        ("claim.unknown if known(x) else 0", "", "claim.unknown if known(x) else 0"),
    ],
)
def test_names_are_said_as_labels_and_texts_stay(source: str, each: str, words: str) -> None:
    (said,) = in_words([Standing(Place("表", 1, 1), "k", "欄", source, each)], MANIFEST, VOCABULARY)

    assert said.words == words
