"""A new year needs no code: its packs are texts. What was begun with an older text stays readable and is carried on."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.filling import fill
from applications.models import ApplicationVersion, ItemPack, Paper
from applications.operations import cases, packs
from applications.packs_in_force import item_of, pack_of, vocabulary
from applications.queries.filled import fill_for, fill_many
from applications.queries.item_page import find_place, form_view, read_view
from applications.queries.packs import packs_of_year, shipped_of_year
from applications.queries.year import year_of
from applications.reading import PackWrong, read_pack
from applications.shipped import shipped
from applications.states import PackState
from facilities.actors import Role
from facilities.models import FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from tests.applications.packs import PRICE
from tests.applications.stage import AT, approve, release_pack, save, submit
from tests.cast import City, Nursery, make_city, make_facility, sign_in

NEXT_APRIL = timezone.make_aware(datetime(2027, 4, 14, 10))
ADDITION = """
[[item]]
key = "night_watch"
label = "夜間の見守り加算（令和9年度から）"
rounds = [1]
types = ["nursery"]
help = "夜間に見守る職員を置く施設が申請します。"
source = "試験用"
grants = { code = "night_care" }
amount = "total_yen"
check = [{ formula = "hours >= 60", at = "nights", sentence = "見守りは、月に60時間以上が必要です。" }]
paper = [{ key = "shifts", title = "勤務の割り振りの写し", why = "配置を確かめます。", needed_if = "hours >= 100" }]

[[item.field]]
key = "capacity"
label = "利用定員"
kind = "whole"
unit = "人"
known_from = ["profile.capacity"]

[[item.field]]
key = "nights"
label = "見守りの日"
kind = "rows"
least = 1
most = 31

[[item.field.column]]
key = "what"
label = "担当"
kind = "text"

[[item.field.column]]
key = "hours"
label = "時間"
kind = "whole"
unit = "時間"

[[item.field]]
key = "hours"
label = "月の時間"
kind = "whole"
unit = "時間"
formula = "sum(nights.hours)"

[[item.field]]
key = "total_yen"
label = "加算額の見込み"
kind = "yen"
formula = "floor(hours * capacity * 12, 1000)"
"""


def _of_2027() -> str:
    """The shipped pack as a city would write the next year: another year, one item less, a new one."""
    text = shipped(2026)["price"].replace("fiscal_year = 2026", "fiscal_year = 2027")
    before, _, after = text.partition('[[item]]\nkey = "night_care"')
    assert after
    return f"{before}[[item]]{after.partition('[[item]]')[2]}\n{ADDITION}"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def test_a_new_years_addition_needs_no_code(city, sakura):
    pack = release_pack(city, _of_2027(), at=NEXT_APRIL)
    april = ServiceMonth(2027, 4)
    more: dict[str, Any] = {"from_month": april, "at": NEXT_APRIL}
    rows = {
        "nights.0.what": "見本 花子",
        "nights.0.hours": "40",
        "nights.1.what": "見本 次郎",
        "nights.1.hours": "20",
    }
    draft = save(sakura, pack, "night_watch", **more, **{**rows, "nights.1.hours": "19"})
    with pytest.raises(ProblemsFound, match="60時間以上"):
        submit(sakura, draft, at=NEXT_APRIL)
    draft = save(
        sakura, pack, "night_watch", revision=draft.revision, **more, **{**rows, "nights.1.hours": "80"}
    )
    sent = submit(sakura, draft, at=NEXT_APRIL)
    approved = approve(city, sent, at=NEXT_APRIL)

    assert (sent.amount_yen, approved.status) == (120 * 90 * 12 // 1000 * 1000, "approved")
    with sakura.open():
        granted = GrantedItem.objects.get(facility=sakura.facility, code="night_care")
        year = year_of(city.municipality, sakura.facility, 2027, NEXT_APRIL)
        paper = Paper.objects.get(version=sent)
    assert paper.title == "勤務の割り振りの写し"
    assert granted.from_month == april.first_day
    assert len(year.lines) > 20


def test_the_whole_pack_of_another_year_reads_and_last_year_is_repeated(city, sakura):
    row = release_pack(city, shipped(2026)["price"])
    state = save(sakura, row, "facility_state", from_month=None, safety_plan="yes", ict_functions=["records"])
    with sakura.open():
        filled = fill_for(sakura.facility, 2026, item_of(row, "facility_state"), state)
        empty = [one.field.key for one in filled.fields if one.is_missing]
    state = save(
        sakura, row, "facility_state", from_month=None, revision=state.revision, **dict.fromkeys(empty, "yes")
    )
    approve(city, submit(sakura, state))
    later = release_pack(city, _of_2027(), at=NEXT_APRIL)
    with sakura.open():
        again = fill_for(sakura.facility, 2027, item_of(later, "facility_state"), None)

    assert again.by_key["safety_plan"].value is True
    assert again.by_key["safety_plan"].known.words == "令和8年度の申請"


# ------------------------------------------------------------------------------------------ a newer text


NEWER = (
    PRICE.replace("least = 1\nmost = 2", "least = 1\nmost = 1")
    .replace(
        'kind = "long_text"\nshown_if = "extra_staff == 2"', 'kind = "whole"\nshown_if = "monthly_yen > 0"'
    )
    .replace("extra_staff < 2 or capacity >= 121", "extra_staff < 2")
)


def test_a_draft_is_carried_over_to_a_newer_text_and_what_is_no_answer_any_more_is_asked_again(city, sakura):
    old = release_pack(city)
    draft = save(sakura, old, extra_staff="2", monthly_yen="412,399", second_person="担任の交代のため")
    newer = release_pack(city, NEWER)
    with sakura.open():
        place = find_place(city.municipality, sakura.facility, 2026, "price", "team_childcare")
        view = form_view(place, AT)
        line = year_of(city.municipality, sakura.facility, 2026, AT).lines[0]
        values = {one.field.key: one.value for one in view.filled.fields}

    assert place.pack == newer
    assert values == {
        "capacity": 90,
        "extra_staff": None,
        "monthly_yen": 412_399,
        "planned_yen": 4_948_000,
        "second_person": None,
    }
    assert "様式が新しくなりました" in line.problems[0]
    assert not line.is_ready
    with sakura.open() as by, pytest.raises(NotAllowed, match="様式が新しく"):
        cases.submit(draft.pk, shown_revision=1, shown_hash="", by=by, at=AT)

    moved = save(sakura, newer, revision=draft.revision, extra_staff="1", second_person="3")
    sent = submit(sakura, moved)

    assert sent.pack_id == newer.pk
    assert sent.content["sent"]["second_person"]["value"] == 3


def test_what_was_sent_with_the_older_text_is_read_and_decided_by_it(city, sakura):
    old = release_pack(city)
    sent = submit(sakura, save(sakura, old, extra_staff="1", monthly_yen="412,399"))
    release_pack(city, NEWER)
    with sakura.open():
        place = find_place(city.municipality, sakura.facility, 2026, "price", "team_childcare")
        read = read_view(place, ApplicationVersion.objects.get(pk=sent.pk), AT)

    assert [block.words for block in read.blocks] == ["90人", "1人", "412,399円", "4,948,000円"]
    assert approve(city, sent).status == "approved"


def test_a_draft_whose_item_is_gone_can_be_read_and_given_up(city, sakura):
    old = release_pack(city)
    draft = save(sakura, old, extra_staff="1")
    release_pack(
        city,
        PRICE.replace('key = "team_childcare"', 'key = "team"')
        .replace('"team_childcare"\n\n', '"team"\n\n')
        .replace("item.team_childcare.", "item.team."),
    )
    with sakura.open() as by:
        place = find_place(city.municipality, sakura.facility, 2026, "price", "team_childcare")
        assert not place.is_asked
        assert form_view(place, AT).filled.by_key["extra_staff"].value == 1
        assert cases.discard(draft.pk, shown_revision=draft.revision, by=by, at=AT).status == "discarded"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("yes_no", "yes"),
        ("whole", "３"),
        ("whole", True),
        ("yen", -5),
        ("decimal", "abc"),
        ("decimal", 1.5),
        ("date", "R8"),
        ("month", 4),
        ("monthly", [1, "x"]),
        ("text", ["a"]),
        ("choice", "gone"),
        ("choices", ["gone"]),
        ("rows", {"0": {}}),
    ],
)
def test_what_is_no_answer_of_its_kind_is_asked_again(kind, value):
    item = read_pack(PRICE, vocabulary()).items[0]
    own = replace(item.field_named("monthly_yen"), kind=kind, choices={"a": "A"})
    one = replace(item, fields=(own,), checks=(), papers=(), amount="")
    filled = fill(one, fiscal_year=2026, known={}, typed={"monthly_yen": value})

    assert filled.fields[0].is_missing


def test_of_a_table_only_what_is_no_answer_is_asked_again(city, sakura):
    item = read_pack(_of_2027(), vocabulary()).by_key["night_watch"]
    rows = [{"what": "見本 花子", "hours": "40"}, {"what": "見本 次郎", "hours": 20}]
    filled = fill(item, fiscal_year=2027, known={}, typed={"nights": rows})

    assert filled.by_key["nights"].value == [
        {"what": "見本 花子", "hours": None},
        {"what": "見本 次郎", "hours": 20},
    ]


def test_a_newer_shipped_text_is_offered_with_how_much_differs_and_loaded_beside_the_released_one(
    city, tmp_path, monkeypatch
):
    folder = tmp_path / "2026"
    folder.mkdir()
    (folder / "price.toml").write_text(NEWER)
    monkeypatch.setattr("applications.shipped.FOLDER", tmp_path)
    release_pack(city, PRICE)
    with city.open() as by:
        (offered,) = shipped_of_year(2026, packs_of_year(2026))
        (loaded,) = packs.load_shipped(2026, by=by, at=AT)

        assert (offered.is_waiting_to_be_loaded, offered.differing) == (True, 1)
        assert loaded.state == PackState.DRAFT
        assert ItemPack.objects.filter(state=PackState.RELEASED).count() == 1
    page = sign_in(city.people[Role.ADMINISTRATOR]).get("/c/item-packs/?year=2026").content.decode()
    assert "公開中の様式と違う項目 1" in page


def test_what_a_city_has_replaced_by_its_own_text_is_not_brought_back(city, tmp_path, monkeypatch):
    folder = tmp_path / "2026"
    folder.mkdir()
    (folder / "price.toml").write_text(PRICE)
    monkeypatch.setattr("applications.shipped.FOLDER", tmp_path)
    release_pack(city, PRICE)
    release_pack(city, NEWER)
    with city.open() as by:
        (offered,) = shipped_of_year(2026, packs_of_year(2026))
        with pytest.raises(ProblemsFound, match="新しく読み込む様式はありません"):
            packs.load_shipped(2026, by=by, at=AT)

    assert (offered.is_waiting_to_be_loaded, offered.state, offered.differing) == (False, "旧版", 1)


def test_two_packs_of_a_family_never_hold_one_item(city):
    release_pack(city)
    with pytest.raises(NotAllowed, match="同じ番号（key）の項目"):
        release_pack(city, PRICE.replace('id = "price"', 'id = "other"'))
    assert pack_of(release_pack(city, PRICE.replace('"price"', '"city"'))).id == "city"


def test_an_item_of_march_is_asked_by_march(city, sakura):
    march = PRICE.replace("rounds = [1, 3]", 'rounds = [4]\nmonths = "march"')
    pack = release_pack(city, march)
    with sakura.open():
        row = FacilityProfile.objects.get(facility=sakura.facility)
        row.to_month = "2026-11-01"
        row.save()
        FacilityProfile.objects.create(
            municipality=city.municipality,
            facility=sakura.facility,
            from_month="2026-12-01",
            approved_capacity=120,
            capacity_23=110,
            region_percent=row.region_percent,
        )
        filled = fill_for(sakura.facility, 2026, item_of(pack, "team_childcare"), None)

    assert filled.by_key["capacity"].value == 110


def test_a_draft_of_another_month_shows_that_month_and_asks_the_rooms_once_more_for_it(city, sakura):
    pack = release_pack(city)
    sumire = make_facility(city, number="1299900000902", name="すみれ保育園")
    october = ServiceMonth(2026, 10)
    with city.open():
        row = FacilityProfile.objects.get(facility=sakura.facility)
        row.to_month = "2026-09-01"
        row.save()
        FacilityProfile.objects.create(
            municipality=city.municipality,
            facility=sakura.facility,
            from_month=october.first_day,
            approved_capacity=150,
            capacity_23=150,
            region_percent=row.region_percent,
        )
    item = item_of(pack, "team_childcare")
    early, late = save(sumire, pack), save(sakura, pack, from_month=october)
    with city.open():
        asked = [(sumire.facility, item, early), (sakura.facility, item, late)]
        with CaptureQueriesContext(connection) as both:
            filled = fill_many(asked, 2026)
        with CaptureQueriesContext(connection) as one:
            fill_many(asked[:1], 2026)

    assert [row.by_key["capacity"].value for row in filled] == [90, 150]
    # What applications have said is one query for all; the profiles are asked for each month.
    assert (len(both), len(one)) == (3, 2)


# ------------------------------------------------------------------------------------------ what is no pack


def _wrong() -> str:
    """A pack with one mistake of each kind."""
    return (
        PRICE.replace("floor(monthly_yen * 12, 1000)", "floor(monthly_yen * 12, 1000) + circle")
        .replace(
            '[[item.check]]\nformula = "extra_staff < 2',
            '[[item.field]]\nkey = "circle"\nlabel = "輪"\nkind = "yen"\nformula = "planned_yen"\n\n'
            '[[item.field]]\nkey = "monthly_yen"\nlabel = "2つ目"\nkind = "yen"\nfact = "weather"\n\n'
            '[[item.check]]\nformula = "extra_staff < 2',
        )
        .replace('known_from = ["profile.capacity"]', 'known_from = ["profile.weather"]')
        .replace('label = "チーム保育推進加算の実績"', f'label = "{"長" * 61}"')
        .replace('key = "team_childcare_report"', 'key = "team_childcare"')
    )


def test_every_mistake_is_told_at_its_path_and_all_at_once():
    with pytest.raises(PackWrong) as refused:
        read_pack(_wrong(), vocabulary())
    found = {(problem.path, problem.sentence) for problem in refused.value.problems}
    paths = {path for path, _ in found}

    assert ("item[0].field.circle", "計算式がたがいに相手の欄を使っています。") in found
    assert ("item[0].field.planned_yen", "計算式がたがいに相手の欄を使っています。") in found
    assert {"item[0].field[0].known_from", "item[0].field[6].fact", "item[1].label", "item[1].key"} <= paths
    assert ("item[0].field[6].key", "「monthly_yen」が2回あります。") in found


def test_a_column_has_no_condition_and_no_field_takes_a_given_name():
    wrong = (
        _of_2027()
        .replace(
            'key = "what"\nlabel = "担当"\nkind = "text"',
            'key = "what"\nlabel = "担当"\nkind = "text"\nshown_if = "hours > 1"',
        )
        .replace('key = "hours"\nlabel = "月の時間"', 'key = "fiscal_year"\nlabel = "月の時間"')
    )
    with pytest.raises(PackWrong) as refused:
        read_pack(wrong, vocabulary())

    sentences = "".join(problem.sentence for problem in refused.value.problems)
    assert "列には書けません" in sentences
    assert "計算式のために決まった名前" in sentences


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PRICE.encode("cp932"), "UTF-8ではありません"),
        (PRICE.encode("utf-16"), "UTF-8ではありません"),
        (b"#" * 5_000_000, "ファイルが大きすぎます"),
        (("id = 1\n" + PRICE).encode(), "TOMLとして読み取れません"),
        (b"", "必ず書いてください"),
    ],
)
def test_a_file_that_is_no_pack_is_refused_in_words_and_keeps_nothing(city, content, words):
    browser = sign_in(city.people[Role.ADMINISTRATOR])
    answer = browser.post(
        "/c/item-packs/upload/?year=2026", {"file": SimpleUploadedFile("price.toml", content)}
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()
    with city.open():
        assert not ItemPack.objects.exists()
