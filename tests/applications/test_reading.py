"""A pack is read whole, or refused with every problem at its path."""

import pytest

from applications.definitions import Family, Kind, Months, Stage
from applications.packs_in_force import vocabulary
from applications.reading import PackWrong, content_hash, read_pack
from tests.applications.packs import PRICE


def problems_of(text: str) -> dict[str, str]:
    with pytest.raises(PackWrong) as refused:
        read_pack(text, vocabulary())
    return {problem.path: problem.sentence for problem in refused.value.problems}


def changed(old: str, new: str) -> str:
    assert old in PRICE
    return PRICE.replace(old, new, 1)


def test_a_pack_is_read():
    pack = read_pack(PRICE, vocabulary())

    assert (pack.id, pack.fiscal_year, pack.family) == ("price", 2026, Family.PRICE)
    team, report = pack.items
    assert (team.stage, team.months, team.rounds) == (Stage.APPLICATION, Months.FROM, (1, 3))
    assert team.grants is not None
    assert team.grants.code == "team_childcare"
    assert [own.kind for own in team.fields] == [Kind.WHOLE, Kind.WHOLE, Kind.YEN, Kind.YEN, Kind.LONG_TEXT]
    assert (report.stage, report.reports_on) == (Stage.REPORT, "team_childcare")


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ('id = "price"', 'id = "Preis!"', "id", "半角の小文字"),
        ("fiscal_year = 2026", "fiscal_year = 8", "fiscal_year", "西暦の年度"),
        ("fiscal_year = 2026", "", "fiscal_year", "必ず書いて"),
        ('family = "price"', 'family = "other"', "family", "次のどれか"),
        ("rounds = [1, 3]", "rounds = [7]", "item[0].rounds", "1から6"),
        ('types = ["nursery"]', 'types = ["school"]', "item[0].types", "「school」という施設類型"),
        ('code = "team_childcare"', 'code = "teem"', "item[0].grants.code", "「teem」という加算"),
        ('option = "extra_staff"', 'option = "extra"', "item[0].field[1].option", "「extra」という条件"),
        ('kind = "whole"', 'kind = "number"', "item[0].field[0].kind", "次のどれか"),
        (
            '"profile.capacity"',
            '"profile.size"',
            "item[0].field[0].known_from",
            "「profile.size」という出どころ",
        ),
        ("monthly_yen * 12, 1000", "monthly * 12, 1000", "item[0].field[3].formula", "「monthly」という欄"),
        ("floor(monthly_yen * 12, 1000)", "floor(monthly_yen)", "item[0].field[3].formula", "使えない書き方"),
        ("floor(monthly_yen * 12, 1000)", "planned_yen + 1", "item[0].field.planned_yen", "たがいに"),
        ('at = "extra_staff"', 'at = "extra"', "item[0].check[0].at", "「extra」という欄"),
        ('amount = "planned_yen"', 'amount = "extra_staff"', "item[0].amount", "金額の欄"),
        ("least = 1\nmost = 2", "least = 3\nmost = 2", "item[0].field[1].most", "最小より小さく"),
        ('key = "extra_staff"', 'key = "capacity"', "item[0].field[1].key", "2回あります"),
        ('reports_on = "team_childcare"', "", "item[1].reports_on", "報告する申請項目"),
        (
            '"item.team_childcare.planned_yen"',
            '"item.team.planned_yen"',
            "item[1].field.planned_yen.known_from",
            "項目か欄",
        ),
        (
            'option = "extra_staff"',
            'fact = "teachers"',
            "item[0].field[1].fact",
            "decimal の欄で聞いて",
        ),
        ('option = "extra_staff"', 'fact = "children"', "item[0].field[1].fact", "「children」はありません"),
        (
            'option = "extra_staff"',
            'otherwise = "名簿を直してください。"',
            "item[0].field[1].otherwise",
            "known_from か fact",
        ),
        ("business_days = 5", "business_days = -1", "item[0].paper[0].business_days", "0から60"),
        ("business_days = 5", "buisness_days = 5", "item[0].paper[0].buisness_days", "つづり"),
        ('shown_if = "extra_staff == 2"', 'choices = { a = "あ" }', "item[0].field[4].choices", "choice"),
    ],
)
def test_a_mistake_is_told_at_its_path(old, new, path, words):
    assert words in problems_of(changed(old, new))[path]


@pytest.mark.parametrize(
    ("column", "path", "words"),
    [
        ('formula = "later + 1"', "item[0].field[4].column.first.formula", "それより前の列だけ"),
        ('formula = "second_person_total + 1"', "item[0].field.second_person", "たがいに"),
    ],
)
def test_columns_stand_in_an_order_without_circles(column, path, words):
    table = f"""kind = "rows"
column = [{{ key = "first", label = "a", kind = "yen", {column} }}, {{ key = "later", label = "b", kind = "yen" }}]

[[item.field]]
key = "second_person_total"
label = "計"
kind = "yen"
formula = "sum(second_person.first)"
"""
    found = problems_of(changed('kind = "long_text"\nshown_if = "extra_staff == 2"\n', table))

    assert words in found[path]


def test_all_mistakes_are_told_at_once():
    found = problems_of(
        changed("rounds = [1, 3]", "rounds = []")
        .replace('kind = "yen"', 'kind = "money"')
        .replace("[6]", "[0]")
    )

    assert {
        "item[0].rounds",
        "item[1].rounds",
        "item[0].field[2].kind",
        "item[1].field[0].kind",
    } <= found.keys()


@pytest.mark.parametrize("text", ["", "x", "item = 3", "[[item]]", "a" * 500_000, "\x00", "item = [1]"])
def test_what_is_no_pack_is_refused_and_nothing_breaks(text):
    assert problems_of(text)


def test_line_ends_do_not_make_another_content():
    assert content_hash(PRICE) == content_hash(PRICE.replace("\n", "\r\n"))
    assert content_hash(PRICE) != content_hash(PRICE + "#")


def test_a_pack_that_was_read_before_closes_no_page_when_the_product_has_a_source_less():
    old = changed('"profile.capacity"', '"profile.size"')

    pack = read_pack(old, vocabulary(), was_released=True)

    assert pack.items[0].fields[0].known_from == ("profile.size",)
    assert problems_of(old)


def test_a_pack_asks_in_its_own_words_and_else_by_what_the_item_is_for():
    content = PRICE.replace(
        'label = "チーム保育推進加算"\n',
        'label = "x"\nwords = { question = "誓約しますか", yes = "する", no = "しない" }\n',
    )
    own, report = read_pack(content, vocabulary()).items
    (usual, _) = read_pack(PRICE, vocabulary()).items
    deduction, _ = read_pack(
        PRICE.replace('grants = { code = "team_childcare" }', 'grants = { code = "no_safety_plan" }').replace(
            'option = "extra_staff"\n', ""
        ),
        vocabulary(),
    ).items

    assert (own.words.question, own.words.answer(True), own.words.answer(None)) == (
        "誓約しますか",
        "する",
        "",
    )
    assert (usual.words.no, report.words.no, deduction.words.no) == (
        "申請しない",
        "報告することがない",
        "該当しない",
    )
    assert [one.change_words.no for one in (usual, report, deduction)] == [
        "やめる",
        "報告を取り消す",
        "該当しなくなった",
    ]


def test_what_everybody_sends_has_no_words_of_a_question():
    wrong = PRICE.replace(
        'label = "チーム保育推進加算"\n',
        'label = "x"\nis_for_all = true\nwords = { question = "しますか", yes = "する", no = "しない" }\n',
    )
    with pytest.raises(PackWrong) as refused:
        read_pack(wrong, vocabulary())

    assert [problem.path for problem in refused.value.problems] == ["item[0].words"]
