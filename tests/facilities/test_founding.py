"""A city's first day."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import PasswordTicket, User
from facilities.actors import Role
from facilities.models import Membership, Municipality
from facilities.operations.founding import code_fits
from portal import running
from portal.servers import APPLICATION_ROLE, ensure_secrets
from tests.accounts.mailbox import mails
from tests.cast import City, make_city
from tests.record import events_of

VALUES = {
    "code": "129999",
    "name": "青葉台市",
    "login_id": "kanri",
    "administrator": "見本 花子",
    "address": "kanri@example.jp",
    "practice_code": True,
}
ROOT = Path(__file__).parents[2]


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


def test_a_wrong_check_digit_is_refused_unless_it_is_meant(db):
    with pytest.raises(CommandError, match="検査数字が合いません") as refusal:
        call_command("create_municipality", **{**VALUES, "code": "122191", "practice_code": False})

    assert "--practice-code" in str(refusal.value)
    assert not Municipality.objects.exists()
    call_command("create_municipality", **{**VALUES, "code": "122190", "practice_code": False})
    assert Municipality.objects.get().code == "122190"


def manage(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As somebody types it in a second terminal: nothing in the environment says where the database is."""
    environment = {"PATH": os.environ["PATH"], "HAGUKUMI_VAR": str(var)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_beside_a_running_house_the_command_needs_no_environment(servers, tmp_path):
    postgres, valkey = servers
    secrets = ensure_secrets(tmp_path)
    running.tell(
        tmp_path,
        {
            **secrets,
            "DATABASE_URL": postgres.url(APPLICATION_ROLE),
            "REDIS_URL": valkey.url,
            "SITE_URL": "http://127.0.0.1:8123",
            "HOME": "/not/handed/on",
        },
    )

    told = manage(
        tmp_path,
        "shell",
        "-v0",
        "-c",
        "from django.conf import settings as s; from django.db import connection as c; c.ensure_connection();"
        "print(s.CITY_SITE_URL, s.CELERY_BROKER_URL, s.SECRET_KEY)",
    )

    assert told.stdout.split() == ["http://127.0.0.1:8123", valkey.url, secrets["SECRET_KEY"]], told.stderr
    assert (tmp_path / "running.env").stat().st_mode & 0o777 == 0o600
    assert "HOME" not in (tmp_path / "running.env").read_text()


def test_without_a_database_there_is_a_sentence_and_no_traceback(tmp_path):
    running.tell(tmp_path, {"DATABASE_URL": f"postgresql://portal_app@/portal?host={tmp_path}"})

    told = manage(
        tmp_path, "create_municipality", "--code", "122190", "--name", "若葉市", "--login-id", "kanri"
    )

    assert told.returncode == 1
    assert "データベースにつながりません" in told.stderr
    assert "make run" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["manage.py", "up"], {}),
        (["manage.py", "test"], {}),
        (["manage.py", "migrate"], {"DATABASE_URL": "postgresql://own"}),
        (["manage.py", "migrate"], {"DATABASE_URL_FILE": "/run/secrets/url"}),
        (["manage.py", "migrate"], {"HAGUKUMI_ENV": "production"}),
        (["manage.py", "migrate"], {"HAGUKUMI_ENV": "test"}),
    ],
)
def test_nothing_is_taken_over_where_the_environment_says_it_or_must(arguments, environment, tmp_path):
    (tmp_path / "var").mkdir()
    running.tell(tmp_path / "var", {"DATABASE_URL": "postgresql://house"})

    assert running.found(["manage.py", "migrate"], {}, tmp_path) == {"DATABASE_URL": "postgresql://house"}
    assert running.found(arguments, environment, tmp_path) == {}
    running.forget(tmp_path / "var")
    assert running.found(["manage.py", "migrate"], {}, tmp_path) == {}


@pytest.mark.parametrize(
    ("code", "fits"), [("131016", True), ("011002", True), ("122033", True), ("131017", False)]
)
def test_the_check_digit_of_a_municipality(code, fits):
    assert code_fits(code) is fits
