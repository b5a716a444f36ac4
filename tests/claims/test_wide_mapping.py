"""Another vendor's wide files: a line a facility, a column a class, each column given its meaning once."""

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from claims import drops, tasks
from claims.class_headings import CLASSES, look_wide, may_be_a_class, proposed_classes
from claims.imports import ALLOWED_AGES, WIDE_HEADING, KnownFacility, understand
from claims.mapping import (
    LAYOUTS,
    TOTAL,
    Columns,
    Correspondence,
    Shape,
    applied,
    columns_of,
    proposed_meanings,
    proposed_shape,
    readdressed,
    what_is_missing,
)
from claims.models import ColumnMapping, CountImport, DropRefusal, FileKind, MappingDraft
from claims.operations import counts_import, mapping
from claims.queries.mappings import HowToRead
from documents.reading import FileRefused, read_csv
from facilities.actors import Role
from facilities.rules import ProblemsFound
from facilities.scope import scope
from portal.demo.facilities import FOLDER, make_facilities
from tests.access.subjects import WIDE_COLUMNS, WIDE_LAYOUT, api_token, saved_wide_mapping
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.claims.test_mapping import a_file, text_of

COUNTS = LAYOUTS[FileKind.COUNTS]
JUNE = FOLDER / "child_counts_2026-06_wide_cp932.csv"
SAKURA = {
    "1299900000901": KnownFacility("1299900000901", "さくら保育園", 90),
    "1299900000902": KnownFacility("1299900000902", "すみれ保育園", 60),
}
PAGE = "/c/counts/mappings/drafts/{}/"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    place = make_facility(city)
    make_facility(city, "すみれ保育園", number="1299900000902")
    return place


@pytest.fixture
def enrolment(city: City) -> Browser:
    return sign_in(city.people[Role.ENROLMENT])


def reading(**changes: Any) -> Correspondence:
    return Correspondence(
        **{
            "headings": tuple(WIDE_LAYOUT.splitlines()[0].split(",")),
            "fields": WIDE_COLUMNS,
            "constants": {"居住市区町村コード": "129999"},
            "shape": Shape.WIDE,
            **changes,
        }
    )


def preview(city: City, content: bytes, how: HowToRead | None = None) -> CountImport:
    with city.open(Role.ENROLMENT) as person:
        return counts_import.preview(content, by=person, at=timezone.now(), how=how or HowToRead())


def offered(page: str) -> dict[str, str]:
    """The form as it comes: every choice that is made already."""
    selects = re.findall(r'<select name="([^"]+)".*?</select>', page, re.DOTALL)
    return {
        name: found[1]
        for name in selects
        if (
            found := re.search(
                rf'<select name="{name}"(?:(?!</select>).)*?value="([^"]+)" selected', page, re.DOTALL
            )
        )
    }


# ---------------------------------------------------------------- what headings say


def test_every_class_is_a_heading_of_our_own_wide_layout_and_there_is_no_other():
    ages = {"満3歳": "3mid"}
    matches = [WIDE_HEADING.fullmatch(one.heading) for one in CLASSES]

    assert all(matches)
    said = {(one.certification[0], ages.get(one.age, one.age[0])) for one in CLASSES}
    assert said == {(certification, age) for certification, some in ALLOWED_AGES.items() for age in some}
    assert len(set(CLASSES)) == len(CLASSES) == 4 + 6 + 8


@pytest.mark.parametrize(
    ("headings", "meant"),
    [
        (["2号3歳標準時間", "3号0歳短時間"], ["2号3歳標準", "3号0歳短時間"]),
        (["0歳標準", "0歳短時間", "3歳標準"], ["3号0歳標準", "3号0歳短時間", "2号3歳標準"]),
        (["3歳標準", "3歳短", "3歳"], ["2号3歳標準", "2号3歳短時間", "1号3歳教育標準時間"]),
        (
            ["3歳", "3歳短時間", "0歳", "0歳短時間"],
            ["2号3歳標準", "2号3歳短時間", "3号0歳標準", "3号0歳短時間"],
        ),
        (["3歳", "4歳"], [None, None]),
        (["0歳", "1歳"], [None, None]),
        (
            ["1号認定3歳児", "満3歳児", "1号_5歳"],
            ["1号3歳教育標準時間", "1号満3歳教育標準時間", "1号5歳教育標準時間"],
        ),
        (["2号認定・4歳児（保育標準時間）", "3号1歳児(短)"], ["2号4歳標準", "3号1歳短時間"]),
        (["2号満3歳標準", "2号2歳短時間"], ["2号2歳標準", "2号2歳短時間"]),
        (["3才児標準", "三歳短時間"], ["2号3歳標準", "2号3歳短時間"]),
        (["3歳教育標準時間", "3歳在籍数標準"], ["1号3歳教育標準時間", "2号3歳標準"]),
        (["3歳標準", "3歳標準時間"], ["2号3歳標準", None]),
        (["1号0歳", "3号3歳標準"], [None, None]),
        (["3歳障害児数", "3歳以上標準", "2号計"], [None, None, None]),
    ],
)
def test_what_a_heading_leaves_open_is_filled_in_only_where_one_answer_is_left(headings, meant):
    found = proposed_classes(headings)

    assert [found[name].heading if name in found else None for name in headings] == meant


def test_full_width_headings_and_blanks_make_no_difference():
    content = "年月,施設番号,３歳　標準,０歳 短時間,満３歳\n202608,1299900000901,1,2,3\n"

    columns = columns_of(read_csv(content.encode()), COUNTS)

    assert proposed_meanings(columns) == {
        "年月": "対象年月",
        "施設番号": "事業所番号",
        "3歳標準": "2号3歳標準",
        "0歳短時間": "3号0歳短時間",
        "満3歳": "1号満3歳教育標準時間",
    }


def test_a_sum_is_not_used_and_what_speaks_of_classes_must_be_chosen():
    columns = Columns(("施設番号", "3歳標準", "0歳短時間", "計", "2号計", "備考", "3歳以上児", "5歳"), {})

    meanings = proposed_meanings(columns)

    assert [meanings.get(name) for name in ("計", "2号計", "備考")] == ["", "", ""]
    assert not {"3歳以上児", "5歳"} & set(meanings)
    assert [may_be_a_class(name) for name in ("5歳", "5歳計")] == [True, False]


def test_two_columns_of_classes_make_a_wide_file():
    assert proposed_shape(FileKind.COUNTS, ["年月", "3歳", "4歳"]) is Shape.WIDE
    assert proposed_shape(FileKind.CHARGES, ["年月", "3歳", "4歳"]) is Shape.LONG
    assert not look_wide(["年月", "歳児", "必要量", "3歳"])


# ---------------------------------------------------------------- what is kept


def test_of_a_wide_file_nothing_but_the_headings_is_kept():
    columns = columns_of(read_csv(WIDE_LAYOUT.encode()), COUNTS)

    assert columns.codes == {}
    assert "17" not in str(columns.as_json())
    assert "さくら" not in str(columns.as_json())


@pytest.mark.parametrize(
    "content",
    [
        "見本太郎,3歳,2歳\n見本花子,4歳,3歳\n",
        "3歳,4歳,5歳\n4歳,5歳,5歳\n",
        "さくら組,3歳,3\nもも組,4,4\n",
        "見本太郎,3歳,2号\n見本花子,4,2\n",
    ],
)
def test_ages_of_children_are_no_headings(content):
    with pytest.raises(FileRefused, match="見出しの行がないようです"):
        columns_of(read_csv(content.encode()), COUNTS)


@pytest.mark.parametrize(
    ("heading", "cell"), [("氏名", "x"), ("備考", "見本 太郎"), ("連絡", "090-1234-5678")]
)
def test_a_column_that_looks_personal_is_neither_kept_nor_read(heading, cell):
    lines = WIDE_LAYOUT.splitlines()
    content = "\n".join([f"{lines[0]},{heading}", *(f"{line},{cell}" for line in lines[1:])])
    table = read_csv(content.encode())

    for ask in (
        lambda: columns_of(table, COUNTS),
        lambda: applied(table, reading(headings=tuple(table.headings))),
    ):
        with pytest.raises(FileRefused, match="個人情報は取り込めません"):
            ask()


# ---------------------------------------------------------------- what it says


def test_a_foreign_wide_file_says_the_same_as_ours():
    content = JUNE.read_bytes()
    first, *lines = content.decode("cp932").splitlines()
    theirs = {
        name: re.sub(r"^3号|^2号(?!2歳)|教育標準時間$", "", name).replace("短時間", "短")
        for name in first.split(",")
    }
    theirs |= {
        "対象年月": "年月",
        "事業所番号": "施設コード",
        "居住市区町村コード": "市町村コード",
        "施設名": "園名称",
    }
    foreign = "\n".join([",".join(theirs.values()), *lines])
    known = {
        row["事業所番号"]: KnownFacility(row["事業所番号"], "", 0)
        for row in csv.DictReader(io.StringIO(content.decode("cp932")))
    }
    table = read_csv(foreign.encode("cp932"))

    meanings = proposed_meanings(Columns(tuple(table.headings), {}))
    fields = {ours: name for name, ours in meanings.items() if ours}
    how = reading(headings=tuple(table.headings), fields=fields, constants={})

    assert fields == theirs
    assert what_is_missing(how, Columns(tuple(table.headings), {})) == {}
    assert understand(applied(table, how), known).rows == understand(read_csv(content), known).rows


def test_problems_keep_the_files_own_line_and_heading():
    content = (
        WIDE_LAYOUT.replace("902,すみれ保育園,", "999,すみれ保育園,").replace(",17,", ",-3,")
        + "\n\n202608,1299900000901,さくら保育園,0,x,0,0,0\n"
    )

    with pytest.raises(FileRefused) as refusal:
        understand(applied(read_csv(content.encode()), reading()), SAKURA)
    problems = readdressed(refusal.value.problems, reading())

    assert [problem.place for problem in problems] == [
        "2行目「3歳標準」",
        "3行目「施設番号」",
        "6行目「0歳短時間」",
    ]


def test_an_empty_cell_is_no_child_and_a_month_may_be_typed():
    without = {name: theirs for name, theirs in WIDE_COLUMNS.items() if name != "対象年月"}
    how = reading(fields=without, constants={"対象年月": "", "居住市区町村コード": "129999"})
    table = read_csv(WIDE_LAYOUT.replace(",17,", ",,").encode())

    meaning = understand(applied(table, how, month="令和8年7月"), SAKURA)

    assert meaning.months == ["2026-07"]
    assert sum(row.count for row in meaning.rows) == 5
    with pytest.raises(FileRefused, match="対象年月を指定してください"):
        applied(table, how)


def test_a_sum_that_does_not_fit_is_said_at_its_cell():
    how = reading(fields={**WIDE_COLUMNS, TOTAL: "計"})
    good = read_csv(WIDE_LAYOUT.encode())
    content = WIDE_LAYOUT.replace(",20\n", ",21\n")

    assert sum(row.count for row in understand(applied(good, how), SAKURA).rows) == 22
    assert understand(applied(read_csv(content.encode()), reading()), SAKURA)
    with pytest.raises(FileRefused) as refusal:
        understand(applied(read_csv(content.encode()), how), SAKURA)
    (problem,) = readdressed(refusal.value.problems, how)
    assert str(problem).startswith("2行目「計」：区分の列を足すと20人で、この合計と合いません。")


def test_a_cell_that_is_no_number_is_said_once_and_not_again_as_a_sum():
    how = reading(fields={**WIDE_COLUMNS, TOTAL: "計"})

    with pytest.raises(FileRefused) as refusal:
        understand(applied(read_csv(WIDE_LAYOUT.replace(",17,", ",x,").encode()), how), SAKURA)

    assert [problem.column for problem in refusal.value.problems] == ["2号3歳標準"]


def test_everything_that_is_missing_is_said_at_once():
    columns = Columns(("施設番号", "3歳標準"), {})
    chosen = reading(
        headings=columns.headings, fields={"認定区分": "施設番号", "合計": "ない列"}, constants={}
    )

    assert set(what_is_missing(chosen, columns)) == {
        "対象年月", "事業所番号", "居住市区町村コード", "区分の列", "認定区分", "合計",
    }  # fmt: skip


# ---------------------------------------------------------------- in the browser, by the folder, by the API


def test_mapped_once_and_read_by_itself_afterwards(city, sakura, enrolment):
    refused = enrolment.post("/c/counts/", a_file(WIDE_LAYOUT))
    assert refused.status_code == 422
    assert "列の対応を決める" in text_of(refused)
    with city.open():
        draft = MappingDraft.objects.get()
    page = PAGE.format(draft.pk)

    first = enrolment.get(page).content.decode()
    chosen = offered(first)
    assert "次へ（名前をつける）" in first
    assert "meaning-6" not in chosen, "3歳 alone beside 3歳標準 is 1号; 5歳 may be anything"
    incomplete = enrolment.post(page, {**chosen, "shape": "wide", "payer_code": "129999"})
    assert incomplete.status_code == 422
    assert "「5歳」の意味：意味を選んでください。" in text_of(incomplete)
    done = enrolment.post(
        page, {**chosen, "shape": "wide", "payer_code": "129999", "meaning-6": "1号5歳教育標準時間"}
    )
    assert done["Location"] == f"{page}codes/"
    assert "コードの意味を選び、" not in enrolment.get(f"{page}codes/").content.decode()
    assert 'value="1号5歳教育標準時間" selected' in enrolment.get(page).content.decode()
    saved = enrolment.post(f"{page}codes/", {"name": "横長システム"})
    assert saved["Location"] == "/c/counts/"

    after = enrolment.post("/c/counts/", a_file(WIDE_LAYOUT))
    assert after.status_code == 302
    assert "「横長システム」で読み取りました" in text_of(enrolment.get(after["Location"]))
    listed = text_of(enrolment.get("/c/counts/mappings/"))
    assert "1行に1施設" in listed
    assert "2号 3歳 標準時間 3歳標準" in listed
    enrolment.post(f"{after['Location']}accept/")
    with city.open():
        (imported,) = CountImport.objects.all()
        assert (imported.layout, imported.summary["children"], imported.months) == ("wide", 22, ["2026-08"])
        assert ColumnMapping.objects.get().constants == {"居住市区町村コード": "129999"}


def test_two_columns_of_one_class_are_refused_at_the_second(city, sakura, enrolment):
    enrolment.post("/c/counts/", a_file(WIDE_LAYOUT))
    with city.open():
        page = PAGE.format(MappingDraft.objects.get().pk)
    chosen = offered(enrolment.get(page).content.decode())

    answer = enrolment.post(
        page,
        {**chosen, "shape": "wide", "payer_code": "12", "meaning-6": "2号3歳標準", "month": "fixed"},
    )

    page = text_of(answer)
    assert answer.status_code == 422
    assert (
        "「5歳」の意味：「3歳標準」と同じ区分です。どちらか1列にして、ほかは「使わない」を選んでください。"
        in page
    )
    assert "「年月」の意味：下で「ファイルを選ぶときに入力する」を選んでいます。" in page
    assert "すべての行で同じ市区町村コード：6桁の市区町村コードを入力してください。" in page


def test_what_has_no_column_is_asked_for_at_its_place(city, sakura, enrolment):
    enrolment.post("/c/counts/", a_file(WIDE_LAYOUT))
    with city.open():
        page = PAGE.format(MappingDraft.objects.get().pk)
    unused = {f"meaning-{place}": "unused" for place in range(len(WIDE_LAYOUT.splitlines()[0].split(",")))}

    answer = text_of(enrolment.post(page, {**unused, "shape": "wide", "month": "column", "payer": "column"}))

    assert (
        "対象年月：「対象年月」の列を上の表で選ぶか、「ファイルを選ぶときに入力する」にしてください。"
        in answer
    )
    assert "居住市区町村コード：「居住市区町村コード」の列を上の表で選ぶか、「すべての行で同じ」" in answer
    assert "事業所番号：列を選んでください。" in answer
    assert "区分の列：1列以上選んでください。" in answer


def test_either_shape_can_be_chosen_and_charges_have_one(city, sakura, enrolment):
    enrolment.post("/c/counts/", a_file(WIDE_LAYOUT))
    with city.open():
        page = PAGE.format(MappingDraft.objects.get().pk)

    assert 'name="meaning-0"' in enrolment.get(page).content.decode()
    assert 'name="column-0"' in enrolment.get(f"{page}?shape=long").content.decode()
    assert 'name="meaning-0"' in enrolment.get(f"{page}?shape=x").content.decode()
    enrolment.post("/c/charges/", a_file("年月,施設番号,保育料\n202608,1299900000901,1\n"))
    with city.open():
        page = PAGE.format(MappingDraft.objects.get().pk)
    charges = enrolment.get(f"{page}?shape=wide").content.decode()
    assert 'name="column-0"' in charges
    assert "ファイルの形" not in charges


def test_a_class_cannot_be_chosen_where_there_is_only_one_shape(city, sakura):
    with city.open(Role.ENROLMENT) as person:
        draft = mapping.begin(WIDE_LAYOUT.encode(), kind=FileKind.COUNTS, by=person, at=timezone.now())
        with pytest.raises(ProblemsFound, match="取り込む項目にありません"):
            mapping.choose_columns(draft.pk, fields=WIDE_COLUMNS, constants={}, by=person, at=timezone.now())


def test_the_folder_and_the_api_read_it_too(city, sakura, tmp_path, settings, monkeypatch):
    saved_wide_mapping(city)
    settings.COUNT_DROP_FOLDER = tmp_path
    monkeypatch.setattr(drops, "QUIET_SECONDS", -1)
    (tmp_path / "129999").mkdir()
    (tmp_path / "129999" / "wide.csv").write_bytes(WIDE_LAYOUT.encode("cp932"))

    tasks.read_drops()

    with city.open():
        assert not DropRefusal.objects.exists()
        (dropped,) = CountImport.objects.all()
        assert (dropped.mapping_name, dropped.sender) == ("横長システム", "フォルダ")
    sent = Client().post(
        "/api/v1/child-counts/",
        WIDE_LAYOUT.replace(",17,", ",18,").replace(",20\n", ",21\n").encode("cp932"),
        content_type="text/csv",
        headers={"Authorization": f"Bearer {api_token(city)[1]}"},
    )
    assert sent.status_code == 201
    with city.open():
        assert {one.mapping_name for one in CountImport.objects.all()} == {"横長システム"}
        assert sorted(one.summary["children"] for one in CountImport.objects.all()) == [22, 23]


def test_the_whole_city_in_a_foreign_wide_file(city):
    with scope(city.municipality.pk, None):
        make_facilities(city.municipality)
    content = JUNE.read_bytes().decode("cp932")
    headings = content.splitlines()[0].split(",")
    foreign = content.replace("対象年月,事業所番号,施設名,居住市区町村コード", "YM,FAC,園名称,CITY")
    fields = dict(zip(headings, foreign.splitlines()[0].split(","), strict=True))
    with city.open(Role.ENROLMENT) as person:
        draft = mapping.begin(foreign.encode("cp932"), kind=FileKind.COUNTS, by=person, at=timezone.now())
        mapping.choose_columns(
            draft.pk, fields=fields, constants={}, shape=Shape.WIDE, by=person, at=timezone.now()
        )
        mapping.save(draft.pk, name="横長", values={}, by=person, at=timezone.now())
    first = preview(city, content.encode("cp932"))
    with city.open(Role.ENROLMENT) as person:
        counts_import.accept(first.pk, by=person, at=timezone.now())

    second = preview(city, foreign.encode("cp932"))

    assert (second.summary["new"], second.summary["changed"]) == (0, 0)
    assert second.summary["unchanged"] == first.summary["new"]
