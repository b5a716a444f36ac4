"""From a paper back to its version: the QR code and the typed number, for every role and for nobody else."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as settings_of_today
from django.utils import timezone
from pypdf import PdfReader

from documents import dictionary, making, operations
from documents.models import Document
from documents.printables import printable
from facilities.actors import Role
from tests.cast import JUNE, Browser, City, Nursery, make_city, make_facility, sign_in
from tests.documents.errands import CODE, Errand, Errands, errands_known, page_pack
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def errands() -> Iterator[Errands]:
    with errands_known(page_pack()) as known:
        yield known


@pytest.fixture
def printed(sakura: Nursery, errands: Errands, run_jobs: Any) -> Errand:
    """A paper that somebody holds in their hands."""
    errand = errands.add(sakura, JUNE)
    with sakura.open() as clerk:
        operations.order("errand_page", CODE, errand.id, by=clerk, at=timezone.now())
    run_jobs()
    return errand


def followed(browser: Browser, path: str) -> list[str]:
    """Where the address leads to, step by step."""
    steps = []
    answer = browser.get(path)
    while answer.status_code == 302:
        steps.append(answer["Location"])
        answer = browser.get(steps[-1])
    steps.append(str(answer.status_code))
    return steps


def test_the_code_on_the_paper_says_our_address(sakura: Nursery, printed: Errand) -> None:
    with sakura.open():
        marks = making.marks_of(printable("errand_page", CODE, printed.id))

    assert marks.check_address == f"{settings_of_today.SITE_URL}/q/{printed.control_number}/"
    assert marks.control_number == printed.control_number


def test_a_clerk_comes_to_the_very_version(sakura: Nursery, printed: Errand) -> None:
    base = f"/f/{sakura.facility.number}/documents/"

    assert followed(sign_in(sakura.clerk), f"/q/{printed.control_number}/") == [
        f"{base}check/?number={printed.control_number}",
        base,
        "200",
    ]


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR])
def test_of_the_city_everybody_comes_as_far_as_their_role_reads(
    city: City, printed: Errand, role: Role
) -> None:
    steps = followed(sign_in(city.people[role]), f"/q/{printed.control_number}/")

    assert steps[0] == f"/c/documents/check/?number={printed.control_number}"
    # An errand's page is the overview, which enrolment has none of.
    assert steps[1:] == ["/c/documents/", "403" if role == Role.ENROLMENT else "200"]


def test_whose_role_reads_no_content_is_told_what_it_is(city: City, printed: Errand) -> None:
    closed = replace(dictionary.subject_of(CODE), page=lambda actor, subject_id: "")
    dictionary.register(closed)

    page = sign_in(city.people[Role.ENROLMENT]).get(f"/c/documents/check/?number={printed.control_number}")

    assert page.status_code == 200
    assert "令和8年6月分 用事の届" in page.content.decode()


def test_an_auditor_comes_to_the_record(city: City, printed: Errand) -> None:
    steps = followed(sign_in(city.people[Role.AUDITOR]), f"/q/{printed.control_number}/")

    assert steps == [f"/a/?object_id={printed.id}", "200"] or re.fullmatch(
        rf"/a/.*object_id={printed.id}", steps[0]
    )


def test_whoever_is_not_signed_in_logs_in_first_and_comes_there(sakura: Nursery, printed: Errand) -> None:
    answer = Browser().get(f"/q/{printed.control_number}/")

    assert answer["Location"] == f"/login/?next=%2Fq%2F{printed.control_number}%2F"


def test_somebody_elses_number_answers_like_nobodys(city: City, sakura: Nursery, printed: Errand) -> None:
    other = make_city("129998", "緑野市")
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    strangers = [sign_in(sumire.clerk), *(sign_in(user) for user in other.people.values())]

    for stranger in strangers:
        theirs = stranger.get(f"/q/{printed.control_number}/")
        nobodys = stranger.get("/q/E-000000000000-01/")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.content == nobodys.content
    [typed, wrong] = [
        strangers[0].get(f"/f/{sumire.facility.number}/documents/check/?number={number}")
        for number in (printed.control_number, "E-000000000000-01")
    ]
    assert typed.status_code == wrong.status_code == 422
    assert "見つかりません" in typed.content.decode()


def test_a_number_is_found_as_people_type_it(sakura: Nursery, printed: Errand) -> None:
    wide = printed.control_number.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})

    answer = sign_in(sakura.clerk).get(
        f"/f/{sakura.facility.number}/documents/check/", {"number": f"　{wide} "}
    )

    assert answer.status_code == 302


def test_looking_for_a_number_is_on_record_found_or_not(city: City, sakura: Nursery, printed: Errand) -> None:
    browser = sign_in(sakura.clerk)
    browser.get(f"/q/{printed.control_number}/")
    browser.get(f"/f/{sakura.facility.number}/documents/check/?number={printed.control_number}")
    browser.get("/q/E-nobody/")

    told = [(event.outcome, event.detail) for event in events_of(city, "documents.checked")]
    assert ("done", {"found": True}) in told
    assert ("refused", {"found": False}) in told


def test_the_number_stands_on_the_paper(sakura: Nursery, printed: Errand) -> None:
    with sakura.open() as clerk:
        content = operations.content_of(Document.objects.get(), by=clerk)

    assert printed.control_number in PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_read_at_the_other_entrance_it_leads_to_ones_own(city: City, printed: Errand, settings: Any) -> None:
    settings.ENTRANCES = frozenset({"internet"})
    settings.CITY_SITE_URL = "https://lgwan.example"

    answer = sign_in(city.people[Role.OFFICER]).get(f"/q/{printed.control_number}/")

    assert answer["Location"] == f"https://lgwan.example/c/documents/check/?number={printed.control_number}"
