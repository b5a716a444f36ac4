"""``manage.py after_restore``: whoever was erased since the restored backup was made is erased again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from facilities.models import Municipality
from facilities.unattended import whole_city
from staff_records.operations.erasing import erase_again


class Command(BaseCommand):
    help = "バックアップを戻したあとに実行します。バックアップより後に消去した人の記録を、もう一度消します。"

    def handle(self, *args: Any, **options: Any) -> None:
        for city in Municipality.objects.order_by("code"):
            with whole_city(city.pk, entrance="command"):
                again = erase_again(city.pk, at=timezone.now())
            self.stdout.write(f"{city.code}: {again}人の記録を、もう一度消しました。")
