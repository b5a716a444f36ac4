"""Questions and answers beside an application: who sees, reads and answers them; nothing said is in mails or open."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from applications.events import TalkEvent
from applications.models import Application, ApplicationVersion, ItemPack, Remark
from applications.operations import talking
from applications.queries.talk import open_questions, talked_about, waiting_for_city
from applications.states import VersionStatus
from facilities.actors import Role
from facilities.open_tasks import open_tasks
from facilities.rules import NotAllowed, ProblemsFound
from jobs import mail
from jobs.models import Job
from jobs.running import payload_of
from tests.applications.stage import AT, release_pack, save, send_back, submit
from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

pytestmark = pytest.mark.django_db
TYPED = {"extra_staff": "1", "monthly_yen": "412399"}
ASKED, TOLD = "見本さんの契約はいつまでですか", "三月末までです"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


@pytest.fixture
def sent(sakura: Nursery, pack: ItemPack) -> ApplicationVersion:
    return submit(sakura, save(sakura, pack, **TYPED))


def ask(city: City, version: ApplicationVersion, **more: Any) -> Remark:
    with city.open(Role.OFFICER) as by:
        return talking.say(version.application_id, text=ASKED, wants_answer=True, by=by, at=AT, **more)


def test_a_question_is_sealed_told_without_words_and_changes_no_state(city, sakura, sent):
    question = ask(city, sent, field_key="extra_staff")

    with sakura.open():
        row = Remark.objects.get(pk=question.pk)
        assert row.text == ASKED
        assert ASKED.encode() not in bytes(row.text_sealed)
        assert ApplicationVersion.objects.get(pk=sent.pk).status == VersionStatus.SUBMITTED
        [task] = [one for one in open_tasks(sakura.facility) if one.row_kind == "remark"]
        assert task.words == "市の質問への回答（チーム保育推進加算）"
    mails = [str(payload_of(job)) for job in Job.objects.filter(kind=mail.KIND)]
    assert any("市から質問があります" in one for one in mails)
    assert not any("見本" in one for one in mails)
    assert all(ASKED not in str(event.detail) for event in events_of(city))


def test_an_answer_closes_it_once(city, sakura, sent):
    question = ask(city, sent)
    with sakura.open() as by:
        answer = talking.say(sent.application_id, text=TOLD, answers=question.pk, by=by, at=AT)
        assert answer.answers_id == question.pk
        assert open_questions(sakura.facility) == []
        with pytest.raises(NotAllowed, match="すでに回答"):
            talking.say(sent.application_id, text="もう一度", answers=question.pk, by=by, at=AT)
    with city.open(Role.OFFICER) as by:
        assert waiting_for_city().count() == 1
        with pytest.raises(NotAllowed, match="見つかりません"):
            talking.say(sent.application_id, text="自分で", answers=question.pk, by=by, at=AT)
        [waiting] = talked_about(for_city=True)
        assert (waiting.new, waiting.unanswered) == (1, 0)
        assert talking.read(sent.application_id, by=by, at=AT) == [answer.pk]
        assert talking.read(sent.application_id, by=by, at=AT) == []
        assert waiting_for_city().count() == 0
    assert len(events_of(city, TalkEvent.READ)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(city, sakura, sent):
    question = ask(city, sent)
    gate, found = threading.Barrier(2), []

    def clerk() -> None:
        try:
            with sakura.open() as by:
                gate.wait()
                talking.say(sent.application_id, text=TOLD, answers=question.pk, by=by, at=AT)
            found.append("said")
        except NotAllowed:
            found.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(found) == ["refused", "said"]


def test_only_the_two_sides_speak_and_not_without_words(city, sakura, sent):
    sumire, other = make_facility(city, "すみれ保育園", number="1299900000902"), make_city("129998", "緑野市")
    for stranger in (sumire.open(), other.open(Role.OFFICER)):
        with stranger as by, pytest.raises(Application.DoesNotExist):
            talking.say(sent.application_id, text="x", by=by, at=AT)
    for role in (Role.ADMINISTRATOR, Role.ENROLMENT):
        with city.open(role) as by, pytest.raises(NotAllowed):
            talking.say(sent.application_id, text="x", by=by, at=AT)
    with sakura.open() as by:
        for text in (" ", "あ" * (talking.LONGEST + 1)):
            with pytest.raises(ProblemsFound):
                talking.say(sent.application_id, text=text, by=by, at=AT)


def test_what_was_said_stays(city, sakura, sent):
    question = ask(city, sent)
    with sakura.open():
        row = Remark.objects.get(pk=question.pk)
        row.wants_answer = False
        with pytest.raises(DatabaseError), transaction.atomic():
            row.save()
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()


def test_both_sides_read_and_write_on_their_pages(city, sakura, pack, sent, time_machine):
    time_machine.move_to(AT)
    officer, clerk = sign_in(city.people[Role.OFFICER]), sign_in(sakura.clerk)
    mine = f"/f/{sakura.facility.number}/applications/2026/price/team_childcare/"
    said = officer.post(
        f"/c/questions/{sent.application_id}/say/",
        {
            "text": ASKED,
            "wants_answer": "1",
            "field_key": "extra_staff",
            "back": f"/c/applications/{sent.pk}/",
        },
    )
    assert said["Location"] == f"/c/applications/{sent.pk}/"
    assert "市から質問が来ています" in clerk.get(f"/f/{sakura.facility.number}/").content.decode()
    assert (
        "市から質問が来ています" in clerk.get(f"/f/{sakura.facility.number}/applications/").content.decode()
    )
    page = clerk.get(mine).content.decode()
    assert ASKED in page
    assert "市の質問（加配する職員の数）" in page
    assert "新着" in page
    assert "新着" not in clerk.get(mine).content.decode()
    assert "施設が読みました" in officer.get(f"/c/applications/{sent.pk}/").content.decode()

    with sakura.open():
        question = Remark.objects.get()
    empty = clerk.post(f"{mine}say/", {"text": "", "answers": str(question.pk)})
    assert empty.status_code == 422
    assert clerk.post(f"{mine}say/", {"text": TOLD, "answers": str(question.pk)}).status_code == 302
    assert "新着" in officer.get("/c/questions/?show=waiting").content.decode()
    assert TOLD in officer.get(f"/c/questions/{sent.application_id}/").content.decode()
    assert "当てはまるやりとりがありません" in officer.get("/c/questions/?show=waiting").content.decode()

    send_back(city, sent)
    answer = save(sakura, pack, **TYPED)
    assert answer.number == 2
    page = clerk.get(mine).content.decode()
    assert ASKED in page
    assert "差し戻しの理由（第1版）" in page


def test_words_that_name_a_child_are_refused_and_not_kept(city, sakura, sent):
    with sakura.open() as clerk, pytest.raises(ProblemsFound, match="氏名"):
        talking.say(sent.application_id, text="見本太郎くんの加配です。", by=clerk, at=AT)
    with city.open():
        assert not Remark.objects.exists()


def test_a_facility_asks_before_it_has_typed_anything_and_the_city_answers(city, sakura, pack, time_machine):
    time_machine.move_to(AT)
    clerk, officer = sign_in(sakura.clerk), sign_in(city.people[Role.OFFICER])
    place = f"/f/{sakura.facility.number}/applications/2026/price/team_childcare/"
    assert "質問と回答" in clerk.get(place).content.decode()
    assert clerk.post(f"{place}say/", {"text": " ", "wants_answer": "1"}).status_code == 422
    with city.open():
        assert not Application.objects.exists()
    asked = {"text": "育休の人は数えますか", "wants_answer": "1", "field_key": "extra_staff"}
    assert clerk.post(f"{place}say/", asked).status_code == 302
    assert "育休の人は数えますか" in clerk.get(place).content.decode()
    with city.open():
        question = Remark.objects.get()
        assert not ApplicationVersion.objects.exists()
    listed = officer.get("/c/questions/?show=waiting").content.decode()
    assert f"/c/questions/{question.application_id}/" in listed
    page = officer.get(f"/c/questions/{question.application_id}/").content.decode()
    assert "施設はまだ提出していません" in page
    assert "加配する職員の数" in page
    answer = {"text": "数えません", "answers": str(question.pk)}
    assert officer.post(f"/c/questions/{question.application_id}/say/", answer).status_code == 302
    assert "数えません" in clerk.get(place).content.decode()

    # What is typed afterwards belongs to the same application.
    assert save(sakura, pack, **TYPED).application_id == question.application_id


def test_a_draft_nobody_has_spoken_of_is_no_page_of_the_city(city, sakura, pack):
    draft = save(sakura, pack, **TYPED)

    assert sign_in(city.people[Role.OFFICER]).get(f"/c/questions/{draft.application_id}/").status_code == 404
