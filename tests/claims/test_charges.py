"""User charges: the core system's files as they are, bad files with their sentences, versions, and who sees what."""

import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.charges import Amounts, ChargeRow, Children, reveals_a_family
from claims.models import ChargeImport, Claim, MonthClosing, UserCharge
from claims.operations import charges_import, previews
from claims.operations.previews import MonthsClosed
from claims.states import ImportStatus
from claims.tasks import empty_expired_previews
from documents.reading import FileRefused
from facilities.actors import Role
from facilities.models import Facility, FacilityKind, Municipality, Ownership, Suspension
from facilities.rules import NotAllowed
from facilities.scope import scope
from portal.demo.facilities import FOLDER, make_facilities
from tests.cast import (
    JUNE,
    MAY,
    NURSERY_CELLS,
    Browser,
    City,
    Nursery,
    give_counts,
    make_city,
    make_facility,
    sign_in,
)
from tests.claims.stage import ready_claim
from tests.record import events_of

SAMPLES = {
    "user_charges_2026-04_cp932.csv": "2026-04",
    "user_charges_2026-05_cp932.csv": "2026-05",
    "user_charges_2026-06_cp932.csv": "2026-06",
}
APRIL_FILE = "user_charges_2026-04_cp932.csv"
HEADINGS = (
    "対象年月,事業所番号,居住市区町村コード,利用者負担額合計,国基準利用者負担額合計,"
    "副食費免除人数2号,副食費免除人数1号"
)
SAKURA, SUMIRE = "1299900000901", "1299900000902"
OWN, NEIGHBOUR = "129999", "129998"
HIDDEN = "3人未満のため表示しません"
MOST_QUERIES = 12


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def big_city(city: City) -> City:
    with scope(city.municipality.pk, None):
        make_facilities(city.municipality)
    return city


@pytest.fixture
def enrolment(city: City) -> Browser:
    return sign_in(city.people[Role.ENROLMENT])


@pytest.fixture
def officer(city: City) -> Browser:
    return sign_in(city.people[Role.OFFICER])


def line(
    charge: Any = 806600,
    national: Any = 1090000,
    exempt_2: Any = 9,
    exempt_1: Any = 0,
    *,
    number: str = SAKURA,
    payer: str = OWN,
    month: str = "2026/06",
) -> str:
    return f"{month},{number},{payer},{charge},{national},{exempt_2},{exempt_1}"


def file_of(*lines: str) -> bytes:
    return "\r\n".join([HEADINGS, *lines, ""]).encode("cp932")


def preview(city: City, content: bytes) -> ChargeImport:
    with city.open(Role.ENROLMENT) as enrolment:
        return charges_import.preview(content, by=enrolment, at=timezone.now())


def accept(city: City, imported: ChargeImport) -> ChargeImport:
    with city.open(Role.ENROLMENT) as enrolment:
        return charges_import.accept(imported.pk, by=enrolment, at=timezone.now())


def bring_in(city: City, *lines: str) -> ChargeImport:
    return accept(city, preview(city, file_of(*lines)))


def remarks_of(city: City, *lines: str) -> list[str]:
    imported = preview(city, file_of(*lines))
    with city.open():
        return charges_import.kept_preview(imported).remarks


def standing(city: City) -> list[tuple[str, str, int, int]]:
    """Facility, municipality, version and yen of every row that stands."""
    with city.open():
        rows = UserCharge.objects.filter(superseded_at__isnull=True).select_related("facility")
        return sorted((row.facility.number[-3:], row.payer_code, row.version, row.charge_yen) for row in rows)


def a_file(content: bytes) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("利用者負担額.csv", content, content_type="text/csv")}


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def shown_rows(answer: Any) -> set[str]:
    return set(re.findall(r'data-row="([0-9a-f-]{36})"', answer.content.decode()))


def recorded_rows(city: City) -> set[str]:
    """The rows of the last event."""
    return {row for rows in events_of(city)[-1].rows.values() for row in rows}


# ---------------------------------------------------------------- the core system's files


@pytest.mark.parametrize(("file", "month"), SAMPLES.items())
def test_a_sample_file_imports_as_it_is(big_city, file, month):
    content = (FOLDER / file).read_bytes()
    lines = list(csv.DictReader(io.StringIO(content.decode("cp932"))))

    imported = accept(big_city, preview(big_city, content))

    assert (imported.encoding, imported.months) == ("cp932", [month])
    assert imported.summary["rows_new"] == imported.summary["rows"] == len(lines) == 209
    with big_city.open():
        stored = {
            (row.facility.number, row.payer_code): (
                row.charge_yen,
                row.national_charge_yen,
                row.exempt_2,
                row.exempt_1,
            )
            for row in UserCharge.objects.select_related("facility")
        }
    assert stored == {
        (said["事業所番号"], said["居住市区町村コード"]): tuple(map(int, list(said.values())[3:]))
        for said in lines
    }


def test_a_sample_file_twice_changes_nothing(big_city):
    content = (FOLDER / APRIL_FILE).read_bytes()
    accept(big_city, preview(big_city, content))

    second = accept(big_city, preview(big_city, content))

    assert (second.summary["rows_new"], second.summary["rows_unchanged"]) == (0, 209)
    with big_city.open():
        assert UserCharge.objects.count() == 209


@pytest.mark.parametrize("month", ["令和8年6月", "令和8年6月分", "R8.6", "2026/06", "２０２６年６月"])
@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_months_and_encodings_are_read_as_people_write_them(city, sakura, month, encoding):
    content = f"{HEADINGS}\n{line('８０６，６００'.replace('，', ''), month=month)}\n".encode(encoding)

    imported = accept(city, preview(city, content))

    assert imported.months == ["2026-06"]
    assert standing(city) == [("901", OWN, 1, 806600)]


# ---------------------------------------------------------------- bad files


def a_table(*lines: str) -> bytes:
    return "\n".join(lines).encode("cp932")


NUMBER_RANGE = "0から99,999,999の整数で入力してください。"
BAD: dict[str, tuple[bytes, list[str]]] = {
    "a missing column": (
        a_table(HEADINGS.replace(",国基準利用者負担額合計", ""), "2026/06,1299900000901,129999,806600,9,0"),
        ["1行目「国基準利用者負担額合計」：この列がありません。見出しを確認してください。"],
    ),
    "no headings": (
        a_table(line(), line(payer=NEIGHBOUR)),
        [f"1行目：見出しがありません。「{HEADINGS}」のような見出しをつけて書き出してください。"],
    ),
    "another column": (
        a_table(f"{HEADINGS},備考", f"{line()},済"),
        ["1行目：8列目の見出しは使えません。列を消すか、見出しを直してください。"],
    ),
    "negative": (
        file_of(line(-500, national=-1)),
        [
            f"2行目「利用者負担額合計」：{NUMBER_RANGE}",
            f"2行目「国基準利用者負担額合計」：{NUMBER_RANGE}",
        ],
    ),
    "not a number": (
        file_of(line("八十万", exempt_2="あり")),
        [
            f"2行目「利用者負担額合計」：{NUMBER_RANGE}",
            "2行目「副食費免除人数2号」：0から999の整数で入力してください。",
        ],
    ),
    "yen with a point": (
        file_of(line("1000.5")),
        [f"2行目「利用者負担額合計」：{NUMBER_RANGE}"],
    ),
    "empty cells": (
        file_of(line("", exempt_1="")),
        [
            "2行目「利用者負担額合計」：空です。0のときも0と入力してください。",
            "2行目「副食費免除人数1号」：空です。0のときも0と入力してください。",
        ],
    ),
    "too large numbers": (
        file_of(line(100_000_000, exempt_2=1000)),
        [
            f"2行目「利用者負担額合計」：{NUMBER_RANGE}",
            "2行目「副食費免除人数2号」：0から999の整数で入力してください。",
        ],
    ),
    "an unknown facility": (
        file_of(line(number="9999900000001")),
        ["2行目「事業所番号」：この事業所番号の施設は登録されていません。番号を確認してください。"],
    ),
    "a number the spreadsheet broke": (
        file_of(line(number="1.3E+12")),
        [
            "2行目「事業所番号」：番号が「1.3E+12」のような形に崩れています。"
            "セルの書式を文字列にして、書き出し直してください。"
        ],
    ),
    "a municipality without its zero": (
        file_of(line(payer="11002")),
        [
            "2行目「居住市区町村コード」：6桁の市区町村コードを入力してください"
            "（先頭の0が消えていないか確認してください）。"
        ],
    ),
    "a double line": (
        file_of(line(), line(payer=NEIGHBOUR), line(1)),
        ["4行目：2行目と同じ施設・市区町村です。1行にまとめてください。"],
    ),
    "a wrong month": (
        file_of(line(month="6月ごろ"), line(month="平成20年4月")),
        [
            "2行目「対象年月」：年月として読めません。「令和8年6月」や「2026/06」の形で入力してください。",
            "3行目「対象年月」：平成27年4月より前の月は取り込めません。対象年月を確認してください。",
        ],
    ),
    "names in it": (
        a_table(f"{HEADINGS},児童氏名", f"{line()},見本 太郎"),
        [
            "8列目の見出しに、子どもの氏名・生年月日・住所などの個人情報が含まれているようです。"
            "個人情報は取り込めません。人数だけのファイルを選んでください。ファイルは保存していません。"
        ],
    ),
    "names instead of numbers": (
        file_of(line("見本 太郎"), line("見本 花子", payer=NEIGHBOUR)),
        [
            "4列目の内容に、子どもの氏名・生年月日・住所などの個人情報が含まれているようです。"
            "個人情報は取り込めません。人数だけのファイルを選んでください。ファイルは保存していません。"
        ],
    ),
    "a formula": (
        file_of(line("=SUM(A1:A9)")),
        ["2行目「利用者負担額合計」：計算式のように見えます。式ではなく値で書き出してください。"],
    ),
    "a short line": (
        file_of("2026/06,1299900000901,129999"),
        ["2行目：列が足りません。見出しと同じ数の列にしてください。"],
    ),
    "empty": (b"", ["ファイルが空です。書き出し直したファイルを選んでください。"]),
    "headings alone": (
        file_of(),
        ["見出しだけで、行がありません。書き出し直したファイルを選んでください。"],
    ),
    "UTF-16": (
        f"{HEADINGS}\n{line()}\n".encode("utf-16"),
        ["文字コードがUTF-16か、文字以外のデータです。UTF-8かShift_JISのCSVで書き出してください。"],
    ),
    "EUC-JP": (
        f"{HEADINGS}\n{line()}\n".encode("euc-jp"),
        ["1行目：文字コードを読み取れません。UTF-8かShift_JISのCSVで書き出してください。"],
    ),
    "a workbook": (
        b"PK\x03\x04....",
        ["Excelブックか圧縮ファイルのようです。CSV形式で書き出したファイルを選んでください。"],
    ),
    "several at once": (
        file_of(line(-1), line(number="9999900000001", payer="1", exempt_2="x")),
        [
            f"2行目「利用者負担額合計」：{NUMBER_RANGE}",
            "3行目「事業所番号」：この事業所番号の施設は登録されていません。番号を確認してください。",
            "3行目「居住市区町村コード」：6桁の市区町村コードを入力してください"
            "（先頭の0が消えていないか確認してください）。",
            "3行目「副食費免除人数2号」：0から999の整数で入力してください。",
        ],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_answered_with_every_problem_and_leaves_nothing(city, sakura, name):
    content, sentences = BAD[name]

    with pytest.raises(FileRefused) as refusal:
        preview(city, content)

    assert [str(problem) for problem in refusal.value.problems] == sentences
    with city.open():
        assert not ChargeImport.objects.exists()
        assert not UserCharge.objects.exists()
    assert "見本" not in str(refusal.value)


def test_a_facility_that_is_not_run_in_the_month_is_refused(city, sakura):
    with city.open():
        sakura.facility.closed_on = MAY.first_day
        sakura.facility.save()

    with pytest.raises(FileRefused, match="令和8年5月分で廃止されています"):
        preview(city, file_of(line()))


def test_another_citys_facility_is_as_unknown_as_one_that_does_not_exist(city, sakura):
    there = make_city(NEIGHBOUR, "緑野市")
    make_facility(there, "こもれび保育園", number="1299800000901")

    said = []
    for number in ("1299800000901", "9999900000001"):
        with pytest.raises(FileRefused) as refusal:
            preview(city, file_of(line(number=number)))
        said.append(str(refusal.value))

    assert said[0] == said[1]


def close_june(city):
    with city.open(Role.CHIEF) as chief:
        MonthClosing.objects.create(
            municipality=city.municipality,
            month=JUNE.first_day,
            closed_at=timezone.now(),
            closed_by=chief.user_id,
        )


def test_a_file_of_a_closed_month_is_refused_before_anybody_looks_at_it(city, sakura):
    close_june(city)

    with pytest.raises(MonthsClosed) as refusal:
        preview(city, file_of(line()))

    assert str(refusal.value) == (
        "令和8年6月分は締められているため、取り込めません。こども施設運営課に締めの解除を依頼してください。"
    )


def test_a_month_closed_after_the_preview_is_refused(city, sakura):
    imported = preview(city, file_of(line()))
    close_june(city)

    with pytest.raises(NotAllowed, match="令和8年6月分は締められているため、取り込めません。"):
        accept(city, imported)
    assert standing(city) == []


def test_charges_are_expected_of_the_facilities_of_the_month(city, sakura, enrolment):
    for name, number in (("やすみ", 2), ("これから", 3), ("もと", 4), ("べつ", 5)):
        make_facility(city, name, number=f"129990000090{number}")
    with city.open():
        Facility.objects.filter(name="これから").update(opened_on="2026-12-01")
        Facility.objects.filter(name="もと").update(closed_on="2026-05-31")
        Suspension.objects.create(
            municipality=city.municipality,
            facility=Facility.objects.get(name="やすみ"),
            from_month=MAY.first_day,
            reason="改修",
        )
    accept(city, preview(city, file_of(line())))

    listed = enrolment.get("/c/charges/").content.decode()
    month = enrolment.get("/c/charges/2026-06/").content.decode()

    assert (
        '<td class="number" data-label="届いた施設">1 / 2<span class="sub">ほか休園中 1</span></td>' in listed
    )
    assert "1 / 2施設（ほかに休園中 1）" in month


# ---------------------------------------------------------------- remarks


def test_what_does_not_fit_the_counts_is_said_and_refuses_nothing(city, sakura):
    make_facility(city, "すみれ保育園", number=SUMIRE)
    give_counts(sakura, JUNE, (("2", "3", "standard", 5), ("3", "0", "standard", 4)))

    said = remarks_of(
        city,
        line(30000, 20000, 6, 1),
        line(payer=NEIGHBOUR),
        line(number=SUMIRE),
        line(number=SUMIRE, payer=NEIGHBOUR),
    )

    assert said == [
        "2行目「利用者負担額合計」：国基準の額を超えています。金額を確認してください。",
        "令和8年6月分の児童数がまだ届いていません（すみれ保育園）。人数と突き合わせた確認はしていません。",
        "3行目：さくら保育園：この市区町村の子どもは、児童数にいません。市区町村コードか児童数を確認してください。",
        "2行目「副食費免除人数2号」：さくら保育園：6人は、児童数の2号（5人）より多くなっています。"
        "人数を確認してください。",
        "2行目「副食費免除人数1号」：さくら保育園：1人は、児童数の1号（0人）より多くなっています。"
        "人数を確認してください。",
    ]


def test_a_month_without_any_counts_is_one_remark(big_city):
    imported = preview(big_city, (FOLDER / APRIL_FILE).read_bytes())

    with big_city.open():
        (remark,) = charges_import.kept_preview(imported).remarks
    assert remark.startswith("令和8年4月分の児童数がまだ届いていません（")
    assert "ほか169施設" in remark


def test_what_fits_is_not_remarked(city, sakura):
    give_counts(sakura, JUNE)

    assert remarks_of(city, line()) == []


def test_a_month_far_ahead_and_several_months_are_remarks(city, sakura):
    give_counts(sakura, JUNE)

    assert remarks_of(city, line(), line(month="令和22年1月"))[:2] == [
        "令和22年1月分は先の月です。対象年月が正しいか確認してください。",
        "このファイルには2か月分（令和8年6月分・令和22年1月分）が入っています。",
    ]


# ---------------------------------------------------------------- versions


def test_nothing_stands_before_it_is_accepted_and_the_preview_is_sealed(city, sakura):
    imported = preview(city, file_of(line()))

    assert standing(city) == []
    assert b"806600" not in bytes(imported.preview_sealed)
    assert "806600" not in json.dumps(imported.summary)


def test_a_corrected_file_makes_a_new_version_of_what_differs_and_keeps_the_old(city, sakura):
    bring_in(city, line(), line(21000, 30000, 0, 0, payer=NEIGHBOUR))

    second = bring_in(city, line(801200), line(21000, 30000, 0, 0, payer=NEIGHBOUR))

    assert standing(city) == [("901", NEIGHBOUR, 1, 21000), ("901", OWN, 2, 801200)]
    assert (second.summary["rows_changed"], second.summary["rows_unchanged"]) == (1, 1)
    with city.open():
        old = UserCharge.objects.get(superseded_at__isnull=False)
        assert (old.version, old.charge_yen, old.superseded_in_id) == (1, 806600, second.pk)


@pytest.mark.parametrize("corrected", [{"national": 1}, {"exempt_2": 1}, {"exempt_1": 1}])
def test_every_figure_alone_makes_a_new_version(city, sakura, corrected):
    bring_in(city, line())

    assert bring_in(city, line(**corrected)).summary["rows_changed"] == 1


def test_a_file_speaks_for_the_whole_month_of_the_facilities_it_names(city, sakura):
    make_facility(city, "すみれ保育園", number=SUMIRE)
    bring_in(city, line(), line(21000, payer=NEIGHBOUR), line(300, number=SUMIRE))

    second = bring_in(city, line())

    assert standing(city) == [("901", OWN, 1, 806600), ("902", OWN, 1, 300)]
    assert (second.summary["rows_gone"], second.summary["missing"]) == (1, 1)


def test_what_comes_back_is_the_next_version(city, sakura):
    bring_in(city, line(), line(21000, payer=NEIGHBOUR))
    bring_in(city, line())

    bring_in(city, line(), line(21000, payer=NEIGHBOUR))

    assert ("901", NEIGHBOUR, 2, 21000) in standing(city)


def test_other_months_are_left_alone(city, sakura):
    bring_in(city, line(1, month="2026/05"))

    bring_in(city, line(2))

    assert standing(city) == [("901", OWN, 1, 1), ("901", OWN, 1, 2)]


def test_claims_do_not_change(city, sakura):
    claim = ready_claim(sakura)

    bring_in(city, line())

    with city.open():
        again = Claim.objects.get(pk=claim.pk)
    assert (again.total_yen, again.content_hash) == (claim.total_yen, claim.content_hash)


# ---------------------------------------------------------------- waiting, ending


def test_an_overtaken_preview_must_be_made_again(city, sakura):
    first, second = preview(city, file_of(line())), preview(city, file_of(line(5)))
    accept(city, first)

    with pytest.raises(NotAllowed, match="ほかの取込で利用者負担額が変わりました"):
        accept(city, second)

    assert standing(city) == [("901", OWN, 1, 806600)]


def test_a_preview_is_decided_once(city, sakura):
    imported = bring_in(city, line())

    with pytest.raises(NotAllowed, match="すでに終わっています"):
        accept(city, imported)
    with city.open(Role.ENROLMENT) as enrolment, pytest.raises(NotAllowed, match="すでに終わっています"):
        charges_import.discard(imported.pk, by=enrolment, at=timezone.now())


def test_an_expired_preview_is_emptied_and_cannot_be_accepted(city, sakura):
    imported = preview(city, file_of(line()))
    with city.open():
        ChargeImport.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    with pytest.raises(NotAllowed, match="期限が過ぎました"):
        accept(city, imported)
    empty_expired_previews()
    empty_expired_previews()

    with city.open():
        imported = ChargeImport.objects.get()
    assert (imported.status, imported.preview_sealed) == (ImportStatus.EXPIRED, None)
    assert len(events_of(city, "charges.expired")) == 1
    with pytest.raises(NotAllowed, match="期限が過ぎました"):
        accept(city, imported)


def test_a_preview_opens_only_in_its_own_row(city, sakura):
    first, second = preview(city, file_of(line())), preview(city, file_of(line(5)))
    second.preview_sealed = first.preview_sealed

    with pytest.raises(Exception, match="damaged or moved"):
        charges_import.kept_preview(second)


def test_what_breaks_half_way_stores_nothing(city, sakura, monkeypatch):
    bring_in(city, line())
    imported = preview(city, file_of(line(5)))

    def power_cut(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(UserCharge.objects, "bulk_create", power_cut)
    monkeypatch.setattr("claims.operations.charges_import.UserCharge.objects", UserCharge.objects)
    with pytest.raises(RuntimeError):
        accept(city, imported)

    assert standing(city) == [("901", OWN, 1, 806600)]
    with city.open():
        assert ChargeImport.objects.get(pk=imported.pk).status == ImportStatus.PREVIEWED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [True, False])
def test_two_people_accepting_at_once_make_one_version(same):
    city = make_city()
    make_facility(city)
    first = preview(city, file_of(line()))
    waiting = [first, first] if same else [first, preview(city, file_of(line()))]
    together = Barrier(2, timeout=30)

    def one(imported: ChargeImport) -> str:
        try:
            together.wait()
            accept(city, imported)
        except NotAllowed as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "accepted"

    with ThreadPoolExecutor(2) as both:
        ended = sorted(both.map(one, waiting))

    assert ended == sorted(["accepted", previews.ENDED if same else charges_import.OVERTAKEN])
    assert standing(city) == [("901", OWN, 1, 806600)]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR])
def test_only_the_enrolment_section_brings_in_and_decides(city, sakura, role):
    imported = preview(city, file_of(line()))

    with city.open(role) as person:
        with pytest.raises(NotAllowed, match="入園課だけ"):
            charges_import.preview(file_of(line()), by=person, at=timezone.now())
        for decide in (charges_import.accept, charges_import.discard):
            with pytest.raises(NotAllowed, match="入園課だけ"):
                decide(imported.pk, by=person, at=timezone.now())

    assert standing(city) == []


def test_a_kept_row_comes_back_as_it_was():
    row = ChargeRow(2, "2026-06", SAKURA, OWN, Amounts(806600, 1090000, 9, 1))

    assert ChargeRow.from_json(json.loads(json.dumps(row.as_json()))) == row


# ---------------------------------------------------------------- what the database holds true


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("charge_yen", {"charge_yen": -1}),
        ("user_charge_is_plausible", {"charge_yen": 100_000_000}),
        ("national_charge_yen", {"national_charge_yen": -1}),
        ("user_charge_ceiling_is_plausible", {"national_charge_yen": 100_000_000}),
        ("user_charge_exemptions_are_plausible", {"exempt_1": 1000}),
        ("user_charge_exemptions_are_plausible", {"exempt_2": 1000}),
        ("user_charge_month_is_a_first_day", {"month": "2026-06-02"}),
        ("user_charge_payer_is_a_code", {"payer_code": "12999"}),
        ("user_charge_version_begins_at_one", {"version": 0}),
        ("user_charge_superseded_by_an_import", {"superseded_at": "2026-06-02T00:00:00Z"}),
        ("one_current_user_charge", {"payer_code": OWN}),
        ("user_charge_version_once", {"payer_code": OWN, "version": 1, "ended": True}),
    ],
)
def test_the_database_refuses_what_cannot_be(city, sakura, rule, wrong):
    imported = bring_in(city, line())
    row = {
        "month": JUNE.first_day,
        "payer_code": NEIGHBOUR,
        "version": 2,
        "charge_yen": 1,
        "national_charge_yen": 1,
        "exempt_2": 0,
        "exempt_1": 0,
        **wrong,
    }
    if row.pop("ended", False):
        row |= {"superseded_at": timezone.now(), "superseded_in": imported}

    with city.open(), pytest.raises(IntegrityError, match=rule), transaction.atomic():
        UserCharge.objects.create(
            municipality=city.municipality,
            facility=sakura.facility,
            source=imported,
            arrived_at=timezone.now(),
            **row,
        )


def test_a_facility_finds_its_own_rows_only_and_no_imports(city, sakura):
    sumire = make_facility(city, "すみれ保育園", number=SUMIRE)
    bring_in(city, line(), line(number=SUMIRE))

    with sumire.open():
        assert set(UserCharge._base_manager.values_list("facility_id", flat=True)) == {sumire.facility.pk}
        assert not ChargeImport._base_manager.exists()
    there = make_city(NEIGHBOUR, "緑野市")
    with there.open():
        assert not UserCharge._base_manager.exists()
        assert not ChargeImport._base_manager.exists()


# ---------------------------------------------------------------- the enrolment section's pages


def test_a_file_is_uploaded_looked_at_and_accepted(city, sakura, enrolment):
    give_counts(sakura, JUNE)
    assert "利用者負担額" in text_of(enrolment.get("/c/counts/"))

    after = enrolment.post("/c/charges/", a_file(file_of(line())))
    page = text_of(enrolment.get(after["Location"]))
    assert standing(city) == []
    accepted = enrolment.post(f"{after['Location']}accept/")

    assert after.status_code == accepted.status_code == 302
    assert "令和8年6月分の利用者負担額の取込" in page
    assert f"さくら保育園 {SAKURA} 青葉台市 新規 なし 806,600 — 1,090,000 9・0" in page
    assert standing(city) == [("901", OWN, 1, 806600)]
    done = text_of(enrolment.get(accepted["Location"]))
    assert "利用者負担額を取り込みました（1行）" in done
    assert "806,600" in done
    assert "令和8年6月分 1 / 1 1 806,600 1,090,000" in text_of(enrolment.get("/c/charges/"))


def test_a_corrected_file_shows_old_new_and_difference_before_and_after(city, sakura, enrolment):
    Municipality.objects.create(code=NEIGHBOUR, name="緑野市")
    bring_in(city, line(), line(21000, payer=NEIGHBOUR))

    after = enrolment.post("/c/charges/", a_file(file_of(line(801200, exempt_2=8))))

    for _ in ("before", "after"):
        page = text_of(enrolment.get(after["Location"]))
        assert f"さくら保育園 {SAKURA} 青葉台市 変更 806,600 801,200 −5,400" in page
        assert "利用者負担額（円） 806,600 801,200 −5,400" in page
        assert "副食費免除 2号（人） 9 8 −1" in page
        assert f"さくら保育園 {SAKURA} 緑野市（管外） なくなる 21,000 なし −21,000" in page
        assert "国基準の額（円） 1,090,000" not in page
        enrolment.post(f"{after['Location']}accept/")


def test_an_import_is_searched_by_name_and_kind(city, sakura, enrolment):
    make_facility(city, "すみれ保育園", number=SUMIRE)
    bring_in(city, line())
    after = enrolment.post("/c/charges/", a_file(file_of(line(5), line(number=SUMIRE))))

    changed = text_of(enrolment.get(f"{after['Location']}?show=changed"))
    named = text_of(enrolment.get(f"{after['Location']}?words=すみれ"))
    nothing = text_of(enrolment.get(f"{after['Location']}?show=unchanged"))

    assert SAKURA in changed
    assert SUMIRE not in changed
    assert SUMIRE in named
    assert SAKURA not in named
    assert "当てはまる行がありません" in nothing


def test_the_same_file_again_says_that_nothing_changes(city, sakura, enrolment):
    bring_in(city, line())
    after = enrolment.post("/c/charges/", a_file(file_of(line())))
    assert "変わる行はありません" in text_of(enrolment.get(after["Location"]))

    accepted = enrolment.post(f"{after['Location']}accept/")

    assert "変わった行はありません" in text_of(enrolment.get(accepted["Location"]))


def test_what_is_discarded_changes_nothing_and_cannot_be_accepted(city, sakura, enrolment):
    after = enrolment.post("/c/charges/", a_file(file_of(line())))

    enrolment.post(f"{after['Location']}discard/")
    late = enrolment.post(f"{after['Location']}accept/")

    assert late.status_code == 422
    assert "すでに終わっています" in text_of(late)
    assert standing(city) == []


def test_a_refused_file_names_every_place(city, sakura, enrolment):
    answer = enrolment.post("/c/charges/", a_file(file_of(line(-3), line(number="9999900000001"))))

    assert answer.status_code == 422
    page = text_of(answer)
    assert "直すところが2件あります" in page
    assert f"2 利用者負担額合計 {NUMBER_RANGE}" in page
    assert "3 事業所番号 この事業所番号の施設は登録されていません" in page
    (event,) = events_of(city, "charges.refused")
    assert set(event.detail) == {"file_hash", "problems"}
    assert "見本" not in json.dumps(event.detail, ensure_ascii=False)


def test_no_file_and_a_file_too_large_are_said_at_the_field(city, enrolment):
    nothing = enrolment.post("/c/charges/", {})
    large = enrolment.post("/c/charges/", a_file(b"0,1,2,3,4,5,6,7\n" * (6 * 1024 * 64)))

    assert (nothing.status_code, large.status_code) == (422, 422)
    assert "利用者負担額のCSVファイル：ファイルを選んでください。" in text_of(nothing)
    assert "ファイルが大きすぎます（5MBまで）" in text_of(large)


def test_another_citys_import_looks_like_one_that_does_not_exist(city, sakura, enrolment):
    after = enrolment.post("/c/charges/", a_file(file_of(line())))
    there = make_city(NEIGHBOUR, "緑野市")
    nowhere = "/c/charges/imports/00000000-0000-4000-8000-000000000000/"

    for role in (Role.ENROLMENT, Role.OFFICER):
        neighbour = sign_in(there.people[role])
        for act in ("", "accept/", "discard/"):
            ask = neighbour.post if act else neighbour.get
            real, unreal = ask(after["Location"] + act), ask(nowhere + act)
            assert (real.status_code, unreal.status_code) == (404, 404)
            assert real.content == unreal.content


def test_a_month_shows_every_row_and_who_has_none(city, sakura, enrolment):
    make_facility(city, "すみれ保育園", number=SUMIRE)
    give_counts(sakura, JUNE)
    bring_in(city, line(), line(31000, 30000, 0, 0, payer=NEIGHBOUR))

    page = text_of(enrolment.get("/c/charges/2026-06/"))
    found = text_of(enrolment.get("/c/charges/2026-06/?words=すみれ"))

    assert "青葉台市 88 806,600 1,090,000 9 0" in page
    assert f"市区町村コード {NEIGHBOUR} 管外 0 31,000 国基準超え 30,000 0 0" in page
    assert f"すみれ保育園 {SUMIRE} 保育所 届いていません" in page
    assert "合計 837,600 1,120,000 9 0" in page
    assert "すみれ保育園" in found
    assert "さくら保育園" not in found


def test_the_export_holds_the_rows_of_the_page(city, sakura, enrolment):
    make_facility(city, "すみれ保育園", number=SUMIRE)
    bring_in(city, line())

    answer = enrolment.get("/c/charges/2026-06/export/")
    older = enrolment.get("/c/charges/2026-06/export/?encoding=cp932&words=さくら")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1] == [
        "2026-06", SAKURA, "さくら保育園", OWN, "青葉台市", "0", "806600", "1090000", "9", "0"
    ]  # fmt: skip
    assert rows[2][1:3] + rows[2][6:7] == [SUMIRE, "すみれ保育園", "届いていません"]
    assert len(older.content.decode("cp932").splitlines()) == 2


# ---------------------------------------------------------------- who sees what


@pytest.mark.parametrize(
    ("amounts", "children", "reveals"),
    [
        (Amounts(100, 100), Children(total=3, charged=3), False),
        (Amounts(100, 100), Children(total=2, charged=2), True),
        (Amounts(100, 100), Children(total=1, charged=1), True),
        (Amounts(), Children(), True),
        (Amounts(100, 100), Children(total=60, second=59, charged=1), True),
        (Amounts(100, 100), Children(total=60, second=57, charged=3), False),
        (Amounts(0, 0, 4), Children(total=60, second=60), False),
        (Amounts(100, 100), Children(total=60, second=60), True),
        (Amounts(100, 100, 1), Children(total=60, second=2, charged=58), True),
        (Amounts(100, 100, 0, 1), Children(total=60, first=2, second=20, charged=38), True),
    ],
)
def test_few_children_behind_an_amount_reveal_a_family(amounts, children, reveals):
    assert reveals_a_family(amounts, children) is reveals


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CHIEF, Role.MANAGER])
def test_the_operations_section_sees_totals_and_nothing_of_few_children(city, sakura, role):
    sumire = make_facility(city, "すみれ保育園", number=SUMIRE)
    make_facility(city, "もみじ保育園", number="1299900000903")
    give_counts(sakura, JUNE, NURSERY_CELLS)
    give_counts(sumire, JUNE, (("3", "1", "standard", 2),))
    bring_in(city, line(), line(21000, 30000, 0, 0, payer=NEIGHBOUR), line(61234, 70000, number=SUMIRE))
    person = sign_in(city.people[role])

    page = text_of(person.get("/c/charges/2026-06/"))
    export = person.get("/c/charges/2026-06/export/").content.decode("utf-8-sig")

    assert f"さくら保育園 {SAKURA} 保育所 827,600 1,120,000 9 0" in page
    assert f"すみれ保育園 {SUMIRE} 保育所 {HIDDEN}" in page
    assert "もみじ保育園 1299900000903 保育所 届いていません" in page
    assert "表示している施設の合計 827,600 1,120,000 9 0" in page
    assert f"{SAKURA},さくら保育園,827600,1120000,9,0" in export
    assert f"{SUMIRE},すみれ保育園,{HIDDEN},,," in export
    for secret in ("61,234", "61234", "806,600", "806600", "21,000", "888,834"):
        assert secret not in page + export


def test_an_amount_without_counts_is_hidden(city, sakura, officer):
    bring_in(city, line())

    assert HIDDEN in text_of(officer.get("/c/charges/2026-06/"))


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR])
def test_nobody_else_of_the_city_sees_rows(city, sakura, role):
    imported = bring_in(city, line())
    person = sign_in(city.people[role])
    own = f"/c/charges/imports/{imported.pk}/"

    for address in ("/c/charges/", own, f"{own}accept/", f"{own}discard/"):
        assert person.get(address).status_code == 403, address
    for address in ("/c/charges/", f"{own}accept/", f"{own}discard/"):
        assert person.post(address, a_file(file_of(line()))).status_code == 403, address


def test_the_administrator_sees_no_totals_and_no_links(city, sakura):
    give_counts(sakura, JUNE)
    administrator = sign_in(city.people[Role.ADMINISTRATOR])

    assert administrator.get("/c/charges/2026-06/").status_code == 403
    assert administrator.get("/c/charges/2026-06/export/").status_code == 403
    for address in ("/c/counts/", "/c/counts/2026-06/"):
        assert "/c/charges/" not in administrator.get(address).content.decode()


def test_the_operations_section_finds_the_totals_from_the_months_counts(city, sakura, officer):
    assert "/c/charges/2026-06/" in officer.get("/c/counts/2026-06/").content.decode()
    assert "/c/charges/" not in officer.get("/c/counts/").content.decode()


def test_no_event_holds_yen(city, sakura, enrolment):
    after = enrolment.post("/c/charges/", a_file(file_of(line(61234, 70000))))
    enrolment.get(after["Location"])
    enrolment.post(f"{after['Location']}accept/")
    enrolment.get("/c/charges/2026-06/")

    for event in events_of(city):
        assert "61234" not in json.dumps(event.detail)


# ---------------------------------------------------------------- the facility's page


def test_a_facility_sees_its_own_charges_only(city, sakura):
    sumire = make_facility(city, "すみれ保育園", number=SUMIRE)
    bring_in(city, line(), line(21000, 30000, 0, 0, payer=NEIGHBOUR), line(61234, number=SUMIRE))
    bring_in(city, line(700, month="2026/05"))
    bring_in(city, line(801200), line(21000, 30000, 0, 0, payer=NEIGHBOUR))
    clerk = sign_in(sakura.clerk)

    page = text_of(clerk.get(f"/f/{SAKURA}/charges/"))

    assert "令和8年6月分 青葉台市 801,200 1,090,000 9 0" in page
    assert f"令和8年6月分 市区町村コード {NEIGHBOUR} 管外 21,000 30,000 0 0" in page
    assert "令和8年5月分 青葉台市 700" in page
    assert page.index("令和8年6月分") < page.index("令和8年5月分")
    assert "第2版（訂正）" in page
    assert "806,600" not in page
    assert "61,234" not in page
    assert clerk.get(f"/f/{SUMIRE}/charges/").status_code == 404
    assert "61,234" in text_of(sign_in(sumire.clerk).get(f"/f/{SUMIRE}/charges/"))


def test_the_page_is_found_from_counts_and_claims_and_says_when_nothing_has_come(sakura):
    clerk = sign_in(sakura.clerk)

    for address in ("counts/", "claims/"):
        assert f"/f/{SAKURA}/charges/" in clerk.get(f"/f/{SAKURA}/{address}").content.decode()
    assert "利用者負担額はまだ届いていません" in text_of(clerk.get(f"/f/{SAKURA}/charges/"))


NETTED = "公定価格の合計から利用者負担額を差し引いた額です"


@pytest.mark.parametrize(
    ("kind", "ownership", "said"),
    [
        (FacilityKind.NURSERY, Ownership.PRIVATE, "委託費は全額をお支払いします"),
        (FacilityKind.KINDERGARTEN, Ownership.PRIVATE, NETTED),
        (FacilityKind.CERTIFIED_KODOMOEN, Ownership.PRIVATE, NETTED),
        (FacilityKind.SMALL_A, Ownership.PRIVATE, NETTED),
        (FacilityKind.NURSERY, Ownership.PUBLIC, "公立施設は請求の対象外です"),
    ],
)
def test_the_page_says_what_the_charge_means_for_this_type(city, kind, ownership, said):
    place = make_facility(city, "みほん園", number="1299900000905", kind=kind, ownership=ownership)

    page = text_of(sign_in(place.clerk).get("/f/1299900000905/charges/"))

    assert said in page
    assert (NETTED in page) is (said == NETTED)


# ---------------------------------------------------------------- the record, and the cost


def test_the_record_names_exactly_the_rows_of_each_page(city, sakura, enrolment, officer):
    make_facility(city, "すみれ保育園", number=SUMIRE)
    taken = bring_in(city, line(), line(5, payer=NEIGHBOUR))
    waiting = preview(city, file_of(line(7), line(number=SUMIRE)))

    for person, address in (
        (enrolment, "/c/charges/"),
        (enrolment, f"/c/charges/imports/{taken.pk}/"),
        (enrolment, f"/c/charges/imports/{waiting.pk}/"),
        (enrolment, f"/c/charges/imports/{waiting.pk}/?show=new"),
        (enrolment, "/c/charges/2026-06/"),
        (enrolment, "/c/charges/2026-06/?words=すみれ"),
        (officer, "/c/charges/2026-06/"),
        (sign_in(sakura.clerk), f"/f/{SAKURA}/charges/"),
    ):
        answer = person.get(address)
        assert answer.status_code == 200, address
        assert shown_rows(answer) == recorded_rows(city) != set(), address


def test_what_was_stored_and_superseded_stands_in_the_record(city, sakura):
    bring_in(city, line())
    bring_in(city, line(5))

    event = events_of(city, "charges.accepted")[-1]

    with city.open():
        assert set(event.rows["charge"]) == {str(row.pk) for row in UserCharge.objects.all()}


def with_other_amounts(content: bytes) -> bytes:
    """The same file with every charge a hundred yen higher, as a later month's correction would be."""
    head, *rows = content.decode("cp932").rstrip().split("\r\n")
    cells = [row.split(",") for row in rows]
    raised = [",".join([*one[:3], str(int(one[3]) + 100), *one[4:]]) for one in cells]
    return "\r\n".join([head, *raised, ""]).encode("cp932")


@pytest.mark.parametrize("where", ["list", "preview", "accepted", "month", "totals", "export"])
def test_ten_rows_cost_as_many_queries_as_all_209(big_city, enrolment, officer, where):
    content = (FOLDER / APRIL_FILE).read_bytes()
    person = officer if where == "totals" else enrolment

    def cost(lines: int) -> int:
        some = b"\r\n".join(content.split(b"\r\n")[: lines + 1])
        taken = accept(big_city, preview(big_city, some))
        waiting = preview(big_city, with_other_amounts(some))
        address = {
            "list": "/c/charges/",
            "preview": f"/c/charges/imports/{waiting.pk}/",
            "accepted": f"/c/charges/imports/{taken.pk}/",
            "month": "/c/charges/2026-04/",
            "totals": "/c/charges/2026-04/",
            "export": "/c/charges/2026-04/export/",
        }[where]
        person.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert person.get(address).status_code == 200
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    few, many = cost(15), cost(209)

    assert few == many
    assert many <= MOST_QUERIES


def test_the_facilitys_page_costs_the_same_few_queries(city, sakura):
    clerk = sign_in(sakura.clerk)
    address = f"/f/{SAKURA}/charges/"

    def cost() -> int:
        clerk.get(address)
        with CaptureQueriesContext(connection) as queries:
            clerk.get(address)
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    bring_in(city, line(), line(payer=NEIGHBOUR))
    few = cost()
    for month in range(1, 6):
        bring_in(city, line(month=f"2026/0{month}"), line(payer=NEIGHBOUR, month=f"2026/0{month}"))

    assert cost() == few <= MOST_QUERIES
