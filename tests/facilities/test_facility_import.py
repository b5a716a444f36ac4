"""The city's list of facilities: a preview, then all lines or none; what goes out comes in again unchanged."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from documents.reading import read_table
from facilities.actors import Role
from facilities.imports import (
    COLUMNS,
    HEADINGS,
    RATE_HEADINGS,
    LinesRefused,
    cells_of,
    check_digit_fits,
)
from facilities.models import (
    Corporation,
    Facility,
    FacilityImport,
    FacilityKind,
    FacilityProfile,
    Municipality,
    Ownership,
    details_on,
    holding_in,
)
from facilities.operations import facility_import
from facilities.operations.branches import BranchValues, open_branch
from facilities.operations.changes import DetailValues, change_details, hold_details
from facilities.operations.opening import CHANGED_BEFORE, CLOSED_BEFORE
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from jobs.models import Job
from tests.cast import APRIL, JUNE, MAY, City, make_city
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
SAMPLE = (Path(__file__).parents[2] / "portal" / "demo" / "facilities.csv").read_bytes()
GOOD = {
    "事業所番号": "1299900000901",
    "施設名": "もみじ保育園",
    "施設類型": "保育所",
    "設置主体": "社会福祉法人 みほん会",
    "法人番号": "4500301962552",
    "公私区分": "私立",
    "認可定員": "60",
    "1号利用定員": "",
    "2・3号利用定員": "60",
    "地域区分": "10/100地域",
    "認可年月日": "平成20年4月1日",
    "郵便番号": "272-0001",
    "所在地": "青葉台市みほん9丁目",
}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def listed(*lines: dict[str, str]) -> bytes:
    rows = [",".join(HEADINGS), *(",".join({**GOOD, **line}[name] for name in HEADINGS) for line in lines)]
    return "\n".join(rows).encode()


def preview(city: City, content: bytes, month: ServiceMonth = APRIL, role: Role = Role.ADMINISTRATOR):
    table = read_table(content)
    with city.open(role) as person:
        return facility_import.preview(
            content, table.headings, table.rows, from_month=month, by=person, at=AT
        )


def accept(city: City, imported: FacilityImport, at: datetime = AT) -> FacilityImport:
    with city.open() as administrator:
        return facility_import.accept(imported.pk, by=administrator, at=at)


def bring_in(city: City, *lines: dict[str, str], month: ServiceMonth = APRIL) -> FacilityImport:
    return accept(city, preview(city, listed(*lines), month))


def problems_of(city: City, *lines: dict[str, str]) -> list[tuple[int, str, str]]:
    content = listed(*lines)
    table = read_table(content)
    with city.open() as administrator, pytest.raises(LinesRefused) as refused:
        facility_import.preview(
            content, table.headings, table.rows, from_month=APRIL, by=administrator, at=AT
        )
    return [(problem.line, problem.column, problem.message) for problem in refused.value.problems]


def test_the_list_of_a_real_city_comes_in_as_it_is(city):
    imported = preview(city, SAMPLE)
    assert imported.summary == {"new": 172, "changed": 0, "unchanged": 0, "missing": 0}
    with city.open():
        assert not Facility.objects.exists()

    accept(city, imported)

    with city.open():
        assert Facility.objects.count() == FacilityProfile.objects.count() == 172
        assert Corporation.objects.count() == 88
        first = Facility.objects.select_related("corporation").get(number="1299900000001")
        assert (first.name, first.kind, first.ownership) == (
            "駅前やまびこ保育園",
            FacilityKind.NURSERY,
            Ownership.PRIVATE,
        )
        assert first.opened_on == date(2000, 4, 1)
        profile = FacilityProfile.objects.get(facility=first)
        assert (profile.approved_capacity, profile.capacity_1, profile.capacity_23) == (100, None, 100)
        assert (profile.region_percent, profile.base_percent) == (10, None)
    event = events_of(city, "facilities.import_accepted")[-1]
    assert len(event.rows["facility"]) == 172


def test_the_same_list_again_changes_nothing(city):
    accept(city, preview(city, SAMPLE))

    again = preview(city, SAMPLE, MAY)
    accept(city, again)

    assert again.summary == {"new": 0, "changed": 0, "unchanged": 172, "missing": 0}
    with city.open():
        assert FacilityProfile.objects.count() == 172


def test_what_is_written_out_comes_in_again_unchanged(city):
    accept(city, preview(city, SAMPLE))
    with city.open():
        profiles = {row.facility_id: row for row in FacilityProfile.objects.all()}
        facilities = Facility.objects.select_related("corporation").order_by("number")
        lines = [cells_of(facility, profiles[facility.pk]) for facility in facilities]
    content = "\n".join(",".join(cells) for cells in [list(COLUMNS), *lines]).encode()

    assert preview(city, content, JUNE).summary == {"new": 0, "changed": 0, "unchanged": 172, "missing": 0}


def test_a_changed_capacity_holds_from_its_month_and_the_months_before_keep_theirs(city):
    bring_in(city, {})

    imported = bring_in(
        city, {"2・3号利用定員": "70", "認可定員": "70", "施設名": "新もみじ保育園"}, month=JUNE
    )

    assert imported.summary["changed"] == 1
    with city.open():
        facility = Facility.objects.get()
        names = [details_on(facility, month.first_day).name for month in (MAY, JUNE)]
        capacities = [
            holding_in(FacilityProfile.objects.filter(facility=facility), month).get().capacity_23
            for month in (APRIL, MAY, JUNE)
        ]
    assert names == ["もみじ保育園", "新もみじ保育園"]
    assert capacities == [60, 60, 70]
    assert Job.objects.filter(kind="facilities.profile_changed", args__from_month="2026-06").count() == 1


def test_a_name_of_a_later_month_waits_for_it_and_is_not_lost(city):
    bring_in(city, {})
    bring_in(city, {"施設名": "新もみじ保育園", "公私区分": "公立"}, month=ServiceMonth(2026, 9))

    with city.open():
        assert Facility.objects.get().name == "もみじ保育園"
        hold_details(on=date(2026, 8, 31))
        assert Facility.objects.get().ownership == Ownership.PRIVATE
        hold_details(on=date(2026, 9, 1))
        facility = Facility.objects.get()
    assert (facility.name, facility.ownership) == ("新もみじ保育園", Ownership.PUBLIC)
    (event,) = events_of(city, "facilities.details_changed")
    assert set(event.detail) == {"from_day", "before", "after"}
    assert event.detail["from_day"] == "2026-09-01"


def test_a_list_does_not_bring_back_what_was_changed_on_the_page(city):
    bring_in(city, {})
    moved = DetailValues("もみじ保育園", "272-0011", "青葉台市みほん2丁目", "private")
    with city.open() as administrator:
        facility = Facility.objects.get()
        change_details(facility.pk, moved, from_day=date(2026, 9, 1), by=administrator, at=AT)

    bring_in(city, {"施設名": "新もみじ保育園"}, month=JUNE)

    with city.open():
        held = details_on(Facility.objects.get(), date(2026, 9, 1))
        assert (held.name, held.location) == ("新もみじ保育園", moved.location)


def test_a_corrected_opening_is_on_record_and_the_rooms_above_hear_of_it(city):
    bring_in(city, {})
    bring_in(city, {"施設名": "新もみじ保育園"}, month=MAY)

    bring_in(city, {"施設名": "新もみじ保育園", "認可年月日": "平成20年6月1日"}, month=MAY)

    with city.open():
        facility = Facility.objects.get()
        assert facility.opened_on == date(2008, 6, 1)
        assert details_on(facility, APRIL.first_day).name == "もみじ保育園"
    (event,) = events_of(city, "facilities.opening_corrected")
    assert event.detail == {"before": "2008-04-01", "after": "2008-06-01"}
    assert Job.objects.filter(kind="facilities.profile_changed", args__from_month="2008-04").count() == 1


def test_a_facility_cannot_open_after_it_changed_or_closed(city):
    bring_in(city, {})
    bring_in(city, {"施設名": "新もみじ保育園"}, month=MAY)
    late = {"施設名": "新もみじ保育園", "認可年月日": "令和8年5月1日"}

    assert problems_of(city, late)[0][1:] == ("認可年月日", CHANGED_BEFORE)
    with city.open():
        Facility.objects.update(closed_on=date(2026, 4, 30))
    assert problems_of(city, late)[0][1:] == ("認可年月日", CLOSED_BEFORE)


def test_no_list_renames_a_corporation_or_gives_a_facility_to_another_person(city):
    bring_in(city, {})
    renamed = problems_of(city, {"設置主体": "社会福祉法人 べつ"})
    new = problems_of(
        city, {"事業所番号": "1299900000902", "施設名": "かえで保育園", "設置主体": "社会福祉法人 べつ"}
    )
    with city.open():
        Corporation.objects.update(corporate_number="", name="見本 太郎")
    person = problems_of(city, {"設置主体": "見本 次郎", "法人番号": ""})

    assert [found[0][1] for found in (renamed, new, person)] == ["設置主体"] * 3
    assert "設置主体の画面で" in renamed[0][2]
    assert "「社会福祉法人 みほん会」として登録" in new[0][2]
    assert "新しい事業所番号で登録" in person[0][2]


def test_rates_stay_when_the_list_changes_the_capacity(city):
    bring_in(city, {})
    with city.open():
        FacilityProfile.objects.update(base_percent=8, wage_percent=6)

    bring_in(city, {"認可定員": "70", "2・3号利用定員": "70"}, month=JUNE)

    with city.open():
        assert list(FacilityProfile.objects.values_list("base_percent", flat=True)) == [8, 8]


def test_a_facility_that_opens_later_begins_later(city):
    bring_in(city, {"認可年月日": "令和8年9月1日"})

    with city.open():
        assert FacilityProfile.objects.get().from_month == date(2026, 9, 1)


def test_a_facility_that_closed_before_is_not_missed(city):
    bring_in(city, {}, {"事業所番号": "1299900000902", "施設名": "かえで保育園"})
    with city.open():
        Facility.objects.filter(number="1299900000902").update(closed_on="2025-03-31")

    assert preview(city, listed({})).summary["missing"] == 0


def test_what_is_not_in_the_list_stays(city):
    bring_in(city, {}, {"事業所番号": "1299900000902", "施設名": "かえで保育園"})

    imported = preview(city, listed({}))
    accept(city, imported)

    assert imported.summary == {"new": 0, "changed": 0, "unchanged": 1, "missing": 1}
    with city.open():
        assert Facility.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"事業所番号": "129990000090"}, "事業所番号", "13桁"),
        ({"施設名": ""}, "施設名", "空です"),
        ({"施設類型": "無認可"}, "施設類型", "どれかに"),
        ({"公私区分": "民間"}, "公私区分", "公立"),
        ({"法人番号": "4500301962553"}, "法人番号", "検査数字"),
        ({"法人番号": "45003"}, "法人番号", "13桁"),
        ({"認可定員": "0"}, "認可定員", "1から999"),
        ({"認可定員": "60.5"}, "認可定員", "1から999"),
        ({"認可定員": ""}, "認可定員", "1から999"),
        ({"2・3号利用定員": "-5"}, "2・3号利用定員", "1から999"),
        ({"2・3号利用定員": ""}, "2・3号利用定員", "利用定員がありません"),
        ({"1号利用定員": "10"}, "1号利用定員", "空欄に"),
        ({"地域区分": "11/100地域"}, "地域区分", "どれかに"),
        ({"認可年月日": "令和8年2月30日"}, "認可年月日", "この年の2月は28日まで"),
        ({"認可年月日": "平成31年10月1日"}, "認可年月日", "この日は令和元年です"),
        ({"認可年月日": "むかし"}, "認可年月日", "「令和7年4月1日」"),
        ({"認可年月日": ""}, "認可年月日", "認可年月日が空です"),
        ({"郵便番号": "27-0001"}, "郵便番号", "123-4567"),
        ({"所在地": ""}, "所在地", "空です"),
    ],
)
def test_a_wrong_cell_is_told_at_its_place(city, changes, column, sentence):
    ((line, where, message),) = problems_of(city, changes)

    assert (line, where) == (2, column)
    assert sentence in message


def test_all_problems_come_at_once_and_nothing_is_kept(city):
    found = problems_of(city, {"施設名": "", "認可定員": "x"}, {"事業所番号": "1", "郵便番号": "?"})

    assert [(line, column) for line, column, _ in found] == [
        (2, "施設名"),
        (2, "認可定員"),
        (3, "事業所番号"),
        (3, "郵便番号"),
    ]
    with city.open():
        assert not FacilityImport.objects.exists()
    assert events_of(city, "facilities.import_refused")[-1].detail["problems"] == 4


def test_a_number_twice_and_a_corporation_with_two_numbers_are_refused(city):
    twice = problems_of(city, {}, {})
    numbers = problems_of(city, {}, {"事業所番号": "1299900000902", "法人番号": "4503543521656"})
    names = problems_of(city, {}, {"事業所番号": "1299900000902", "設置主体": "株式会社 べつ"})

    assert twice == [(3, "事業所番号", "2行目と同じ事業所番号です。どちらか1行にしてください。")]
    assert {(line, column) for line, column, _ in numbers} == {(2, "法人番号"), (3, "法人番号")}
    assert {(line, column) for line, column, _ in names} == {(2, "設置主体"), (3, "設置主体")}


def test_type_and_corporation_of_a_number_do_not_change(city):
    bring_in(city, {})

    kind = problems_of(city, {"施設類型": "小規模保育事業A型"})
    corporation = problems_of(city, {"設置主体": "社会福祉法人 どんぐり会", "法人番号": "4503543521656"})

    assert kind[0][1] == "施設類型"
    assert corporation[0][1] == "法人番号"
    assert all("新しい事業所番号で登録" in found[2] for found in (*kind, *corporation))


LARGER, LARGEST = {"認可定員": "70", "2・3号利用定員": "70"}, {"認可定員": "80", "2・3号利用定員": "80"}


def test_a_list_between_profiles_holds_until_the_next_one(city):
    bring_in(city, {})
    bring_in(city, LARGEST, month=JUNE)

    imported = preview(city, listed(LARGER), MAY)
    with city.open():
        (change,) = facility_import.opened(imported)[0].changes
    accept(city, imported)

    assert change.until == MAY
    with city.open():
        found = FacilityProfile.objects.order_by("from_month")
        assert [(row.from_month, row.to_month, row.capacity_23) for row in found] == [
            (APRIL.first_day, APRIL.first_day, 60),
            (MAY.first_day, MAY.first_day, 70),
            (JUNE.first_day, None, 80),
        ]


def test_a_list_of_the_same_month_corrects_the_profile_and_keeps_its_end(city):
    bring_in(city, {})
    bring_in(city, LARGEST, month=JUNE)

    bring_in(city, LARGER)

    with city.open():
        found = FacilityProfile.objects.order_by("from_month")
        assert [(row.to_month, row.capacity_23) for row in found] == [(MAY.first_day, 70), (None, 80)]


def test_a_later_profile_that_came_between_asks_for_another_look(city):
    bring_in(city, {})
    imported = preview(city, listed(LARGER), MAY)
    bring_in(city, LARGEST, month=JUNE)

    with pytest.raises(NotAllowed, match="登録内容が変わりました"):
        accept(city, imported)


def rated(*lines: dict[str, str]) -> bytes:
    """A list with the columns of the rates."""
    rows = [
        ",".join(COLUMNS),
        *(",".join(({**GOOD, **line}).get(name, "") for name in COLUMNS) for line in lines),
    ]
    return "\n".join(rows).encode()


def test_rates_come_with_the_list_certified_or_provisional(city):
    second = {"事業所番号": "1299900000902", "施設名": "かえで保育園", "仮": "仮"}
    rates = {"区分1": "9", "区分2": "6%"}

    accept(city, preview(city, rated(rates, {**second, **rates})))

    with city.open():
        found = FacilityProfile.objects.order_by("facility__number")
        assert [(row.base_percent, row.wage_percent, row.rates_are_provisional) for row in found] == [
            (9, 6, False),
            (9, 6, True),
        ]
    again = preview(city, rated({}, second | {"仮": ""}), MAY)
    certified = preview(city, rated({}, {**second, **rates, "仮": ""}), MAY)
    assert again.summary["unchanged"] == 2, "empty rates stay as they are"
    assert certified.summary == {"new": 0, "changed": 1, "unchanged": 1, "missing": 0}
    with city.open():
        differences = facility_import.opened(certified)[0].of_kind("changed")[0].differences
    assert differences == (("仮", "仮", ""),)


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"区分1": "13", "区分2": "6"}, "区分1", "2から12の整数"),
        ({"区分1": "9", "区分2": "0.06"}, "区分2", "4から7の整数"),
        ({"区分1": "9"}, "区分2", "両方入れるか"),
        ({"仮": "仮"}, "仮", "「仮」を空欄に"),
        ({"区分1": "9", "区分2": "6", "仮": "はい"}, "仮", "「仮」、認定された率のとき"),
        ({"認可定員": "50"}, "認可定員", "認可定員（50人）より多く"),
        (dict.fromkeys(("認可定員", "2・3号利用定員", "地域区分"), ""), "認可定員", "定員が空です"),
    ],
)
def test_a_wrong_rate_or_capacity_is_told_at_its_place(city, changes, column, sentence):
    content = rated(changes)

    with pytest.raises(LinesRefused) as refused:
        preview(city, content)

    ((line, where, message),) = [(one.line, one.column, one.message) for one in refused.value.problems]
    assert (line, where) == (2, column)
    assert sentence in message


def test_one_column_of_rates_alone_is_refused(city):
    with pytest.raises(LinesRefused) as refused:
        preview(city, rated({}).replace("区分2".encode(), "備考".encode()))

    assert [problem.column for problem in refused.value.problems] == ["区分1"]


def test_a_facility_without_a_profile_goes_out_and_comes_in_again(city):
    bring_in(city, {})
    with city.open():
        FacilityProfile.objects.all().delete()
        facility = Facility.objects.select_related("corporation").get()
        content = "\n".join(",".join(cells) for cells in (COLUMNS, cells_of(facility, None))).encode()

    imported = accept(city, preview(city, content))

    assert imported.summary["unchanged"] == 1
    with city.open():
        assert not FacilityProfile.objects.exists()


def test_the_columns_of_rates_are_no_must():
    assert not set(RATE_HEADINGS) & set(HEADINGS)


def test_a_missing_heading_is_named(city):
    content = listed({}).replace("地域区分".encode(), "ちいき".encode())

    with pytest.raises(LinesRefused) as refused:
        preview(city, content)

    assert [problem.column for problem in refused.value.problems] == ["地域区分"]


def test_without_the_column_of_corporate_numbers_everybody_is_a_person(city):
    content = listed({}).replace("法人番号".encode(), "備考".encode()).replace(b"4500301962552", b"")

    accept(city, preview(city, content))

    with city.open():
        assert Corporation.objects.get().corporate_number == ""


def test_only_the_administrator_brings_lists_in(city):
    for role in (Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER):
        with pytest.raises(NotAllowed, match="市の管理者だけ"):
            preview(city, SAMPLE, role=role)


def test_a_list_is_decided_once_in_time_and_only_when_nothing_came_between(city):
    first, second, third = (preview(city, listed({})) for _ in range(3))
    accept(city, first)

    with pytest.raises(NotAllowed, match="すでに終わって"):
        accept(city, first)
    with pytest.raises(NotAllowed, match="登録内容が変わりました"):
        accept(city, second)
    with pytest.raises(NotAllowed, match="期限が過ぎました"):
        accept(city, third, at=AT + timedelta(hours=25))
    with city.open() as administrator:
        facility_import.discard(second.pk, by=administrator, at=AT)
        assert facility_import.empty_expired(at=AT + timedelta(hours=25)) == 1
        assert facility_import.empty_expired(at=AT + timedelta(hours=25)) == 0
        assert not FacilityImport.objects.filter(lines_sealed__isnull=False).exists()


def test_another_city_sees_neither_list_nor_facilities(city):
    other = make_city("129998", "緑野市")
    imported = preview(city, listed({}))
    accept(city, imported)

    with other.open() as administrator:
        assert not Facility.objects.exists()
        with pytest.raises(FacilityImport.DoesNotExist):
            facility_import.discard(imported.pk, by=administrator, at=AT)
    bring_in(other, {})
    with other.open():
        assert Facility.objects.get().municipality_id == other.municipality.pk
        assert Corporation.objects.count() == 1
    assert Municipality.objects.count() == 2


def test_the_check_digit_of_a_corporate_number():
    # 国税庁's own example of the computation: 700110005901 has the check digit 8.
    assert check_digit_fits("8700110005901")
    assert not any(check_digit_fits(f"{digit}700110005901") for digit in range(10) if digit != 8)


def test_a_line_whose_branches_need_more_places_is_refused_at_its_capacity(city):
    accept(city, preview(city, listed({})))
    with city.open() as administrator:
        facility = Facility.objects.get(number=GOOD["事業所番号"])
        values = BranchValues("東分園", "272-0001", "青葉台市東1-1", 20)
        open_branch(facility.pk, values, from_month=JUNE, by=administrator, at=AT)

    with pytest.raises(LinesRefused) as refused:
        preview(city, listed({"2・3号利用定員": "19"}), MAY)
    waiting = preview(city, listed({"2・3号利用定員": "20"}), MAY)
    with city.open() as administrator:
        open_branch(
            facility.pk,
            BranchValues("西分園", "272-0001", "青葉台市東1-1", 5),
            from_month=JUNE,
            by=administrator,
            at=AT,
        )
    with pytest.raises((LinesRefused, NotAllowed)):
        accept(city, waiting)

    (problem,) = refused.value.problems
    assert (problem.line, problem.column) == (2, "2・3号利用定員")
    assert "令和8年6月は分園が合わせて20人です" in problem.message
    with city.open():
        assert FacilityProfile.objects.get().capacity_23 == 60
