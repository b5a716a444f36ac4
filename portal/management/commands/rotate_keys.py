"""``manage.py rotate_keys``: new keys for what is there, while everybody works. Stop it whenever, run it again."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from audit.record import SYSTEM, Context, context, record
from facilities.models import Municipality
from facilities.older_transactions import wait_for_older_transactions
from person_keys import generations
from portal.events import KeyEvent
from portal.operations import resealing
from staff_records.operations import rebuilding_index, replacing_keys

# A transaction that goes on for longer than this is a hanging one.
PATIENCE_SECONDS = 60.0
LEFT = 1
# Somebody who had read a row before may have written its old value back.
MOST_PASSES = 3


class Command(BaseCommand):
    help = (
        "VAULT_KEYS の先頭の鍵で、封をした値をすべて封じ直します。--person-keys は1人ずつの鍵を取り替えます。"
        "いつ止めても、もう一度実行すれば続きから始まります。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--check", action="store_true", help="古い鍵の残りを数える（残りがあれば終了コード1）"
        )
        what.add_argument("--index", action="store_true", help="検索用の索引を INDEX_KEYS の先頭の鍵で作る")
        what.add_argument("--person-keys", action="store_true", help="1人ずつの鍵を新しい鍵に取り替える")

    def handle(self, *args: Any, check: bool, index: bool, person_keys: bool, **options: Any) -> None:
        with context(Context(who=SYSTEM, entrance="command")):
            if check:
                done = self._check()
            elif index:
                done = self._index()
            else:
                done = self._person_keys() if person_keys else self._reseal()
        if not done:
            sys.exit(LEFT)

    def _reseal(self) -> bool:
        for _ in range(MOST_PASSES):
            left = resealing.reseal(self.stdout.write)
            self.stdout.write(f"封じ直した値: {left.resealed}")
            if left.unreadable or not _written_back():
                break
        for part, count in left.unreadable.items():
            self.stderr.write(
                f"{part}: {count}件が、いまある鍵では開けません。VAULT_KEYS に、その値を封じた鍵があるか"
                "（鍵の名前と中身の組が正しいか）を確かめてください。値はそのまま残しています。"
            )
        return not left.unreadable and self._check()

    def _check(self) -> bool:
        """Whether every older key may be removed: also nobody who began before may still write an old value back."""
        if not wait_for_older_transactions(PATIENCE_SECONDS):
            self.stderr.write("終わらない処理があります。少し待って、もう一度実行してください。")
            return False
        newest, *older = settings.VAULT_KEYS
        left = 0
        for part in resealing.parts():
            count = resealing.count_old(part)
            left += count
            self.stdout.write(f"{part.name}: {count}")
        found_under_older = sum(map(rebuilding_index.count_old, _cities()))
        if found_under_older:
            self.stdout.write(
                f"古い索引の鍵でしか見つからない人: {found_under_older}（rotate_keys --index で作り直します。"
                "それまで INDEX_KEYS の古い鍵を外さないでください）"
            )
        unfinished = sum(len(generations.unfinished(city.pk)) for city in _cities())
        if unfinished:
            self.stdout.write(
                f"鍵を取り替えている途中の人: {unfinished}（rotate_keys --person-keys で終わります）"
            )
        if left:
            self.stdout.write(
                f"{newest} でない鍵で封をした値が {left}件あります。古い鍵を外さないでください。"
            )
        elif older:
            self.stdout.write(
                f"古い鍵（{'、'.join(older)}）で封をした値はありません。すべてのプロセスが {newest} を先頭にして"
                "動いてから12時間たてば、外せます。"
            )
        else:
            self.stdout.write(f"すべて {newest} で封をしています。")
        return not left and not found_under_older

    def _index(self) -> bool:
        for city in _cities():
            rebuilding_index.rebuild_in(city, self.stdout.write)
        left = sum(map(rebuilding_index.count_old, _cities()))
        self.stdout.write("検索用の索引を作り直しました。" if not left else f"{left}人が残っています。")
        return not left

    def _person_keys(self) -> bool:
        cities = _cities()
        try:
            with replacing_keys.only_run():
                begun = replacing_keys.begin(cities)
                with transaction.atomic():
                    record(KeyEvent.REPLACEMENT_BEGUN, detail={"persons": begun})
                left = 0
                for city in cities:
                    done = replacing_keys.replace_in(city, self.stdout.write)
                    left += done.left
                    if done.waiting:
                        with transaction.atomic():
                            record(
                                KeyEvent.REPLACED,
                                municipality_id=city.pk,
                                detail={"persons": done.waiting - done.left, "waiting": done.left},
                            )
        except replacing_keys.AnotherRun:
            raise CommandError(
                "ほかの rotate_keys --person-keys が動いています。終わるのを待ってください。"
            ) from None
        if left:
            self.stdout.write(
                f"{left}人は、古い鍵と新しい鍵の両方で読める状態のままです（使用中か、読めない値があります）。"
                "もう一度実行してください。"
            )
        else:
            self.stdout.write("すべての人の鍵を取り替えました。")
        return not left


def _written_back() -> bool:
    """Whether somebody who had begun before has written something back under an older key."""
    wait_for_older_transactions(PATIENCE_SECONDS)
    return any(resealing.count_old(part) for part in resealing.parts())


def _cities() -> list[Municipality]:
    return list(Municipality.objects.order_by("code"))
