"""A city's first day."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import PasswordTicket, User
from facilities.actors import Role
from facilities.models import Membership, Municipality
from facilities.operations.founding import code_fits
from tests.accounts.mailbox import mails
from tests.cast import City, make_city
from tests.record import events_of

VALUES = {
    "code": "129999",
    "name": "青葉台市",
    "login_id": "kanri",
    "administrator": "見本 花子",
    "address": "kanri@example.jp",
}


def test_the_first_administrator_is_invited(db, run_jobs, mail_folder, capsys):
    call_command("create_municipality", **VALUES)
    run_jobs()

    user = User.objects.get(login_id="kanri")
    city = City(Municipality.objects.get(code="129999"), {Role.ADMINISTRATOR: user})
    with city.open():
        assert Membership.objects.get(user=user).duty == Role.ADMINISTRATOR
    assert (user.name, user.address, user.realm_id) == ("見本 花子", "kanri@example.jp", city.municipality.pk)
    assert [mail["To"] for mail in mails(mail_folder)] == ["kanri@example.jp"]
    assert PasswordTicket.objects.get().user == user
    event = events_of(city, "facilities.city_founded")[-1]
    assert "example.jp" not in str(event.detail)
    assert event.detail["schedule"] == city.municipality.schedule["rules"] != {}
    said = capsys.readouterr().out
    assert "kanri@example.jp" not in said
    assert "利用開始のご案内" in said


def test_a_second_city_in_the_same_installation_starts_empty(db):
    call_command("create_municipality", **VALUES)
    call_command("create_municipality", **{**VALUES, "code": "129998", "login_id": "kanri-midori"})

    user = User.objects.get(login_id="kanri-midori")
    second = City(Municipality.objects.get(code="129998"), {Role.ADMINISTRATOR: user})
    with second.open():
        assert list(Membership.objects.values_list("user__login_id", flat=True)) == ["kanri-midori"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "12999"}, "6桁"),
        ({"code": "１２９９９９"}, "6桁"),
        ({"name": " "}, "40字まで"),
        ({"login_id": "K"}, "3文字以上"),
        ({"administrator": " "}, "60字まで"),
        ({"address": "a@example.jp, b@example.jp"}, "1つだけ"),
        ({"address": "a@example.jp\nBcc: b@example.jp"}, "1つだけ"),
    ],
)
def test_a_wrong_value_is_told_and_nothing_is_made(db, changes, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("create_municipality", **{**VALUES, **changes})

    assert not Municipality.objects.exists()
    assert not User.objects.exists()


def test_what_is_there_already_is_told_all_at_once(db):
    make_city()
    call_command("create_municipality", **{**VALUES, "code": "131016"})

    with pytest.raises(CommandError) as refusal:
        call_command("create_municipality", **VALUES)

    assert "129999 はすでに登録" in str(refusal.value)
    assert "このIDはすでに使われています" in str(refusal.value)


@pytest.mark.parametrize(
    ("code", "fits"), [("131016", True), ("011002", True), ("122033", True), ("131017", False)]
)
def test_the_check_digit_of_a_municipality(code, fits):
    assert code_fits(code) is fits
