"""``manage.py create_municipality``: the first day of a city."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.utils import timezone

from audit.record import SYSTEM, Context, context
from facilities.operations.founding import code_fits, found_city
from facilities.rules import ProblemsFound


class Command(BaseCommand):
    help = "Create a municipality with its first administrator, who is invited by mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", required=True, help="市区町村コード, six digits with the check digit")
        parser.add_argument(
            "--practice-code",
            action="store_true",
            help="take a code whose check digit is wrong; it stands in every payer field",
        )
        parser.add_argument("--name", required=True, help="the municipality's name")
        parser.add_argument("--login-id", required=True, help="the administrator's id")
        # Name and address are asked for where they are missing: what stands on a command line stays in histories.
        parser.add_argument("--administrator", help="the administrator's name; asked for when missing")
        parser.add_argument("--address", help="the administrator's mail address; asked for when missing")

    def handle(
        self,
        *args: Any,
        code: str,
        name: str,
        login_id: str,
        administrator: str | None,
        address: str | None,
        practice_code: bool,
        **options: Any,
    ) -> None:
        if not (code and name and login_id):
            raise CommandError(
                "市区町村コード、名前、管理者のIDを指定してください: make city CODE=131016 NAME=若葉市 LOGIN=kanri"
            )
        try:
            # Before anything is asked: nobody types a name and an address for a database that is not there.
            connection.ensure_connection()
            person = administrator or input("管理者の氏名: ")
            mailbox = address or input("管理者のメールアドレス: ")
            with context(Context(who=SYSTEM, entrance="command")):
                found_city(
                    code=code,
                    practice_code=practice_code,
                    name=name.strip(),
                    login_id=login_id,
                    person=person.strip(),
                    address=mailbox.strip(),
                    by=SYSTEM,
                    at=timezone.now(),
                )
        except ProblemsFound as refusal:
            raise CommandError("\n".join(refusal.problems)) from None
        except OperationalError:
            raise CommandError(
                "データベースにつながりません。この端末で動かしているときは、先に make run ARGS=--empty "
                "で起動し、そのままにして、もう一度実行してください。本番では DATABASE_URL を確かめてください。"
            ) from None
        if not code_fits(code):
            self.stderr.write("検査数字の合わないコードで登録しました。練習用です。")
        self.stdout.write(
            f"{name} を登録しました。管理者 {login_id} に利用開始のご案内をメールで送ります。\n"
            "メールの設定コードでパスワードを決めてログインし、施設の一覧の取込と、もう1人の管理者の登録から始めてください。"
        )
