"""職員名簿 on paper: what was sent, with every character of a name, and gone when somebody in it is erased."""

import io
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from documents import operations as documents
from documents.models import Document, Format
from documents.packs.shipped import shipped
from facilities.actors import Role
from facilities.rules import NotAllowed
from person_keys.store import destroy
from staff_records.models import RosterSnapshot, StaffMember
from staff_records.operations import year_start
from staff_records.operations.year_papers import destroy_papers
from tests.cast import make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.year_stage import AT, YEAR, accepted, add_teacher, rename, send

NAMES = ("髙﨑　𠮷乃", "辻󠄀　はなこ", "齋藤　㐂代")


@pytest.fixture
def sakura(db):
    sakura = make_facility(make_city())
    with sakura.open():
        for number, name in enumerate(NAMES, start=1):
            add_teacher(sakura, number, name=name, former_name="柿﨑" if number == 1 else "")
    return sakura


def printed(nursery, snapshot, run_jobs):
    with nursery.open() as clerk:
        documents.order("roster", "roster", snapshot.pk, by=clerk, at=AT)
    run_jobs()
    with nursery.open() as clerk:
        found = {row.format: row for row in Document.objects.all()}
        return found, {kind: documents.content_of(row, by=clerk) for kind, row in found.items()}


def text_of(pdf: bytes, folder: Path) -> str:
    """Its text without any space; pages end with a form feed."""
    (folder / "roster.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-raw", folder / "roster.pdf", "-"], capture_output=True, check=True, text=True
    )
    return "\f".join("".join(page.split()) for page in done.stdout.split("\f"))


def people_in(workbook: bytes) -> list[dict[str, Any]]:
    """The rows of its first sheet, by the keys of the pack's columns."""
    pack = next(one for one in shipped() if one.manifest.code == "roster")
    (table,) = pack.manifest.tables
    title, cells = table.at.split("!")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook))[title]
    rows = [
        {column.key: sheet[f"{column.at}{row[0].row}"].value for column in table.columns}
        for row in sheet[cells]
    ]
    return [row for row in rows if row["staff_number"] is not None]


def test_it_says_what_was_sent_with_every_character(sakura, run_jobs, tmp_path):
    snapshot = accepted(sakura)
    with sakura.open():
        rename(sakura, StaffMember.objects.get(number=1), "青葉　さくら")

    found, content = printed(sakura, snapshot, run_jobs)

    text = text_of(content[Format.PDF], tmp_path)
    for word in ("髙﨑𠮷乃", "柿﨑", "㐂代", "令和8年度", "H2.4.2", "千葉県-000001"):
        assert word in text
    assert "青葉さくら" not in text
    rows = people_in(content[Format.XLSX])
    assert [row["name_words"] for row in rows] == [f"{NAMES[0]}（柿﨑）", *NAMES[1:]]
    assert [(row["birth_date"], row["age"]) for row in rows] == [("H2.4.2", 35)] * 3
    assert found[Format.PDF].file_name == "1299900000901_令和8年度_04_職員名簿_第1版.pdf"


def test_whose_names_are_printed_and_downloaded_is_on_record(sakura, run_jobs):
    printed(sakura, send(sakura), run_jobs)
    with sakura.open():
        ids = {str(pk) for pk in StaffMember.objects.values_list("pk", flat=True)}

    for name in ("staff.snapshot_printed", "documents.rendered", "documents.downloaded"):
        events = events_of(sakura.city, name)
        assert len(events) == 2
        assert all(set(event.rows["staff_member"]) == ids for event in events)


def test_a_roster_that_was_taken_back_is_not_printed(sakura):
    snapshot = send(sakura)
    with sakura.open() as clerk:
        year_start.withdraw(snapshot.pk, by=clerk, at=AT)
        with pytest.raises(NotAllowed, match="市に提出したあと"):
            documents.order("roster", "roster", snapshot.pk, by=clerk, at=AT)


def test_of_another_facility_nothing_is_printed(sakura):
    sumire = make_facility(sakura.city, "すみれ保育園", number="1299900000902")
    snapshot = send(sakura)
    with sumire.open() as stranger, pytest.raises(NotAllowed, match="見つかりません"):
        documents.order("roster", "roster", snapshot.pk, by=stranger, at=AT)


def test_with_somebody_erased_the_old_paper_opens_nowhere_and_the_new_one_leaves_them_out(
    sakura, run_jobs, tmp_path
):
    snapshot = accepted(sakura)
    before, _ = printed(sakura, snapshot, run_jobs)
    kept = before[Format.PDF]  # as a backup of the database would have it
    with sakura.open() as clerk:
        gone = StaffMember.objects.get(number=3)
        destroy([gone.pk], municipality_id=gone.municipality_id, at=timezone.now())
        StaffMember.objects.filter(pk=gone.pk).update(left_year=YEAR, erased_at=timezone.now())

        assert len(destroy_papers([gone.pk], at=timezone.now())) == 2

        assert not Document.objects.exists()
        with pytest.raises(NotAllowed, match="消去されました"):
            documents.content_of(kept, by=clerk)
    _, content = printed(sakura, snapshot, run_jobs)
    text = text_of(content[Format.PDF], tmp_path)
    assert "㐂代" not in text
    assert "ほかの1人は、保存期間が過ぎたため消去されました" in text


def test_fifty_people_repeat_the_head_on_every_page(sakura, run_jobs, tmp_path):
    with sakura.open():
        for number in range(4, 54):
            add_teacher(sakura, number, name=f"若葉　{'あいうえお'[number % 5]}子")
    _, content = printed(sakura, send(sakura), run_jobs)

    pages = text_of(content[Format.PDF], tmp_path).split("\f")[:-1]

    assert len(pages) > 2
    assert all("採用日" in page for page in pages)
    assert f"1/{len(pages)}" in pages[0]
    assert all("様" in page and "さくら保育園" in page for page in pages)
    assert sum(page.count("千葉県-") for page in pages) == 53


def test_the_city_sees_and_orders_the_same_forms(sakura, run_jobs):
    send(sakura)
    officer = sign_in(sakura.city.people[Role.OFFICER])
    address = f"/c/staff/year/{YEAR}/1299900000901/"
    panel = officer.get(address).content.decode().split('id="documents-panel"')[1].split("</section>")[0]
    assert panel.count('class="paper-title"') == 4

    action = panel.split('action="')[1].split('"')[0]
    assert action.startswith("/c/")
    officer.post(action, {"back": address, "form": ["experience_table"]})
    run_jobs()

    page = officer.get(address).content.decode()
    assert "1299900000901_令和8年度_04_職員名簿・経験年数算定表_第1版.xlsx" in page
    with sakura.city.open(Role.OFFICER) as actor:
        year_start.return_to_facility(
            RosterSnapshot.objects.get().pk,
            shown_hash=RosterSnapshot.objects.get().content_hash,
            reason="職員番号1の採用日を確かめてください。",
            by=actor,
            at=AT,
        )
    assert "documents-panel" not in officer.get(address).content.decode(), "nothing of it is printed any more"


def test_the_clerk_orders_it_on_the_page(sakura, run_jobs):
    send(sakura)
    clerk = sign_in(sakura.clerk)
    address = f"/f/1299900000901/staff/year/{YEAR}/"
    panel = clerk.get(address).content.decode().split('id="documents-panel"')[1].split("</section>")[0]
    for title in (
        "職員名簿",
        "職員名簿・経験年数算定表",
        "処遇改善等加算（区分3） 対象職員名簿",
        "研修受講歴",
    ):
        assert f"<b>{title}</b>" in panel
    assert "請求書" not in panel

    action = panel.split('action="')[1].split('"')[0]
    clerk.post(action, {"back": address, "form": ["roster", "experience_table"]})
    run_jobs()

    page = clerk.get(address).content.decode()
    for title in ("職員名簿", "職員名簿・経験年数算定表"):
        for kind in ("pdf", "xlsx"):
            assert f"1299900000901_令和8年度_04_{title}_第1版.{kind}" in page
    assert "研修受講歴_第1版" not in page
