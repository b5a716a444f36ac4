"""Twice clicked is sent once; another content is another act; what was refused may be sent again."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection, transaction

from facilities import sent_forms
from facilities.actors import Role
from facilities.events import FacilityEvent
from facilities.models import GrantedItem, SentForm
from facilities.scope import tell_acting_user
from facilities.sent_forms import FIELD, REPEATED
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def administrator(city: City) -> Browser:
    return sign_in(city.people[Role.ADMINISTRATOR])


def grant(nursery: Nursery, **changes: str) -> dict[str, str]:
    return {
        "code": "rent",
        "variant": "c_standard",
        "from_month": "2026-04",
        "to_month": "2026-06",
        **changes,
    }


def items_url(nursery: Nursery) -> str:
    return f"/c/facilities/{nursery.facility.number}/items/"


def held(city: City) -> int:
    with city.open():
        return GrantedItem.objects.count()


def test_a_double_submit_has_one_effect_and_leads_to_the_same_page(city, sakura, administrator):
    token = str(uuid4())

    first = administrator.post(items_url(sakura), grant(sakura, **{FIELD: token}))
    second = administrator.post(items_url(sakura), grant(sakura, **{FIELD: token}))

    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert held(city) == 1
    assert len(events_of(city, FacilityEvent.FORM_REPEATED)) == 1
    assert REPEATED in administrator.get(second["Location"]).content.decode()


def test_the_same_token_with_another_content_is_another_act(city, sakura, administrator):
    token = str(uuid4())

    administrator.post(items_url(sakura), grant(sakura, **{FIELD: token}))
    administrator.post(
        items_url(sakura), grant(sakura, from_month="2026-07", to_month="2026-08", **{FIELD: token})
    )

    assert held(city) == 2


def test_the_same_token_of_another_person_is_another_act(city, sakura, administrator):
    token = str(uuid4())

    administrator.post(items_url(sakura), grant(sakura, **{FIELD: token}))
    refused = sign_in(city.people[Role.OFFICER]).post(items_url(sakura), grant(sakura, **{FIELD: token}))

    assert refused.status_code == 422
    assert "市の管理者だけ" in refused.content.decode()


def test_a_refused_form_can_be_sent_again(city, sakura, administrator):
    token = str(uuid4())
    first = administrator.post(items_url(sakura), grant(sakura, to_month="2026-03", **{FIELD: token}))

    again = administrator.post(items_url(sakura), grant(sakura, to_month="2026-03", **{FIELD: token}))
    corrected = administrator.post(items_url(sakura), grant(sakura, **{FIELD: token}))

    assert (first.status_code, again.status_code, corrected.status_code) == (422, 422, 302)
    assert held(city) == 1


@pytest.mark.parametrize("token", ["", "x", "1234"])
def test_a_form_without_our_token_is_refused_with_what_to_do(city, sakura, administrator, token):
    answer = administrator.post(items_url(sakura), grant(sakura, **{FIELD: token}))

    assert answer.status_code == 400
    assert "前の画面を開き直してから、もう一度送信してください" in answer.content.decode()
    assert held(city) == 0


def test_every_rendered_form_has_a_token_of_its_own(sakura, administrator):
    page = administrator.get(f"/c/facilities/{sakura.facility.number}/").content.decode()

    tokens = [part.split('"', 1)[0] for part in page.split(f'name="{FIELD}" value="')[1:]]

    assert len(tokens) == page.count('method="post"')
    assert len(set(tokens)) == len(tokens)


def test_nothing_of_a_sent_form_is_kept_but_its_hash(city, sakura, administrator):
    administrator.post(items_url(sakura), grant(sakura))

    with city.open() as actor, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.user', %s, true)", [str(actor.user_id)])
        (sent,) = SentForm.objects.all()

    assert len(bytes(sent.content_hash)) == 32
    assert sent.location == f"/c/facilities/{sakura.facility.number}/"


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_act():
    city = make_city()
    sakura = make_facility(city)
    token, together = str(uuid4()), Barrier(2, timeout=30)
    cookies = sign_in(city.people[Role.ADMINISTRATOR]).cookies

    def click(_: int) -> tuple[int, str]:
        browser = Browser()
        browser.cookies.update(cookies)
        try:
            together.wait()
            answer = browser.post(items_url(sakura), grant(sakura, **{FIELD: token}))
            return answer.status_code, answer.get("Location", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(click, range(2)))

    assert answers == {(302, f"/c/facilities/{sakura.facility.number}/")}
    assert held(city) == 1


def test_what_was_sent_is_kept_as_a_keyed_hash_and_forgotten_after_a_week(city, sakura, administrator):
    sent = grant(sakura)
    token = str(uuid4())
    administrator.post(items_url(sakura), {FIELD: token, **sent})
    plain = hashlib.sha256(items_url(sakura).encode())
    for name in sorted(sent):
        plain.update(repr((name, [sent[name]])).encode())
    user_id = city.people[Role.ADMINISTRATOR].pk
    with transaction.atomic():
        tell_acting_user(user_id)
        kept = SentForm.objects.get(token=token)
    assert bytes(kept.content_hash) != plain.digest()

    sent_forms.forget_old(at=kept.sent_at + timedelta(days=6))
    with transaction.atomic():
        tell_acting_user(user_id)
        assert SentForm.objects.filter(pk=kept.pk).exists()
    sent_forms.forget_old(at=kept.sent_at + timedelta(days=8))
    with transaction.atomic():
        tell_acting_user(user_id)
        assert not SentForm.objects.filter(pk=kept.pk).exists()
