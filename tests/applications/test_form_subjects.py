"""What forms are told of an application, and of a facility's year, from what was really saved, sent and decided."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications import form_subjects, form_years
from applications.form_vocabulary import ALL_ANSWERS, ANSWERS, APPLICATION, CHANGES, PAPERS
from applications.models import ApplicationVersion, ItemPack
from applications.shipped import shipped
from audit.models import Event
from audit.record import ShownUnnamed
from documents.dictionary import subject_of
from facilities.actors import Role
from facilities.models import Facility, FacilityProfile
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from staff_records.models import StaffMember
from tests.applications.stage import AT, approve, release_pack, save, send_back, submit
from tests.cast import APRIL, City, Nursery, make_city, make_facility
from tests.claims.stage import confirmed
from tests.staff_records.staffed import Somebody, give_roster
from tests.staff_records.year_stage import accepted

TYPED = {"extra_staff": "1", "monthly_yen": "100000"}
YEAR_SORT = "price"
OCTOBER = ServiceMonth(2026, 10)
EVERYTHING = frozenset({APPLICATION, ANSWERS, ALL_ANSWERS, PAPERS, CHANGES, "answers_staff"})


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city, capacity=130)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


def told(place: Nursery, version: ApplicationVersion, wanted: frozenset[str] = EVERYTHING) -> dict:
    with place.open():
        return dict(subject_of("application").values(version.pk, wanted))


def facts_of(place: Nursery, version: ApplicationVersion):
    with place.open():
        return form_subjects.facts(version.pk)


# ---------------------------------------------------------------- one version


def test_a_draft_is_told_as_it_would_be_sent_now(sakura, pack):
    draft = save(sakura, pack, **TYPED)

    values, facts = told(sakura, draft), facts_of(sakura, draft)

    assert (facts.is_final, facts.control_number, facts.of) == (False, "", "price/team_childcare")
    assert values[ANSWERS]["planned_yen"] == 1_200_000
    assert (values[APPLICATION]["amount_yen"], values[APPLICATION]["state"]) == (1_200_000, "入力中")
    assert values[ANSWERS]["second_person"] is None, "it does not hold"
    again = save(sakura, pack, revision=1, **{**TYPED, "monthly_yen": "200000"})
    assert facts_of(sakura, again).edition != facts.edition


def test_a_draft_changes_its_edition_with_what_is_known(sakura, pack):
    draft = save(sakura, pack, **TYPED)
    before = facts_of(sakura, draft).edition
    with sakura.city.open():
        FacilityProfile.objects.filter(facility=sakura.facility).update(capacity_23=120)

    assert facts_of(sakura, draft).edition != before
    assert told(sakura, draft)[ANSWERS]["capacity"] == 120


def test_an_approved_version_is_final_and_has_a_number(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **{**TYPED, "extra_staff": "2", "second_person": "増えたため"}))
    before = facts_of(sakura, sent)
    approved = approve(city, sent)

    facts, values = facts_of(sakura, approved), told(sakura, approved)

    assert not before.is_final
    assert facts.is_final
    assert facts.edition != before.edition
    assert facts.control_number == f"1299900000901-2026-TC-1-{approved.content_hash[:8]}"
    assert (facts.day, facts.suffix) == (date(2026, 4, 14), "_チーム保育推進加算_第1版")
    assert facts.made_at == approved.decided_at
    assert values[APPLICATION]["approved_on"] == date(2026, 4, 14)
    assert values[APPLICATION]["months_words"] == "令和8年4月から"
    assert values[ANSWERS]["second_person"] == "増えたため"
    assert [(row["title"], row["needed"], row["number"] is None) for row in values[PAPERS]] == [
        ("雇用契約書の写し", True, False)
    ]
    with sakura.city.open():
        FacilityProfile.objects.filter(facility=sakura.facility).update(capacity_23=100)
    assert told(sakura, approved)[ANSWERS]["capacity"] == 130, "as it was sent"


def test_a_change_stands_beside_what_was_approved(city, sakura, pack):
    first = approve(city, submit(sakura, save(sakura, pack, **TYPED)))
    change = submit(sakura, save(sakura, pack, from_month=OCTOBER, **{**TYPED, "monthly_yen": "150000"}))

    values = told(sakura, change)

    own = values[APPLICATION]
    assert (own["kind_words"], own["change_month"], own["version"]) == ("変更", date(2026, 10, 1), 2)
    assert own["changed_fields"] == "1か月の見込額、年間の見込額"
    assert (own["before_yen"], own["amount_yen"]) == (1_200_000, 1_800_000)
    assert [(row["label"], row["before"], row["now"], row["by"]) for row in values[CHANGES]] == [
        ("1か月の見込額", "100,000円", "150,000円", 50_000),
        ("年間の見込額", "1,200,000円", "1,800,000円", 600_000),
    ]
    approve(city, change)
    assert facts_of(sakura, first).is_final, "it was approved once, and stays a paper of its time"


def test_what_is_not_applied_for_tells_nothing_of_its_fields(sakura, pack):
    sent = submit(sakura, save(sakura, pack, wanted=False, from_month=None))

    values = told(sakura, sent)

    assert values[APPLICATION]["wanted_words"] == "申請しない"
    assert set(values[ANSWERS].values()) == {None}
    assert (values[ALL_ANSWERS], values[PAPERS], values[APPLICATION]["months_words"]) == ([], [], None)


def test_returned_is_never_final(city, sakura, pack):
    returned = send_back(city, submit(sakura, save(sakura, pack, **TYPED)))
    with city.open():
        returned = ApplicationVersion.objects.get(pk=returned.pk)
    answer = save(sakura, pack, **{**TYPED, "monthly_yen": "1"})
    submit(sakura, answer)

    assert not facts_of(sakura, returned).is_final
    with city.open():
        assert ApplicationVersion.objects.get(pk=returned.pk).status == "superseded"


def test_each_pack_describes_its_own_fields(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **TYPED))
    renamed = {'key = "monthly_yen"': 'key = "each_month_yen"', "monthly_yen * 12": "each_month_yen * 12"}
    text = pack.content
    for old, new in renamed.items():
        text = text.replace(old, new)
    other = release_pack(city, text)
    assert other.pk != pack.pk

    assert told(sakura, sent)[ANSWERS]["monthly_yen"] == 100_000
    with city.open():
        assert form_subjects.describe("price/team_childcare", 2026).entry("answers.each_month_yen")
        assert form_subjects.describe("price/team_childcare", 2026).entry("answers.monthly_yen") is None
        assert "treatment/rate_certification" in form_subjects.sorts(2026), (
            "the product's, until there are own"
        )
    shown = form_subjects.describe("price/holiday_care", 2019)
    assert shown.entry("answers.users"), "of a year without packs the nearest"


# ---------------------------------------------------------------- people


@pytest.fixture
def allowance(city: City) -> tuple[Nursery, ApplicationVersion, list[StaffMember]]:
    """An approved application that names three people."""
    place = make_facility(city)
    staff = give_roster(place, *[Somebody(hired_on=date(2015, 4, 1), numbered=True) for _ in range(3)])
    accepted(place)
    confirmed(place, APRIL)
    pack = release_pack(city, shipped(2026)["prefecture"])
    sent = submit(place, save(place, pack, "teacher_pay", from_month=None, payment="advance"))
    return place, approve(city, sent), staff


def test_people_stand_in_it_by_name_and_the_record_says_who(allowance):
    place, version, staff = allowance
    ids = {str(one.pk) for one in staff}

    rows = told(place, version)["answers_staff"]

    assert len({row["row_name"] for row in rows}) == 3
    assert not [row for row in rows if row["row_name"].endswith("人目")]
    with place.city.open():
        event = Event.objects.filter(event="applications.printed").latest("number")
        assert set(event.rows["staff_member"]) == ids
        assert set(map(str, form_subjects.people(version.pk)["staff_member"])) == ids
    assert subject_of("application").names_people


def test_nobody_is_opened_for_what_names_nobody(allowance):
    place, version, _ = allowance

    values = told(place, version, frozenset({APPLICATION, PAPERS}))

    assert values.keys() == {APPLICATION, PAPERS}
    own = values[APPLICATION]
    assert own["amount_yen"] == 720_000
    assert (own["nation_yen"], own["prefecture_yen"], own["city_yen"]) == (0, 360_000, 360_000)
    with place.city.open():
        assert not Event.objects.filter(event="applications.printed").exists()


def test_who_was_erased_stands_without_a_name(allowance):
    place, version, staff = allowance
    with place.city.open():
        StaffMember.objects.filter(pk=staff[1].pk).update(left_year=2026, erased_at=AT)

    rows = told(place, version)["answers_staff"]

    assert [row["row_name"].endswith("人目") for row in rows] == [False, True, False]


# ---------------------------------------------------------------- who, where, how many


def test_who_may_print_what(city, sakura, pack):
    draft = save(sakura, pack, **TYPED)
    other = make_facility(city, "みほん第二保育園", number="1299900000902")
    with city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed):
        form_subjects.may_order(officer, draft.pk)
    with sakura.open() as clerk:
        form_subjects.may_order(clerk, draft.pk)
        assert form_subjects.page(clerk, draft.pk).endswith("/2026/price/team_childcare/")
    sent = submit(sakura, draft)
    with city.open(Role.OFFICER) as officer:
        form_subjects.may_order(officer, sent.pk)
        assert form_subjects.page(officer, sent.pk) == f"/c/applications/{sent.pk}/"
    for refused in (Role.ENROLMENT, Role.AUDITOR, Role.ADMINISTRATOR):
        with city.open(refused) as person:
            assert form_subjects.page(person, sent.pk) == ""
            with pytest.raises(NotAllowed):
                form_subjects.may_order(person, sent.pk)
    with other.open() as clerk:
        assert form_subjects.page(clerk, sent.pk) == ""
        with pytest.raises(NotAllowed):
            form_subjects.may_order(clerk, sent.pk)


def test_a_draft_that_was_given_up_is_no_paper(sakura, pack):
    draft = save(sakura, pack, **TYPED)
    with sakura.open() as clerk:
        ApplicationVersion.objects.filter(pk=draft.pk).update(status="discarded")
        with pytest.raises(NotAllowed):
            form_subjects.may_order(clerk, draft.pk)


def test_a_report_after_the_year_is_a_paper_of_its_year(city, sakura, pack):
    approve(city, submit(sakura, save(sakura, pack, **TYPED)))
    in_may = AT.replace(year=2027, month=5, day=20)
    report = submit(
        sakura,
        save(sakura, pack, "team_childcare_report", from_month=None, spent_yen="1200000", at=in_may),
        at=in_may,
    )

    assert facts_of(sakura, report).day == date(2027, 3, 31)
    assert told(sakura, report)[APPLICATION]["submitted_on"] == date(2027, 5, 20)
    with city.open():
        months = ServiceMonth(2026, 4), ServiceMonth(2027, 3)
        assert [pk for _, pk in form_subjects.find("price/team_childcare_report", None, *months)] == [
            report.pk
        ]
        assert len(form_subjects.find("", [sakura.facility.pk], *months)) == 2
        assert form_subjects.find("", None, ServiceMonth(2026, 5), ServiceMonth(2027, 2)) == []
        assert form_subjects.find("", [], *months) == []
        (example,) = form_subjects.examples("price/team_childcare", 2026)
        assert example.words == "さくら保育園　チーム保育推進加算（第1版、承認済み）"


def test_a_version_costs_the_same_queries_however_many_people_it_names(city, allowance):
    place, version, _ = allowance
    many = make_facility(city, "みほん第二保育園", number="1299900000902")
    give_roster(many, *[Somebody(hired_on=date(2015, 4, 1), numbered=True) for _ in range(12)])
    accepted(many)
    confirmed(many, APRIL)
    with city.open():
        pack = ItemPack.objects.get(pk=version.pack_id)
    other = submit(many, save(many, pack, "teacher_pay", from_month=None, payment="advance"))

    assert cost_of(place, version) == cost_of(many, other)


def cost_of(place: Nursery, version: ApplicationVersion) -> int:
    with place.open(), CaptureQueriesContext(connection) as queries:
        form_subjects.values(version.pk, EVERYTHING)
    return len(queries)


# ---------------------------------------------------------------- a year


def year_values(place: Nursery, subject_id):
    with place.open():
        facts = form_years.facts(subject_id)
        return facts, subject_of("application_year").values(subject_id, frozenset({"year", "year_items"}))


def test_the_year_lists_every_item_with_what_was_sent(city, sakura, pack):
    subject_id = form_years.year_id(sakura.facility.pk, 2026, YEAR_SORT)
    save(sakura, pack, **TYPED)
    facts, values = year_values(sakura, subject_id)
    assert (facts.is_final, facts.of, facts.day) == (False, "price", date(2026, 4, 1))
    assert [(row["item"], row["answered"], row["state"], row["wanted"]) for row in values["year_items"]] == [
        ("チーム保育推進加算", False, "未提出", None)
    ]
    with sakura.open():
        (draft,) = ApplicationVersion.objects.all()
    approve(city, submit(sakura, draft))
    approved, values = year_values(sakura, subject_id)

    (row,) = values["year_items"]
    assert approved.is_final
    assert approved.edition != facts.edition
    assert approved.control_number == f"1299900000901-2026-PRICE-{approved.edition[:8]}"
    assert (row["wanted_words"], row["months_words"], row["amount_yen"]) == (
        "申請する",
        "令和8年4月から",
        1_200_000,
    )
    assert (row["variant"], row["has_papers"]) == ("1人", False)
    year = values["year"]
    assert (year["items"], year["answered"], year["wanted"], year["approved"], year["open"]) == (
        1,
        1,
        1,
        1,
        0,
    )
    assert (year["amount_yen"], year["submitted_on"]) == (1_200_000, date(2026, 4, 14))

    change = save(sakura, pack, from_month=OCTOBER, **{**TYPED, "extra_staff": "2", "second_person": "増員"})
    submit(sakura, change)
    changed, values = year_values(sakura, subject_id)
    (row,) = values["year_items"]
    assert not changed.is_final
    assert (row["is_change"], row["change_month"]) == (True, date(2026, 10, 1))
    assert row["changed_fields"] == "加配する職員の数、2人目を置く理由"
    assert (row["has_papers"], row["papers"]) == (True, "雇用契約書の写し")
    assert row.keys() == {entry.name for entry in form_years.ITEMS.columns}
    assert values["year"].keys() == {entry.name for entry in form_years.YEAR.entries}


def test_a_year_is_found_only_where_it_is_in_scope(city, sakura, pack):
    other = make_facility(city, "みほん第二保育園", number="1299900000902")
    submit(sakura, save(sakura, pack, **TYPED))
    subject_id = form_years.year_id(sakura.facility.pk, 2026, YEAR_SORT)

    with other.open() as clerk, pytest.raises(NotAllowed):
        form_years.may_order(clerk, subject_id)
    with other.open(), pytest.raises(Facility.DoesNotExist):
        form_years.facts(subject_id)
    with sakura.open() as clerk:
        form_years.may_order(clerk, subject_id)
        assert form_years.page(clerk, subject_id).endswith("/applications/2026/")
    with city.open(Role.OFFICER) as officer:
        form_years.may_order(officer, subject_id)
        assert form_years.find("price", None, APRIL, APRIL) == [(sakura.facility.pk, subject_id)]
        assert form_years.find("", [other.facility.pk], APRIL, APRIL) == []
        assert form_years.find("price/report", None, APRIL, APRIL) == []
        (example,) = form_years.examples("price", 2026)
        assert (example.subject_id, example.words) == (subject_id, "さくら保育園　令和8年度")
    for refused in (Role.ENROLMENT, Role.AUDITOR):
        with city.open(refused) as person, pytest.raises(NotAllowed):
            form_years.may_order(person, subject_id)


def test_the_years_of_a_facility_are_told_apart(sakura):
    sorts = form_years.sorts(2026)
    ids = {form_years.year_id(sakura.facility.pk, year, of) for year in (2025, 2026) for of in sorts}

    assert len(sorts) == 8
    assert len(ids) == 16


def test_a_year_costs_the_same_queries_however_many_items(city, sakura, pack):
    subject_id = form_years.year_id(sakura.facility.pk, 2026, YEAR_SORT)
    submit(sakura, save(sakura, pack, **TYPED))
    few = year_cost(sakura, subject_id)
    release_pack(city, shipped(2026)["price"])

    assert year_cost(sakura, subject_id) == few


def year_cost(place: Nursery, subject_id) -> int:
    with place.open(), CaptureQueriesContext(connection) as queries:
        form_years.values(subject_id, frozenset({"year_items"}))
    return len(queries)


def test_names_that_were_opened_must_be_recorded(allowance, monkeypatch):
    place, version, _ = allowance
    monkeypatch.setattr(form_subjects, "record", lambda *args, **kwargs: None)

    with pytest.raises(ShownUnnamed), place.open():
        form_subjects.values(version.pk, EVERYTHING)
