"""Files of other vendors: mapped once in the browser, read by themselves afterwards, never a name kept."""

import csv
import io
import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from claims.imports import KnownFacility, understand
from claims.mapping import (
    LAYOUTS,
    MOST_CODES,
    Columns,
    Correspondence,
    applied,
    columns_of,
    has_unknown_codes,
    proposed_field,
    proposed_value,
    readdressed,
    what_is_missing,
)
from claims.models import ColumnMapping, CountImport, FileKind, MappingDraft
from claims.operations import counts_import, mapping
from claims.operations.previews import CodesUnknown
from claims.queries.mappings import WITHOUT, HowToRead
from claims.tasks import empty_expired_previews
from documents.reading import FileRefused, read_csv
from facilities.actors import Role
from facilities.models import FacilityDetail
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from portal.demo.facilities import FOLDER, make_facilities
from tests.access.subjects import CODES, COLUMNS, OTHER_LAYOUT, mapping_draft, saved_mapping
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

MOST_QUERIES = 12
COUNTS = LAYOUTS[FileKind.COUNTS]
APRIL = FOLDER / "child_counts_2026-04_cp932.csv"
SAKURA = {"1299900000901": KnownFacility("1299900000901", "さくら保育園", 90)}
THEIR_CERTIFICATION = {"1号": "1", "2号": "2", "3号": "3"}
THEIR_AGE = {"満3": "9", **{str(age): str(age) for age in range(6)}}
THEIR_HOURS = {"標準": "1", "短時間": "2", "教育標準時間": ""}
ALL_CODES = {
    "認定区分": {theirs: ours for ours, theirs in THEIR_CERTIFICATION.items()},
    "年齢": {theirs: ours for ours, theirs in THEIR_AGE.items()},
    "保育必要量": {theirs: ours for ours, theirs in THEIR_HOURS.items()},
}


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


def a_file(content: str | bytes, **more: str) -> dict[str, Any]:
    raw = content.encode("cp932") if isinstance(content, str) else content
    return {"file": SimpleUploadedFile("児童数.csv", raw, content_type="text/csv"), **more}


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def as_their_system_writes(content: bytes) -> bytes:
    """The demo's long file, as another vendor's system would have exported it."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["処理年月", "種別", *[name for name in COLUMNS.values() if name != "処理年月"]])
    for row in csv.DictReader(io.StringIO(content.decode("cp932"))):
        writer.writerow(
            [
                "202604",
                "A",
                row["事業所番号"],
                row["居住市区町村コード"],
                THEIR_CERTIFICATION[row["認定区分"]],
                THEIR_AGE[row["年齢"]],
                THEIR_HOURS[row["保育必要量"]],
                row["初日在籍数"],
            ]
        )
    return written.getvalue().encode("cp932")


def reading(**changes: Any) -> Correspondence:
    return Correspondence(
        **{"headings": tuple(COLUMNS.values()), "fields": COLUMNS, "values": CODES, **changes}
    )


def preview(city: City, content: str | bytes, how: HowToRead | None = None) -> CountImport:
    raw = content.encode("cp932") if isinstance(content, str) else content
    with city.open(Role.ENROLMENT) as person:
        return counts_import.preview(raw, by=person, at=timezone.now(), how=how or HowToRead())


# ---------------------------------------------------------------- pure


def test_a_vendors_file_says_the_same_as_the_long_layout():
    content = APRIL.read_bytes()
    numbers = {row["事業所番号"] for row in csv.DictReader(io.StringIO(content.decode("cp932")))}
    known = {number: KnownFacility(number, "", 0) for number in numbers}
    table = read_csv(as_their_system_writes(content))
    how = reading(headings=tuple(table.headings), values=ALL_CODES)

    ours = understand(read_csv(content), known)
    theirs = understand(applied(table, how), known)

    assert theirs.rows == ours.rows
    assert len(theirs.rows) > 1000
    assert theirs.months == ours.months


def test_an_unknown_code_is_addressed_by_the_files_own_line_and_heading():
    content = OTHER_LAYOUT.replace(",2,3,1,17", ",7,3,9,-17") + "\n\n202608,1299900000901,129999,2,4,1,x\n"
    table = read_csv(content.encode())

    with pytest.raises(FileRefused) as refusal:
        understand(applied(table, reading()), SAKURA)
    problems = [str(problem) for problem in readdressed(refusal.value.problems, reading())]

    assert has_unknown_codes(table, reading())
    assert [problem.split("：")[0] for problem in problems] == [
        "2行目「支給認定区分」",
        "2行目「必要量コード」",
        "2行目「人数」",
        "3行目「施設コード」",
        "6行目「クラス年齢」",
        "6行目「人数」",
    ]
    assert "「7」は列の対応で意味が決まっていません" in problems[0]


def test_an_unknown_cell_that_is_no_code_is_not_quoted():
    content = OTHER_LAYOUT.replace(",2,3,1,17", ",見本太郎,3,1,17")

    with pytest.raises(FileRefused) as refusal:
        understand(applied(read_csv(content.encode()), reading()), SAKURA)

    assert "見本" not in str(refusal.value)
    assert "この値は列の対応で意味が決まっていません" in str(refusal.value)


def test_a_constant_stands_on_every_line_and_is_blamed_once():
    without = {name: theirs for name, theirs in COLUMNS.items() if name != "居住市区町村コード"}
    content = OTHER_LAYOUT.replace("902,", "901,")
    fixed = reading(fields=without, constants={"居住市区町村コード": "129999"})
    wrong = reading(fields=without, constants={"居住市区町村コード": "12999"})

    rows = understand(applied(read_csv(content.encode()), fixed), SAKURA).rows
    with pytest.raises(FileRefused) as refusal:
        understand(applied(read_csv(content.encode()), wrong), SAKURA)

    assert {row.payer_code for row in rows} == {"129999"}
    (problem,) = readdressed(refusal.value.problems, wrong)
    assert str(problem).startswith("「居住市区町村コード」") or not problem.line


def test_a_month_without_a_column_is_typed_with_each_file():
    without = {name: theirs for name, theirs in COLUMNS.items() if name != "対象年月"}
    how = reading(fields=without, constants={"対象年月": ""})
    table = read_csv(OTHER_LAYOUT.replace("902,", "901,").encode())

    assert understand(applied(table, how, month="令和8年7月"), SAKURA).months == ["2026-07"]
    for nothing in ("", "七月", "2010-04"):
        with pytest.raises(FileRefused, match="対象年月を指定してください"):
            applied(table, how, month=nothing)


def test_a_heading_that_is_gone_is_named():
    content = OTHER_LAYOUT.replace("クラス年齢", "歳児クラス")

    with pytest.raises(FileRefused) as refusal:
        applied(read_csv(content.encode()), reading())

    assert [(problem.line, problem.column) for problem in refusal.value.problems] == [(1, "クラス年齢")]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("氏名", "x"),
        ("対象者", "見本 太郎"),
        ("備考", "2022/05/13"),
        ("電話", "1"),
        ("連絡", "090-1234-5678"),
    ],
)
def test_a_column_that_looks_personal_is_never_kept_and_never_read(heading, cell):
    lines = OTHER_LAYOUT.splitlines()
    content = "\n".join([f"{lines[0]},{heading}", *(f"{line},{cell}" for line in lines[1:])])
    table = read_csv(content.encode())

    for ask in (
        lambda: columns_of(table, COUNTS),
        lambda: applied(table, reading(headings=tuple(table.headings))),
    ):
        with pytest.raises(FileRefused) as refusal:
            ask()
        assert "個人情報は取り込めません" in str(refusal.value)
        assert cell not in str(refusal.value).replace("1", "") or cell in {"x", "1"}


def test_of_a_column_that_may_hold_names_only_the_heading_is_kept():
    lines = OTHER_LAYOUT.splitlines()
    names = ["見本太郎", "中保"]
    content = "\n".join([f"{lines[0]},担当区分", *map(",".join, zip(lines[1:], names, strict=True))])

    columns = columns_of(read_csv(content.encode()), COUNTS)

    assert "担当区分" in columns.headings
    assert "担当区分" not in columns.codes
    assert set(columns.codes) == {"支給認定区分", "クラス年齢", "必要量コード"}
    assert "見本" not in str(columns.as_json())


@pytest.mark.parametrize(
    "first",
    [
        "見本太郎,さくら保育園,2",
        "202608,1299900000901,129999",
        "太郎,花子,人数",
        "令和8年6月,施設,人数",
        "令和元年,施設,人数",
        "Yamada,Hanako,NORIKO",
    ],
)
def test_a_file_without_headings_is_not_kept(first):
    with pytest.raises(FileRefused, match="見出しの行がないようです"):
        columns_of(read_csv(f"{first}\n1,2,3\n4,5,6\n".encode()), COUNTS)


def test_too_many_codes_are_no_codes():
    content = "施設コード,種別コード\n" + "".join(f"1,{n}\n" for n in range(MOST_CODES + 1))

    assert "種別コード" not in columns_of(read_csv(content.encode()), COUNTS).codes


@given(st.text(max_size=200))
def test_any_cell_is_judged_at_once(text):
    content = io.StringIO()
    csv.writer(content).writerows([["施設コード", "区分コード"], ["1", text.replace("\r", "") or "0"]])

    with suppress(FileRefused):
        columns_of(read_csv(content.getvalue().encode("utf-8", "ignore")), COUNTS)


def test_what_is_likely_is_proposed():
    columns = columns_of(read_csv(OTHER_LAYOUT.encode()), COUNTS)

    assert {heading: proposed_field(heading, columns) for heading in COLUMNS} == COLUMNS
    assert [proposed_value("認定区分", code) for code in ("2", "2号", "2号認定", "X")] == [
        "2号",
        "2号",
        "2号",
        None,
    ]
    assert [proposed_value("保育必要量", code) for code in ("保育短時間", "1", "")] == ["短時間", None, None]
    assert [proposed_value("途中入退所", code) for code in ("", "0", "退", "9")] == ["", "", "退", None]


def test_everything_that_is_missing_is_said_at_once():
    columns = Columns(("施設コード", "人数", "区分"), {"区分": ("1",)})
    chosen = Correspondence(
        columns.headings,
        {"事業所番号": "施設コード", "年齢": "人数", "初日在籍数": "施設コード", "認定区分": "ない列"},
        {"居住市区町村コード": "12", "対象年月": "2026-06"},
    )

    assert set(what_is_missing(chosen, columns)) == {
        "対象年月", "居住市区町村コード", "認定区分", "年齢", "保育必要量", "初日在籍数",
    }  # fmt: skip


# ---------------------------------------------------------------- in the browser


def test_mapped_once_and_read_by_itself_afterwards(city, sakura, enrolment):
    refused = enrolment.post("/c/counts/", a_file(OTHER_LAYOUT))
    assert refused.status_code == 422
    assert "列の対応を決める" in text_of(refused)
    assert "人数は保存していません" in text_of(refused)
    with city.open():
        draft = MappingDraft.objects.get()
    page = f"/c/counts/mappings/drafts/{draft.pk}/"

    form = enrolment.get(page).content.decode()
    chosen = dict(
        re.findall(r'<select name="(column-\d+)".*?<option value="(c\d+)" selected', form, re.DOTALL)
    )
    assert len(chosen) == 7
    columns = enrolment.post(page, chosen)
    assert columns["Location"] == f"{page}codes/"
    incomplete = enrolment.post(f"{page}codes/", {"name": "みほんシステム"})
    assert incomplete.status_code == 422
    meanings = {
        "code-0-0": "1",
        "code-0-1": "2",
        "code-1-0": "0",
        "code-1-1": "4",
        "code-2-0": "0",
        "code-2-1": "1",
    }
    saved = enrolment.post(f"{page}codes/", {"name": "みほんシステム", **meanings})
    assert saved["Location"] == "/c/counts/"
    assert "「みほんシステム」を保存しました" in text_of(enrolment.get("/c/counts/"))

    after = enrolment.post("/c/counts/", a_file(OTHER_LAYOUT))
    assert after.status_code == 302
    assert "「みほんシステム」で読み取りました" in text_of(enrolment.get(after["Location"]))
    enrolment.post(f"{after['Location']}accept/")
    with city.open():
        assert not MappingDraft.objects.exists()
        (imported,) = CountImport.objects.all()
        assert (imported.mapping_name, imported.summary["children"]) == ("みほんシステム", 19)
        one = ColumnMapping.objects.get()
        assert (one.fields, one.values) == (COLUMNS, CODES)
        assert one.made_by == city.people[Role.ENROLMENT].pk


def test_the_same_counts_as_the_long_layout(city):
    with scope(city.municipality.pk, None):
        make_facilities(city.municipality)
    theirs = as_their_system_writes(APRIL.read_bytes())
    with city.open(Role.ENROLMENT) as person:
        draft = mapping.begin(theirs, kind=FileKind.COUNTS, by=person, at=timezone.now())
        mapping.choose_columns(draft.pk, fields=COLUMNS, constants={}, by=person, at=timezone.now())
        mapping.save(draft.pk, name="別のシステム", values=ALL_CODES, by=person, at=timezone.now())
    first = preview(city, APRIL.read_bytes())
    with city.open(Role.ENROLMENT) as person:
        counts_import.accept(first.pk, by=person, at=timezone.now())

    second = preview(city, theirs)

    assert (second.summary["new"], second.summary["changed"]) == (0, 0)
    assert second.summary["unchanged"] == first.summary["new"] == 172


def test_problems_of_a_mapped_file_stand_under_its_own_headings(city, sakura, enrolment):
    saved_mapping(city)

    answer = enrolment.post("/c/counts/", a_file(OTHER_LAYOUT.replace("901,", "999,")))

    assert answer.status_code == 422
    assert "2 施設コード この事業所番号の施設は登録されていません" in text_of(answer)
    with city.open():
        assert not MappingDraft.objects.exists()
        assert not CountImport.objects.exists()


def test_a_new_code_is_added_to_the_mapping_that_did_not_know_it(city, sakura, enrolment):
    before = saved_mapping(city)
    content = OTHER_LAYOUT.replace("129999,2,3,1,17", "129999,2,5,1,17")

    answer = enrolment.post("/c/counts/", a_file(content))
    assert "新しいコードがあります" in text_of(answer)
    assert "2 クラス年齢 「5」は列の対応で意味が決まっていません" in text_of(answer)
    with city.open(Role.ENROLMENT) as person:
        draft = MappingDraft.objects.get()
        codes = {**CODES, "年齢": {"0": "0", "5": "5"}}
        mapping.save(draft.pk, name=before.name, values=codes, by=person, at=timezone.now())

    with city.open():
        (after,) = ColumnMapping.objects.all()
        assert after.pk == before.pk
        assert after.values["年齢"] == {"0": "0", "3": "3", "5": "5"}
    assert preview(city, content).summary["children"] == 19


def test_another_mapping_or_none_can_be_chosen(city, sakura, enrolment):
    saved_mapping(city)
    page = enrolment.get("/c/counts/").content.decode()
    assert 'name="mapping"' in page
    assert "みほんシステム" in page

    answer = enrolment.post("/c/counts/", a_file(OTHER_LAYOUT, mapping=WITHOUT))

    assert answer.status_code == 422
    assert "列の対応を決める" in text_of(answer)
    with pytest.raises(FileRefused, match="選び直してください"):
        preview(city, OTHER_LAYOUT, HowToRead("00000000-0000-4000-8000-000000000000"))


FOREIGN = {
    "kanji": """年月,園コード,園名称,市町村CD,支給認定,クラス年齢,時間区分,人数
202608,1299900000901,さくら保育園,129999,B,3,11,17
202608,1299900000902,すみれ保育園,129999,C,0,08,2
""",
    "latin": """YM,FAC,NAME,CITY,CERT,AGE,HOURS,NUM
2026/08/01,1299900000901,さくら保育園,129999,B,3,11,17
2026/08/01,1299900000902,すみれ 保育園,129999,C,0,08,2
""",
}


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_a_file_without_one_heading_of_ours_is_asked_about_calmly_and_read(
    city, sakura, enrolment, content, encoding
):
    first = enrolment.post("/c/counts/", a_file(content.encode(encoding)))

    page = text_of(first)
    assert first.status_code == 422
    assert "はじめての見出しのファイルです" in page
    assert page.index("列の対応を決める") < page.index("月ごとの状況")
    assert "直すところ" not in page
    assert "見出しがありません" not in page
    assert 'role="alert"' not in first.content.decode()
    with city.open():
        draft = MappingDraft.objects.get()
    assert "さくら" not in str(mapping.draft_of(draft).as_json())
    address = f"/c/counts/mappings/drafts/{draft.pk}/"
    form = enrolment.get(address).content.decode()
    chosen = re.findall(r'<select name="(column-\d+)".*?<option value="(c\d+)" selected', form, re.DOTALL)
    assert len(chosen) == 8
    assert enrolment.post(address, dict(chosen))["Location"] == f"{address}codes/"
    meanings = dict(
        zip(("code-0-0", "code-0-1", "code-1-0", "code-1-1", "code-2-0", "code-2-1"), "120410", strict=True)
    )
    assert enrolment.post(f"{address}codes/", {"name": "よそ", **meanings})["Location"] == "/c/counts/"
    again = enrolment.post("/c/counts/", a_file(content.encode(encoding)))
    assert again.status_code == 302
    with city.open():
        (imported,) = CountImport.objects.all()
        assert (imported.summary["children"], imported.months) == (19, ["2026-08"])


def test_a_childs_name_under_a_foreign_heading_is_still_refused_and_nothing_is_kept(city, sakura, enrolment):
    for name in ("見本太郎", "見本 太郎"):
        content = FOREIGN["latin"].replace("すみれ 保育園", name)

        answer = enrolment.post("/c/counts/", a_file(content))

        assert answer.status_code == 422
        assert "個人情報は取り込めません" in text_of(answer)
        assert "何も保存していません" in text_of(answer) or "ファイルは保存していません" in text_of(answer)
        assert "列の対応を決める" not in text_of(answer)
        assert name not in text_of(answer)
    with city.open():
        assert not MappingDraft.objects.exists()
        assert not CountImport.objects.exists()


def test_a_mapped_file_is_checked_for_names_again_every_time(city, sakura, enrolment):
    columns = {
        **COLUMNS,
        **dict(zip(COLUMNS, ("YM", "FAC", "CITY", "CERT", "AGE", "HOURS", "NUM"), strict=True)),
    }
    codes = {
        "認定区分": {"B": "2号", "C": "3号"},
        "年齢": CODES["年齢"],
        "保育必要量": {"11": "標準", "08": "短時間"},
    }
    with city.open(Role.ENROLMENT) as person:
        draft = mapping.begin(FOREIGN["latin"].encode(), kind=FileKind.COUNTS, by=person, at=timezone.now())
        mapping.choose_columns(draft.pk, fields=columns, constants={}, by=person, at=timezone.now())
        mapping.save(draft.pk, name="よそ", values=codes, by=person, at=timezone.now())

    assert preview(city, FOREIGN["latin"]).summary["children"] == 19
    with pytest.raises(FileRefused, match="個人情報は取り込めません"):
        preview(city, FOREIGN["latin"].replace("さくら保育園", "見本太郎"))


def test_a_former_name_of_a_facility_is_nobodys_either(city, sakura, enrolment):
    with city.open():
        facility = sakura.facility
        FacilityDetail.objects.create(
            municipality=city.municipality,
            facility=facility,
            from_day=facility.opened_on,
            name="つぼみ館",
            postal_code="",
            location="",
            ownership=facility.ownership,
        )

    answer = enrolment.post("/c/counts/", a_file(FOREIGN["latin"].replace("さくら保育園", "つぼみ館")))

    assert "列の対応を決める" in text_of(answer)


def test_a_file_with_no_headings_at_all_is_told_so(city, sakura, enrolment):
    answer = enrolment.post("/c/counts/", a_file(FOREIGN["kanji"].split("\n", 1)[1]))

    assert answer.status_code == 422
    assert "見出しの行がないようです" in text_of(answer)
    assert "列の対応を決める" not in text_of(answer)


def test_headings_that_are_nearly_ours_may_also_be_put_right(city, sakura, enrolment):
    ours = "対象年月,事業所番号,居住市区町村コード,認定区分,クラス年齢,保育必要量,初日在籍数"
    answer = enrolment.post("/c/counts/", a_file(f"{ours}\n202608,1299900000901,129999,2号,3,標準,17\n"))

    page = text_of(answer)
    assert page.index("列の対応を決める") < page.index("見出しを直すとき（2か所）")
    assert "1行目「年齢」：この列がありません" in page
    assert "直すところ" not in page


def test_a_file_with_names_makes_no_draft(city, sakura, enrolment):
    lines = OTHER_LAYOUT.splitlines()
    content = "\n".join([f"{lines[0]},対象者", *(f"{line},見本 太郎" for line in lines[1:])])

    answer = enrolment.post("/c/counts/", a_file(content))

    assert answer.status_code == 422
    assert "列の対応を決める" not in text_of(answer)
    assert "個人情報は取り込めません" in text_of(answer)
    assert "見本 太郎" not in text_of(answer)
    with city.open():
        assert not MappingDraft.objects.exists()


def test_the_draft_is_sealed_and_expires(city, sakura, enrolment):
    draft = mapping_draft(city)
    assert b"\xe5\x8c\xba" not in bytes(draft.content_sealed)
    assert "1299900000901" not in str(mapping.draft_of(draft))
    with city.open():
        MappingDraft.objects.update(
            made_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(seconds=1)
        )
    late = enrolment.post(f"/c/counts/mappings/drafts/{draft.pk}/", {})
    assert late.status_code == 422
    assert "期限が過ぎました" in text_of(late)
    with city.open(Role.ENROLMENT) as person, pytest.raises(NotAllowed, match="期限が過ぎました"):
        mapping.save(draft.pk, name="x", values=CODES, by=person, at=timezone.now())

    empty_expired_previews()
    empty_expired_previews()

    with city.open():
        assert not MappingDraft.objects.exists()
    assert len(events_of(city, "counts.mapping_drafts_expired")) == 1


def test_a_name_is_there_once_and_can_be_changed(city, sakura, enrolment):
    one, other = saved_mapping(city, "甲"), saved_mapping(city, "乙")

    taken = enrolment.post(f"/c/counts/mappings/{other.pk}/rename/", {"name": "甲"})
    empty = enrolment.post(f"/c/counts/mappings/{other.pk}/rename/", {"name": " "})
    done = enrolment.post(f"/c/counts/mappings/{other.pk}/rename/", {"name": "丙　丁"})
    enrolment.post(f"/c/counts/mappings/{one.pk}/delete/")

    assert (taken.status_code, empty.status_code, done.status_code) == (422, 422, 302)
    assert "この名前の対応がすでにあります" in text_of(taken)
    with city.open():
        assert [row.name for row in ColumnMapping.objects.all()] == ["丙 丁"]
    draft = mapping_draft(city)
    with city.open(Role.ENROLMENT) as person, pytest.raises(ProblemsFound, match="すでにあります"):
        mapping.save(draft.pk, name="丙 丁", values=CODES, by=person, at=timezone.now())


def test_what_was_read_by_a_deleted_mapping_keeps_its_name(city, sakura, enrolment):
    one = saved_mapping(city)
    imported = preview(city, OTHER_LAYOUT)

    enrolment.post(f"/c/counts/mappings/{one.pk}/delete/")

    assert "「みほんシステム」で読み取りました" in text_of(enrolment.get(f"/c/counts/imports/{imported.pk}/"))


def test_a_code_without_meaning_cannot_be_saved(city, sakura):
    draft = mapping_draft(city)
    with city.open(Role.ENROLMENT) as person, pytest.raises(ProblemsFound) as problems:
        mapping.save(draft.pk, name="", values={"年齢": {"0": "100"}}, by=person, at=timezone.now())

    assert len(problems.value.problems) == 7


def test_another_city_neither_sees_nor_uses_it(city, sakura):
    one = saved_mapping(city)
    there = make_city("129998", "緑野市")
    neighbour = sign_in(there.people[Role.ENROLMENT])

    assert "みほんシステム" not in text_of(neighbour.get("/c/counts/mappings/"))
    for act in ("rename", "delete"):
        assert neighbour.post(f"/c/counts/mappings/{one.pk}/{act}/", {"name": "x"}).status_code == 404
    with pytest.raises(FileRefused):
        preview(there, OTHER_LAYOUT, HowToRead(str(one.pk)))
    with there.open():
        assert ColumnMapping._base_manager.count() == 0
    with pytest.raises(DatabaseError), transaction.atomic(), scope(there.municipality.pk, None):
        ColumnMapping._base_manager.filter().create(
            municipality=city.municipality, name="x", headings=[], fields={}, made_at=timezone.now(),
            made_by=one.made_by,
        )  # fmt: skip


def test_the_operations_section_looks_and_does_not_change(city, sakura):
    one = saved_mapping(city)
    officer = sign_in(city.people[Role.OFFICER])

    page = officer.get("/c/counts/mappings/")

    assert "みほんシステム" in text_of(page)
    assert "削除する" not in text_of(page)
    assert "入園課だけ" in text_of(officer.post(f"/c/counts/mappings/{one.pk}/delete/"))


@pytest.mark.parametrize("where", ["/c/counts/", "/c/counts/mappings/", "draft", "codes"])
def test_ten_mappings_cost_as_many_queries_as_one(city, sakura, enrolment, where):
    draft = mapping_draft(city)
    address = {"draft": f"/c/counts/mappings/drafts/{draft.pk}/"}.get(where, where)
    address = f"/c/counts/mappings/drafts/{draft.pk}/codes/" if where == "codes" else address

    def cost() -> int:
        enrolment.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert enrolment.get(address).status_code == 200
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    with city.open():
        one = ColumnMapping.objects.create(
            municipality=city.municipality, name="甲", headings=[], fields=COLUMNS, values=CODES,
            made_at=timezone.now(), made_by=city.people[Role.ENROLMENT].pk,
        )  # fmt: skip
    few = cost()
    with city.open():
        for name in "乙丙丁戊己庚辛壬癸":
            one.pk, one.name = None, name
            one._state.adding = True
            one.id = ColumnMapping._meta.pk.get_default()
            one.save(force_insert=True)
    many = cost()

    assert few == many <= MOST_QUERIES


def test_a_file_that_its_mapping_does_not_know_is_refused_on_the_command_line_too(city, sakura):
    saved_mapping(city)

    with pytest.raises(CodesUnknown):
        preview(city, OTHER_LAYOUT.replace(",2,3,1,17", ",2,3,8,17"))
