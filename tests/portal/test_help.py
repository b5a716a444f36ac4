"""The help of every page, the first steps of a new clerk, and the guides on paper."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from claims.operations import facts as facts_operations
from claims.operations.submitting import submit
from facilities.actors import Role
from facilities.models import Membership, Municipality, Ownership
from facilities.periods import ServiceMonth
from facilities.schedule import CitySchedule, Shift, Step, StepRule
from portal.help.texts import CHAPTERS, FIRST_STEPS, GUIDES, PAGES, guide_of, help_of
from portal.views.guides import coming_months
from tests.access.shared import lasting_world
from tests.access.world import World, undone
from tests.cast import Browser, City, Nursery, give_counts, make_city, make_facility, make_user, sign_in
from tests.claims.stage import AT, confirmed, nursery, ready_claim
from tests.record import events_of

ROOT = Path(settings.BASE_DIR)
HELP = ROOT / "portal" / "help"
DISTINCT = {page.name: page for page in PAGES.values()}
ROOMS = (
    "portal", "approvals", "claims", "applications", "staff_records", "rate_books", "documents", "facilities",
    "accounts", "jobs", "pages", "templates",
)  # fmt: skip


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from lasting_world(django_db_blocker)


def reading(browser: Browser) -> Browser:
    """A person who opens the help."""
    browser.reads_help = True
    return browser


def page_of(place: Nursery, path: str = "") -> str:
    answer = reading(sign_in(place.clerk)).get(f"/f/{place.facility.number}/{path}")
    assert answer.status_code == 200
    return str(answer.content.decode())


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize("name", sorted(DISTINCT))
def test_a_help_says_what_for_how_what_if_and_who(name):
    page = DISTINCT[name]

    sentences = [page.purpose, *page.steps, *(question.answer for question in page.questions)]
    assert page.title
    assert page.task
    assert page.who
    assert 2 <= len(page.steps) <= 6
    assert 2 <= len(page.questions) <= 7
    assert all(sentence.endswith("。") for sentence in sentences)
    assert max(map(len, re.split("(?<=。)", "".join(sentences)))) <= 75, "shorter sentences, please"


def words_of_the_pages() -> str:
    """What stands on pages and in mails: templates, and the words in the code of the rooms. Not the help itself."""
    files = [file for room in ROOMS for kind in ("html", "py") for file in (ROOT / room).rglob(f"*.{kind}")]
    return "\n".join(file.read_text() for file in files if HELP not in file.parents)


def test_every_quoted_word_stands_on_a_page():
    """Help that names a button by another word than the button's own does not help."""
    texts = [file.read_text() for file in HELP.rglob("*.toml")]
    quoted = {word for text in texts for word in re.findall("「([^」]+)」", text)}
    known = words_of_the_pages() + "".join(page.title for page in DISTINCT.values()) + FIRST_STEPS.title

    assert {word for word in quoted if word not in known} == set()
    assert len(quoted) > 100


def test_every_role_has_a_guide():
    assert set(GUIDES) == set(Role)
    for guide in GUIDES.values():
        assert 5 <= len(guide.steps) <= 6
        assert guide.chapter in {chapter.name for chapter in CHAPTERS}


@pytest.mark.parametrize("role", list(Role))
def test_a_guide_names_entries_of_the_own_main_menu(world, role):
    person = "own clerk" if role is Role.FACILITY else role.value
    door = f"/f/{world.sakura.facility.number}/" if role is Role.FACILITY else "/c/"
    with undone():
        page = world.browser(person).get("/a/" if role is Role.AUDITOR else door).content.decode()

    menu = re.findall(r"<a [^>]+>([^<]+)</a>", page.split('class="main-navigation"')[1].split("</nav>")[0])
    assert {place.place for place in guide_of(role).places} <= {*menu, "使い方"}


# ---------------------------------------------------------------- the drawer


def test_the_help_is_a_native_disclosure_after_the_page(sakura):
    page = page_of(sakura)

    drawer = page.split("</main>")[1].split("</aside>")[0]
    assert re.search(r"<details>\s*<summary>使い方", drawer)
    assert "page-help" not in page.split("</main>")[0]
    assert page.index('href="#help"') < page.index("<main")
    assert f'href="/f/{sakura.facility.number}/first-steps/"' in drawer
    assert f'href="/f/{sakura.facility.number}/guide/"' in drawer


def test_the_help_of_the_choice_leads_to_no_facility_yet(sakura):
    drawer = (
        reading(sign_in(sakura.clerk)).get("/f/").content.decode().split("</main>")[1].split("</aside>")[0]
    )

    assert "施設を選ぶ" in drawer
    assert "href" not in drawer


def test_a_page_that_refuses_keeps_its_help(sakura):
    claim = ready_claim(sakura)

    answer = reading(sign_in(sakura.clerk)).post(f"/f/{sakura.facility.number}/claims/{claim.pk}/submit/")

    assert answer.status_code == 422
    assert "<h2>請求の確認と提出</h2>" in answer.content.decode()


def test_error_pages_do_without(sakura):
    page = reading(sign_in(sakura.clerk)).get("/nowhere/").content.decode()

    assert "page-help" not in page
    assert "#help" not in page


# ---------------------------------------------------------------- the first steps


def done(page: str) -> list[bool]:
    return [bool(found) for found in re.findall(r"<li( data-done)?>\s*<h3>", page.split("</main>")[0])]


def test_a_new_clerk_is_shown_the_way(sakura):
    page = page_of(sakura)

    assert "はじめての方へ" in page.split("</main>")[0]
    assert done(page) == [True, False, False, False, False]
    number = sakura.facility.number
    for link in ("/password/", f"/f/{number}/counts/", f"/f/{number}/claims/", f"/f/{number}/schedule/"):
        assert f'href="{link}"' in page


def test_what_predecessors_and_colleagues_have_done_is_not_marked(city, sakura):
    claim = ready_claim(sakura)
    give_counts(sakura, ServiceMonth(2026, 5))
    with sakura.open() as clerk:
        facts_operations.save(
            sakura.facility,
            ServiceMonth(2026, 5),
            {"saturday_closures": 0, "side_dish_days": 20},
            shown_version=0,
            by=clerk,
            at=AT,
        )
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
    newcomer = make_user("sakura-new", realm=city.municipality)
    with city.open():
        Membership.objects.create(
            municipality=city.municipality,
            user=newcomer,
            duty=Role.FACILITY,
            facility=sakura.facility,
            slot=2,
        )

    page = page_of(sakura)
    hers = sign_in(newcomer).get(f"/f/{sakura.facility.number}/").content.decode()
    tour = sign_in(newcomer).get(f"/f/{sakura.facility.number}/first-steps/").content.decode()

    assert done(page) == [True, True, True, True, False]
    assert done(hers) == done(tour) == [True, False, False, False, False]


def test_what_this_person_has_done_is_marked(sakura):
    confirmed(sakura)
    after_counts = done(page_of(sakura))
    with sakura.open() as clerk:
        facts_operations.save(
            sakura.facility,
            ServiceMonth(2026, 6),
            {"saturday_closures": 0, "side_dish_days": 20},
            shown_version=0,
            by=clerk,
            at=AT,
        )
    after_facts = page_of(sakura)

    assert after_counts == [True, True, False, False, False]
    assert done(after_facts) == [True, True, True, False, False]
    assert f'href="/f/{sakura.facility.number}/facts/2026-06/"' in after_facts


def test_a_submitted_claim_is_the_last_mark(sakura):
    claim = ready_claim(sakura)
    with sakura.open() as clerk:
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)

    assert done(page_of(sakura))[3]


def test_a_public_facility_has_nothing_to_claim(city):
    midori = make_facility(city, "市立みどり保育園", number="1299900000903", ownership=Ownership.PUBLIC)

    page = page_of(midori)

    assert done(page) == [True, False, False]
    assert "請求を提出する" not in page.split("</main>")[0]


def test_closed_once_is_closed_on_every_device(sakura):
    number = sakura.facility.number
    here, elsewhere = sign_in(sakura.clerk), sign_in(sakura.clerk)

    answer = here.post(f"/f/{number}/first-steps/close/", follow=True)

    assert answer.redirect_chain == [(f"/f/{number}/", 302)]
    assert "案内を閉じました" in answer.content.decode()
    assert "first-steps" not in elsewhere.get(f"/f/{number}/").content.decode().split("</main>")[0]
    event = events_of(sakura.city, "portal.first_steps_closed")[-1]
    assert (event.actor_id, event.object_id) == (str(sakura.clerk.pk), str(sakura.clerk.pk))
    assert event.facility_id == sakura.facility.pk
    assert "毎月の仕事の順番" in elsewhere.get(f"/f/{number}/first-steps/").content.decode()


def test_closing_again_changes_nothing(sakura):
    browser = sign_in(sakura.clerk)
    browser.post(f"/f/{sakura.facility.number}/first-steps/close/")
    first = User.objects.get(pk=sakura.clerk.pk).first_steps_closed_at

    browser.post(f"/f/{sakura.facility.number}/first-steps/close/")

    assert first is not None
    assert User.objects.get(pk=sakura.clerk.pk).first_steps_closed_at == first


def test_what_one_person_closes_others_still_see(city, sakura):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    sign_in(sakura.clerk).post(f"/f/{sakura.facility.number}/first-steps/close/")

    assert "この案内を閉じる" in page_of(sumire)


def queries(place: Nursery, path: str = "") -> int:
    browser = sign_in(place.clerk)
    browser.get(f"/f/{place.facility.number}/{path}")
    with CaptureQueriesContext(connection) as caught:
        browser.get(f"/f/{place.facility.number}/{path}")
    return sum(1 for query in caught if not re.match("SAVEPOINT|RELEASE|SET|SELECT set_config", query["sql"]))


def test_the_way_costs_the_home_page_one_query_and_nothing_when_closed(sakura):
    confirmed(sakura)
    with_steps = queries(sakura)
    for later in range(1, 6):
        give_counts(sakura, ServiceMonth(2026, 6).plus(later))
    after_months = queries(sakura)
    User.objects.filter(pk=sakura.clerk.pk).update(first_steps_closed_at=AT)

    assert after_months == with_steps <= 13
    assert queries(sakura) == with_steps - 1


# ---------------------------------------------------------------- the guides


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_the_guide_of_their_own_role(world, role):
    person = "own clerk" if role is Role.FACILITY else role.value
    door = {
        Role.FACILITY: f"/f/{world.sakura.facility.number}/guide/",
        Role.AUDITOR: "/a/guide/",
    }.get(role, "/c/guide/")

    with undone():
        page = world.browser(person).get(door).content.decode()

    main = page.split("<main")[1].split("</main>")[0]
    guide = guide_of(role)
    assert f"<h1>{guide.title}</h1>" in main
    for words in (*guide.steps, *guide.places, *guide.contacts):
        assert all(str(text) in main for name, text in vars(words).items() if name != "step"), words
    assert all(step.label in main for step in Step)


def test_a_guide_shows_the_days_of_this_city(city, sakura):
    rules = {**CitySchedule().rules, Step.CLAIM: StepRule(0, 17, Shift.NONE)}
    Municipality.objects.filter(pk=city.municipality.pk).update(schedule=CitySchedule(rules).as_json())
    city.municipality.refresh_from_db()
    months = coming_months(CitySchedule.of(city.municipality), date.today())

    page = page_of(sakura, "guide/")

    claim_day = next(day for day in months[0][1] if day.step == Step.CLAIM).day
    assert claim_day.day == 17
    assert f'</b>　<span class="muted">{claim_day.month}月17日(' in page
    assert events_of(city, "portal.guide_shown")[-1].rows == {}


def test_a_public_facility_reads_that_it_only_confirms(city):
    midori = make_facility(city, "市立みどり保育園", number="1299900000903", ownership=Ownership.PUBLIC)

    assert "児童数の確認だけで終わりです" in page_of(midori, "guide/")


@pytest.mark.parametrize(
    ("today", "first"),
    [(date(2026, 6, 1), "2026-06"), (date(2026, 6, 30), "2026-06"), (date(2026, 7, 1), "2026-07")],
)
def test_the_coming_months_begin_with_what_is_still_due(today, first):
    months = coming_months(CitySchedule(), today)

    assert [str(month) for month, _ in months] == [first, str(ServiceMonth.parse(first).plus(1))]


def test_a_month_that_is_paid_two_months_later_is_still_coming():
    rules = {**CitySchedule().rules, Step.PAY: StepRule(2, 31, Shift.EARLIER)}

    months = coming_months(CitySchedule(rules=rules), date(2026, 6, 15))

    assert [str(month) for month, _ in months] == ["2026-04", "2026-05"]


def test_an_address_without_a_page_has_no_help():
    assert help_of("accounts:logout") is None
