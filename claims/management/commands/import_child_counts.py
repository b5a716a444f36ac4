"""``manage.py import_child_counts``: the same act as the page «児童数の取込», for the command line."""

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit.record import SYSTEM, Who
from claims.models import CountImport
from claims.operations import counts_import
from documents.reading import FileRefused, Problem
from facilities.actors import Role, actor_for
from facilities.models import Membership, Municipality
from facilities.rules import NotAllowed
from facilities.unattended import whole_city

REFUSED = 2
NOTHING = {"read": 0, "accepted": 0, "unchanged": 0, "changed": 0, "refused": 0}
WORDS = {
    "read": "読んだ行",
    "accepted": "取り込んだ行",
    "unchanged": "変わらない行",
    "changed": "変わった行",
    "refused": "受け付けられない行",
}


class Command(BaseCommand):
    help = (
        "児童数のCSVを取り込みます（画面の「児童数の取込」と同じ）。1行でも問題があれば、何も取り込みません。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="基幹システムから書き出した児童数のCSV（- は標準入力）")
        parser.add_argument("--municipality", required=True, metavar="CODE", help="市区町村コード（6桁）")
        parser.add_argument("--dry-run", action="store_true", help="内容を確認するだけで、取り込まない")
        parser.add_argument("--json", action="store_true", dest="as_json", help="JSONで答える")
        parser.add_argument("--by", metavar="LOGIN_ID", help="入園課のアカウント（省略すると自動処理）")

    def handle(
        self,
        *args: Any,
        file: str,
        municipality: str,
        dry_run: bool,
        as_json: bool,
        by: str | None = None,
        **options: Any,
    ) -> None:
        city = Municipality.objects.filter(code=municipality).first()
        if city is None:
            raise CommandError(f"市区町村コード {municipality} は登録されていません。", returncode=REFUSED)
        # A refusal is answered inside the scope: what is on record about it must not be rolled back.
        with whole_city(city.pk, entrance="command") as opened:
            opened.who = who = self._who(city, by)
            try:
                imported = _bring_in(_read(file), who, dry_run=dry_run)
            except FileRefused as stop:
                problems, counts = stop.problems, _refused(stop)
            except NotAllowed as stop:
                problems, counts = [Problem(str(stop))], NOTHING
            else:
                problems, counts = [], _accepted(imported)
        self._tell(counts, problems, dry_run=dry_run, as_json=as_json)
        if problems:
            sys.exit(REFUSED)

    def _who(self, city: Municipality, login_id: str | None) -> Who:
        if login_id is None:
            return SYSTEM
        membership = (
            Membership.objects.filter(
                user__login_id=login_id, user__is_active=True, facility__isnull=True, ended_at__isnull=True
            )
            .select_related("user")
            .first()
        )
        if membership is None:
            raise CommandError(f"{city.name}に {login_id} というアカウントはありません。", returncode=REFUSED)
        return actor_for(
            user_id=membership.user.pk,
            login_id=membership.user.login_id,
            duty=Role(membership.duty),
            municipality_id=city.pk,
        )

    def _tell(self, counts: dict[str, int], problems: list[Problem], *, dry_run: bool, as_json: bool) -> None:
        if as_json:
            answer = {
                **counts,
                "dry_run": dry_run,
                "problems": [
                    {"line": problem.line, "column": problem.column, "message": problem.message}
                    for problem in problems
                ],
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        for problem in problems:
            self.stdout.write(str(problem))
        self.stdout.write("　".join(f"{WORDS[name]} {count}" for name, count in counts.items()))
        if problems:
            self.stdout.write("何も取り込んでいません。ファイルを直して、もう一度実行してください。")
        elif dry_run:
            self.stdout.write("確認だけをしました。何も取り込んでいません。")


def _bring_in(content: bytes, who: Who, *, dry_run: bool) -> CountImport:
    previewed = counts_import.preview(content, by=who, at=timezone.now())
    decide = counts_import.discard if dry_run else counts_import.accept
    return decide(previewed.pk, by=who, at=timezone.now())


def _read(file: str) -> bytes:
    """
    The file, but never more than the page would take.

    :raises FileRefused: it is too large.
    :raises CommandError: there is no such file.
    """
    try:
        if file == "-":
            content = sys.stdin.buffer.read(settings.UPLOAD_LIMIT_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                content = opened.read(settings.UPLOAD_LIMIT_BYTES + 1)
    except OSError as problem:
        raise CommandError(
            f"ファイル {file} を開けません。場所と名前を確認してください。", returncode=REFUSED
        ) from problem
    if len(content) > settings.UPLOAD_LIMIT_BYTES:
        raise FileRefused([Problem(counts_import.TOO_LARGE)])
    return content


def _accepted(imported: CountImport) -> dict[str, int]:
    """``accepted``: lines that are (or, of a dry run, would be) stored because they are new or changed."""
    summary = imported.summary
    return {
        "read": summary["rows"],
        "accepted": summary["rows_new"] + summary["rows_changed"],
        "unchanged": summary["rows_unchanged"],
        "changed": summary["rows_changed"],
        "refused": 0,
    }


def _refused(refusal: FileRefused) -> dict[str, int]:
    """All rows or none: with one bad line every line is refused; ``refused`` counts the lines to put right."""
    lines = {problem.line for problem in refusal.problems if problem.line > 1}
    return {**NOTHING, "read": refusal.rows, "refused": len(lines)}
