"""Papers on their way: expected, announced, received, checked, set back; twice, at once, from elsewhere, late."""

import io
import threading
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pypdf import PdfReader

from applications import paper_numbers
from applications.events import PaperEvent
from applications.form_papers import COVER_FORM, PAPER
from applications.models import ApplicationVersion, ItemPack, Paper
from applications.operations import cases, papers, reminding
from applications.states import PaperStatus
from documents import dictionary
from documents import operations as documents
from documents.models import Document
from facilities.actors import Role
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from jobs.models import Job
from jobs.running import payload_of
from tests.applications.packs import PRICE
from tests.applications.stage import AT, approve, release_pack, save, send_back, submit
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.documents.packs.golden import picture_of
from tests.record import events_of

pytestmark = pytest.mark.django_db
TYPED = {"extra_staff": "1", "monthly_yen": "412399"}
ALWAYS = PRICE.replace('needed_if = "extra_staff == 2"\n', "")
TWO = ALWAYS.replace(
    '[[item]]\nkey = "team_childcare_report"',
    '[[item.paper]]\nkey = "list"\ntitle = "児童の一覧"\nwhy = "確かめます。"\nhas_children = true\n'
    'needed_if = "monthly_yen > 500000"\n\n[[item]]\nkey = "team_childcare_report"',
)


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city, TWO)


@pytest.fixture
def sent(sakura: Nursery, pack: ItemPack) -> ApplicationVersion:
    return submit(sakura, save(sakura, pack, **TYPED))


@pytest.fixture
def officer(city: City, time_machine: Any) -> Browser:
    time_machine.move_to(AT)
    return sign_in(city.people[Role.OFFICER])


def own(place: Nursery, **wanted: Any) -> list[Paper]:
    with place.open():
        return list(Paper.objects.filter(**wanted).order_by("paper_key"))


def receive(city: City, text: str) -> list[Paper]:
    with city.open(Role.OFFICER) as by:
        return papers.receive(text, by=by, at=AT)


# ---------------------------------------------------------------- numbers


def test_one_wrong_digit_and_two_swapped_ones_are_found():
    # The example of Damm's thesis.
    assert paper_numbers.check_digit("572") == "4"
    for _ in range(20):
        number = paper_numbers.new()
        assert paper_numbers.is_right(number)
        for place in range(13):
            for digit in "0123456789":
                other = number[:place] + digit + number[place + 1 :]
                assert paper_numbers.is_right(other) == (digit == number[place])
        for place in range(12):
            swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            assert paper_numbers.is_right(swapped) == (number[place] == number[place + 1])


def test_numbers_are_read_as_they_are_scanned_and_typed():
    read = paper_numbers.numbers_in("１２３４-5678-90123\n1234567890123、 999 ")
    assert read == ["1234567890123", "999"]


# ---------------------------------------------------------------- expected


def test_sending_expects_what_is_needed_with_a_day(sakura, sent):
    [paper] = own(sakura)

    assert (paper.title, paper.status) == ("雇用契約書の写し", PaperStatus.DUE)
    # Five business days after the round's last day, 30 April 2026: the holidays lie between.
    assert paper.due_on == date(2026, 5, 12)
    assert paper_numbers.is_right(paper.number)


def test_who_does_not_apply_owes_nothing(sakura, pack):
    submit(sakura, save(sakura, pack, wanted=False, from_month=None))
    assert own(sakura) == []


def test_what_was_taken_back_goes_on_with_its_number(city, sakura, pack, sent):
    [before] = own(sakura)
    with sakura.open() as by:
        draft = cases.withdraw(sent.pk, by=by, at=AT)
    again = submit(sakura, save(sakura, pack, revision=draft.revision, extra_staff="1", monthly_yen="600000"))

    contract, children = own(sakura)
    assert (contract.number, contract.version_id) == (before.number, again.pk)
    assert children.has_children


def test_an_answer_takes_over_what_has_come_and_lets_go_of_the_rest(city, sakura, pack):
    first = submit(sakura, save(sakura, pack, extra_staff="1", monthly_yen="600000"))
    contract, children = own(sakura)
    receive(city, contract.number)
    send_back(city, first)

    answer = submit(sakura, save(sakura, pack, **TYPED))

    now, spared = own(sakura)
    assert (now.pk, now.version_id, now.status) == (contract.pk, answer.pk, PaperStatus.RECEIVED)
    assert (spared.pk, spared.status, spared.remark) == (
        children.pk,
        PaperStatus.NOT_NEEDED,
        papers.ANSWERED_WITHOUT,
    )


def test_a_change_expects_its_papers_anew(city, sakura, pack, sent):
    [before] = own(sakura)
    approve(city, sent)
    change = save(sakura, pack, from_month=ServiceMonth(2026, 6), monthly_yen="420000")
    submit(sakura, change)

    rows = own(sakura)
    assert len(rows) == 2
    assert before.number in {row.number for row in rows}


# ---------------------------------------------------------------- on the way


def test_the_whole_way(city, sakura, sent):
    [paper] = own(sakura)
    with sakura.open() as by:
        papers.announce(sakura.facility.pk, [paper.pk], by=by, at=AT)
        with pytest.raises(NotAllowed, match="すでに連絡"):
            papers.announce(sakura.facility.pk, [paper.pk], by=by, at=AT)
    [received] = receive(city, paper_numbers.in_groups(paper.number))
    assert received.status == PaperStatus.RECEIVED
    with pytest.raises(ProblemsFound, match="に受け付けています"):
        receive(city, paper.number)
    with city.open(Role.OFFICER) as by:
        with pytest.raises(ProblemsFound, match="保管場所"):
            papers.check(paper.pk, filed_at=" ", by=by, at=AT)
        papers.check(paper.pk, filed_at="キャビネット3", by=by, at=AT)
        papers.file_elsewhere(paper.pk, filed_at="書庫", by=by)
        with pytest.raises(ProblemsFound, match="理由"):
            papers.set_back(paper.pk, shown_status="checked", reason="", by=by)
        papers.set_back(paper.pk, shown_status="checked", reason="取り違え", by=by)
        with pytest.raises(NotAllowed):
            papers.set_back(paper.pk, shown_status="checked", reason="取り違え", by=by)
        back = papers.set_back(paper.pk, shown_status="received", reason="別の施設の書類", by=by)
        assert (back.status, back.received_at, back.filed_at) == (PaperStatus.DUE, None, "")
        papers.spare(paper.pk, reason="写真で足りる", by=by)
    with pytest.raises(ProblemsFound, match="提出不要"):
        receive(city, paper.number)
    done = [event.event for event in events_of(city, PaperEvent.SET_BACK) if event.outcome == "done"]
    assert len(done) == 2


def test_several_are_received_together_or_not_at_all(city, sakura, pack):
    submit(sakura, save(sakura, pack, extra_staff="1", monthly_yen="600000"))
    first, second = (paper.number for paper in own(sakura))
    wrong = first[:-1] + str((int(first[-1]) + 1) % 10)
    unknown = paper_numbers.new()

    with pytest.raises(ProblemsFound) as refused:
        receive(city, f"{first}\n{wrong}\n{unknown}")
    assert [("検査数字" in one, "ありません" in one) for one in refused.value.problems] == [
        (True, False),
        (False, True),
    ]
    assert {paper.status for paper in own(sakura)} == {PaperStatus.DUE}

    assert len(receive(city, f"{first} {second} {first}")) == 2


def test_other_people_and_other_cities_do_nothing(city, sakura, sent):
    [paper] = own(sakura)
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    other = make_city("129998", "緑野市")
    with sumire.open() as by, pytest.raises(NotAllowed):
        papers.announce(sumire.facility.pk, [paper.pk], by=by, at=AT)
    with pytest.raises(ProblemsFound, match="ありません"):
        receive(other, paper.number)
    with other.open(Role.OFFICER) as by, pytest.raises(Paper.DoesNotExist):
        papers.spare(paper.pk, reason="x", by=by)
    for nobody in (Role.ENROLMENT, Role.ADMINISTRATOR):
        with city.open(nobody) as by, pytest.raises(NotAllowed):
            papers.receive(paper.number, by=by, at=AT)
    with sakura.open() as by, pytest.raises(NotAllowed):
        papers.receive(paper.number, by=by, at=AT)


def test_a_number_that_is_taken_is_drawn_again(city, sakura, pack, sent, monkeypatch):
    [paper] = own(sakura)
    drawn = iter([paper.number, "0000000000000"])
    monkeypatch.setattr(paper_numbers, "new", lambda: next(drawn))
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")

    submit(sumire, save(sumire, pack, **TYPED))

    assert [one.number for one in own(sumire)] == ["0000000000000"]


def test_the_database_keeps_numbers_apart(sakura, sent):
    [paper] = own(sakura)
    paper.pk, paper.paper_key, paper._state.adding = None, "other", True
    with sakura.open(), transaction.atomic(), pytest.raises(IntegrityError):
        paper.save()


@pytest.mark.django_db(transaction=True)
def test_received_twice_at_once_is_received_once(city, sakura, sent):
    [paper] = own(sakura)
    gate, answers = threading.Barrier(2), []

    def clerk() -> None:
        gate.wait()
        try:
            receive(city, paper.number)
            answers.append("received")
        except ProblemsFound:
            answers.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(answers) == ["received", "refused"]


# ---------------------------------------------------------------- covers and pages


def test_the_cover_says_what_and_by_when(sakura, sent):
    [paper] = own(sakura)
    with sakura.open() as by:
        [ordered] = documents.order(COVER_FORM, "paper", paper.pk, by=by, at=AT)
        documents.render(ordered.pk)
        [again] = documents.order(COVER_FORM, "paper", paper.pk, by=by, at=AT)
        document = Document.objects.get(pk=again.pk)
        content = documents.content_of(document, by=by)
        facts = dictionary.subject_of("paper").facts(paper.pk)
        told = dictionary.subject_of("paper").values(paper.pk, frozenset({"paper"}))["paper"]

    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    text = reader.pages[0].extract_text().replace(" ", "")
    for words in ("この表紙を付けて送ってください", "さくら保育園", "チーム保育推進加算", "雇用契約書の写し"):
        assert words in text
    assert paper.number_words in text
    assert "令和8年5月12日" in text
    assert told.keys() == {entry.name for entry in PAPER.entries}
    assert (told["number"], facts.is_final, facts.control_number) == (paper.number, True, "")
    assert document.file_name.endswith(f"_書類の表紙_{paper.number}.pdf")
    assert document.title == "雇用契約書の写し 書類の表紙"
    assert "二次元コード" not in text
    assert _rows_of_bars(picture_of(content)) > 40


def _rows_of_bars(picture: Image.Image) -> int:
    """How many rows of the page are like the one above and change between dark and light as only bars do."""
    width, height = picture.size
    points = picture.point(lambda value: 0 if value < 128 else 255).tobytes()
    rows = [points[place * width : (place + 1) * width] for place in range(height)]
    return sum(
        above == row and sum(one != other for one, other in pairwise(row)) > 60
        for above, row in pairwise(rows)
    )


def test_no_cover_for_what_is_not_needed_or_not_ones_own(city, sakura, sent):
    [paper] = own(sakura)
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    with sumire.open() as by, pytest.raises(NotAllowed):
        documents.order(COVER_FORM, "paper", paper.pk, by=by, at=AT)
    with city.open(Role.OFFICER) as by:
        papers.spare(paper.pk, reason="不要", by=by)
    with sakura.open() as by, pytest.raises(NotAllowed, match="提出不要"):
        documents.order(COVER_FORM, "paper", paper.pk, by=by, at=AT)


def test_the_facility_prints_covers_and_says_that_it_has_sent(sakura, sent, time_machine):
    time_machine.move_to(AT)
    [paper] = own(sakura)
    clerk, address = sign_in(sakura.clerk), f"/f/{sakura.facility.number}/applications/papers/"

    assert "雇用契約書の写し" in clerk.get(address).content.decode()
    clerk.post(f"{address}covers/", {"paper": [str(paper.pk)]})
    assert "順番を待っています" in clerk.get(address).content.decode()
    nothing = clerk.post(f"{address}announce/", {})
    assert nothing.status_code == 422
    assert "書類を1つ以上選んでください" in nothing.content.decode()
    assert clerk.post(f"{address}announce/", {"paper": [str(paper.pk)]}).status_code == 302
    assert "送付の連絡あり" in clerk.get(address).content.decode()


def test_the_city_scans_filters_sorts_and_exports(city, sakura, sent, officer):
    [paper] = own(sakura)
    wrong = officer.post("/c/papers/receive/", {"numbers": f"{paper.number}\n123"})
    assert wrong.status_code == 422
    body = wrong.content.decode()
    assert "「123」は13桁の番号ではありません" in body
    assert f"{paper.number}\n123</textarea>" in body

    assert officer.post("/c/papers/receive/", {"number": [paper.number]}).status_code == 302
    assert "まだ届いていない書類はありません" in officer.get("/c/papers/").content.decode()
    found = officer.get("/c/papers/?state=received&words=さくら&sort=facility").content.decode()
    assert paper.number_words in found
    assert (
        paper.number_words in officer.get(f"/c/papers/?state=all&words={paper.number_words}").content.decode()
    )
    assert "当てはまる書類がありません" in officer.get("/c/papers/?state=all&words=ない").content.decode()
    lines = officer.get("/c/papers/export/?state=all").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert paper.number_words in lines[1]
    checked = officer.post(f"/c/papers/{paper.pk}/check/", {"filed_at": "棚1"})
    assert checked.status_code == 302
    assert "棚1" in officer.get(f"/c/papers/{paper.pk}/").content.decode()


def test_an_overdue_paper_is_marked(sakura, sent, officer, time_machine):
    time_machine.move_to(AT.replace(month=6))
    officer = sign_in(sakura.city.people[Role.OFFICER])
    assert "期限を過ぎています" in officer.get("/c/papers/?state=overdue").content.decode()


def test_more_papers_cost_no_more_queries(city, sakura, pack, sent, officer):
    def cost(browser: Browser, address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    clerk = sign_in(sakura.clerk)
    mine = f"/f/{sakura.facility.number}/applications/papers/"
    few = cost(officer, "/c/papers/"), cost(clerk, mine)
    for number in range(3):
        place = make_facility(city, f"ゆり保育園{number}", number=f"129990000091{number}")
        submit(place, save(place, pack, extra_staff="1", monthly_yen="600000"))

    assert (cost(officer, "/c/papers/"), cost(clerk, mine)) == few
    assert max(few) <= 15


def test_papers_stand_in_the_same_mail_as_the_rounds(city, sakura, sent):
    def written(today: date) -> list[str]:
        with city.open():
            before = set(Job.objects.values_list("pk", flat=True))
            reminding.remind(city.municipality, today=today)
            return [str(payload_of(job)) for job in Job.objects.exclude(pk__in=before)]

    [paper] = own(sakura)
    # Three business days before 12 May 2026; the round is over and nothing of it is left.
    [mail] = [one for one in written(date(2026, 5, 7)) if "紙の書類" in one]
    assert "これから 1枚（次の期限" in mail
    assert paper.title not in mail
    assert written(date(2026, 5, 7)) == []
    assert written(date(2026, 5, 8)) == []
    late = written(date(2026, 5, 13))
    assert any("期限を過ぎています 1枚" in one and "至急" in one for one in late)
    assert any("紙の書類の期限を過ぎた施設が1件" in one for one in late)
    with sakura.open() as by:
        papers.announce(sakura.facility.pk, [paper.pk], by=by, at=AT)
    assert written(date(2026, 5, 15)) == []
