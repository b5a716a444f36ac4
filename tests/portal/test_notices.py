"""Notices: written, sent once to whom they are for, read, withdrawn; files by their content; one mail a day."""

import csv
import hashlib
import io
import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from audit.record import SYSTEM, Context, context
from documents.attachments import (
    DAMAGED,
    EMPTY,
    HAS_MACROS,
    NOT_TAKEN,
    OLD_OR_LOCKED,
    TOO_LARGE,
    kind_of,
    safe_name,
)
from documents.images import DAMAGED as DAMAGED_PICTURE
from facilities.actors import Role
from facilities.models import Facility, FacilityKind, Membership
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from facilities.transitions import TransitionNotAllowed
from jobs.models import Job
from portal.models import Audience, Notice, NoticeAttachment, NoticeReading, NoticeTarget
from portal.operations import notices, telling
from portal.operations.notices import (
    NO_AUDIENCE,
    NO_FACILITY,
    NO_KIND,
    NO_REASON,
    NO_TEXT,
    NO_TITLE,
    NOBODY,
    OTHER_REACH,
    OVERTAKEN,
    TOO_MANY,
    AttachmentDamaged,
    NoticeValues,
)
from portal.states import NOTICE_TRANSITIONS, NoticeStatus
from portal.tasks import tell_of_new_notices
from tests.cast import Browser, City, Nursery, make_city, make_facility, make_user, sign_in
from tests.documents.pdfs import pdf
from tests.documents.test_images import drawing, photograph
from tests.record import events_of

LIST = "/c/notices/"
# A Tuesday morning.
AT = datetime(2026, 6, 2, 0, 30, tzinfo=UTC)
TODAY = date(2026, 6, 2)
TITLE, TEXT = "監査の日程について", "6月の監査の日程をお知らせします。\n\n第1週は月曜日です。"
PDF, PNG, JPEG = pdf(), b"\x89PNG\r\n\x1a\n x", b"\xff\xd8\xff\xe0 x"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def sumire(city: City) -> Nursery:
    return make_facility(city, "すみれ保育園", number="1299900000902")


@pytest.fixture
def momo(city: City) -> Nursery:
    return make_facility(city, "もも幼稚園", number="1299900000911", kind=FacilityKind.KINDERGARTEN)


@pytest.fixture
def officer(city: City) -> Browser:
    return sign_in(city.people[Role.OFFICER])


def values(**changes: Any) -> NoticeValues:
    return NoticeValues(**{"title": TITLE, "text": TEXT, "audience": Audience.ALL, **changes})


def drafted(city: City, **changes: Any) -> Notice:
    with city.open(Role.OFFICER) as by:
        return notices.draft(values(**changes), by=by, at=AT)


def sent(city: City, *places: Nursery, at: datetime = AT, **changes: Any) -> Notice:
    """To these facilities, or to all."""
    if places:
        changes |= {"audience": Audience.FACILITIES, "chosen": tuple(place.facility.pk for place in places)}
    notice = drafted(city, **changes)
    return send(city, notice, at=at)


def send(city: City, notice: Notice, *, at: datetime = AT) -> Notice:
    with city.open(Role.OFFICER) as by:
        reach = len(notices.reached(notice, TODAY))
        return notices.send(notice.pk, shown_version=notice.version, shown_reach=reach, by=by, at=at)


def withdrawn(city: City, notice: Notice, reason: str = "日程が変わったため") -> Notice:
    with city.open(Role.CHIEF) as by:
        return notices.withdraw(notice.pk, reason=reason, by=by, at=AT)


def read(place: Nursery, notice: Notice) -> None:
    with place.open() as clerk:
        notices.read(notice.pk, by=clerk, at=AT)


def home(place: Nursery) -> str:
    return f"/f/{place.facility.number}/"


def list_of(place: Nursery) -> str:
    return f"{home(place)}notices/"


def page_of(notice: Notice, place: Nursery | None = None) -> str:
    return f"{list_of(place) if place else LIST}{notice.pk}/"


def words_of(answer: Any) -> str:
    body = re.sub(r"<(?:head|header).*?</(?:head|header)>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def workbook(*extra: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    Workbook().save(written)
    with ZipFile(written, "a") as packed:
        for name, content in extra:
            packed.writestr(name, content)
    return written.getvalue()


def macro_workbook_in_disguise() -> bytes:
    """The macros' part has another name; only the list of parts says what it is."""
    written = io.BytesIO()
    with ZipFile(io.BytesIO(workbook())) as before, ZipFile(written, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "[Content_Types].xml":
                kind = b'<Override PartName="/xl/harmless.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
                content = content.replace(b"</Types>", kind + b"</Types>")
            after.writestr(name, content)
        after.writestr("xl/harmless.bin", b"x")
    return written.getvalue()


# ---------------------------------------------------------------- writing


def test_a_notice_is_written_shown_sent_and_read_in_the_browser(city, sakura, sumire, officer):
    answer = officer.post(f"{LIST}new/", {"title": TITLE, "text": TEXT, "audience": "all"})
    page = answer["Location"]
    assert "下書きを保存しました。まだ送っていません。" in words_of(officer.get(page))
    officer.post(f"{page}attach/", {"file": SimpleUploadedFile("日程.pdf", PDF)})

    confirm = officer.get(f"{page}send/")
    assert "2施設に送りますか" in words_of(confirm)
    hidden = dict(re.findall(r'name="(version|reach)" value="(\d+)"', confirm.content.decode()))
    done = officer.post(f"{page}send/", hidden, follow=True)
    assert "お知らせを2施設に送りました。" in words_of(done)
    assert "0 ／2施設が既読" in words_of(done)

    clerk = sign_in(sakura.clerk)
    assert re.search(f"未読 {TITLE}", words_of(clerk.get(list_of(sakura))))
    notice = clerk.get(f"{list_of(sakura)}{page.split('/')[-2]}/")
    assert "第1週は月曜日です。" in words_of(notice)
    (file,) = re.findall(r'href="([^"]+/notices/[^"]+/files/[^"]+)"', notice.content.decode())
    taken = clerk.get(file)
    assert taken.content == PDF
    assert taken["Content-Type"] == "application/pdf"
    assert taken["Content-Disposition"].startswith("attachment;")
    assert "未読" not in words_of(clerk.get(list_of(sakura)))
    assert "1 ／2施設が既読" in words_of(officer.get(page))
    assert "1／2施設が既読" in words_of(officer.get(LIST))
    assert [event.event for event in events_of(city) if event.event in {"notices.sent", "notices.read"}] == [
        "notices.sent",
        "notices.read",
    ]


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR])
def test_the_citys_staff_write_notices(city, role):
    with city.open(role) as by:
        assert notices.draft(values(), by=by, at=AT).is_draft


def test_auditors_and_facilities_do_not(city, sakura):
    with city.open(Role.AUDITOR) as by, pytest.raises(NotAllowed):
        notices.draft(values(), by=by, at=AT)
    with sakura.open() as by, pytest.raises(NotAllowed):
        notices.draft(values(), by=by, at=AT)
    assert {event.outcome for event in events_of(city, "notices.drafted")} == {"refused"}


def test_everything_that_is_wrong_is_told_at_once(city, sakura):
    with city.open(Role.OFFICER) as by:
        for wrong, problems in (
            (values(title=" ", text="\r\n", audience="nobody"), [NO_TITLE, NO_TEXT, NO_AUDIENCE]),
            (values(title="あ" * 101, text="い" * 4001), [NO_TITLE, NO_TEXT]),
            (values(audience=Audience.KINDS), [NO_KIND]),
            (values(audience=Audience.KINDS, kinds=("castle",)), [NO_KIND]),
            (values(audience=Audience.FACILITIES), [NO_FACILITY]),
            (values(audience=Audience.FACILITIES, chosen=(sakura.facility.pk, uuid4())), [NO_FACILITY]),
        ):
            with pytest.raises(ProblemsFound) as found:
                notices.draft(wrong, by=by, at=AT)
            assert found.value.problems == problems
        assert not Notice.objects.exists()


def test_the_form_tells_everything_at_once_too_and_keeps_what_was_typed(officer, sakura):
    answer = officer.post(f"{LIST}new/", {"title": "あ" * 101, "text": "", "audience": "facilities"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert [NO_TITLE in page, NO_TEXT in page, NO_FACILITY in page] == [True] * 3
    for field in ("title", "text", "chosen_0"):
        assert f'href="#id_{field}"' in page
        assert f'id="id_{field}"' in page
    assert "あ" * 101 in page


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"audience": "everybody"}, "対象を選んでください。"),
        ({"audience": "kinds"}, NO_KIND),
        ({"audience": "kinds", "kinds": "castle"}, NO_KIND),
        ({"audience": "facilities", "chosen": str(uuid4())}, NO_FACILITY),
        ({"title": "a\0b"}, "件名："),
    ],
)
def test_a_forged_field_is_a_sentence_and_no_error(officer, sakura, wrong, problem):
    answer = officer.post(f"{LIST}new/", {"title": TITLE, "text": TEXT, "audience": "all", **wrong})

    assert answer.status_code == 422
    assert problem in words_of(answer)


def test_a_long_text_with_many_lines_counts_each_line_end_once(city, officer):
    text = "\r\n".join(["あ" * 49] * 80)  # 80 lines of 50 characters less the last line's end

    answer = officer.post(f"{LIST}new/", {"title": TITLE, "text": text, "audience": "all"})

    assert answer.status_code == 302
    with city.open():
        assert len(Notice.objects.get().text) == 3999


def test_a_facility_of_another_city_cannot_be_chosen(city):
    there = make_facility(make_city("129998", "緑野市"), "となり保育園", number="1299800000901")

    with city.open(Role.OFFICER) as by, pytest.raises(ProblemsFound):
        notices.draft(values(audience=Audience.FACILITIES, chosen=(there.facility.pk,)), by=by, at=AT)


def test_a_draft_is_changed_and_what_its_target_does_not_ask_for_is_forgotten(city, sakura, officer):
    notice = drafted(city, audience=Audience.FACILITIES, chosen=(sakura.facility.pk,))
    form = officer.get(f"{page_of(notice)}edit/").content.decode()
    assert f'value="{sakura.facility.pk}"' in form
    assert re.search(rf'value="{sakura.facility.pk}"[^>]*checked', form)
    assert "選択中 1" in form

    officer.post(
        f"{page_of(notice)}edit/",
        {
            "title": "別の件名",
            "text": TEXT,
            "audience": "kinds",
            "kinds": ["nursery", "kindergarten"],
            "chosen": [str(sakura.facility.pk)],
            "version": notice.version,
        },
    )

    with city.open():
        changed = Notice.objects.get()
    assert (changed.title, changed.kinds, changed.chosen) == ("別の件名", ["kindergarten", "nursery"], [])
    assert changed.audience_words == "幼稚園・保育所"


def test_two_people_do_not_write_over_each_other(city, officer):
    notice = drafted(city)
    typed = {"title": "別の件名", "text": TEXT, "audience": "all", "version": notice.version}

    first = officer.post(f"{page_of(notice)}edit/", typed)
    second = officer.post(f"{page_of(notice)}edit/", {**typed, "title": "もう1つの件名"})

    assert (first.status_code, second.status_code) == (302, 422)
    assert OVERTAKEN in words_of(second)


def test_a_draft_is_thrown_away_with_its_files(city, officer):
    notice = drafted(city)
    with city.open(Role.OFFICER) as by:
        notices.attach(notice.pk, PDF, file_name="日程.pdf", by=by, at=AT)

    answer = officer.post(f"{page_of(notice)}delete/", follow=True)

    assert "下書きを消しました。" in words_of(answer)
    with city.open():
        assert not Notice.objects.exists()
        assert not NoticeAttachment.objects.exists()
    assert events_of(city, "notices.deleted")[0].rows == {"notice": [str(notice.pk)]}


# ---------------------------------------------------------------- sending


def test_who_gets_a_notice_is_fixed_when_it_is_sent(city, sakura, sumire, momo):
    to_all = sent(city)
    to_kinds = sent(city, audience=Audience.KINDS, kinds=(FacilityKind.NURSERY,))
    to_some = sent(city, momo, sumire)
    later = make_facility(city, "あとから保育園", number="1299900000905")

    with city.open():
        got = {
            notice.pk: set(NoticeTarget.objects.filter(notice=notice).values_list("facility_id", flat=True))
            for notice in (to_all, to_kinds, to_some)
        }
    places = {place.facility.pk for place in (sakura, sumire, momo)}
    assert got[to_all.pk] == places
    assert got[to_kinds.pk] == {sakura.facility.pk, sumire.facility.pk}
    assert got[to_some.pk] == {momo.facility.pk, sumire.facility.pk}
    assert "お知らせはまだありません" in words_of(sign_in(later.clerk).get(list_of(later)))


def test_a_facility_that_is_closed_or_not_open_yet_gets_none(city, sakura, sumire, momo):
    with city.open():
        Facility.objects.filter(pk=sumire.facility.pk).update(closed_on=date(2026, 5, 31))
        Facility.objects.filter(pk=momo.facility.pk).update(opened_on=date(2026, 7, 1))

    notice = sent(city)

    with city.open():
        assert [row.facility_id for row in NoticeTarget.objects.filter(notice=notice)] == [sakura.facility.pk]


def test_a_notice_is_sent_once(city, sakura):
    notice = sent(city)

    with city.open(Role.OFFICER) as by, pytest.raises(NotAllowed, match="すでに送信済み"):
        notices.send(notice.pk, shown_version=1, shown_reach=1, by=by, at=AT)

    with city.open():
        assert NoticeTarget.objects.count() == 1
    assert [event.outcome for event in events_of(city, "notices.sent")] == ["done", "refused"]


def test_sending_twice_in_the_browser_says_so(city, sakura, officer):
    notice = drafted(city)

    first = officer.post(f"{page_of(notice)}send/", {"version": 1, "reach": 1})
    second = officer.post(f"{page_of(notice)}send/", {"version": 1, "reach": 1})

    assert (first.status_code, second.status_code) == (302, 422)
    assert "すでに送信済みです" in words_of(second)


def test_only_what_was_shown_is_sent(city, sakura, officer):
    notice = drafted(city)
    with city.open(Role.OFFICER) as by:
        notices.attach(notice.pk, PDF, file_name="日程.pdf", by=by, at=AT)

    old = officer.post(f"{page_of(notice)}send/", {"version": 1, "reach": 1})
    make_facility(city, "すみれ保育園", number="1299900000902")
    other_reach = officer.post(f"{page_of(notice)}send/", {"version": 2, "reach": 1})
    nothing_shown = officer.post(f"{page_of(notice)}send/")

    assert [answer.status_code for answer in (old, other_reach, nothing_shown)] == [422] * 3
    assert OVERTAKEN in words_of(old)
    assert OTHER_REACH in words_of(other_reach)
    assert "画面を開き直して" in words_of(nothing_shown)


def test_a_notice_for_nobody_is_not_sent(city, sakura, officer):
    notice = drafted(city, audience=Audience.KINDS, kinds=(FacilityKind.HOME_BASED,))

    assert "届く施設がありません" in words_of(officer.get(f"{page_of(notice)}send/"))
    answer = officer.post(f"{page_of(notice)}send/", {"version": 1, "reach": 0})

    assert answer.status_code == 422
    assert NOBODY in words_of(answer)


def test_what_was_sent_does_not_change_any_more(city, sakura, officer):
    notice = sent(city)
    typed = {"title": "別の件名", "text": TEXT, "audience": "all", "version": notice.version}

    answers = [
        officer.post(f"{page_of(notice)}edit/", typed),
        officer.post(f"{page_of(notice)}attach/", {"file": SimpleUploadedFile("a.pdf", PDF)}),
        officer.post(f"{page_of(notice)}delete/"),
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert "送信したお知らせは変えられません" in words_of(answers[0])
    assert "送信したお知らせは消せません" in words_of(answers[2])
    # The pages of a draft show what was sent instead.
    assert "0 ／1施設が既読" in words_of(officer.get(f"{page_of(notice)}edit/"))
    assert "0 ／1施設が既読" in words_of(officer.get(f"{page_of(notice)}send/"))


def test_the_database_keeps_what_was_sent(city, sakura, sumire):
    notice = sent(city, sakura)
    read(sakura, notice)

    def refused(act: Any) -> None:
        with pytest.raises(DatabaseError, match=r"immutable|stays"), city.open(), transaction.atomic():
            act()

    refused(lambda: Notice.objects.update(text="別の本文"))
    refused(lambda: Notice.objects.update(status="draft", sent_at=None, sent_by=None))
    refused(lambda: Notice.objects.all()._raw_delete("default"))
    refused(lambda: NoticeTarget.objects.update(facility=sumire.facility))
    refused(
        lambda: NoticeTarget.objects.create(
            municipality=city.municipality, notice=notice, facility=sumire.facility
        )
    )
    refused(lambda: NoticeReading.objects.all()._raw_delete("default"))
    refused(lambda: NoticeReading.objects.update(first_read_at=AT - timedelta(days=1)))
    withdrawn(city, notice)
    refused(lambda: Notice.objects.update(withdrawal_reason="別の理由"))


@pytest.mark.parametrize(
    "broken",
    [
        {"title": ""},
        {"text": ""},
        {"kinds": ["nursery"]},
        {"audience": "kinds"},
        {"audience": "facilities"},
        {"audience": "facilities", "chosen": ["x"], "kinds": ["nursery"]},
        {"status": "sent"},
        {"status": "sent", "sent_at": AT},
        {"sent_at": AT, "sent_by": uuid4()},
        {"withdrawn_at": AT},
        {"withdrawal_reason": "理由"},
        {
            "status": "withdrawn",
            "sent_at": AT,
            "sent_by": uuid4(),
            "withdrawn_at": AT,
            "withdrawn_by": uuid4(),
        },
        {"status": "withdrawn", "sent_at": AT, "sent_by": uuid4(), "withdrawal_reason": "理由"},
    ],
)
def test_the_database_refuses_a_notice_that_cannot_be(city, broken):
    drafted(city)

    with pytest.raises(IntegrityError), city.open(), transaction.atomic():
        Notice.objects.update(**broken)


@pytest.mark.parametrize("now", NoticeStatus.values)
@pytest.mark.parametrize("then", NoticeStatus.values)
def test_a_notice_goes_only_forward(now, then):
    notice = Notice(status=now)
    if (now, then) in {("draft", "sent"), ("sent", "withdrawn")}:
        notice.move_to(NoticeStatus(then))
        assert notice.status == then
    else:
        with pytest.raises(TransitionNotAllowed):
            notice.move_to(NoticeStatus(then))
    assert set(NOTICE_TRANSITIONS) == set(NoticeStatus.values)


# ---------------------------------------------------------------- tenancy


def test_a_notice_to_another_facility_is_not_there_even_by_its_id(city, sakura, sumire):
    notice = sent(city, sakura)
    stranger = sign_in(sumire.clerk)

    foreign, unknown = stranger.get(page_of(notice, sumire)), stranger.get(f"{list_of(sumire)}{uuid4()}/")

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    assert "お知らせはまだありません" in words_of(stranger.get(list_of(sumire)))
    assert TITLE not in words_of(stranger.get(home(sumire)))


def test_the_second_wall_shows_a_facility_only_what_it_was_sent(city, sakura, sumire):
    notice = drafted(city, audience=Audience.FACILITIES, chosen=(sakura.facility.pk,))
    with city.open(Role.OFFICER) as by:
        file = notices.attach(notice.pk, PDF, file_name="日程.pdf", by=by, at=AT)
        notice.refresh_from_db()
    with sakura.open():
        assert not Notice._base_manager.exists()
        assert not NoticeAttachment._base_manager.exists()
    send(city, notice)

    with sakura.open():
        assert Notice._base_manager.get().pk == notice.pk
        assert NoticeAttachment._base_manager.get().pk == file.pk
        assert NoticeTarget._base_manager.count() == 1
    with sumire.open():
        assert not Notice._base_manager.exists()
        assert not NoticeAttachment._base_manager.exists()
        assert not NoticeTarget._base_manager.exists()
    with make_city("129998", "緑野市").open():
        assert not Notice._base_manager.exists()


def test_a_facility_cannot_write_itself_onto_a_notice_or_change_it(city, sakura, sumire):
    notice = sent(city, sakura)

    with pytest.raises(DatabaseError), sumire.open(), transaction.atomic():
        NoticeTarget._base_manager.create(
            municipality=city.municipality, notice_id=notice.pk, facility=sumire.facility
        )
    with sakura.open():
        assert Notice._base_manager.update(status="withdrawn") == 0
    with pytest.raises(IntegrityError), sumire.open(), transaction.atomic():
        NoticeReading._base_manager.create(
            municipality=city.municipality,
            notice_id=notice.pk,
            facility=sumire.facility,
            user=sumire.clerk,
            first_read_at=AT,
        )


def test_another_citys_notice_is_not_there(city, sakura):
    notice = sent(city)
    there = sign_in(make_city("129998", "緑野市").people[Role.OFFICER])

    assert there.get(page_of(notice)).content == there.get(f"{LIST}{uuid4()}/").content
    assert TITLE not in words_of(there.get(LIST))


# ---------------------------------------------------------------- reading


def test_a_receipt_is_left_once_a_person_with_the_first_time(city, sakura, time_machine):
    notice = sent(city)
    second = make_user("second", realm=city.municipality)
    with city.open():
        Membership.objects.create(
            municipality=city.municipality, user=second, duty=Role.FACILITY, facility=sakura.facility, slot=2
        )
    time_machine.move_to(AT)
    sign_in(sakura.clerk).get(page_of(notice, sakura))
    time_machine.move_to(AT + timedelta(minutes=5))
    sign_in(sakura.clerk).get(page_of(notice, sakura))
    sign_in(second).get(page_of(notice, sakura))

    with city.open():
        readings = list(NoticeReading.objects.order_by("first_read_at"))
    assert [reading.user_id for reading in readings] == [sakura.clerk.pk, second.pk]
    assert readings[1].first_read_at - readings[0].first_read_at >= timedelta(minutes=5)
    assert len(events_of(city, "notices.read")) == 2
    assert len(events_of(city, "notices.shown")) == 3


def test_the_city_does_not_read_in_a_facilitys_place(city, sakura, officer):
    notice = sent(city)

    officer.get(page_of(notice))

    with city.open(Role.OFFICER) as by:
        assert not NoticeReading.objects.exists()
        with pytest.raises(NotAllowed):
            notices.read(notice.pk, by=by, at=AT)


def test_unread_ones_come_first_and_words_find(city, sakura):
    old, middle, new = (
        sent(city, title=title, at=AT + timedelta(hours=hour))
        for hour, title in enumerate(("古い件", "中の件", "新しい件"))
    )
    clerk = sign_in(sakura.clerk)
    clerk.get(page_of(new, sakura))
    clerk.get(page_of(middle, sakura))

    def shown(query: str = "") -> list[str]:
        return re.findall(r'data-row="([^"]+)"', clerk.get(f"{list_of(sakura)}{query}").content.decode())

    assert shown() == [str(old.pk), str(new.pk), str(middle.pk)]
    assert shown("?words=古い") == [str(old.pk)]
    assert len(shown("?words=第1週")) == 3
    assert shown("?words=なし") == shown("?words=%25") == []


def test_fifty_stand_on_a_page(city, sakura):
    for number in range(51):
        sent(city, title=f"{number}番", at=AT + timedelta(minutes=number))
    clerk = sign_in(sakura.clerk)

    first, second = clerk.get(list_of(sakura)), clerk.get(f"{list_of(sakura)}?words=番&page=2")

    assert first.content.decode().count("data-row") == 50
    assert "次の50件" in words_of(first)
    assert second.content.decode().count("data-row") == 1
    assert "?words=%E7%95%AA&amp;page=1" in second.content.decode()
    assert clerk.get(f"{list_of(sakura)}?page=nonsense").status_code == 200


def test_the_home_shows_the_latest_three_and_how_many_are_unread(city, sakura):
    for number in range(4):
        notice = sent(city, title=f"{number}番の件", at=AT + timedelta(minutes=number))
    clerk = sign_in(sakura.clerk)
    clerk.get(page_of(notice, sakura))

    page = words_of(clerk.get(home(sakura)))

    assert "未読 3件" in page
    assert re.findall(r"(\d)番の件", page) == ["3", "2", "1"]


def test_the_receipts_are_filtered_sorted_and_exported(city, sakura, sumire, momo, officer):
    notice = sent(city)
    read(sumire, notice)

    def shown(query: str) -> list[str]:
        page = officer.get(f"{page_of(notice)}{query}").content.decode()
        return re.findall(r'<th scope="row">([^<]+(?:保育園|も幼稚園))</th>', page)

    assert shown("") == ["さくら保育園", "すみれ保育園", "もも幼稚園"]
    assert shown("?sort=-number") == ["もも幼稚園", "すみれ保育園", "さくら保育園"]
    assert shown("?sort=kind") == ["もも幼稚園", "さくら保育園", "すみれ保育園"]
    assert shown("?sort=read")[0] == "すみれ保育園"
    assert shown("?show=read") == ["すみれ保育園"]
    assert shown("?show=unread&sort=nonsense") == ["さくら保育園", "もも幼稚園"]
    for encoding, charset in (("", "utf-8-sig"), ("?encoding=cp932", "cp932")):
        answer = officer.get(f"{page_of(notice)}receipts/{encoding}")
        lines = list(csv.DictReader(io.StringIO(answer.content.decode(charset))))
        assert [line["状態"] for line in lines] == ["未読", "既読", "未読"]
        assert lines[1]["読んだアカウント"] == sumire.clerk.login_id
    assert len(events_of(city, "notices.receipts_exported")[0].rows["facility"]) == 3


def test_the_citys_list_is_filtered(city, sakura, officer):
    draft, held, back = (
        drafted(city, title="下書きの件"),
        sent(city, title="送った件"),
        sent(city, title="戻した件"),
    )
    withdrawn(city, back)

    def shown(query: str) -> set[str]:
        return set(re.findall(r'data-row="([^"]+)"', officer.get(f"{LIST}{query}").content.decode()))

    assert shown("") == shown("?state=nonsense") == {str(row.pk) for row in (draft, held, back)}
    assert shown("?state=draft") == {str(draft.pk)}
    assert shown("?state=sent") == {str(held.pk)}
    assert shown("?state=withdrawn") == {str(back.pk)}
    assert shown("?words=送った") == {str(held.pk)}
    assert "当てはまるお知らせがありません" in words_of(officer.get(f"{LIST}?words=ない"))


# ---------------------------------------------------------------- withdrawing


def test_a_withdrawn_notice_is_seen_as_such_without_its_text_and_files(city, sakura, officer):
    notice = drafted(city)
    with city.open(Role.OFFICER) as by:
        file = notices.attach(notice.pk, PDF, file_name="日程.pdf", by=by, at=AT)
        notice.refresh_from_db()
    send(city, notice)
    clerk = sign_in(sakura.clerk)
    assert clerk.get(f"{page_of(notice, sakura)}files/{file.pk}/").status_code == 200

    done = officer.post(f"{page_of(notice)}withdraw/", {"reason": "日程が変わったため"}, follow=True)

    page = clerk.get(page_of(notice, sakura))
    assert "お知らせを取り下げました" in words_of(done)
    assert "市が取り下げました" in words_of(page)
    assert "理由：日程が変わったため" in words_of(page)
    assert "第1週" not in words_of(page)
    assert clerk.get(f"{page_of(notice, sakura)}files/{file.pk}/").status_code == 404
    assert f"取り下げ {TITLE}" in words_of(clerk.get(list_of(sakura)))
    assert "当てはまる" in words_of(clerk.get(f"{list_of(sakura)}?words=第1週"))
    assert TITLE not in words_of(clerk.get(home(sakura)))
    with city.open():
        assert not NoticeReading.objects.exists()  # only the file was taken before


def test_withdrawing_needs_a_reason_and_happens_once(city, sakura, officer):
    notice, draft = sent(city), drafted(city)

    without = officer.post(f"{page_of(notice)}withdraw/", {"reason": " "})
    too_long = officer.post(f"{page_of(notice)}withdraw/", {"reason": "あ" * 201})
    of_a_draft = officer.post(f"{page_of(draft)}withdraw/", {"reason": "理由"})
    first = officer.post(f"{page_of(notice)}withdraw/", {"reason": "理由"})
    again = officer.post(f"{page_of(notice)}withdraw/", {"reason": "別の理由"})

    assert [answer.status_code for answer in (without, too_long, of_a_draft, first, again)] == [
        *(422, 422, 422, 302, 422)
    ]
    assert NO_REASON in words_of(without)
    assert NO_REASON in words_of(too_long)
    assert "下書きを消す" in words_of(of_a_draft)
    assert "すでに取り下げられています" in words_of(again)
    with city.open(Role.OFFICER) as by, pytest.raises(ProblemsFound):
        notices.withdraw(sent(city).pk, reason="", by=by, at=AT)


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "pdf"), (PNG, "png"), (JPEG, "jpg"), (workbook(), "xlsx")]
)
def test_a_file_is_what_its_content_says(content, kind):
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", EMPTY),
        (b"MZ\x90\x00 a program", NOT_TAKEN),
        (b"<html><script>", NOT_TAKEN),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NOT_TAKEN),
        (b"\n%PDF-1.7", NOT_TAKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OR_LOCKED),
        (b"PK\x03\x04 broken", DAMAGED),
        (workbook(("xl/vbaProject.bin", b"x")), HAS_MACROS),
        (workbook(("xl/macrosheets/sheet1.xml", b"x")), HAS_MACROS),
        (macro_workbook_in_disguise(), HAS_MACROS),
        (PDF + b"x" * 5 * 1024 * 1024, TOO_LARGE),
    ],
)
def test_a_file_that_may_not_be_attached_says_why(city, officer, content, sentence):
    notice = drafted(city)

    answer = officer.post(f"{page_of(notice)}attach/", {"file": SimpleUploadedFile("日程.pdf", content)})

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert 'href="#id_file"' in answer.content.decode()
    with city.open():
        assert not NoticeAttachment.objects.exists()


def test_a_zip_that_is_no_workbook_is_not_taken():
    written = io.BytesIO()
    with ZipFile(written, "w") as packed:
        packed.writestr("a.exe", b"MZ")

    with pytest.raises(ProblemsFound, match="この種類のファイル"):
        kind_of(written.getvalue())


@pytest.mark.parametrize(
    ("name", "kind", "handed_out"),
    [
        ("日程.pdf", "pdf", "日程.pdf"),
        ("photo.JPEG", "jpg", "photo.jpg"),
        ("program.exe", "pdf", "program.exe.pdf"),
        ("a\u202efdp.exe", "pdf", "a fdp.exe.pdf"),
        ("../../etc/passwd", "png", "etc passwd.png"),
        (" . ", "xlsx", "添付ファイル.xlsx"),
        ("長" * 200 + ".pdf", "pdf", "長" * 80 + ".pdf"),
    ],
)
def test_a_files_name_ends_as_its_content_says(name, kind, handed_out):
    assert safe_name(name, kind) == handed_out


def test_a_file_is_stored_sealed_to_its_place(city):
    notice = drafted(city)
    with city.open(Role.OFFICER) as by:
        first = notices.attach(notice.pk, PDF, file_name="日程.pdf", by=by, at=AT)
        second = notices.attach(notice.pk, drawing(), file_name="図.png", by=by, at=AT)

        assert PDF not in bytes(first.content_sealed)
        assert notices.content_of(first, by=by) == PDF
        second.content_sealed = first.content_sealed
        with pytest.raises(Exception, match="damaged or moved"):
            notices.content_of(second, by=by)
        first.content_hash = "0" * 64
        with pytest.raises(AttachmentDamaged):
            notices.content_of(first, by=by)


def test_of_a_picture_only_the_pixels_are_sent_to_facilities(city, sakura, officer):
    notice = drafted(city)
    before = photograph()

    officer.post(f"{page_of(notice)}attach/", {"file": SimpleUploadedFile("園庭.jpg", before)})
    address = re.findall(r'href="([^"]+/files/[^"]+/)"', officer.get(page_of(notice)).content.decode())[0]
    taken = officer.get(address).content

    assert b"SECRETCAMERA" in before
    assert taken.startswith(b"\xff\xd8\xff")
    assert b"SECRET" not in taken
    with city.open():
        kept = NoticeAttachment.objects.get()
        assert kept.size_bytes == len(taken)
        assert kept.content_hash == hashlib.sha256(taken).hexdigest()


def test_a_damaged_picture_says_so_at_the_field(city, officer):
    answer = officer.post(f"{page_of(drafted(city))}attach/", {"file": SimpleUploadedFile("図.png", PNG)})

    assert answer.status_code == 422
    assert DAMAGED_PICTURE in words_of(answer)
    assert 'href="#id_file"' in answer.content.decode()


def test_three_files_at_most_and_one_can_be_taken_off(city, officer):
    notice = drafted(city)
    for number in range(3):
        officer.post(f"{page_of(notice)}attach/", {"file": SimpleUploadedFile(f"{number}.pdf", PDF)})
    page = officer.get(page_of(notice)).content.decode()
    assert "添付できるのは3つまでです" in page

    fourth = officer.post(f"{page_of(notice)}attach/", {"file": SimpleUploadedFile("4.pdf", PDF)})
    detach = re.findall(r'action="([^"]+/detach/)"', page)
    officer.post(detach[0])
    twice = officer.post(detach[0])

    assert fourth.status_code == 422
    assert TOO_MANY in words_of(fourth)
    assert twice.status_code == 404
    with city.open():
        assert NoticeAttachment.objects.count() == 2


def test_without_a_file_the_field_says_so(city, officer):
    answer = officer.post(f"{page_of(drafted(city))}attach/")

    assert answer.status_code == 422
    assert "ファイルを選んでください。" in words_of(answer)


def test_a_file_belongs_to_its_notice(city, sakura, officer):
    with_file, other = drafted(city), sent(city)
    with city.open(Role.OFFICER) as by:
        file = notices.attach(with_file.pk, PDF, file_name="日程.pdf", by=by, at=AT)

    assert officer.get(f"{page_of(other)}files/{file.pk}/").status_code == 404
    assert sign_in(sakura.clerk).get(f"{page_of(other, sakura)}files/{file.pk}/").status_code == 404


# ---------------------------------------------------------------- mail


def tell(city: City, today: date = TODAY) -> int:
    with context(Context(who=SYSTEM)), scope(city.municipality.pk, None):
        return telling.tell_of_new(city.municipality, today=today)


def letters(folder: Path) -> list[tuple[str, str, str]]:
    """(to, subject, text) of every mail."""
    found = []
    for path in sorted(folder.glob("*.eml")):
        mail = message_from_bytes(path.read_bytes())
        text = mail.get_payload(decode=True).decode().replace("\r\n", "\n")
        found.append((mail["To"], str(make_header(decode_header(mail["Subject"]))), text))
    return found


def test_new_notices_are_told_in_one_mail_without_their_text(city, sakura, run_jobs, mail_folder):
    sent(city, title="1つ目の件")
    sent(city, title="2つ目の件", at=AT + timedelta(minutes=1))

    assert tell(city) == 1
    run_jobs()

    ((to, subject, text),) = letters(mail_folder)
    assert to == sakura.clerk.address
    assert "新しいお知らせが2件あります" in subject
    assert "・1つ目の件\n・2つ目の件\n" in text
    assert list_of(sakura) in text
    assert "第1週" not in text
    assert events_of(city, "notices.told")[0].rows["facility"] == [str(sakura.facility.pk)]


def test_a_notice_is_told_once_and_a_facility_hears_once_a_day(city, sakura):
    sent(city, title="1つ目の件")
    assert [tell(city), tell(city)] == [1, 0]

    sent(city, title="2つ目の件")

    assert tell(city) == 0
    assert tell(city, TODAY + timedelta(days=1)) == 1
    assert tell(city, TODAY + timedelta(days=2)) == 0
    assert Job.objects.filter(key__startswith="notices|").count() == 2


def test_nothing_is_told_on_a_day_off_and_nothing_is_lost_by_it(city, sakura):
    sent(city)

    assert tell(city, date(2026, 6, 6)) == tell(city, date(2026, 6, 7)) == 0
    assert tell(city, date(2026, 6, 8)) == 1


def test_what_was_read_withdrawn_or_sent_to_others_is_not_told(city, sakura, sumire):
    read(sakura, sent(city, sakura))
    withdrawn(city, sent(city, sakura))
    drafted(city)

    assert tell(city) == 0
    assert not events_of(city, "notices.told")


def test_each_account_hears_of_what_it_has_not_read(city, sakura, run_jobs, mail_folder):
    second = make_user("second", realm=city.municipality)
    with city.open():
        Membership.objects.create(
            municipality=city.municipality, user=second, duty=Role.FACILITY, facility=sakura.facility, slot=2
        )
    read(sakura, sent(city))

    assert tell(city) == 1
    run_jobs()
    assert [to for to, _, _ in letters(mail_folder)] == [second.address]


def test_a_facility_without_a_mailbox_is_told_once_it_has_one(city, sakura):
    sent(city)
    address, sakura.clerk.address = sakura.clerk.address, ""
    sakura.clerk.save()
    assert tell(city) == 0

    sakura.clerk.address = address
    sakura.clerk.save()

    assert tell(city, TODAY + timedelta(days=1)) == 1


def test_an_urgent_notice_is_mailed_at_once_and_not_again(city, sakura, sumire, run_jobs, mail_folder):
    notice = sent(city, sakura, is_urgent=True)

    run_jobs()
    with context(Context(who=SYSTEM)), scope(city.municipality.pk, None):
        telling.tell_at_once(notice.pk)
    run_jobs()

    ((to, subject, text),) = letters(mail_folder)
    assert to == sakura.clerk.address
    assert subject.endswith(f"至急のお知らせ：{TITLE}")
    assert page_of(notice, sakura) in text
    assert "第1週" not in text
    assert tell(city) == 0


def test_an_urgent_notice_withdrawn_before_its_mail_is_not_mailed(city, sakura, run_jobs, mail_folder):
    withdrawn(city, sent(city, is_urgent=True))

    run_jobs()

    assert letters(mail_folder) == []


def test_every_city_is_told_of_its_own(city, sakura, time_machine):
    time_machine.move_to(AT)
    other = make_city("129998", "緑野市")
    make_facility(other, "つばき保育園", number="1299800000901")
    sent(city)
    sent(other)

    tell_of_new_notices()

    assert Job.objects.filter(key__startswith="notices|").count() == 2
    assert len(events_of(city, "notices.told")) == len(events_of(other, "notices.told")) == 1


# ---------------------------------------------------------------- cost


def test_pages_cost_the_same_for_two_as_for_many(city, sakura, officer):
    clerk = sign_in(sakura.clerk)
    notice, draft = sent(city), drafted(city)
    with city.open(Role.OFFICER) as by:
        notices.attach(draft.pk, PDF, file_name="日程.pdf", by=by, at=AT)
    addresses = (
        (officer, LIST),
        (officer, f"{LIST}new/"),
        (officer, f"{LIST}{{sent}}/"),
        (officer, f"{LIST}{{sent}}/receipts/"),
        (officer, page_of(draft)),
        (officer, f"{page_of(draft)}send/"),
        (clerk, list_of(sakura)),
        (clerk, f"{list_of(sakura)}{{sent}}/"),
    )

    def queries(notice: Notice) -> list[int]:
        counted = []
        for browser, address in addresses:
            path = address.format(sent=notice.pk)
            browser.get(path)
            with CaptureQueriesContext(connection) as caught:
                assert browser.get(path).status_code == 200
            counted.append(len([one for one in caught if "SAVEPOINT" not in one["sql"]]))
        return counted

    few = queries(notice)
    for number in range(10):
        make_facility(city, f"第{number}保育園", number=f"12999000008{number:02}")
    many = [sent(city) for _ in range(10)]
    with city.open():
        places = list(Membership.objects.filter(facility__number__startswith="12999000008"))
    for membership in places:
        with scope(city.municipality.pk, [membership.facility_id]):
            NoticeReading.objects.create(
                municipality=city.municipality,
                notice=many[0],
                facility_id=membership.facility_id,
                user_id=membership.user_id,
                first_read_at=AT,
            )

    assert queries(many[0]) == few
    assert max(few) <= 12, dict(zip([address for _, address in addresses], few, strict=True))
