"""User charges by the other doors: another vendor's columns, the folder, the API. No amount is left on the way."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.record import SYSTEM
from claims import drops, tasks
from claims.imports import HeadingsUnknown
from claims.mapping import LAYOUTS, columns_of, kind_of, proposed_field
from claims.models import (
    ChargeImport,
    ColumnMapping,
    CountImport,
    DropRefusal,
    FileKind,
    MappingDraft,
    UserCharge,
)
from claims.operations import charges_import, drop_folder, mapping
from claims.queries.mappings import WITHOUT, HowToRead
from documents.reading import FileRefused, read_csv
from facilities.actors import Role
from facilities.api_clients import ApiScope
from facilities.operations import api_tokens
from facilities.rules import NotAllowed
from portal.views.api_schema import SCHEMA
from tests.access.subjects import (
    AUGUST,
    CHARGE_COLUMNS,
    CHARGES,
    OTHER_CHARGES,
    OTHER_LAYOUT,
    api_token,
    refused_drop,
    saved_charge_mapping,
    saved_mapping,
)
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

ADDRESS = "/api/v1/user-charges/"
LAYOUT = LAYOUTS[FileKind.CHARGES]
MOST_QUERIES = 12
OUR_CHARGES = CHARGES.format(month="令和8年6月分")


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


def a_file(content: str, **more: str) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile("負担額.csv", content.encode("cp932"), content_type="text/csv"),
        **more,
    }


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def preview(city: City, content: str, how: HowToRead | None = None) -> ChargeImport:
    with city.open(Role.ENROLMENT) as person:
        return charges_import.preview(
            content.encode("cp932"), by=person, at=timezone.now(), how=how or HowToRead()
        )


def charges_of(city: City) -> list[tuple[str, str, int, int, int, int]]:
    with city.open():
        return sorted(
            (
                row.facility.number[-3:],
                row.payer_code,
                row.charge_yen,
                row.national_charge_yen,
                row.exempt_2,
                row.exempt_1,
            )
            for row in UserCharge.objects.filter(superseded_at__isnull=True).select_related("facility")
        )


# ---------------------------------------------------------------- another vendor's columns


def test_mapped_once_and_read_by_itself_afterwards(city, sakura, enrolment):
    refused = enrolment.post("/c/charges/", a_file(OTHER_CHARGES))
    assert refused.status_code == 422
    assert "列の対応を決める" in text_of(refused)
    assert "金額は保存していません" in text_of(refused)
    assert "見出しだけを" in text_of(refused)
    with city.open():
        draft = MappingDraft.objects.get()
    page = f"/c/counts/mappings/drafts/{draft.pk}/"

    form = enrolment.get(page)
    assert "次へ（名前をつける）" in text_of(form)
    assert 'href="/c/charges/">やめる' in form.content.decode()
    chosen = dict(
        re.findall(
            r'<select name="(column-\d+)".*?<option value="(c\d+)" selected', form.content.decode(), re.DOTALL
        )
    )
    assert len(chosen) == 7
    columns = enrolment.post(page, chosen)
    assert columns["Location"] == f"{page}codes/"
    assert "コードの意味" not in text_of(enrolment.get(f"{page}codes/"))
    saved = enrolment.post(f"{page}codes/", {"name": "みほん徴収"})
    assert saved["Location"] == "/c/charges/"

    after = enrolment.post("/c/charges/", a_file(OTHER_CHARGES))
    assert after.status_code == 302
    assert "「みほん徴収」で読み取りました" in text_of(enrolment.get(after["Location"]))
    enrolment.post(f"{after['Location']}accept/")

    assert charges_of(city) == [
        ("901", "129998", 21000, 30000, 0, 0),
        ("901", "129999", 806600, 1090000, 9, 0),
    ]
    with city.open():
        one = ColumnMapping.objects.get()
        assert (one.kind, one.fields, one.values) == (FileKind.CHARGES, CHARGE_COLUMNS, {})


def test_of_a_file_of_charges_nothing_but_headings_waits_for_its_mapping(city, sakura, enrolment):
    # Small amounts look like codes; as codes they would be kept.
    small = OTHER_CHARGES.replace("806600", "800").replace("21000", "0").replace("1090000", "950")

    enrolment.post("/c/charges/", a_file(small))

    with city.open():
        kept = mapping.draft_of(MappingDraft.objects.get())
    assert kept.columns.headings == tuple(read_csv(small.encode("cp932")).headings)
    assert kept.columns.codes == {}


def test_an_amount_is_no_code_for_counts_either():
    content = "施設コード,利用区分,月額保育料,保護者負担金,調定額\n1,1,500,800,0\n"

    assert set(columns_of(read_csv(content.encode()), LAYOUTS[FileKind.COUNTS]).codes) == {
        "施設コード",
        "利用区分",
    }


def test_what_guardians_pay_is_an_amount_and_their_name_is_not():
    columns = columns_of(read_csv("処理年月,施設コード,保護者負担額合計\n202606,1,500\n".encode()), LAYOUT)

    assert proposed_field("利用者負担額合計", columns) == "保護者負担額合計"
    with pytest.raises(FileRefused, match="個人情報は取り込めません"):
        columns_of(read_csv("処理年月,施設コード,保護者\n202606,1,x\n".encode()), LAYOUT)


FOREIGN_CHARGES = """年月,園コード,園名称,市町村CD,徴収額合計,国徴収額,免除2,免除1
202606,1299900000901,さくら保育園,129999,806600,1090000,9,0
202606,1299900000902,すみれ 保育園,129998,21000,30000,0,0
"""


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
@pytest.mark.parametrize(
    "headings", ["", "YM,FAC,NAME,CITY,FEE,FEE_NATIONAL,EX2,EX1"], ids=["kanji", "latin"]
)
def test_a_file_without_one_heading_of_ours_is_asked_about_calmly_and_read(
    city, sakura, enrolment, headings, encoding
):
    first, lines = FOREIGN_CHARGES.split("\n", 1)
    raw = f"{headings or first}\n{lines}".encode(encoding)

    def file() -> dict[str, Any]:
        return {"file": SimpleUploadedFile("負担額.csv", raw, content_type="text/csv")}

    asked = enrolment.post("/c/charges/", file())
    page = text_of(asked)
    assert asked.status_code == 422
    assert page.index("列の対応を決める") < page.index("月ごとの状況")
    assert "金額は保存していません" in page
    assert "直すところ" not in page
    assert 'role="alert"' not in asked.content.decode()
    with city.open(Role.ENROLMENT) as person:
        row = MappingDraft.objects.get()
        draft = mapping.draft_of(row)
        assert draft.columns.codes == {}
        theirs = [heading for place, heading in enumerate(draft.columns.headings) if place != 2]
        ours = ["対象年月", "事業所番号", "居住市区町村コード", "利用者負担額合計", "国基準利用者負担額合計",
                "副食費免除人数2号", "副食費免除人数1号"]  # fmt: skip
        fields = dict(zip(ours, theirs, strict=True))
        mapping.choose_columns(row.pk, fields=fields, constants={}, by=person, at=timezone.now())
        mapping.save(row.pk, name="よそ", values={}, by=person, at=timezone.now())

    assert enrolment.post("/c/charges/", file()).status_code == 302
    with city.open():
        assert [one.mapping_name for one in ChargeImport.objects.all()] == ["よそ"]


def test_a_childs_name_in_a_foreign_file_is_refused_and_nothing_is_kept(city, sakura, enrolment):
    answer = enrolment.post("/c/charges/", a_file(FOREIGN_CHARGES.replace("すみれ 保育園", "見本 菊代")))

    assert answer.status_code == 422
    assert "個人情報は取り込めません" in text_of(answer)
    assert "菊代" not in text_of(answer)
    with city.open():
        assert not MappingDraft.objects.exists()
        assert not ChargeImport.objects.exists()


def test_each_page_offers_the_mappings_of_its_own_files(city, sakura, enrolment):
    saved_mapping(city, "児童数のほう")
    saved_charge_mapping(city, "負担額のほう")

    counts, charges = enrolment.get("/c/counts/"), enrolment.get("/c/charges/")

    assert "児童数のほう" in text_of(counts)
    assert "負担額のほう" not in text_of(counts)
    assert "負担額のほう" in text_of(charges)
    assert "児童数のほう" not in text_of(charges)
    both = text_of(enrolment.get("/c/counts/mappings/"))
    assert "児童数 児童数のほう" in both
    assert "利用者負担額 負担額のほう" in both


def test_a_mapping_of_counts_reads_no_charges(city, sakura):
    counts = saved_mapping(city)

    with pytest.raises(FileRefused, match="選び直してください"):
        preview(city, OTHER_CHARGES, HowToRead(str(counts.pk)))
    with pytest.raises(HeadingsUnknown):
        preview(city, OTHER_CHARGES)


def test_another_mapping_or_none_can_be_chosen(city, sakura, enrolment):
    saved_charge_mapping(city)

    answer = enrolment.post("/c/charges/", a_file(OTHER_CHARGES, mapping=WITHOUT))

    assert answer.status_code == 422
    assert "列の対応を決める" in text_of(answer)


def test_a_month_without_a_column_is_typed_with_the_file(city, sakura, enrolment):
    without = {name: theirs for name, theirs in CHARGE_COLUMNS.items() if name != "対象年月"}
    saved_charge_mapping(city, fields=without, constants={"対象年月": ""})

    assert 'name="month"' in enrolment.get("/c/charges/").content.decode()
    assert 'name="month"' not in enrolment.get("/c/counts/").content.decode()
    sent = enrolment.post("/c/charges/", a_file(OTHER_CHARGES, month="令和8年7月"))
    missing = enrolment.post("/c/charges/", a_file(OTHER_CHARGES))

    assert sent.status_code == 302
    assert missing.status_code == 422
    assert "対象年月を指定してください" in text_of(missing)


def test_problems_stand_under_the_files_own_headings_and_quote_no_amount(city, sakura, enrolment):
    saved_charge_mapping(city)

    answer = enrolment.post("/c/charges/", a_file(OTHER_CHARGES.replace("21000", "-7.5")))

    assert "3 保育料合計 0から99,999,999の整数で入力してください。" in text_of(answer)
    assert "7.5" not in text_of(answer)


def test_a_file_with_names_makes_no_draft(city, sakura, enrolment):
    lines = OTHER_CHARGES.splitlines()
    content = "\n".join([f"{lines[0]},対象者", *(f"{line},見本 太郎" for line in lines[1:])])

    answer = enrolment.post("/c/charges/", a_file(content))

    assert answer.status_code == 422
    assert "列の対応を決める" not in text_of(answer)
    assert "見本 太郎" not in text_of(answer)
    with city.open():
        assert not MappingDraft.objects.exists()


def test_the_record_of_a_mapping_names_its_kind_and_no_amount(city, sakura, enrolment):
    saved_charge_mapping(city)
    enrolment.post("/c/charges/", a_file(OTHER_CHARGES))

    (saved,) = events_of(city, "counts.mapping_saved")
    assert saved.detail["kind"] == "charges"
    for event in events_of(city):
        assert not re.search(r"806,?600|1,?090,?000", str(event.detail) + str(event.rows))


def test_a_file_of_the_other_kind_is_told_where_it_belongs(city, sakura, enrolment):
    charges = enrolment.post("/c/counts/", a_file(OUR_CHARGES))
    counts = enrolment.post("/c/charges/", a_file(AUGUST))

    assert "児童数ではなく、利用者負担額のファイルのようです" in text_of(charges)
    assert "利用者負担額ではなく、児童数のファイルのようです" in text_of(counts)
    with city.open():
        assert not MappingDraft.objects.exists()
        assert not CountImport.objects.exists()
        assert not ChargeImport.objects.exists()


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (AUGUST.splitlines()[0].split(","), FileKind.COUNTS),
        (["対象年月", "事業所番号", "居住市区町村コード", "3号0歳標準"], FileKind.COUNTS),
        (OUR_CHARGES.splitlines()[0].split(","), FileKind.CHARGES),
        (["対象年月", "事業所番号", "居住市区町村コード"], None),
        (["初日在籍数", "利用者負担額合計"], None),
        (OTHER_LAYOUT.splitlines()[0].split(","), None),
        (OTHER_CHARGES.splitlines()[0].split(","), None),
    ],
)
def test_our_own_headings_say_what_a_file_brings(headings, kind):
    assert kind_of(headings) == kind


def test_a_kind_that_nobody_knows_cannot_be_stored(city, sakura):
    one = saved_charge_mapping(city)

    with city.open(), pytest.raises(IntegrityError), transaction.atomic():
        ColumnMapping.objects.filter(pk=one.pk).update(kind="fees")


def test_ten_mappings_cost_as_many_queries_as_one(city, sakura, enrolment):
    def cost() -> int:
        enrolment.get("/c/charges/")
        with CaptureQueriesContext(connection) as queries:
            assert enrolment.get("/c/charges/").status_code == 200
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    saved_charge_mapping(city)
    few = cost()
    for name in "乙丙丁戊己庚辛壬癸":
        saved_charge_mapping(city, name)
    many = cost()

    assert few == many <= MOST_QUERIES


def test_nothing_but_people_decides(city, sakura):
    imported = preview(city, OUR_CHARGES)
    with city.open():
        for decide in (charges_import.accept, charges_import.discard):
            with pytest.raises(NotAllowed):
                decide(imported.pk, by=SYSTEM, at=timezone.now())
    assert charges_of(city) == []


# ---------------------------------------------------------------- the folder


@pytest.fixture
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """青葉台市's folder; files in it count as finished at once."""
    settings.COUNT_DROP_FOLDER = tmp_path / "drop"
    monkeypatch.setattr(drops, "QUIET_SECONDS", -1)
    own = tmp_path / "drop" / "129999"
    own.mkdir(parents=True)
    return own


def lay(folder: Path, content: str, name: str = "charges.csv") -> None:
    (folder / name).write_bytes(content.encode("cp932"))


def refusals_of(city: City) -> list[DropRefusal]:
    with city.open():
        return list(DropRefusal.objects.all())


def imports_of(city: City) -> list[ChargeImport]:
    with city.open():
        return list(ChargeImport.objects.all())


def test_the_folder_tells_charges_from_counts_by_their_headings(
    city, sakura, folder, enrolment, run_jobs, mail_folder
):
    lay(folder, OUR_CHARGES, "a.csv")
    lay(folder, AUGUST, "b.csv")

    tasks.read_drops()

    assert list(folder.iterdir()) == []
    (imported,) = imports_of(city)
    assert (imported.sender, imported.summary["rows"]) == ("フォルダ", 2)
    with city.open():
        assert CountImport.objects.count() == 1
    assert charges_of(city) == [], "nothing is accepted by itself"
    page = f"/c/charges/imports/{imported.pk}/"
    assert "フォルダ から届きました" in text_of(enrolment.get(page))
    run_jobs()
    (told,) = [text for file in mail_folder.iterdir() if page in (text := file.read_text())]
    assert city.people[Role.ENROLMENT].address in told
    assert not re.search(r"806,?600|1,?090,?000", told)
    assert enrolment.post(f"{page}accept/").status_code == 302
    assert len(charges_of(city)) == 2
    (arrived,) = events_of(city, "charges.arrived")
    assert (arrived.actor_label, arrived.entrance, arrived.rows) == (
        "自動処理",
        "folder",
        {"import": [str(imported.pk)]},
    )


def test_a_mapping_tells_what_other_headings_bring(city, sakura, folder):
    saved_mapping(city)
    saved_charge_mapping(city)
    lay(folder, OTHER_CHARGES, "a.csv")
    lay(folder, OTHER_LAYOUT, "b.csv")

    tasks.read_drops()

    assert [one.mapping_name for one in imports_of(city)] == ["みほん徴収"]
    with city.open():
        assert [one.mapping_name for one in CountImport.objects.all()] == ["みほんシステム"]
    assert refusals_of(city) == []


def test_headings_nobody_knows_are_refused_with_the_way_to_a_mapping(city, sakura, folder, enrolment):
    lay(folder, OTHER_CHARGES)

    tasks.read_drops()

    (refusal,) = refusals_of(city)
    assert refusal.kind == ""
    assert imports_of(city) == []
    assert "どちらのファイルか判断できません" in text_of(enrolment.get("/c/counts/"))
    assert "判断できません" not in text_of(enrolment.get("/c/charges/"))
    with city.open():
        assert not MappingDraft.objects.exists(), "nobody is there to choose columns"


def test_a_refused_file_of_charges_leaves_its_problems_and_no_amount(
    city, sakura, folder, enrolment, run_jobs, mail_folder
):
    lay(folder, OUR_CHARGES.replace(",21000,", ",-7.5,").replace("129999,806600", "129999,八万"))

    tasks.read_drops()
    run_jobs()

    assert list(folder.iterdir()) == []
    (refusal,) = refusals_of(city)
    assert (refusal.kind, refusal.problem_count) == (FileKind.CHARGES, 2)
    page = enrolment.get("/c/charges/")
    assert "フォルダから届いた利用者負担額のファイルを受け付けられませんでした" in text_of(page)
    assert "3 利用者負担額合計 0から99,999,999の整数で入力してください。" in text_of(page)
    assert "受け付けられませんでした" not in text_of(enrolment.get("/c/counts/"))
    (mail,) = [file.read_text() for file in mail_folder.iterdir()]
    assert "/c/charges/" in mail
    assert "利用者負担額のファイル" in mail
    for said in (str(refusal.problems), mail, str([(one.detail, one.rows) for one in events_of(city)])):
        assert "7.5" not in said
        assert "八万" not in said
    (refused,) = events_of(city, "counts.drop_refused")
    assert (refused.outcome, refused.detail["kind"]) == ("refused", "charges")
    seen = enrolment.post(f"/c/counts/drops/{refusal.pk}/dismiss/")
    assert seen["Location"] == "/c/charges/"
    assert refusals_of(city) == []


def test_a_file_with_names_is_refused_for_its_names_even_when_nobody_knows_its_kind(city, sakura, folder):
    lines = OTHER_CHARGES.splitlines()
    lay(folder, "\n".join([f"{lines[0]},対象者", *(f"{line},見本 太郎" for line in lines[1:])]))

    tasks.read_drops()

    (refusal,) = refusals_of(city)
    assert "個人情報は取り込めません" in str(refusal.problems)
    assert "太郎" not in str(refusal.problems) + str([one.detail for one in events_of(city)])


def test_what_was_refused_of_charges_is_for_the_enrolment_section_alone(city, sakura):
    refused_drop(city, OUR_CHARGES.replace("1299900000901", "1299900000999"))
    officer = sign_in(city.people[Role.OFFICER])

    assert "登録されていません" not in text_of(officer.get("/c/counts/"))
    assert officer.get("/c/charges/").status_code == 403
    (refusal,) = refusals_of(city)
    with city.open(Role.OFFICER) as person, pytest.raises(NotAllowed):
        drop_folder.dismiss(refusal.pk, by=person)


def test_killed_before_deleting_it_is_not_previewed_twice(city, sakura, folder, monkeypatch):
    lay(folder, OUR_CHARGES)
    with monkeypatch.context() as killed:
        killed.setattr(drops.DropFolder, "take_away", lambda *_: None)
        tasks.read_drops()

    tasks.read_drops()

    assert len(imports_of(city)) == 1
    assert list(folder.iterdir()) == []
    assert [event.detail["repeated"] for event in events_of(city, "charges.arrived")] == [False, True]


def test_ten_refusals_cost_the_page_as_many_queries_as_one(city, sakura, enrolment):
    def cost() -> int:
        enrolment.get("/c/charges/")
        with CaptureQueriesContext(connection) as queries:
            assert enrolment.get("/c/charges/").status_code == 200
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    bad = OUR_CHARGES.replace("1299900000901", "1299900000999")
    refused_drop(city, bad)
    few = cost()
    for more in range(3):
        refused_drop(city, bad.replace("806600", f"80{more}600"))
    many = cost()

    assert few == many <= MOST_QUERIES


# ---------------------------------------------------------------- the API


@pytest.fixture
def token(city: City) -> str:
    return api_token(city, scopes=(ApiScope.USER_CHARGES_WRITE,))[1]


def send(token: str, content: str = OUR_CHARGES, *, to: str = ADDRESS, query: str = "") -> Any:
    """As another system would: a body and a token, no session, no cookie."""
    return Client(raise_request_exception=False).post(
        to + query,
        content.encode("cp932"),
        content_type="text/csv",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_what_is_sent_waits_for_the_enrolment_section(city, sakura, token, run_jobs, mail_folder):
    answer = send(token)

    (imported,) = imports_of(city)
    assert answer.status_code == 201
    assert answer.json() == {
        "import_id": str(imported.pk),
        "status": "previewed",
        "months": ["2026-06"],
        "summary": imported.summary,
    }
    assert charges_of(city) == [], "nothing is accepted by itself"
    run_jobs()
    (mail,) = [
        text
        for file in mail_folder.iterdir()
        if city.people[Role.ENROLMENT].address in (text := file.read_text())
    ]
    assert f"/c/charges/imports/{imported.pk}/" in mail
    for said in (mail, answer.content.decode(), str([one.detail for one in events_of(city)])):
        assert not re.search(r"806,?600|1,?090,?000", said)
    enrolment = sign_in(city.people[Role.ENROLMENT])
    page = f"/c/charges/imports/{imported.pk}/"
    assert "API：基幹システム から届きました" in text_of(enrolment.get(page))
    assert "API：基幹システム" in text_of(enrolment.get("/c/charges/"))
    assert enrolment.post(f"{page}accept/").status_code == 302
    assert len(charges_of(city)) == 2


def test_the_same_file_again_is_the_same_preview(city, sakura, token):
    first, second = send(token), send(token)

    assert [first.status_code, second.status_code] == [201, 200]
    assert first.json() == second.json()
    assert [event.actor_label for event in events_of(city, "charges.arrived")] == ["基幹システム"] * 2


def test_a_token_for_counts_sends_no_charges_and_the_other_way_round(city, sakura, token):
    _, of_counts = api_token(city)

    assert send(of_counts).status_code == 403
    assert send(token, AUGUST, to="/api/v1/child-counts/").status_code == 403
    assert [event.detail["page"] for event in events_of(city, "facilities.api_denied")] == [
        "api:user_charges",
        "api:child_counts",
    ]
    assert imports_of(city) == []


def test_the_operation_asks_for_the_scope_itself_and_no_token_decides(city, sakura, token):
    _, of_counts = api_token(city)
    with city.open():
        right, wrong = (api_tokens.authenticate(one, at=timezone.now()) for one in (token, of_counts))
        with pytest.raises(NotAllowed):
            charges_import.preview(OUR_CHARGES.encode("cp932"), by=wrong, at=timezone.now())
        sent = charges_import.preview(OUR_CHARGES.encode("cp932"), by=right, at=timezone.now())
        for decide in (charges_import.accept, charges_import.discard):
            with pytest.raises(NotAllowed):
                decide(sent.pk, by=right, at=timezone.now())


def test_every_problem_has_its_place_and_quotes_no_amount(city, sakura, token):
    answer = send(token, OUR_CHARGES.replace(",21000,", ",-7.5,").replace("0901,129999", "0999,129999"))

    assert answer.status_code == 422
    assert [(one["line"], one["column"]) for one in answer.json()["errors"]] == [
        (2, "事業所番号"),
        (3, "利用者負担額合計"),
    ]
    assert "7.5" not in answer.content.decode()
    assert imports_of(city) == []
    (refused,) = events_of(city, "charges.refused")
    assert (refused.actor_label, refused.entrance, refused.outcome) == ("基幹システム", "api", "refused")


def test_another_layout_needs_its_mapping_and_may_need_its_month(city, sakura, token):
    unknown = send(token, OTHER_CHARGES)
    without = {name: theirs for name, theirs in CHARGE_COLUMNS.items() if name != "対象年月"}
    saved_charge_mapping(city, fields=without, constants={"対象年月": ""})

    answers = [send(token, OTHER_CHARGES, query=query) for query in ("", "?month=2026-07")]

    assert [unknown.status_code, *(answer.status_code for answer in answers)] == [422, 422, 201]
    assert imports_of(city)[0].months == ["2026-07"]
    with city.open():
        assert not MappingDraft.objects.exists()


def test_a_file_of_counts_is_refused_as_what_it_is(city, sakura, token):
    answer = send(token, AUGUST)

    assert answer.status_code == 422
    assert "児童数のファイルのようです" in answer.json()["errors"][0]["message"]


def test_the_answer_has_the_form_of_the_schema(city, sakura, token):
    described = json.loads(SCHEMA.read_text())
    known = described["components"]["schemas"]["ChargeImport"]

    body = send(token).json()

    assert set(body) == set(known["required"]) == set(known["properties"])
    assert set(body["summary"]) == set(known["properties"]["summary"]["required"])
    assert all(type(value) is int for value in body["summary"].values())


def test_the_administrator_chooses_what_a_token_may_send(city):
    page = sign_in(city.people[Role.ADMINISTRATOR]).get("/c/api-tokens/")

    assert "利用者負担額のファイルを送る" in text_of(page)
    assert "/api/v1/user-charges/" in text_of(page)
