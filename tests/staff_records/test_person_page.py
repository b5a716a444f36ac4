"""One person's page, and every act on a person: checked, dated, reported and on record."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilities.sent_forms import FIELD
from staff_records.models import (
    EarlierEmployment,
    Employment,
    MonthlyHours,
    Qualification,
    StaffChange,
    StaffDetail,
    StaffMember,
    Training,
    Wage,
)
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.rosters import roster_of
from tests.staff_records.stage import add_member

NEW = {
    "name": "若葉　みどり",
    "kana": "わかば　みどり",
    "birth_date": "H2.5.6",
    "beginning": "hired",
    "hired_on": "R8.4.1",
    "job": "nursery_teacher",
    "regular": "regular",
    "hours_a_day": "7:45",
    "days_a_month": "20",
    "address": "青葉市中央1-2",
    "postal_code": "2720001",
}
TERMS = {"job": "nursery_teacher", "regular": "part_time", "hours_a_day": "5", "days_a_month": "16"}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def clerk(sakura: Nursery) -> Browser:
    return sign_in(sakura.clerk)


@pytest.fixture
def hanako(sakura: Nursery) -> StaffMember:
    with sakura.open():
        return add_member(sakura)


def address(place: Nursery, member: StaffMember | None = None, act: str = "") -> str:
    base = f"/f/{place.facility.number}/staff/"
    return f"{base}{member.pk}/{act}" if member else f"{base}{act}"


def version_of(place: Nursery, member: StaffMember) -> int:
    with place.open():
        return int(StaffMember.objects.get(pk=member.pk).version)


def act(browser: Browser, place: Nursery, member: StaffMember, name: str, typed: Any = None) -> Any:
    """Send an act's form as it was shown just now."""
    data = {"version": version_of(place, member), **(typed or {})}
    return browser.post(address(place, member, f"{name}/"), data)


def done(browser: Browser, place: Nursery, member: StaffMember, name: str, typed: Any = None) -> None:
    answer = act(browser, place, member, name, typed)
    assert answer.status_code == 302, answer.content.decode()


def changes_of(place: Nursery) -> list[tuple[str, str]]:
    with place.open():
        rows = StaffChange.objects.filter(withdrawn_at__isnull=True).order_by("reported_at")
        return [(row.kind, f"{row.from_month:%Y-%m}") for row in rows]


def only(place: Nursery, model: Any) -> Any:
    with place.open():
        return model.objects.get(withdrawn_at__isnull=True)


# ---------------------------------------------------------------- reading


def test_the_page_shows_everything_but_wages_and_is_on_record(city, sakura, clerk, hanako):
    answer = clerk.get(address(sakura, hanako))

    page = answer.content.decode()
    for words in ("青葉　花子", "平成2年4月2日", "青葉市みどり1丁目2番3号", "令和2年4月1日から", "採用"):
        assert words in page
    assert "基本給" not in page
    (shown,) = events_of(city, "staff.shown")
    assert shown.rows == {"staff_member": [str(hanako.pk)]}


def test_a_postal_code_alone_is_shown_and_forms_with_one_can_look_it_up(sakura, clerk):
    with sakura.open():
        member = add_member(sakura, address="")

    page = clerk.get(address(sakura, member)).content.decode()

    assert "〒272-0001" in page
    for place, has in (
        (address(sakura, act="new/"), True),
        (address(sakura, member, "details/"), True),
        (address(sakura, member, "leaving/"), False),
    ):
        page = clerk.get(place).content.decode()
        assert (f'data-addresses-url="{address(sakura, act="addresses/")}"' in page) is has
        assert ("js/addresses" in page) is has


def test_wages_have_a_page_and_an_event_of_their_own(city, sakura, clerk, hanako):
    done(
        clerk,
        sakura,
        hanako,
        "wages",
        {"month": "R8.4", "base_yen": "210,000", "allowance_yen": "１０,０００"},
    )

    page = clerk.get(address(sakura, hanako, "wages/")).content.decode()

    assert "210,000" in page
    assert "10,000" in page
    shown = events_of(city, "staff.wages_shown")[-1]
    assert (shown.rows, shown.detail) == ({"staff_member": [str(hanako.pk)]}, {"months": ["2026-04"]})
    with sakura.open():
        assert Wage.objects.count() == 1
    done(clerk, sakura, hanako, "wages", {"month": "令和8年4月", "base_yen": "220000"})
    with sakura.open():
        assert Wage.objects.count() == 1


def test_a_page_full_of_rows_costs_as_many_queries_as_an_empty_one(sakura, clerk, hanako):
    clerk.get(address(sakura, hanako))
    with CaptureQueriesContext(connection) as few:
        clerk.get(address(sakura, hanako))
    for year in range(2015, 2019):
        done(
            clerk,
            sakura,
            hanako,
            "trainings",
            {
                "field": "infants",
                "training_hours": "15",
                "finished_on": f"{year}-08-01",
                "in_house": "outside",
            },
        )
        done(clerk, sakura, hanako, "hours", {"month": f"{year}-08", "worked_hours": "150"})

    clerk.get(address(sakura, hanako))  # takes the flashes away

    with CaptureQueriesContext(connection) as many:
        clerk.get(address(sakura, hanako))

    # One more for the people who reported: somebody has now.
    assert len(many) <= len(few) + 1


# ---------------------------------------------------------------- coming and going


def test_somebody_new_is_hired_reported_and_on_record(city, sakura, clerk):
    answer = clerk.post(address(sakura, act="new/"), NEW)

    assert answer.status_code == 302
    with sakura.open():
        member = StaffMember.objects.get()
        assert member.number == 1
        span = Employment.objects.get()
        assert (f"{span.hours_a_day}", span.is_regular) == ("7.75", True)
    assert changes_of(sakura) == [("hired", "2026-04")]
    (hired,) = events_of(city, "staff.hired")
    assert hired.rows["staff_member"] == [str(member.pk)]
    assert "若葉" not in str(hired.detail)
    assert "若葉　みどり" in clerk.get(answer["Location"]).content.decode()


def test_a_name_that_paper_cannot_show_is_taken_and_told(sakura, clerk):
    answer = clerk.post(address(sakura, act="new/"), {**NEW, "name": "\U00031350山　みどり"})

    assert answer.status_code == 302
    assert "「\U00031350」は印刷用の字体にないため" in clerk.get(answer["Location"]).content.decode()


def test_everything_wrong_is_said_at_once_and_each_at_its_field(sakura, clerk):
    wrong = {
        **NEW,
        "name": "若葉みどり",
        "birth_date": "R30.1.1",
        "hired_on": "2月30日",
        "job": "",
        "days_a_month": "40",
    }

    answer = clerk.post(address(sakura, act="new/"), wrong)

    page = answer.content.decode()
    assert answer.status_code == 422
    for name in ("name", "birth_date", "hired_on", "job", "days_a_month"):
        assert f'id="id_{name}-error"' in page
    assert "若葉みどり" in page
    with sakura.open():
        assert not StaffMember.objects.exists()


def test_the_same_person_is_not_hired_twice(city, sakura, clerk):
    clerk.post(address(sakura, act="new/"), NEW)

    answer = clerk.post(address(sakura, act="new/"), {**NEW, "name": "若葉 みどり"})

    assert answer.status_code == 422
    assert "職員番号1" in answer.content.decode()
    assert len(events_of(city, "staff.compared")) == 1
    assert [event.outcome for event in events_of(city, "staff.hired")] == ["done"]


def test_sent_twice_is_hired_once(sakura, clerk):
    token = str(uuid4())

    first = clerk.post(address(sakura, act="new/"), {**NEW, FIELD: token})
    second = clerk.post(address(sakura, act="new/"), {**NEW, FIELD: token})

    assert first["Location"] == second["Location"]
    with sakura.open():
        assert StaffMember.objects.count() == 1


def test_leaving_is_reported_moved_and_taken_back(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "leaving", {"ending": "left", "left_on": "2026-05-31"})
    assert changes_of(sakura) == [("left", "2026-06")]

    done(clerk, sakura, hanako, "leaving", {"ending": "left", "left_on": "2026-06-15"})
    assert changes_of(sakura) == [("left", "2026-07")]

    done(clerk, sakura, hanako, "staying")
    assert changes_of(sakura) == []
    with sakura.open():
        assert StaffMember.objects.get().left_year is None


def test_what_the_city_has_seen_it_hears_again_when_taken_back(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "leaving", {"ending": "left", "left_on": "2026-05-31"})
    with sakura.open():
        StaffChange.objects.update(seen_at=timezone.now(), seen_by=uuid4())

    done(clerk, sakura, hanako, "staying")

    assert [kind for kind, _ in changes_of(sakura)] == ["corrected"]


def test_who_has_left_is_employed_again(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "leaving", {"ending": "left", "left_on": "2025-03-31"})

    done(clerk, sakura, hanako, "return-hire", {"beginning": "hired", "hired_on": "2026-04-01", **TERMS})

    with sakura.open():
        assert Employment.objects.count() == 2
        assert StaffMember.objects.get().left_year is None


def test_leaving_before_the_first_day_is_refused_at_the_field(sakura, clerk, hanako):
    answer = act(clerk, sakura, hanako, "leaving", {"ending": "left", "left_on": "2019-03-31"})

    assert answer.status_code == 422
    assert 'id="id_left_on-error"' in answer.content.decode()
    assert changes_of(sakura) == []


def test_a_day_far_ahead_is_a_mistyped_year(sakura, clerk, hanako):
    answer = act(clerk, sakura, hanako, "leaving", {"ending": "left", "left_on": "R80.3.31"})

    assert answer.status_code == 422
    assert "1年より先" in answer.content.decode()


# ---------------------------------------------------------------- terms


def test_terms_leave_and_return_are_spans_of_their_own(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "terms", {"from_day": "2026-04-01", **TERMS})
    done(clerk, sakura, hanako, "absence", {"from_day": "2026-05-10", "leave": "childcare"})
    done(clerk, sakura, hanako, "return", {"from_day": "2026-06-02"})

    with sakura.open():
        spans = sorted(Employment.objects.all(), key=lambda span: span.entered_at)
        assert [(span.beginning, span.is_regular, span.leave) for span in spans] == [
            ("hired", True, ""),
            ("changed", False, ""),
            ("leave", False, "childcare"),
            ("returned", False, ""),
        ]
    assert changes_of(sakura) == [("terms", "2026-04"), ("leave", "2026-06"), ("returned", "2026-07")]


@pytest.mark.parametrize(
    ("name", "typed", "field"),
    [
        ("terms", {"from_day": "2019-01-01", **TERMS}, "from_day"),
        ("absence", {"from_day": "2019-01-01", "leave": "sick"}, "from_day"),
        ("return", {"from_day": "2026-04-01"}, "from_day"),
    ],
)
def test_days_outside_work_are_refused_at_the_field(sakura, clerk, hanako, name, typed, field):
    answer = act(clerk, sakura, hanako, name, typed)

    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()


def test_a_leave_entered_after_other_terms_lasts_until_the_return(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "terms", {"from_day": "R8.7.1", **TERMS})
    done(clerk, sakura, hanako, "absence", {"from_day": "R8.5.1", "leave": "childcare"})

    with sakura.open():
        rows = Employment.objects.all()
        assert {row.beginning: row.leave for row in rows} == {
            "hired": "",
            "leave": "childcare",
            "changed": "childcare",
        }
    # Who is back in June is at work in July, under the terms of July.
    done(clerk, sakura, hanako, "return", {"from_day": "R8.6.1"})
    (found,) = roster_of(sakura)
    assert [(span.beginning, span.leave, span.is_regular) for span in found.spans] == [
        ("hired", "", True),
        ("leave", "childcare", True),
        ("returned", "", True),
        ("changed", "", False),
    ]


def test_leave_on_the_day_of_other_terms_is_called_leave_and_both_are_taken_back(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "terms", {"from_day": "R8.5.1", **TERMS})
    done(clerk, sakura, hanako, "absence", {"from_day": "R8.5.1", "leave": "childcare"})

    with sakura.open():
        span = Employment.objects.get(beginning="leave")
        assert (span.leave, span.is_regular) == ("childcare", False)
    assert sorted(changes_of(sakura)) == [("leave", "2026-05"), ("terms", "2026-05")]
    done(clerk, sakura, hanako, f"spans/{span.pk}/withdrawal")

    assert changes_of(sakura) == []
    assert (only(sakura, Employment).beginning, only(sakura, Employment).leave) == ("hired", "")


def test_a_wrong_change_is_taken_back_and_the_span_before_goes_on(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "terms", {"from_day": "2026-04-01", **TERMS})
    with sakura.open():
        changed = Employment.objects.get(beginning="changed")

    done(clerk, sakura, hanako, f"spans/{changed.pk}/withdrawal")

    assert changes_of(sakura) == []
    assert only(sakura, Employment).beginning == "hired"
    answer = act(clerk, sakura, hanako, f"spans/{only(sakura, Employment).pk}/withdrawal")
    assert answer.status_code == 422


def _hired_again(sakura, clerk, hanako, first_day="2026-04-01") -> Employment:
    """退職 on 31 March, and employed again."""
    done(clerk, sakura, hanako, "leaving", {"left_on": "2026-03-31", "ending": "left"})
    done(clerk, sakura, hanako, "return-hire", {"hired_on": first_day, "beginning": "hired", **TERMS})
    with sakura.open():
        return Employment.objects.order_by("entered_at").last()


def _days(sakura) -> list[tuple[str, str, str]]:
    (found,) = roster_of(sakura)
    return [(str(span.first_day), str(span.last_day or ""), span.ending) for span in found.spans]


def test_the_first_day_of_a_re_hire_is_put_right_and_the_leaving_before_stands(sakura, clerk, hanako):
    again = _hired_again(sakura, clerk, hanako)

    done(clerk, sakura, hanako, f"spans/{again.pk}", {**TERMS, "hired_on": "2026-04-15"})

    assert _days(sakura) == [("2020-04-01", "2026-03-31", "left"), ("2026-04-15", "", "")]


def test_a_re_hire_taken_back_takes_its_own_reports_back_and_no_other(sakura, clerk, hanako):
    again = _hired_again(sakura, clerk, hanako)
    done(clerk, sakura, hanako, "leaving", {"left_on": "2026-05-31", "ending": "left"})

    done(clerk, sakura, hanako, f"spans/{again.pk}/withdrawal")

    assert _days(sakura) == [("2020-04-01", "2026-03-31", "left")]
    assert changes_of(sakura) == [("left", "2026-04")]


def test_what_is_taken_back_is_named_before_it_is(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "terms", {"from_day": "R8.5.1", **TERMS})
    done(
        clerk,
        sakura,
        hanako,
        "qualifications",
        {"licence": "nurse", "licence_number": "第12号", "obtained_on": "H25.4.1"},
    )
    done(clerk, sakura, hanako, "leaving", {"left_on": "R9.3.31", "ending": "left"})
    with sakura.open():
        span = Employment.objects.get(beginning="changed")
        paper = Qualification.objects.get()

    for place, words in (
        (
            f"spans/{span.pk}/withdrawal",
            ("令和8年5月1日から令和9年3月31日まで　勤務条件の変更", "非常勤　1日5時間・月16日"),
        ),
        (f"qualifications/{paper.pk}/withdrawal", ("看護師", "平成25年4月1日登録・取得　第12号")),
        ("staying", ("令和9年3月31日　退職",)),
        ("withdrawal", ("令和2年4月1日から　採用",)),
    ):
        answer = clerk.get(address(sakura, hanako, f"{place}/"))
        assert answer.status_code == 200
        for line in words:
            assert line in answer.content.decode()


def test_the_first_day_is_put_right_and_reported(sakura, clerk, hanako):
    span = only(sakura, Employment)

    done(
        clerk,
        sakura,
        hanako,
        f"spans/{span.pk}",
        {**TERMS, "regular": "regular", "hours_a_day": "8", "days_a_month": "20", "hired_on": "2020-05-01"},
    )

    assert changes_of(sakura) == [("corrected", "2020-04")]
    with sakura.open():
        assert StaffChange.objects.get().fields == ["hired_on"]


def test_nothing_changed_is_said(sakura, clerk, hanako):
    same = {"job": "nursery_teacher", "regular": "regular", "hours_a_day": "8", "days_a_month": "20"}

    answer = act(clerk, sakura, hanako, "terms", {"from_day": "2026-04-01", **same})

    assert answer.status_code == 422
    assert "いまの登録と同じです" in answer.content.decode()


# ---------------------------------------------------------------- names


def test_a_new_name_from_a_day_keeps_the_old_one_before(sakura, clerk, hanako):
    married = {
        "name": "若葉　花子",
        "kana": "わかば　はなこ",
        "former_name": "青葉",
        "postal_code": "272-0001",
        "address": "青葉市みどり1丁目2番3号",
    }

    done(clerk, sakura, hanako, "details", {"from_day": "2026-05-01", **married})

    then = clerk.get(address(sakura) + "?on=2026-04-30").content.decode()
    now = clerk.get(address(sakura) + "?on=2026-05-01").content.decode()
    assert "青葉　花子" in then
    assert "若葉　花子" in now
    with sakura.open():
        (change,) = StaffChange.objects.all()
        assert change.fields == ["former_name", "kana", "name"]
        row = next(row for row in StaffDetail.objects.all() if row.from_day_sealed)
    done(clerk, sakura, hanako, f"details/{row.pk}/withdrawal")
    assert "青葉　花子" in clerk.get(address(sakura) + "?on=2026-05-01").content.decode()


def test_a_birth_date_is_put_right(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "identity", {"birth_date": "平成3年4月2日", "sex": "female"})

    assert "平成3年4月2日" in clerk.get(address(sakura, hanako)).content.decode()
    answer = act(clerk, sakura, hanako, "identity", {"birth_date": "2015-04-02"})
    assert answer.status_code == 422


# ---------------------------------------------------------------- papers


def test_a_qualification_is_registered_once_put_right_and_taken_back(sakura, clerk, hanako):
    typed = {"licence": "nursery_teacher", "licence_number": "千葉県ー０１２３４５", "obtained_on": "H24.4.1"}
    done(clerk, sakura, hanako, "qualifications", typed)
    row = only(sakura, Qualification)
    assert act(clerk, sakura, hanako, "qualifications", typed).status_code == 422

    done(clerk, sakura, hanako, f"qualifications/{row.pk}", {**typed, "licence_number": "千葉県-054321"})
    assert "千葉県-054321" in clerk.get(address(sakura, hanako)).content.decode()

    done(clerk, sakura, hanako, f"qualifications/{row.pk}/withdrawal")
    assert "千葉県-054321" not in clerk.get(address(sakura, hanako)).content.decode()


def test_a_proof_arrives_and_what_the_city_checked_stays_checked(sakura, clerk, hanako):
    typed = {
        "workplace": "nursery",
        "first_day": "2012-04-01",
        "last_day": "2015-03-31",
        "proof": "requested",
    }
    done(clerk, sakura, hanako, "earlier", typed)
    row = only(sakura, EarlierEmployment)

    done(clerk, sakura, hanako, f"earlier/{row.pk}", {**typed, "proof": "received", "long_enough": "yes"})
    with sakura.open():
        EarlierEmployment.objects.update(proof="checked")
    again = act(
        clerk, sakura, hanako, f"earlier/{row.pk}", {**typed, "proof": "received", "long_enough": "yes"}
    )

    assert again.status_code == 422
    assert only(sakura, EarlierEmployment).proof == "checked"
    done(clerk, sakura, hanako, f"earlier/{row.pk}", {**typed, "proof": "received", "last_day": "2015-02-28"})
    assert only(sakura, EarlierEmployment).proof == "received"


def test_a_training_needs_hours_and_a_past_day(sakura, clerk, hanako):
    typed = {"field": "infants", "training_hours": "15", "finished_on": "2024-08-01", "in_house": "outside"}

    for wrong, field in (
        ({"training_hours": "0"}, "training_hours"),
        ({"finished_on": "2030-01-01"}, "finished_on"),
        ({"management_hours": "16"}, "management_hours"),
    ):
        answer = act(clerk, sakura, hanako, "trainings", {**typed, **wrong})
        assert f'id="id_{field}-error"' in answer.content.decode()
    done(clerk, sakura, hanako, "trainings", typed)

    row = only(sakura, Training)
    done(clerk, sakura, hanako, f"trainings/{row.pk}", {**typed, "training_hours": "20"})
    done(clerk, sakura, hanako, f"trainings/{row.pk}/withdrawal")
    with sakura.open():
        assert not Training.objects.filter(withdrawn_at__isnull=True).exists()


def test_hours_of_a_month_said_again_replace_what_was_there(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "hours", {"month": "R8.4", "worked_hours": "120:30"})
    done(clerk, sakura, hanako, "hours", {"month": "R8.4", "worked_hours": "118"})

    with sakura.open():
        assert [f"{row.hours}" for row in MonthlyHours.objects.all()] == ["118.00"]
    assert changes_of(sakura) == []


# ---------------------------------------------------------------- who and when


def test_a_stale_form_writes_nothing_and_shows_what_holds_now(sakura, clerk, hanako):
    old = version_of(sakura, hanako)
    done(clerk, sakura, hanako, "terms", {"from_day": "2026-04-01", **TERMS})

    answer = clerk.post(
        address(sakura, hanako, "leaving/"), {"version": old, "ending": "left", "left_on": "2026-05-31"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "ほかの人が変更しました" in page
    assert "非常勤" in page.split("いまの登録")[-1]
    assert [kind for kind, _ in changes_of(sakura)] == ["terms"]
    assert f'name="version" value="{version_of(sakura, hanako)}"' in page


def test_a_refusal_is_on_record_with_whose_row_it_was(city, sakura, clerk, hanako):
    act(clerk, sakura, hanako, "leaving", {"ending": "left", "left_on": "2019-03-31"})

    (refused,) = events_of(city, "staff.left")
    assert (refused.outcome, refused.rows) == ("refused", {"subject": [str(hanako.pk)]})


def test_another_rows_id_of_another_person_is_not_there(sakura, clerk, hanako):
    with sakura.open():
        other = add_member(sakura, 2, name="若葉　みどり")
        span = Employment.objects.get(member=other)

    assert clerk.get(address(sakura, hanako, f"spans/{span.pk}/")).status_code == 404
    assert act(clerk, sakura, hanako, f"spans/{span.pk}/withdrawal").status_code == 404


def test_another_facilitys_clerk_can_do_nothing(city, sakura, hanako):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    browser = sign_in(sumire.clerk)

    for path in (
        address(sakura, hanako, "leaving/"),
        f"/f/{sumire.facility.number}/staff/{hanako.pk}/leaving/",
    ):
        assert (
            browser.post(path, {"version": 1, "ending": "left", "left_on": "2026-05-31"}).status_code == 404
        )


def test_the_history_says_what_who_and_when_without_values(sakura, clerk, hanako):
    done(clerk, sakura, hanako, "identity", {"birth_date": "平成3年4月2日"})

    history = clerk.get(address(sakura, hanako)).content.decode().split("届出の履歴")[1].split("</ol>")[0]

    assert "登録内容の訂正" in history
    assert "生年月日" in history
    assert sakura.clerk.login_id in history
    assert "平成3年" not in history


def test_an_age_hardly_anybody_has_is_confirmed_with_a_tick(sakura, clerk):
    asked = {**NEW, "birth_date": "S8.5.6"}

    answer = clerk.post(address(sakura, act="new/"), asked)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "生年月日の年を確かめてください" in page
    assert 'name="sure_birth"' in page
    assert "念のため確かめました" in page
    with sakura.open():
        assert not StaffMember.objects.exists()
    assert clerk.post(address(sakura, act="new/"), {**asked, "sure_birth": "on"}).status_code == 302
    assert 'name="sure_birth"' not in clerk.get(address(sakura, act="new/")).content.decode()


def test_a_tick_confirms_an_age_and_no_nonsense(sakura, clerk):
    for typed in ("R30.1.1", "きのう"):
        answer = clerk.post(address(sakura, act="new/"), {**NEW, "birth_date": typed, "sure_birth": "on"})
        assert answer.status_code == 422
        assert 'id="id_birth_date-error"' in answer.content.decode()


def test_a_birth_date_that_was_confirmed_is_not_asked_about_again(sakura, clerk):
    with sakura.open():
        old = add_member(sakura, birth_date=date(1933, 5, 6))

    done(clerk, sakura, old, "identity", {"birth_date": "昭和8年5月6日", "sex": "female"})
    answer = act(clerk, sakura, old, "identity", {"birth_date": "昭和7年5月6日", "sex": "female"})
    assert answer.status_code == 422
    assert 'name="sure_birth"' in answer.content.decode()
    done(clerk, sakura, old, "identity", {"birth_date": "昭和7年5月6日", "sex": "female", "sure_birth": "on"})
