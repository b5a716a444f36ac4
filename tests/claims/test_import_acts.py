"""Promises of bringing in counts: all or nothing, once, sealed until accepted, told by mail, no trace when refused."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.cells import Cell, DisputedCell
from claims.imports import CountRow, KnownFacility, by_facility, understand
from claims.models import ChildCount, Claim, CountImport, CountSheet
from claims.operations import counts_import, previews
from claims.operations.answers import answer
from claims.operations.confirming import confirm, dispute
from claims.states import IMPORT_TRANSITIONS, SHEET_TRANSITIONS, ImportStatus, SheetStatus
from claims.tasks import empty_expired_previews
from documents.reading import FileRefused, read_csv
from facilities.actors import Role
from facilities.models import FacilityKind, Ownership
from facilities.rules import NotAllowed, ProblemsFound
from facilities.transitions import diagram
from jobs.models import Job
from tests.cast import JUNE, City, Nursery, give_counts, make_city, make_facility
from tests.claims.stage import AT, current_claim, nursery, ready_claim
from tests.record import events_of

ROOT = Path(__file__).resolve().parents[2]
BAD = ROOT / "tests" / "documents" / "bad"
HEADINGS = "対象年月,事業所番号,施設名,居住市区町村コード,認定区分,年齢,保育必要量,初日在籍数"
NAMES = "見本 太郎"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def lines_of(*cells: tuple[str, str, str, int], number: str = "1299900000901", month: str = "2026/06") -> str:
    words = {"standard": "標準", "short": "短時間", "education": "教育標準時間"}
    rows = [f"{month},{number},,129999,{c}号,{age},{words[hours]},{n}" for c, age, hours, n in cells]
    return "\n".join([HEADINGS, *rows, ""])


def preview(city: City, content: str | bytes) -> CountImport:
    with city.open(Role.ENROLMENT) as enrolment:
        raw = content if isinstance(content, bytes) else content.encode()
        return counts_import.preview(raw, by=enrolment, at=timezone.now())


def accept(city: City, imported: CountImport) -> CountImport:
    with city.open(Role.ENROLMENT) as enrolment:
        return counts_import.accept(imported.pk, by=enrolment, at=timezone.now())


def bring_in(city: City, content: str | bytes) -> CountImport:
    return accept(city, preview(city, content))


def sheets(city: City) -> list[tuple[str, int, str]]:
    with city.open():
        found = CountSheet.objects.select_related("facility").order_by("facility__number", "month", "version")
        return [(sheet.facility.number[-3:], sheet.version, sheet.status) for sheet in found]


def children(city: City) -> int:
    with city.open():
        rows = ChildCount.objects.exclude(sheet__status=SheetStatus.SUPERSEDED)
        return sum(rows.values_list("count", flat=True))


# ---------------------------------------------------------------- versions


def test_only_facilities_whose_counts_differ_get_a_new_version(city, sakura):
    make_facility(city, "すみれ保育園", number="1299900000902")
    both = (
        lines_of(("2", "3", "standard", 17))
        + lines_of(("3", "0", "standard", 3), number="1299900000902").split("\n", 1)[1]
    )
    bring_in(city, both)

    bring_in(city, both.replace(",3\n", ",4\n"))

    assert sheets(city) == [
        ("901", 1, SheetStatus.WAITING),
        ("902", 1, SheetStatus.SUPERSEDED),
        ("902", 2, SheetStatus.WAITING),
    ]


def test_a_cell_that_is_gone_from_the_file_is_gone_from_the_counts(city, sakura):
    bring_in(city, lines_of(("2", "3", "standard", 17), ("2", "3", "short", 2)))

    second = bring_in(city, lines_of(("2", "3", "standard", 17)))

    assert second.summary["changed"] == 1
    assert children(city) == 17


def test_a_facility_can_go_down_to_no_children(city, sakura):
    bring_in(city, lines_of(("2", "3", "standard", 17)))
    wide = "対象年月,事業所番号,居住市区町村コード,2号3歳標準,3号0歳標準\n2026/06,1299900000901,129999,0,0\n"

    second = bring_in(city, wide)

    assert (second.summary["changed"], second.summary["missing"], children(city)) == (1, 0, 0)


def test_a_number_of_disabled_children_alone_makes_a_new_version(city, sakura):
    with_disabled = HEADINGS + ",障害児数\n2026/06,1299900000901,,129999,2号,3,標準,17,{}\n"
    bring_in(city, with_disabled.format(1))

    second = bring_in(city, with_disabled.format(2))

    assert second.summary["changed"] == 1


def test_corrected_counts_ask_for_a_new_confirmation_and_flag_the_claim(city, sakura):
    claim = ready_claim(sakura)

    bring_in(city, lines_of(("2", "3", "standard", 17)))

    assert sheets(city) == [("901", 1, SheetStatus.SUPERSEDED), ("901", 2, SheetStatus.WAITING)]
    with city.open():
        assert Claim.objects.get(pk=claim.pk).counts_corrected_at is not None
    assert current_claim(sakura).content_hash == claim.content_hash


def test_public_facilities_and_types_without_prices_have_counts_too(city):
    make_facility(city, "市立つくし保育園", number="1299900000903", ownership=Ownership.PUBLIC)
    make_facility(city, "ひよこ家庭的保育", number="1299900000904", kind=FacilityKind.HOME_BASED)

    bring_in(city, lines_of(("2", "3", "standard", 17), number="1299900000903"))
    bring_in(city, lines_of(("3", "0", "standard", 3), number="1299900000904"))

    assert [number for number, _, _ in sheets(city)] == ["903", "904"]


def test_remarks_tell_of_names_capacity_and_months_but_refuse_nothing(city, sakura):
    content = (
        lines_of(("2", "3", "standard", 150)).replace("1299900000901,,", "1299900000901,さくらほいくえん,")
        + lines_of(("2", "3", "standard", 1), month="令和12年1月").split("\n", 1)[1]
    )

    imported = preview(city, content)

    with city.open():
        remarks = counts_import.kept_preview(imported).remarks
    assert remarks == [
        "令和12年1月分は先の月です。対象年月が正しいか確認してください。",
        "このファイルには2か月分（令和8年6月分・令和12年1月分）が入っています。",
        "2行目「施設名」：施設名が登録（さくら保育園）と違います。番号のとおりに取り込みます。",
        "さくら保育園：150人は利用定員（90人）の1.5倍を超えています。人数を確認してください。",
    ]


def test_facilities_the_file_does_not_name_are_counted_and_left_alone(city, sakura):
    make_facility(city, "すみれ保育園", number="1299900000902")
    give_counts(sakura, JUNE)

    imported = bring_in(city, lines_of(("3", "0", "standard", 3), number="1299900000902"))

    assert imported.summary["missing"] == 1
    assert ("901", 1, SheetStatus.WAITING) in sheets(city)


# ---------------------------------------------------------------- long and wide


CELLS = [
    *(("1", age, "education") for age in ("3mid", "3", "4", "5")),
    *(("3", age, hours) for age in ("0", "1", "2") for hours in ("standard", "short")),
    *(("2", age, hours) for age in ("2", "3", "4", "5") for hours in ("standard", "short")),
]
AGE_WORDS = {"3mid": "満3歳", **{str(age): f"{age}歳" for age in range(6)}}
HOURS_WORDS = {"standard": "標準", "short": "短時間", "education": "教育標準時間"}
KNOWN = {number: KnownFacility(number, "みほん保育園", 0) for number in ("1299900000001", "1299900000002")}


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(sorted(KNOWN)), st.sampled_from(["129999", "129998", "011002"])),
        st.lists(st.integers(0, 999), min_size=len(CELLS), max_size=len(CELLS)),
        min_size=1,
    ),
    st.sampled_from(["令和8年6月", "R8.6", "2026/06", "2026-06-01", "２０２６年６月"]),
    st.sampled_from(["cp932", "utf-8", "utf-8-sig"]),
)
@settings(max_examples=60, deadline=None)
def test_long_and_wide_say_the_same(
    counts: dict[tuple[str, str], list[int]], month: str, encoding: str
) -> None:
    wide_headings = ",".join(f"{c}号{AGE_WORDS[age]}{HOURS_WORDS[hours]}" for c, age, hours in CELLS)
    wide = [f"対象年月,事業所番号,施設名,居住市区町村コード,{wide_headings}"]
    long = [HEADINGS]
    for (number, payer), numbers in counts.items():
        wide.append(f"{month},{number},みほん保育園,{payer},{','.join(map(str, numbers))}")
        long += [
            f"{month},{number},みほん保育園,{payer},{c}号,{age.replace('3mid', '満3')},{HOURS_WORDS[hours]},{n}"
            for (c, age, hours), n in zip(CELLS, numbers, strict=True)
        ]

    def said(lines: list[str]) -> dict[Any, Any]:
        rows = understand(read_csv("\r\n".join(lines).encode(encoding)), KNOWN).rows
        return {
            place: {key: row.count for key, row in cells.items()}
            for place, cells in by_facility(rows).items()
        }

    assert said(wide) == said(long)


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_below_the_right_headings_are_counts_or_problems(content: bytes) -> None:
    try:
        meaning = understand(read_csv(HEADINGS.encode() + b"\r\n" + content), KNOWN)
    except FileRefused:
        return
    assert all(0 <= row.count <= 999 for row in meaning.rows)


def test_a_kept_row_comes_back_as_it_was() -> None:
    row = CountRow(2, "2026-06", "1299900000001", "129999", "2", "3", "short", 5, movement="in", days=12)

    assert CountRow(*json.loads(json.dumps(row.as_json()))) == row


# ---------------------------------------------------------------- waiting, ending


def test_an_expired_preview_is_emptied_and_cannot_be_accepted(city, sakura):
    imported = preview(city, lines_of(("2", "3", "standard", 17)))
    with city.open():
        CountImport.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    empty_expired_previews()
    empty_expired_previews()

    with city.open():
        imported = CountImport.objects.get(pk=imported.pk)
    assert (imported.status, imported.preview_sealed) == (ImportStatus.EXPIRED, None)
    assert len(events_of(city, "counts.expired")) == 1
    with pytest.raises(NotAllowed, match="期限が過ぎました"):
        accept(city, imported)
    assert sheets(city) == []


def test_a_preview_opens_only_in_its_own_row(city, sakura):
    first = preview(city, lines_of(("2", "3", "standard", 17)))
    second = preview(city, lines_of(("2", "3", "standard", 18)))
    second.preview_sealed = first.preview_sealed

    with pytest.raises(Exception, match="damaged or moved"):
        counts_import.kept_preview(second)


def test_what_breaks_half_way_stores_nothing(city, sakura, monkeypatch):
    imported = preview(city, lines_of(("2", "3", "standard", 17)))

    def power_cut(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(ChildCount.objects, "bulk_create", power_cut)
    monkeypatch.setattr("claims.operations.counts_import.ChildCount.objects", ChildCount.objects)
    with pytest.raises(RuntimeError):
        accept(city, imported)

    assert sheets(city) == []
    with city.open():
        assert CountImport.objects.get().status == ImportStatus.PREVIEWED


@pytest.mark.django_db(transaction=True)
def test_two_people_accepting_at_once_make_one_version():
    city = make_city()
    make_facility(city)
    content = lines_of(("2", "3", "standard", 17))
    waiting = [preview(city, content), preview(city, content)]
    together = Barrier(2, timeout=30)

    def one(imported: CountImport) -> str:
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

    assert ended == sorted(["accepted", counts_import.OVERTAKEN])
    assert sheets(city) == [("901", 1, SheetStatus.WAITING)]


@pytest.mark.django_db(transaction=True)
def test_accepting_twice_at_once_is_accepted_once():
    city = make_city()
    make_facility(city)
    imported = preview(city, lines_of(("2", "3", "standard", 17)))
    together = Barrier(2, timeout=30)

    def one(_: int) -> str:
        try:
            together.wait()
            accept(city, imported)
        except NotAllowed as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "accepted"

    with ThreadPoolExecutor(2) as both:
        ended = sorted(both.map(one, range(2)))

    assert ended == sorted(["accepted", previews.ENDED])
    assert len(events_of(city, "counts.accepted")) == 1
    assert sheets(city) == [("901", 1, SheetStatus.WAITING)]


# ---------------------------------------------------------------- mail


def mails(folder: Path) -> list[str]:
    return [file.read_text() for file in sorted(folder.iterdir())] if folder.exists() else []


def test_each_account_gets_one_mail_without_numbers(city, sakura, run_jobs, mail_folder):
    imported = bring_in(city, lines_of(("2", "3", "standard", 173)))

    run_jobs()
    run_jobs()
    Job.objects.filter(kind=counts_import.TELL_FACILITIES).update(done_at=None)
    run_jobs()
    run_jobs()

    (mail,) = mails(mail_folder)
    assert f"To: {sakura.clerk.address}" in mail
    (told,) = {str(row) for event in events_of(city, "counts.facilities_told") for row in event.rows["sheet"]}
    with city.open():
        assert told == str(CountSheet.objects.get(source=imported).pk)


def test_the_mail_leads_to_the_month_and_says_no_count(city, sakura, run_jobs, monkeypatch):
    sent: list[dict[str, str]] = []
    monkeypatch.setattr("claims.operations.telling.mail.send_later", lambda **mail: sent.append(mail))
    bring_in(city, lines_of(("2", "3", "standard", 173)))

    run_jobs()

    assert sent[0]["subject"] == "【はぐくみ請求】児童数が届きました（令和8年6月分）"
    assert "/f/1299900000901/counts/2026-06/" in sent[0]["text"]
    assert "173" not in sent[0]["text"] + sent[0]["subject"]


def test_the_same_file_again_sends_no_mail(city, sakura, run_jobs, mail_folder):
    content = lines_of(("2", "3", "standard", 17))
    bring_in(city, content)
    bring_in(city, content)

    run_jobs()
    run_jobs()

    assert len(mails(mail_folder)) == 1


# ---------------------------------------------------------------- R12: no trace


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.OFFICER])
def test_a_file_with_names_leaves_nothing_but_its_hash(city, sakura, role, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    content = (BAD / "names_by_heading.csv").read_bytes()
    written = {file for file in tmp_path.rglob("*") if file.is_file()}

    with city.open(role) as person, pytest.raises((FileRefused, NotAllowed)) as refusal:
        counts_import.preview(content, by=person, at=timezone.now())

    with city.open():
        assert not CountImport.objects.exists()
    on_record = json.dumps([[event.rows, event.detail] for event in events_of(city)], ensure_ascii=False)
    for place in (on_record, str(refusal.value), caplog.text):
        assert NAMES not in place
        assert NAMES.encode("cp932").hex() not in place
        assert "\\x8c\\xa9\\x96{" not in place
    assert {file for file in tmp_path.rglob("*") if file.is_file()} == written


# ---------------------------------------------------------------- answers


def disputed(place: Nursery, *cells: DisputedCell) -> list[Any]:
    with place.open() as clerk:
        sheet = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED).get(month=JUNE.first_day)
        return dispute(sheet.pk, list(cells), shown_version=sheet.version, by=clerk, at=AT)


def say(city: City, marked: Any, outcome: str, text: str = "確かめました。") -> CountSheet:
    with city.open(Role.ENROLMENT) as enrolment:
        return answer(marked.pk, outcome=outcome, text=text, by=enrolment, at=AT)


BABIES = Cell("129999", "3", "0", "standard")
FIVES = Cell("129999", "2", "5", "short")
NEW_CELL = Cell("129999", "2", "4", "short")


def test_the_sheet_goes_back_with_the_last_answer_only(city, sakura):
    give_counts(sakura, JUNE)
    first, second = disputed(sakura, DisputedCell(BABIES, 9, "転入"), DisputedCell(FIVES, 1, "転出"))

    assert say(city, first, "corrected").status == SheetStatus.DISPUTED
    back = say(city, second, "stands")

    assert (back.version, back.status) == (2, SheetStatus.WAITING)
    assert children(city) == 89


def test_a_child_where_the_file_had_none_can_be_added(city, sakura):
    give_counts(sakura, JUNE)
    (marked,) = disputed(sakura, DisputedCell(NEW_CELL, 1, "転入"))

    say(city, marked, "corrected")

    assert children(city) == 89


def test_a_correction_to_none_removes_the_cell(city, sakura):
    give_counts(sakura, JUNE)
    (marked,) = disputed(sakura, DisputedCell(FIVES, 0, "転出"))

    say(city, marked, "corrected")

    assert children(city) == 86


def test_a_correction_counts_children_of_the_branch_too(city, sakura):
    sheet = give_counts(sakura, JUNE)
    with sakura.open():
        plain = ChildCount.objects.get(sheet=sheet, certification="3", age="0")
        plain.pk, plain.branch, plain.count = None, True, 4
        plain._state.adding = True
        plain.id = ChildCount._meta.pk.get_default()
        plain.save()
    (marked,) = disputed(sakura, DisputedCell(BABIES, 10, "転出"))

    newer = say(city, marked, "corrected")

    with city.open():
        counts = ChildCount.objects.filter(sheet=newer, certification="3", age="0").order_by("branch")
        assert [(row.branch, row.count) for row in counts] == [(False, 6), (True, 4)]


def test_fewer_than_the_branch_has_needs_a_file(city, sakura):
    sheet = give_counts(sakura, JUNE)
    with sakura.open():
        ChildCount.objects.filter(sheet=sheet, certification="3", age="0").update(branch=True)
    (marked,) = disputed(sakura, DisputedCell(BABIES, 7, "転出"))

    with pytest.raises(ProblemsFound, match="訂正した児童数のファイル"):
        say(city, marked, "corrected")


def test_a_dispute_of_replaced_counts_needs_no_answer(city, sakura):
    give_counts(sakura, JUNE)
    (marked,) = disputed(sakura, DisputedCell(BABIES, 9, "転入"))
    bring_in(city, lines_of(("3", "0", "standard", 9)))

    with pytest.raises(NotAllowed, match="すでに回答"):
        say(city, marked, "stands")


def test_after_the_answer_the_facility_confirms_and_claims(city, sakura):
    give_counts(sakura, JUNE)
    (marked,) = disputed(sakura, DisputedCell(BABIES, 9, "転入"))
    back = say(city, marked, "corrected")

    with sakura.open() as clerk:
        done = confirm(back.pk, shown_version=2, by=clerk, at=AT)

    assert done.drafted is not None
    assert done.drafted.claims[0].child_total == 89


# ---------------------------------------------------------------- command


def run(capsys: Any, file: Path | str, *options: str) -> tuple[int, str]:
    code = 0
    try:
        call_command("import_child_counts", str(file), "--municipality", "129999", *options)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, capsys.readouterr().out


def test_the_command_does_what_the_page_does(city, sakura, capsys, tmp_path):
    file = tmp_path / "counts.csv"
    file.write_bytes(lines_of(("2", "3", "standard", 17), ("2", "4", "standard", 3)).encode("cp932"))

    first = run(capsys, file, "--json")
    second = run(capsys, file, "--json")
    file.write_bytes(lines_of(("2", "3", "standard", 17), ("2", "4", "standard", 4)).encode("utf-8-sig"))
    looked = run(capsys, file, "--json", "--dry-run")
    third = run(capsys, file, "--json", "--by", city.people[Role.ENROLMENT].login_id)

    def counts(answer: tuple[int, str]) -> list[int]:
        numbers = json.loads(answer[1])
        assert (answer[0], numbers["problems"]) == (0, [])
        return [numbers[name] for name in ("read", "accepted", "unchanged", "changed", "refused")]

    assert counts(first) == [2, 2, 0, 0, 0]
    assert counts(second) == [2, 0, 2, 0, 0]
    assert counts(looked) == counts(third) == [2, 1, 1, 1, 0]
    assert sheets(city) == [("901", 1, SheetStatus.SUPERSEDED), ("901", 2, SheetStatus.WAITING)]
    assert [event.actor_label for event in events_of(city, "counts.accepted")] == [
        "自動処理",
        "自動処理",
        city.people[Role.ENROLMENT].login_id,
    ]


def test_the_command_names_every_problem_and_exits_2(city, sakura, capsys, tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text(lines_of(("2", "3", "standard", -1), ("3", "4", "standard", 3)))

    code, said = run(capsys, file, "--json")
    answer = json.loads(said)

    assert code == 2
    assert (answer["read"], answer["accepted"], answer["refused"]) == (2, 0, 2)
    assert [(problem["line"], problem["column"]) for problem in answer["problems"]] == [
        (2, "初日在籍数"),
        (3, "年齢"),
    ]
    assert "2行目「初日在籍数」：「-1」は使えません。" in run(capsys, file)[1]
    assert sheets(city) == []
    assert len(events_of(city, "counts.refused")) == 2


def test_the_command_refuses_what_the_page_refuses(city, sakura, capsys, tmp_path, settings):
    file = tmp_path / "counts.csv"
    file.write_text(lines_of(("2", "3", "standard", 1)))
    officer = city.people[Role.OFFICER].login_id

    assert "入園課だけ" in run(capsys, file, "--by", officer)[1]
    assert events_of(city, "counts.previewed")[-1].outcome == "refused"
    with pytest.raises(CommandError, match="アカウントはありません"):
        run(capsys, file, "--by", sakura.clerk.login_id)
    with pytest.raises(CommandError, match="登録されていません"):
        call_command("import_child_counts", str(file), "--municipality", "000000")
    with pytest.raises(CommandError, match="開けません"):
        run(capsys, tmp_path / "nothing.csv")
    settings.UPLOAD_LIMIT_BYTES = 20
    assert run(capsys, file)[0] == 2
    assert sheets(city) == []


# ---------------------------------------------------------------- README


@pytest.mark.parametrize("transitions", [SHEET_TRANSITIONS, IMPORT_TRANSITIONS])
def test_readme_prints_the_states_as_they_are(transitions):
    assert diagram(transitions) in (ROOT / "claims" / "README.md").read_text()
