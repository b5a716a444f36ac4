"""Keeping accounts: weak passwords are refused, changed addresses are told to both mailboxes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import EmailCodeDevice, LoginCode, User
from accounts.operations import people
from tests.accounts.mailbox import LOGIN, mails, type_password
from tests.cast import PASSWORD, Browser, make_user

GOOD = "みずうみ-ふね-りんご-2077"


def new_user(password=GOOD, login_id="new-clerk"):
    return people.create_user(
        login_id=login_id, name="見本 次郎", address="jiro@example.jp", password=password, realm_id=None
    )


def test_a_new_account_can_log_in(db):
    user = new_user()

    answer = Browser().post(LOGIN, {"login_id": "new-clerk", "password": GOOD})

    assert answer.status_code == 302
    assert (user.name, user.address) == ("見本 次郎", "jiro@example.jp")
    assert EmailCodeDevice.objects.get(user=user).confirmed


def test_passwords_are_kept_as_argon2(db):
    assert new_user().password.startswith("argon2$argon2id$")


def test_name_and_address_are_sealed_to_their_own_row(db):
    first, second = new_user(), new_user(login_id="second-clerk")
    second.address_sealed = first.address_sealed

    assert "jiro" not in repr(User.objects.filter(pk=first.pk).values())
    with pytest.raises(Exception, match="damaged or moved"):
        _ = second.address


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "123456789012345",
        "passwordpassword",
        "new-clerk-new-clerk",
        "hagukumi-hagukumi",
        "ほいくえん保育園2026",
        "aobadai-hoikuen1",
        "１２３４５６７８９０１２３４５",
    ],
)
def test_a_weak_password_is_refused(db, password):
    with pytest.raises(ValidationError):
        new_user(password)

    assert User.objects.count() == 0


@pytest.mark.parametrize("password", [GOOD, PASSWORD, "x9" * 40 + "長い", "hagukumi ringo fune mizuumi"])
def test_a_long_phrase_of_any_letters_is_accepted(db, password):
    new_user(password)

    assert Browser().post(LOGIN, {"login_id": "new-clerk", "password": password}).status_code == 302


def test_a_password_counts_exactly_as_typed(db):
    new_user(GOOD + " ")

    assert Browser().post(LOGIN, {"login_id": "new-clerk", "password": GOOD}).status_code == 422


@pytest.mark.parametrize("login_id", ["F001", "ｆ001", "ab", "x" * 33, "with space", ""])
def test_the_database_knows_one_spelling_of_an_id(db, login_id):
    user = User(login_id=login_id)
    user.name, user.address = "見本", "a@example.jp"

    with pytest.raises(Exception, match=r"login_id_is_plain_ascii|too long"), transaction.atomic():
        user.save()


def test_an_account_has_one_mailbox(db):
    user = new_user()

    with pytest.raises(IntegrityError, match="one_code_device_per_user"), transaction.atomic():
        EmailCodeDevice.objects.create(user=user, name="another")


def test_a_changed_address_is_told_to_the_old_and_the_new(sakura, run_jobs, mail_folder):
    before = sakura.clerk.address

    people.set_address(sakura.clerk, "new@example.jp")
    run_jobs()

    assert {mail["To"] for mail in mails(mail_folder)} == {before, "new@example.jp"}
    assert User.objects.get(pk=sakura.clerk.pk).address == "new@example.jp"


def test_stopping_takes_back_open_codes(sakura):
    type_password(sakura)

    people.disable(sakura.clerk)

    assert LoginCode.objects.count() == 0


def test_an_enabled_account_can_log_in_again(db):
    user = make_user("clerk-one")
    people.disable(user)
    refused = Browser().post(LOGIN, {"login_id": "clerk-one", "password": PASSWORD})

    people.enable(user)
    accepted = Browser().post(LOGIN, {"login_id": "clerk-one", "password": PASSWORD})

    assert (refused.status_code, accepted.status_code) == (422, 302)
