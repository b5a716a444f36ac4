"""A roster as it was sent, without a database, for looking at forms. Everybody in it is invented."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from django.utils import timezone

from documents.dictionary import Values
from facilities.models import GrantedItem
from staff_records.columns import EARLIER, QUALIFICATIONS, TRAININGS
from staff_records.form_figures import Beside, Sent
from staff_records.form_subjects import told
from staff_records.models import RosterSnapshot, WorkRules
from staff_records.standing import Standing
from staff_records.states import SnapshotStatus
from staff_records.year_roster import Frozen

DAY = date(2026, 4, 1)
FAMILIES = (
    ("青葉", "あおば"), ("若葉", "わかば"), ("髙﨑", "たかさき"), ("木ノ実", "きのみ"), ("野々花", "ののか"),
    ("𠮷森", "よしもり"), ("小鳥遊", "たかなし"), ("綾小路", "あやのこうじ"), ("泉水", "せんすい"),
)  # fmt: skip
GIVEN = (
    ("はなこ", "はなこ"),
    ("𠮷乃", "よしの"),
    ("太郎", "たろう"),
    ("㐂代", "きよ"),
    ("さくら子", "さくらこ"),
)
JOBS = ("director", "chief_nursery_teacher", "nursery_teacher", "nursery_teacher", "nurse", "cook", "clerk")
FIELDS = ("infants", "early_education", "disability", "food_allergy", "health_safety", "management")
LONG_ADDRESS = "千葉県青葉台市みどりが丘東三丁目12番34号　グリーンヒルズみどりが丘弐番館1205号室"


def person(number: int) -> Standing:
    """The ``number``-th: every seventh works short hours, some lead, one is on leave, one has moved from afar."""
    family, given = FAMILIES[number % len(FAMILIES)], GIVEN[number % len(GIVEN)]
    part_time = number % 7 == 0
    job = "part_time_nursery_teacher" if part_time else JOBS[(number - 1) % len(JOBS)]
    post = {3: "vice_chief", 4: "specialist", 10: "specialist", 11: "field_leader", 17: "field_leader"}.get(
        number, ""
    )
    teaches = "teacher" in job
    values = {
        "number": str(number),
        "name": f"{family[0]}　{given[0]}",
        "former_name": "旧川" if number % 6 == 2 else "",
        "kana": f"{family[1]}　{given[1]}",
        "birth_date": date(1965 + number % 35, 1 + number % 12, 1 + number % 28).isoformat(),
        "sex": "",
        "postal_code": "272-0001",
        "address": LONG_ADDRESS if number == 8 else f"青葉台市みどり{number}丁目2番3号",
        "title": {1: "園長", 2: "主任"}.get(number, ""),
        "job": job,
        "post": post,
        "regular": "part_time" if part_time else "regular",
        "hours_a_day": "4.5" if part_time else "8",
        "days_a_month": "16" if part_time else "20",
        "hours_a_month": "",
        "leave": "childcare" if number == 12 else "",
        "concurrence": "officer" if number == 1 else "",
        "hired_on": date(2025 if number % 9 == 5 else 2026 - 2 * (number % 10) - 2, 4, 2).isoformat(),
        "nursery_number": f"千葉県-{number:06}" if teaches else "",
        "nursery_date": "2012-04-01" if teaches else "",
        "kindergarten_licence": "kindergarten_1" if number % 4 == 3 and teaches else "",
        "kindergarten_number": f"平二四幼一種第{number:03}号" if number % 4 == 3 and teaches else "",
        "kindergarten_date": "",
        "left_on": "",
    }
    here = 11 if number % 9 == 5 else 24 * (number % 10) + 23
    return Standing(
        UUID(int=number),
        values,
        {
            QUALIFICATIONS.code: ({"licence": "nurse", "licence_number": "第12345号", "obtained_on": ""},)
            if job == "nurse"
            else (),
            EARLIER.code: (),
            TRAININGS.code: tuple(
                {
                    "field": FIELDS[(number + place) % len(FIELDS)],
                    "training_title": "キャリアアップ研修",
                    "organiser": "千葉県社会福祉研修センター",
                    "training_hours": "15",
                    "management_hours": "",
                    "finished_on": date(2025 - place, 8, 20).isoformat(),
                    "in_house": "outside",
                }
                for place in range(4 if post in {"vice_chief", "specialist"} else 1 if post else 0)
            ),
        },
        months_here=here if not part_time else 0,
        months_elsewhere=number * 5 % 40 if not part_time else 0,
        counts=not part_time,
    )


def sent(count: int, *, erased: int = 0) -> Sent:
    """A roster of so many people, accepted by the city."""
    people = [person(number) for number in range(1, count + 1)]
    counted = [one for one in people if one.counts]
    months = sum(one.months or 0 for one in counted)
    snapshot = RosterSnapshot(
        fiscal_year=2026,
        day=DAY,
        version=1,
        status=SnapshotStatus.ACCEPTED,
        figures={
            "persons": count + erased,
            "regular": len(counted),
            "part_time": count - len(counted),
            "on_leave": 1 if count >= 12 else 0,
            "counted": len(counted),
            "total_months": months,
            "average_years": int((months / len(counted) + 6) // 12),
            "base_percent": 9,
            "wage_percent": 6,
        },
        content_hash="0" * 64,
        submitted_at=timezone.make_aware(datetime(2026, 4, 3, 10)),
        decided_at=timezone.make_aware(datetime(2026, 4, 6, 9)),
    )
    facility: Any = SimpleNamespace(kind="nursery")
    snapshot._state.fields_cache["facility"] = facility
    granted = GrantedItem(code="treatment_3", options={"headcount_a": 4, "headcount_b": 3})
    rules = WorkRules(from_month=date(2020, 4, 1), full_time_hours=160)
    return Sent(snapshot, Frozen(people, erased), Beside(None, (granted,), (rules,), None))


def common(title: str) -> dict[str, Any]:
    """What documents tell of every subject."""
    return {
        "form": {
            "title": title,
            "control_number": "1299900000901-2026-01-1a2b3c4d",
            "day": DAY,
            "month": DAY,
            "month_words": "令和8年4月分",
            "fiscal_year": "令和8年度",
            "period": "令和8年度",
            "mark": None,
            "is_draft": False,
        },
        "facility": {
            "number": "1299900000901",
            "name": "さくら保育園",
            "kind": "保育所",
            "kind_code": "nursery",
            "ownership": "私立",
            "postal_code": "272-0001",
            "location": "千葉県青葉台市みどり1丁目2番3号",
            "opened_on": date(2012, 4, 1),
            "approved_capacity": 90,
            "capacity_1": None,
            "capacity_23": 90,
            "capacity_words": "2・3号 90人",
            "region": "10/100地域",
            "region_percent": 10,
            "base_percent": 9,
            "wage_percent": 6,
            "rates_are_provisional": False,
        },
        "corporation": {"name": "社会福祉法人さくら会", "number": "1234567890123"},
        "city": {"name": "青葉台市", "mayor": "青葉台市長", "code": "122999"},
        "contact": {
            "representative_title": "理事長",
            "representative": "若葉　一郎",
            "representative_words": "理事長　若葉　一郎",
            "corporation_postal_code": "272-0002",
            "corporation_location": "千葉県青葉台市若葉2丁目3番4号",
            "department": "事務室",
            "person": "木ノ実　二郎",
            "phone": "047-000-0000",
        },
    }


def values_of(title: str, count: int, *, erased: int = 0) -> Values:
    """Everything a form of a roster may show."""
    everything = frozenset(
        {"roster", "roster_figures", "roster_people", "roster_trainings", "roster_leadership"}
    )
    return cast("Values", {**common(title), **told(sent(count, erased=erased), everything)})
