"""Files that come by a folder: read once, left for people to decide, never kept; refused ones leave their problems."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from claims import drops, tasks
from claims.models import CountImport, CountSheet, DropRefusal
from claims.operations import counts_import, telling
from claims.states import ImportStatus
from facilities.actors import Role
from facilities.rules import NotAllowed
from facilities.scope import scope
from jobs.models import Job
from tests.access.subjects import AUGUST, OTHER_LAYOUT, saved_mapping
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

BAD = AUGUST.replace("1299900000901", "1299900000999")
NAMES = AUGUST.replace("さくら保育園", "見本 太郎").replace("すみれ保育園", "見本 次郎")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    place = make_facility(city)
    make_facility(city, "すみれ保育園", number="1299900000902")
    return place


@pytest.fixture
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """青葉台市's folder; files in it count as finished at once."""
    settings.COUNT_DROP_FOLDER = tmp_path / "drop"
    monkeypatch.setattr(drops, "QUIET_SECONDS", -1)
    own = tmp_path / "drop" / "129999"
    own.mkdir(parents=True)
    return own


@pytest.fixture
def enrolment(city: City) -> Browser:
    return sign_in(city.people[Role.ENROLMENT])


def lay(folder: Path, content: str | bytes = AUGUST, name: str = "counts.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode("cp932") if isinstance(content, str) else content)
    return file


def imports_of(city: City) -> list[CountImport]:
    with city.open():
        return list(CountImport.objects.all())


def refusals_of(city: City) -> list[DropRefusal]:
    with city.open():
        return list(DropRefusal.objects.all())


# ---------------------------------------------------------------- what happens to a file


def test_a_file_waits_for_the_enrolment_section_and_is_gone(
    city, sakura, folder, enrolment, run_jobs, mail_folder
):
    file = lay(folder)

    tasks.read_drops()

    assert not file.exists()
    (imported,) = imports_of(city)
    assert (imported.status, imported.sender) == (ImportStatus.PREVIEWED, "フォルダ")
    with city.open():
        assert not CountSheet.objects.exists()
    page = enrolment.get(f"/c/counts/imports/{imported.pk}/").content.decode()
    assert "フォルダ から届きました" in page
    assert enrolment.post(f"/c/counts/imports/{imported.pk}/accept/").status_code == 302
    run_jobs()
    mails = [mail.read_text() for mail in mail_folder.iterdir()]
    (told,) = [mail for mail in mails if city.people[Role.ENROLMENT].address in mail]
    assert f"/c/counts/imports/{imported.pk}/" in told
    assert [event.actor_label for event in events_of(city, "counts.arrived")] == ["自動処理"]


def test_a_refused_file_is_gone_and_its_problems_stay(city, sakura, folder, enrolment, run_jobs, mail_folder):
    file = lay(folder, BAD)

    tasks.read_drops()

    assert not file.exists()
    assert imports_of(city) == []
    (refusal,) = refusals_of(city)
    page = enrolment.get("/c/counts/").content.decode()
    assert "フォルダから届いた児童数のファイルを受け付けられませんでした" in page
    assert "この事業所番号の施設は登録されていません" in page
    run_jobs()
    (mail,) = mail_folder.iterdir()
    assert "登録されていません" not in mail.read_text()
    assert enrolment.post(f"/c/counts/drops/{refusal.pk}/dismiss/").status_code == 302
    assert "受け付けられませんでした" not in enrolment.get("/c/counts/").content.decode()


def test_a_file_with_names_leaves_no_name_anywhere(city, sakura, folder, enrolment, run_jobs, mail_folder):
    lay(folder, NAMES, "見本太郎.csv")

    tasks.read_drops()
    run_jobs()

    assert list(folder.iterdir()) == []
    said = [
        enrolment.get("/c/counts/").content.decode(),
        str([refusal.problems for refusal in refusals_of(city)]),
        str([(event.rows, event.detail) for event in events_of(city)]),
        *(mail.read_text() for mail in mail_folder.iterdir()),
    ]
    assert "個人情報は取り込めません" in said[1]
    assert not any(name in text for text in said for name in ("太郎", "次郎"))


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", "対象年月\n".encode("utf-16"), b"\xef\xbb\xbf\xff\xfe"]
)
def test_anything_else_is_refused_too(city, folder, content):
    lay(folder, content)

    tasks.read_drops()

    assert list(folder.iterdir()) == []
    assert len(refusals_of(city)) == 1


def test_a_file_that_is_too_large_is_refused_unread(city, folder, settings):
    lay(folder, b"1," * settings.UPLOAD_LIMIT_BYTES)

    tasks.read_drops()

    assert list(folder.iterdir()) == []
    assert "大きすぎます" in str(refusals_of(city)[0].problems)


def test_a_saved_mapping_reads_the_folders_files(city, sakura, folder):
    lay(folder, OTHER_LAYOUT)
    tasks.read_drops()
    saved_mapping(city)
    lay(folder, OTHER_LAYOUT)

    tasks.read_drops()

    assert [one.mapping_name for one in imports_of(city)] == ["みほんシステム"]
    assert len(refusals_of(city)) == 1


# ---------------------------------------------------------------- once, whatever happens


def test_killed_before_deleting_it_is_not_previewed_twice(city, sakura, folder, monkeypatch):
    lay(folder)
    with monkeypatch.context() as killed:
        killed.setattr(drops.DropFolder, "take_away", lambda *_: None)
        tasks.read_drops()
    assert len(list(folder.iterdir())) == 1

    tasks.read_drops()

    assert list(folder.iterdir()) == []
    assert len(imports_of(city)) == 1
    assert Job.objects.filter(kind="jobs.mail").count() == 1


def test_killed_before_the_commit_it_is_simply_read_again(city, sakura, folder, monkeypatch):
    lay(folder)
    with monkeypatch.context() as killed:
        killed.setattr(telling, "tell_of_preview", lambda _: (_ for _ in ()).throw(MemoryError))
        tasks.read_drops()
    assert imports_of(city) == []
    assert len(list(folder.iterdir())) == 1

    tasks.read_drops()

    assert len(imports_of(city)) == 1
    assert list(folder.iterdir()) == []


def test_a_refusal_killed_before_deleting_is_said_once(city, folder, monkeypatch):
    lay(folder, BAD)
    with monkeypatch.context() as killed:
        killed.setattr(drops.DropFolder, "take_away", lambda *_: None)
        tasks.read_drops()

    tasks.read_drops()

    assert len(refusals_of(city)) == 1
    assert Job.objects.filter(kind="jobs.mail").count() == 1


def test_the_same_file_laid_again_after_it_was_discarded_is_read_again(city, sakura, folder):
    lay(folder)
    tasks.read_drops()
    with city.open(Role.ENROLMENT) as person:
        counts_import.discard(CountImport.objects.get().pk, by=person, at=timezone.now())
    lay(folder)

    tasks.read_drops()

    assert sorted(one.status for one in imports_of(city)) == [ImportStatus.DISCARDED, ImportStatus.PREVIEWED]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_preview(folder):
    city = make_city()
    make_facility(city)
    make_facility(city, "すみれ保育園", number="1299900000902")
    lay(folder)
    both = threading.Barrier(2)

    def work() -> None:
        try:
            both.wait(timeout=10)
            tasks.read_drops()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        for done in [workers.submit(work), workers.submit(work)]:
            done.result(timeout=30)

    assert len(imports_of(city)) == 1
    assert list(folder.iterdir()) == []


def test_one_file_that_breaks_us_does_not_stop_the_others(city, sakura, folder, monkeypatch, caplog):
    lay(folder, b"x", "a.csv")
    os.utime(folder / "a.csv", (1, 1))
    lay(folder, name="b.csv")
    take_in = tasks.drop_folder.take_in

    def broken(drop: drops.Drop, **arguments: Any) -> Any:
        if drop.name == "a.csv":
            raise RuntimeError("見本 太郎")
        return take_in(drop, **arguments)

    monkeypatch.setattr(tasks.drop_folder, "take_in", broken)
    tasks.read_drops()

    assert [file.name for file in folder.iterdir()] == ["a.csv"]
    assert len(imports_of(city)) == 1
    assert "RuntimeError" in caplog.text
    assert "見本" not in caplog.text


# ---------------------------------------------------------------- what is left alone


def test_only_finished_regular_files_are_read(city, sakura, folder, tmp_path):
    secret = tmp_path / "elsewhere.csv"
    secret.write_text(AUGUST)
    (folder / "link.csv").symlink_to(secret)
    (folder / "inside.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    for name in ("counts.csv.tmp", ".hidden.csv", "counts.txt"):
        lay(folder, name=name)

    tasks.read_drops()

    assert imports_of(city) == []
    assert refusals_of(city) == []
    assert len(list(folder.iterdir())) == 6
    (folder / "counts.csv.tmp").rename(folder / "counts.CSV")
    tasks.read_drops()
    assert len(imports_of(city)) == 1
    assert secret.exists()


def test_a_folder_that_is_a_link_is_no_folder(city, sakura, folder, tmp_path):
    lay(folder)
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")

    tasks.read_drops()

    assert imports_of(city) == []


def test_a_file_is_finished_after_a_minute_without_change(tmp_path):
    folder = tmp_path / "129999"
    folder.mkdir()
    file = lay(folder)
    os.utime(file, (1, 1))  # a copy that keeps its old time is no less fresh
    written = file.stat().st_ctime

    with drops.drop_folder(tmp_path, "129999") as opened:
        assert opened is not None
        assert opened.finished(written + 59) == []
        assert opened.read("counts.csv", limit=10_000, now=written + 59) is None
        assert opened.finished(written + 61) == ["counts.csv"]
        drop = opened.read("counts.csv", limit=10_000, now=written + 61)
        assert drop is not None
        time.sleep(0.01)
        lay(folder, BAD)
        opened.take_away(drop)
    assert file.read_bytes() == BAD.encode("cp932")


def test_without_the_right_to_delete_nothing_is_read(city, sakura, folder, monkeypatch, caplog):
    lay(folder)
    monkeypatch.setattr(drops.os, "access", lambda *_: False)

    tasks.read_drops()

    assert imports_of(city) == []
    assert "cannot be deleted" in caplog.text


def test_without_the_setting_there_is_no_such_door(city, sakura, folder, settings):
    lay(folder)
    settings.COUNT_DROP_FOLDER = None

    tasks.read_drops()

    assert imports_of(city) == []


def test_each_city_has_its_own_folder(city, sakura, folder):
    there = make_city("129998", "緑野市")
    other = folder.parent / "129998"
    other.mkdir()
    lay(other)

    tasks.read_drops()

    assert imports_of(city) == []
    assert imports_of(there) == []
    assert len(refusals_of(there)) == 1
    with scope(city.municipality.pk, None):
        assert DropRefusal._base_manager.count() == 0
    neighbour = sign_in(city.people[Role.ENROLMENT])
    assert neighbour.post(f"/c/counts/drops/{refusals_of(there)[0].pk}/dismiss/").status_code == 404


# ---------------------------------------------------------------- afterwards


def test_a_notice_ends_after_a_month(city, folder):
    lay(folder, BAD)
    tasks.read_drops()
    with city.open():
        DropRefusal.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    tasks.empty_expired_previews()
    tasks.empty_expired_previews()

    assert refusals_of(city) == []
    assert len(events_of(city, "counts.drop_refusals_expired")) == 1


def test_only_the_enrolment_section_takes_a_notice_away(city, folder):
    lay(folder, BAD)
    tasks.read_drops()
    (refusal,) = refusals_of(city)

    with city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed):
        tasks.drop_folder.dismiss(refusal.pk, by=officer)

    assert len(refusals_of(city)) == 1
