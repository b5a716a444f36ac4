"""``manage.py build_user_guide``: write ``docs/user-guide`` anew from the help texts. Needs no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.help.book import user_guide

FOLDER = Path(settings.BASE_DIR) / "docs" / "user-guide"


class Command(BaseCommand):
    help = "画面の「使い方」と同じ文章から、利用者ガイド（docs/user-guide）を作り直します。"
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER, help="書き出す場所")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        pictures = {picture.name for picture in (folder / "images").glob("*.png")}
        chapters = user_guide(pictures)
        for name, text in chapters.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"{folder}: {len(chapters)}件")
