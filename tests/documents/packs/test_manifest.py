"""What a pack says: read with every problem at its path, and written back to the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.packs.formatting import FORMATS
from documents.packs.manifest import (
    Direction,
    Family,
    FormColumn,
    FormField,
    FormTable,
    Issuer,
    Manifest,
    Overflow,
)
from documents.packs.manifest_reading import ManifestWrong, manifest_text, read_manifest

SMALL = """
code = "claim_request"
title = "請求書"
family = "monthly"
subject = "claim"
from_year = 2026
source = "見本"
official = false

[[field]]
key = "total"
label = "請求金額"
source = "claim.total_yen"
at = ["請求書!C6"]

[[table]]
key = "lines"
label = "内訳"
each = "claim_lines"
at = "内訳!A5:F24"
[[table.column]]
key = "amount"
label = "金額"
source = "amount_yen"
at = "F"
"""


def problems(text: str) -> dict[str, str]:
    with pytest.raises(ManifestWrong) as refused:
        read_manifest(text)
    return {problem.path: problem.sentence for problem in refused.value.problems}


def test_a_small_manifest_is_read() -> None:
    manifest = read_manifest(SMALL)

    assert manifest.family is Family.MONTHLY
    assert manifest.by_key["total"].at == ("請求書!C6",)
    assert manifest.tables[0].columns[0].at == "F"
    assert manifest.holds_for(2030, "nursery")
    assert not manifest.holds_for(2025, "nursery")


def test_every_problem_is_told_at_once_at_its_path() -> None:
    wrong = (
        SMALL.replace('code = "claim_request"', 'code = "Claim Request"')
        .replace('family = "monthly"', 'family = "weekly"')
        .replace("from_year = 2026", "from_year = 1999")
        .replace('source = "claim.total_yen"', 'source = "claim.total_yen +"\nformat = "roman"')
        .replace('source = "amount_yen"', 'source = "amount_yen"\nline = 3\ncolour = "red"')
    )

    found = problems(wrong)

    assert set(found) == {
        "code",
        "family",
        "from_year",
        "field[0].source",
        "field[0].format",
        "table[0].column[0].line",
        "table[0].column[0].colour",
    }
    assert "読み取れません" in found["field[0].source"]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('code = "claim_request"\n', "", "code"),
        ("official = false\n", "", "official"),
        ("official = false", 'official = "no"', "official"),
        ('key = "total"', 'key = "page"', "field[0].key"),
        ('key = "lines"', 'key = "total"', "table[0].key"),
        ('at = "F"', 'at = "F7"', "table[0].column[0].at"),
        ('source = "amount_yen"', 'source = "amount_yen"\nformat = "digits"', "table[0].column[0].format"),
        (
            'source = "claim.total_yen"',
            "source = \"lookup('stairs', years=1)\"",
            "field[0].source",
        ),
        ('source = "claim.total_yen"', 'source = "claim.total_yen"\nwords = ["有"]', "field[0].words"),
    ],
)
def test_one_problem_at_its_path(old: str, new: str, path: str) -> None:
    assert old in SMALL

    assert path in problems(SMALL.replace(old, new))


def test_no_toml_is_a_sentence() -> None:
    assert "TOML" in problems("code = ")[""]


@pytest.mark.parametrize(
    ("fields", "circle"),
    [
        ({"a": "a + 1"}, "a → a"),
        ({"a": "b", "b": "c * 2", "c": "a"}, "a → b → c → a"),
    ],
)
def test_a_calculation_that_goes_round_is_told_with_its_way(fields: dict[str, str], circle: str) -> None:
    text = SMALL + "".join(
        f'[[field]]\nkey = "{key}"\nlabel = "{key}"\nsource = "{source}"\n' for key, source in fields.items()
    )

    # Fields stand before tables in the text they are put behind; TOML does not mind.
    assert any(circle in sentence for sentence in problems(text).values())


def test_a_column_may_be_named_like_the_value_it_shows() -> None:
    manifest = read_manifest(SMALL.replace('key = "amount"', 'key = "amount_yen"'))

    assert manifest.tables[0].columns[0].key == "amount_yen"


KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True).filter(
    lambda key: key not in {"page", "and", "or", "not", "if", "in", "is", "as", "for", "def"}
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40).filter(str.strip)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    keys = draw(st.lists(KEYS, min_size=2, max_size=6, unique=True))
    words = st.none() | st.tuples(TEXTS, TEXTS)
    fields = tuple(
        FormField(
            key,
            draw(TEXTS),
            draw(st.sampled_from(["claim.total_yen", "1", 'concat("〒", "\\"x")', "sum(claim_lines.yen)"])),
            draw(st.sampled_from(["", *FORMATS])),
            tuple(draw(st.lists(TEXTS, max_size=2))),
            draw(words),
        )
        for key in keys[1:]
    )
    table = FormTable(
        keys[0],
        draw(TEXTS),
        draw(TEXTS),
        (
            FormColumn(
                "one", draw(TEXTS), "yen", at=draw(st.sampled_from(["", "A", "12"])), words=draw(words)
            ),
        ),
        draw(st.sampled_from(["", "表!A1:B2"])),
        draw(st.sampled_from(["", "yen > 0"])),
        draw(st.integers(1, 3)),
        draw(st.sampled_from(Direction)),
        draw(st.sampled_from(Overflow)),
    )
    return Manifest(
        code=draw(KEYS),
        title=draw(TEXTS),
        family=draw(st.sampled_from(Family)),
        subject=draw(TEXTS),
        from_year=draw(st.integers(2015, 2100)),
        to_year=draw(st.sampled_from([0, 2030])),
        source=draw(TEXTS),
        official=draw(st.booleans()),
        fields=fields,
        tables=(table,),
        of=draw(st.sampled_from(["", "price/holiday"])),
        facility_types=tuple(draw(st.lists(TEXTS, max_size=2))),
        issuer=draw(st.sampled_from(Issuer)),
        when=draw(st.sampled_from(["", "claim.is_final"])),
        embeds_workbook=draw(st.booleans()),
        prints_drafts=draw(st.booleans()),
        tables_of_numbers=draw(st.sampled_from([{}, {"stairs": ({"from_years": 0, "result": -5},)}])),
    )


@given(manifests())
def test_what_is_written_is_read_as_the_same(manifest: Manifest) -> None:
    assert read_manifest(manifest_text(manifest)) == manifest
