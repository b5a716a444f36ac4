"""The facility's pages of applications: what they show, keep, refuse and record; without any script."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack, TypedField
from applications.states import VersionStatus
from facilities.actors import Role
from facilities.sent_forms import FIELD
from tests.accounts.test_sessions import age, log_in_again
from tests.applications.stage import AT, approve, release_pack, save, send_back, submit
from tests.applications.wide_pack import EVERYTHING, WIDE, small_items
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.stage import add_member

pytestmark = pytest.mark.django_db
TYPED = {"extra_staff": "1", "monthly_yen": "412,399円"}
ITEM, HOLIDAY = "2026/price/team_childcare/", "2026/city/holiday/"
MOST_QUERIES = 12


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
def wide(city: City) -> ItemPack:
    return release_pack(city, WIDE)


@pytest.fixture
def clerk(sakura: Nursery, pack: ItemPack, time_machine: Any) -> Browser:
    time_machine.move_to(AT)
    return sign_in(sakura.clerk)


def _at(place: Nursery, path: str = "") -> str:
    return f"/f/{place.facility.number}/applications/{path}"


def _body(answer: Any) -> str:
    return str(answer.content.decode())


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", _body(answer)))


def _form(pack: ItemPack, revision: int = 0, wanted: str = "yes", **typed: Any) -> dict[str, Any]:
    """The form as the page sends it."""
    return {
        "form-pack": str(pack.pk),
        "form-revision": str(revision),
        "form-wanted": wanted,
        "form-from": "2026-04",
        "form-to": "",
        **typed,
    }


def _newest(place: Nursery, item_key: str = "team_childcare") -> ApplicationVersion:
    with place.open():
        found: ApplicationVersion = ApplicationVersion.objects.filter(application__item_key=item_key).latest(
            "number"
        )
        return found


def _hidden(answer: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', _body(answer))
    assert found is not None, name
    return found[1]


def _sending(clerk: Browser, place: Nursery, path: str = ITEM) -> dict[str, str]:
    """What the last look sends."""
    page = clerk.get(_at(place, f"{path}check/"))
    return {
        "revision": _hidden(page, "revision"),
        "shown_hash": _hidden(page, "shown_hash"),
        "declared": "on",
    }


def _queries(browser: Browser, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get(address).status_code == 200
    return len([one for one in queries if "SAVEPOINT" not in one["sql"]])


# ---------------------------------------------------------------- the year


def test_the_year_tells_where_each_item_stands(city, sakura, pack, clerk):
    save(sakura, pack, **TYPED)

    page = _text(clerk.get(_at(sakura)))

    assert "令和8年度の申請" in page
    assert "チーム保育推進加算 入力中 令和8年4月から" in page
    assert "4,948,000" in page
    assert "提出できます" in page
    assert "チーム保育推進加算の実績 実績報告 未入力" in page
    assert "この回をまとめて提出" in page


def test_a_year_without_packs_says_that_there_is_nothing_to_do(sakura, clerk):
    assert "様式を公開すると、ここに出ます" in _text(clerk.get(_at(sakura, "2027/")))
    assert clerk.get(_at(sakura, "1999/")).status_code == 404


def test_the_address_narrows_and_sorts(city, sakura, pack, wide, clerk):
    save(sakura, pack, **TYPED)

    drafts = _text(clerk.get(_at(sakura, "2026/?state=draft")))
    assert "休日保育の補助" not in drafts.split("絞り込む")[1]
    found = _text(clerk.get(_at(sakura, "2026/?words=休日&sort=amount")))
    assert "チーム保育" not in found.split("絞り込む")[1]
    assert "当てはまる項目がありません" in _text(clerk.get(_at(sakura, "2026/?words=ない")))


def test_more_items_cost_no_more_queries(city, sakura, pack, clerk):
    release_pack(city, small_items(3))
    few = _queries(clerk, _at(sakura, "2026/"))
    more = release_pack(city, small_items(12, first=20))
    for number in range(20, 26):
        save(sakura, more, f"small_{number}", from_month=None, many="3")
    drafted = _queries(clerk, _at(sakura, "2026/"))

    more_still = release_pack(city, small_items(12, first=50))
    for number in range(50, 56):
        save(sakura, more_still, f"small_{number}", from_month=None, many="3")

    assert _queries(clerk, _at(sakura, "2026/")) == drafted
    assert few <= drafted <= MOST_QUERIES
    assert _queries(clerk, _at(sakura, "2026/rounds/1/")) <= MOST_QUERIES
    assert _queries(clerk, _at(sakura, ITEM)) <= MOST_QUERIES


# ---------------------------------------------------------------- typing without a script


def test_what_is_known_stands_with_its_source_and_is_not_asked(sakura, clerk):
    page = clerk.get(_at(sakura, ITEM))

    assert "利用定員 90人 年度プロフィール（令和8年4月）" in _text(page)
    assert 'name="capacity"' not in _body(page)
    assert 'name="extra_staff"' in _body(page)


def test_the_form_is_saved_and_comes_back(sakura, pack, clerk):
    answer = clerk.post(_at(sakura, ITEM), _form(pack, **TYPED))

    assert answer.status_code == 302
    page = clerk.get(answer["Location"])
    assert 'name="monthly_yen" value="412,399"' in _body(page)
    assert "4,948,000円" in _text(page)
    assert "そろっています" in _text(page)
    with sakura.open():
        assert TypedField.objects.count() == 2


def test_every_kind_of_field_is_typed_kept_and_sent(sakura, wide, clerk):
    with sakura.open():
        member = add_member(sakura, name="見本　一子", kana="みほん　いちこ", birth_date=date(1985, 5, 5))
    clerk.post(_at(sakura, HOLIDAY), _form(wide, **EVERYTHING, leader=str(member.pk)))

    page = clerk.get(_at(sakura, HOLIDAY))
    assert "そろっています" in _text(page)
    assert 'name="costs.0.price" value="1,200"' in _body(page)
    assert 'name="since" value="R7.4.1"' in _body(page)
    looked = _text(clerk.get(_at(sakura, f"{HOLIDAY}check/")))
    for words in ("見本 一子", "日曜、祝日", "施設で作る", "令和7年4月1日", "計 120人", "120,000円"):
        assert words in looked.replace("　", " "), words
    sent = clerk.post(_at(sakura, f"{HOLIDAY}submit/"), _sending(clerk, sakura, HOLIDAY))
    assert sent.status_code == 302
    assert _newest(sakura, "holiday").amount_yen == 120_000
    assert "人件費" in _text(clerk.get(_at(sakura, HOLIDAY)))


def test_names_are_on_record_of_whom_the_page_shows(city, sakura, wide, clerk):
    with sakura.open():
        member = add_member(sakura, name="見本　一子", kana="みほん　いちこ", birth_date=date(1985, 5, 5))
    page = clerk.get(_at(sakura, HOLIDAY))

    event = events_of(city, "applications.shown")[-1]
    assert event.rows["staff_member"] == [str(member.pk)]
    assert set(re.findall(r'data-row="([^"]+)"', _body(page))) == {str(member.pk)}


def test_rows_are_added_and_removed_without_a_script(sakura, wide, clerk):
    two = {"costs.0.what": "人件費", "costs.1.what": "光熱費", "costs.2.what": ""}
    answer = clerk.post(_at(sakura, HOLIDAY), _form(wide, **two, more="costs"))
    page = _body(clerk.get(answer["Location"].partition("#")[0]))
    assert page.count('name="costs.6.what"') == 1

    clerk.post(_at(sakura, HOLIDAY), _form(wide, 1, **two, remove="costs.0"))

    assert _newest(sakura, "holiday").content["typed"]["costs"] == [{"what": "光熱費"}]


def test_what_is_hidden_by_a_condition_is_asked_once_it_holds(sakura, pack, clerk):
    def block(page: str) -> str:
        return page.split('id="b-second_person"')[1].split(">")[0]

    assert "hidden" in block(_body(clerk.get(_at(sakura, ITEM))))
    clerk.post(_at(sakura, ITEM), _form(pack, extra_staff="2"))

    page = clerk.get(_at(sakura, ITEM))
    assert "hidden" not in block(_body(page))
    assert "121人以上の施設だけです" in _text(page)


def test_what_is_missing_leads_to_its_field(sakura, pack, clerk):
    clerk.post(_at(sakura, ITEM), _form(pack, **{"form-from": ""}))

    page = _body(clerk.get(_at(sakura, ITEM)))
    listed = page.split('class="list item-missing"')[1].split("</ul>")[0]
    targets = re.findall(r'href="#([^"]+)"', listed)
    assert len(targets) == 3
    for target in targets:
        assert f'id="{target}"' in page


def test_what_cannot_be_read_is_shown_again_with_what_to_do(sakura, pack, wide, clerk):
    clerk.post(_at(sakura, ITEM), _form(pack, extra_staff="二人", monthly_yen="1000"))

    page = _body(clerk.get(_at(sakura, ITEM)))
    assert 'name="extra_staff" value="二人"' in page
    assert "整数で入力してください。" in page
    # It is told once, and not called missing as well.
    assert '<a href="#c-extra_staff">「加配する職員の数」を読み取れません。' in page
    assert "「加配する職員の数」を入力してください" not in page

    rows = {"costs.0.what": "人件費", "costs.3.price": "千円"}
    clerk.post(_at(sakura, HOLIDAY), _form(wide, **rows))
    page = _body(clerk.get(_at(sakura, HOLIDAY)))
    assert 'name="costs.1.price" value="千円"' in page
    assert '<a href="#c-costs-1-price">「費用の内訳」を読み取れません。' in page
    assert "「費用の内訳」の2行目：「単価」を入力してください" not in page


def test_a_known_value_is_typed_over_only_with_a_reason(sakura, wide, clerk):
    clerk.post(_at(sakura, HOLIDAY), _form(wide, place="80"))
    assert "登録と違う理由を入力してください" in _text(clerk.get(_at(sakura, HOLIDAY)))

    reason = {"form-reason.place": "4月から減らしたため"}
    clerk.post(_at(sakura, HOLIDAY), _form(wide, 1, place="80", **reason))

    page = _text(clerk.get(_at(sakura, HOLIDAY)))
    assert "登録と違う理由を入力してください" not in page
    assert "登録されている内容：90人" in page


def test_two_tabs_lose_nothing(sakura, pack, clerk):
    clerk.post(_at(sakura, ITEM), _form(pack, **TYPED))
    clerk.post(_at(sakura, ITEM), _form(pack, 1, monthly_yen="5000"))

    late = clerk.post(_at(sakura, ITEM), _form(pack, 1, monthly_yen="7000"))

    assert late.status_code == 409
    assert 'name="monthly_yen" value="7,000"' in _body(late)
    assert "まだ保存されていません" in _text(late)
    # What the other tab has said is not overwritten unseen.
    assert "1か月の見込額：5,000円" in _text(late)
    assert "加配する職員の数：" not in _text(late)
    again = clerk.post(
        _at(sakura, ITEM), _form(pack, int(_hidden(late, "form-revision")), monthly_yen="7000")
    )
    assert again.status_code == 302
    assert _newest(sakura).content["typed"]["monthly_yen"] == 7_000


def test_what_was_typed_when_the_login_expired_is_there_again(sakura, pack, clerk, run_jobs, mail_folder):
    clerk.post(_at(sakura, ITEM), _form(pack, extra_staff="1"))
    age(clerk, last_seen=timedelta(minutes=31))
    sent = _form(pack, 1, monthly_yen="千円", **{"form-from": "2026-06"})
    page = f"http://testserver{_at(sakura, ITEM)}"
    answer = clerk.post(_at(sakura, ITEM), sent, headers={"referer": page})
    assert answer["Location"].startswith("/login/")

    log_in_again(clerk, sakura, run_jobs, mail_folder)

    again = clerk.get(_at(sakura, ITEM))
    assert 'name="monthly_yen" value="千円"' in _body(again)
    assert 'name="extra_staff" value="1"' in _body(again)
    assert '<option value="2026-06" selected>' in _body(again)
    assert "まだ保存されていません" in _text(again)
    assert _newest(sakura).revision == 1


def test_what_is_not_our_form_saves_nothing(sakura, clerk):
    assert clerk.post(_at(sakura, ITEM), {"form-pack": "x", "monthly_yen": "1"}).status_code == 422
    assert clerk.post(_at(sakura, ITEM), {"form-pack": str(uuid4()), "form-revision": "0"}).status_code == 422
    with sakura.open():
        assert not ApplicationVersion.objects.exists()


def test_a_sheet_of_paper_says_whose_it_is_and_whether_it_was_sent(sakura, pack, clerk):
    clerk.post(_at(sakura, ITEM), _form(pack, **TYPED))
    draft = _body(clerk.get(_at(sakura, ITEM)))
    clerk.post(_at(sakura, f"{ITEM}submit/"), _sending(clerk, sakura))
    sent = _body(clerk.get(_at(sakura, ITEM)))

    whose = f"{sakura.facility.name}（事業所番号 {sakura.facility.number}）"
    assert whose in draft
    assert "draft-mark" in draft
    assert whose in sent
    assert "draft-mark" not in sent


# ---------------------------------------------------------------- typing with a script


def test_the_script_is_told_what_the_page_would_show(sakura, pack, clerk):
    answer = clerk.post(
        _at(sakura, ITEM), _form(pack, extra_staff="2", monthly_yen="百"), headers={"X-Autosave": "1"}
    )

    told = answer.json()
    assert told["revision"] == 1
    assert re.fullmatch(r"\d+:\d\d", told["saved_at"])
    assert told["shown"]["second_person"] is True
    assert told["computed"] == {"v-planned_yen": "―"}
    assert list(told["problems"]) == ["c-monthly_yen"]
    assert "121人以上" in told["checks"]["extra_staff"]
    assert "提出までに必要なこと" in told["state"]
    assert "入力中" in told["tag"]
    assert told["missing"] > 0


def test_the_script_is_told_of_another_tab(sakura, pack, clerk):
    clerk.post(_at(sakura, ITEM), _form(pack, **TYPED))

    answer = clerk.post(_at(sakura, ITEM), _form(pack, 0, **TYPED), headers={"X-Autosave": "1"})

    assert answer.status_code == 409
    assert "この申請が変わりました" in answer.json()["problems"][0]


# ---------------------------------------------------------------- sending


def test_it_is_sent_once_with_what_was_shown(city, sakura, pack, clerk):
    clerk.post(_at(sakura, ITEM), _form(pack, **TYPED))
    sending = _sending(clerk, sakura)
    refused = clerk.post(_at(sakura, f"{ITEM}submit/"), {**sending, "declared": ""})
    assert refused.status_code == 422
    assert "事実と相違ありません" in _text(refused)
    stale = clerk.post(_at(sakura, f"{ITEM}submit/"), {**sending, "shown_hash": "0" * 64})
    assert stale.status_code == 422

    token = {FIELD: str(uuid4())}
    first = clerk.post(_at(sakura, f"{ITEM}submit/"), {**sending, **token})
    again = clerk.post(_at(sakura, f"{ITEM}submit/"), {**sending, **token})

    assert (first.status_code, again.status_code) == (302, 302)
    assert len(events_of(city, "applications.submitted")) == 2  # one of them refused
    page = _text(clerk.get(_at(sakura, ITEM)))
    assert "取り下げて直す" in page
    assert "加配する職員の数 1人" in page


def test_what_is_missing_is_told_before_sending(sakura, pack, clerk):
    clerk.post(_at(sakura, ITEM), _form(pack))

    page = clerk.get(_at(sakura, f"{ITEM}check/"))

    assert "提出までに必要なことが2か所あります" in _text(page)
    assert f'href="{_at(sakura, ITEM)}#c-extra_staff"' in _body(page)
    assert 'name="shown_hash"' not in _body(page)


def test_after_the_deadline_a_reason_is_asked_and_typed_words_stay(sakura, pack, clerk, time_machine):
    clerk.post(_at(sakura, ITEM), _form(pack, **TYPED))
    time_machine.move_to(timezone.make_aware(datetime(2026, 5, 20, 9, 0)))
    clerk = sign_in(sakura.clerk)
    sending = _sending(clerk, sakura)

    refused = clerk.post(_at(sakura, f"{ITEM}submit/"), sending)
    assert refused.status_code == 422
    assert "遅れた理由を入力してください" in _text(refused)
    undeclared = clerk.post(
        _at(sakura, f"{ITEM}submit/"), {**sending, "declared": "", "late_reason": "担当者の交代"}
    )
    assert "担当者の交代</textarea>" in _body(undeclared)

    assert (
        clerk.post(_at(sakura, f"{ITEM}submit/"), {**sending, "late_reason": "担当者の交代"}).status_code
        == 302
    )


def test_before_its_round_it_waits(sakura, pack, clerk):
    path = "2026/price/team_childcare_report/"
    clerk.post(_at(sakura, path), _form(pack, spent_yen="1"))

    page = _text(clerk.get(_at(sakura, f"{path}check/")))

    assert "この回はまだ始まっていません" in page


def test_it_is_taken_back_and_given_up(sakura, pack, clerk):
    submit(sakura, save(sakura, pack, **TYPED))
    assert clerk.post(_at(sakura, f"{ITEM}withdraw/")).status_code == 302
    page = clerk.get(_at(sakura, ITEM))
    assert 'name="monthly_yen" value="412,399"' in _body(page)

    stale = clerk.post(_at(sakura, f"{ITEM}discard/"), {"revision": "0"})
    assert stale.status_code == 422
    clerk.post(_at(sakura, f"{ITEM}discard/"), {"revision": _hidden(page, "revision")})

    assert _newest(sakura).status == VersionStatus.DISCARDED
    assert "未入力" in _text(clerk.get(_at(sakura, ITEM)))


def test_a_returned_one_shows_why_and_is_answered(city, sakura, pack, clerk):
    sent = submit(sakura, save(sakura, pack, **TYPED))
    assert "市の審査中です" in _text(clerk.get(_at(sakura, ITEM)))
    send_back(city, sent, remarks={"extra_staff": "雇用契約書は2人です"})

    page = clerk.get(_at(sakura, ITEM))
    assert "人数を確かめてください" in _text(page)
    assert "市から 加配する職員の数：雇用契約書は2人です" in _text(page)
    assert 'name="monthly_yen" value="412,399"' in _body(page)
    clerk.post(_at(sakura, ITEM), _form(pack, 0, extra_staff="2", second_person="増えたため"))

    page = _text(clerk.get(_at(sakura, ITEM)))
    assert "人数を確かめてください" in page
    assert "第2版" in page


def test_a_change_starts_from_what_is_approved_and_shows_the_difference(city, sakura, pack, clerk):
    first = submit(sakura, save(sakura, pack, **TYPED))
    approve(city, first)
    read = _text(clerk.get(_at(sakura, ITEM)))
    assert "変更を申請する" in read

    page = clerk.get(_at(sakura, f"{ITEM}?change=1"))
    assert 'name="monthly_yen" value="412,399"' in _body(page)
    assert "変わる月（やめるときは、その月）" in _text(page)
    change = _form(pack, 0, monthly_yen="500000", **{"form-from": "2026-09"})
    assert clerk.post(_at(sakura, ITEM), change).status_code == 302
    assert clerk.post(_at(sakura, f"{ITEM}submit/"), _sending(clerk, sakura)).status_code == 302

    shown = _text(clerk.get(_at(sakura, ITEM)))
    assert "1か月の見込額 412,399円 500,000円 +87,601" in shown
    earlier = clerk.get(_at(sakura, f"{ITEM}versions/{first.pk}/"))
    assert "412,399円" in _text(earlier)


def test_who_stops_says_from_when(city, sakura, pack, clerk):
    approve(city, submit(sakura, save(sakura, pack, **TYPED)))

    clerk.post(_at(sakura, ITEM), _form(pack, 0, "no", **{"form-from": ""}))

    assert "やめる月）を選んでください" in _text(clerk.get(_at(sakura, f"{ITEM}check/")))


# ---------------------------------------------------------------- several at once


def test_several_are_declined_and_a_round_is_sent_in_one_act(city, sakura, pack, clerk):
    small = release_pack(city, small_items(3))
    ticks = [f"{small.pk}.small_0", f"{small.pk}.small_1"]
    assert clerk.post(_at(sakura, "2026/decline/"), {"item": ticks}).status_code == 302
    save(sakura, small, "small_2", from_month=None)
    save(sakura, pack, **TYPED)

    page = clerk.get(_at(sakura, "2026/rounds/1/"))
    text = _text(page)
    assert "提出する項目（3件）" in text
    assert "「人数」を入力してください。" in text
    stamps = re.findall(r'name="version" value="([^"]+)"', _body(page))
    assert len(stamps) == 3
    undeclared = clerk.post(_at(sakura, "2026/rounds/1/submit/"), {"version": stamps})
    assert undeclared.status_code == 422

    answer = clerk.post(_at(sakura, "2026/rounds/1/submit/"), {"version": stamps, "declared": "on"})

    assert answer.status_code == 302
    year = _text(clerk.get(_at(sakura, "2026/")))
    assert year.count(" 申請しない ") >= 2
    with sakura.open():
        assert ApplicationVersion.objects.filter(status=VersionStatus.SUBMITTED).count() == 3
        assert ApplicationVersion.objects.filter(status=VersionStatus.DRAFT).count() == 1


def test_a_round_is_sent_whole_or_not_at_all(city, sakura, pack, clerk):
    small = release_pack(city, small_items(1))
    save(sakura, pack, **TYPED)
    save(sakura, small, "small_0", from_month=None, many="3")
    stamps = re.findall(r'name="version" value="([^"]+)"', _body(clerk.get(_at(sakura, "2026/rounds/1/"))))
    save(sakura, small, "small_0", from_month=None, many="4", revision=1)

    answer = clerk.post(_at(sakura, "2026/rounds/1/submit/"), {"version": stamps, "declared": "on"})

    assert answer.status_code == 422
    assert "内容が変わりました" in _text(answer)
    with sakura.open():
        assert not ApplicationVersion.objects.filter(status=VersionStatus.SUBMITTED).exists()
    broken = clerk.post(_at(sakura, "2026/rounds/1/submit/"), {"version": "x", "declared": "on"})
    assert broken.status_code == 422
    assert clerk.post(_at(sakura, "2026/decline/"), {"item": "x.y"}).status_code == 422


# ---------------------------------------------------------------- really typed (R3)


def test_what_was_typed_is_counted_for_facility_and_city(city, sakura, pack, clerk):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    first = save(sakura, pack, **TYPED)
    save(sakura, pack, revision=first.revision, extra_staff="2")

    own = _text(clerk.get(_at(sakura, "entries/?year=2026")))
    assert "入力した欄 2 うち、すでに分かっていた欄 0 使った回（6回のうち） 1" in own
    lines = clerk.get(_at(sakura, "entries/export/?year=2026")).content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith(f"2026,{sakura.facility.number},さくら保育園,2,0,0,0")
    assert lines[1].endswith(",2,0,1")

    officer = sign_in(city.people[Role.OFFICER])
    page = _text(officer.get("/c/applications/entries/?year=2026"))
    assert "入力を始めた施設 1 2施設のうち" in page
    few = _queries(officer, "/c/applications/entries/?year=2026")
    assert few <= MOST_QUERIES
    save(sumire, pack, **TYPED)
    assert _queries(officer, "/c/applications/entries/?year=2026") == few
    csv = officer.get("/c/applications/entries/export/?year=2026&encoding=cp932").content.decode("cp932")
    assert len(csv.splitlines()) == 3
