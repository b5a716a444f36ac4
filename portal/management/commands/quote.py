"""``manage.py quote``: a price without a database and without a login."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from pricing import BookProblems, PricingError, Problem, RateBook, load_book, shipped_books
from pricing.inputs import shown
from pricing.quoting import answer, errors

UNUSABLE_INPUT = 2


class UnreadableInput(PricingError):
    """The input is not one JSON text."""


class Command(BaseCommand):
    help = "公定価格を計算します（JSON を読み、JSON で答えます）。"
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="入力の JSON ファイル（- は標準入力）")
        parser.add_argument(
            "--ratebook-file", metavar="PATH", help="この計算で使う単価表の CSV（同じ名前の TOML を隣に置く）"
        )

    def handle(self, *args: Any, file: str, ratebook_file: str | None = None, **options: Any) -> None:
        try:
            books = books_with(ratebook_file)
            document = read_document(read_bytes(file))
        except PricingError as stop:
            self.tell(errors(stop.problems))
            sys.exit(UNUSABLE_INPUT)
        members = document if isinstance(document, list) else [document]
        answers = [answer(member, books) for member in members]
        self.tell(answers if isinstance(document, list) else answers[0])
        if any("errors" in found for found in answers):
            sys.exit(UNUSABLE_INPUT)

    def tell(self, result: dict[str, Any] | list[dict[str, Any]]) -> None:
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))


def books_with(ratebook_file: str | None) -> Sequence[RateBook]:
    """
    The shipped books and the one of this run, which comes last and wins over its like.

    :raises BookProblems: the file is unusable.
    """
    if ratebook_file is None:
        return shipped_books()
    path = Path(ratebook_file)
    try:
        return (*shipped_books(), load_book(path, path.with_suffix(".toml")))
    except BookProblems as stop:
        raise BookProblems(
            Problem("ratebook", f"{problem.path}: {problem.message}") for problem in stop.problems
        ) from stop


def read_bytes(file: str) -> bytes:
    """
    The whole input.

    :raises UnreadableInput: there is no such file.
    """
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except (OSError, ValueError) as error:
        message = f"ファイル {shown(file)} を読めません。場所と名前を確かめてください。"
        raise UnreadableInput([Problem("input", message)]) from error


def read_document(content: bytes) -> Any:
    """
    One JSON text in UTF-8, with or without BOM.

    :raises UnreadableInput: it is empty, not UTF-8, not JSON, or says one thing twice.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = "UTF-8 ではありません。文字コードを UTF-8 にして保存してください。"
        raise UnreadableInput([Problem("input", message)]) from error
    if not text.strip():
        raise UnreadableInput([Problem("input", "入力が空です。JSON を入力してください。")])
    try:
        return json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        message = (
            f"JSON として読めません（{error.lineno}行目 {error.colno}文字目）。書き方を確かめてください。"
        )
        raise UnreadableInput([Problem("input", message)]) from error
    except (ValueError, RecursionError) as error:
        # Also a number of thousands of digits, which Python refuses to read.
        doubts = "同じ名前の項目、NaN、大きすぎる数、深すぎる入れ子がないか確かめてください。"
        message = f"JSON として読めません。{doubts}"
        raise UnreadableInput([Problem("input", message)]) from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same key twice")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number")
