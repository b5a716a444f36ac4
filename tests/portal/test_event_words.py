"""Auditors read words: every event of every room has some."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from portal.event_words import AREAS, DETAILS, MODELS, ROWS, WORDS, detail_words

ROOMS = (
    "accounts",
    "facilities",
    "rate_books",
    "applications",
    "staff_records",
    "claims",
    "documents",
    "approvals",
    "portal",
)


def all_events() -> set[str]:
    found = set()
    for room in ROOMS:
        module = importlib.import_module(f"{room}.events")
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                found |= {str(member) for member in value}
    return found


def test_every_event_has_words_and_no_words_are_left_over():
    assert all_events() - set(WORDS) == set()
    assert set(WORDS) - all_events() == set()


@pytest.mark.parametrize("event", sorted(all_events()))
def test_every_event_belongs_to_an_area(event):
    assert event.split(".")[0] in AREAS


def written_keys(argument: str) -> Iterator[str]:
    """Every key that stands in a dict given to ``record`` as ``rows=`` or ``detail=``."""
    for room in ROOMS:
        for file in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text())):
                if not isinstance(call, ast.Call) or getattr(call.func, "id", "") not in {
                    "record",
                    "record_apart",
                }:
                    continue
                for keyword in call.keywords:
                    if keyword.arg == argument:
                        keys = (
                            key
                            for found in ast.walk(keyword.value)
                            if isinstance(found, ast.Dict)
                            for key in found.keys
                        )
                        yield from (key.value for key in keys if isinstance(key, ast.Constant))


def test_every_kind_of_row_and_every_detail_has_a_word():
    assert len(set(written_keys("detail"))) > 30
    assert set(written_keys("rows")) - set(ROWS) == set()
    assert set(written_keys("detail")) - set(DETAILS) == set()


def test_every_object_has_a_word():
    tenant = {
        model._meta.label_lower
        for model in apps.get_models()
        if model._meta.app_label in ROOMS
        and any(field.name == "municipality" for field in model._meta.fields)
    }

    # Lines of others, never the object of an event of their own.
    lines = {
        "claims.childcount",
        "claims.claimline",
        "claims.obstacle",
        "rate_books.bookrow",
        "applications.typedfield",
        "documents.formpackstep",
        "documents.formworkbook",
    }
    lines |= {
        f"staff_records.{name}"
        for name in (
            "staffdetail",
            "employment",
            "qualification",
            "earlieremployment",
            "training",
            "monthlyhours",
            "wage",
            "searchtoken",
            "entryrow",
            "snapshotline",
            "erasureline",
        )
    }
    assert tenant - lines - set(MODELS) == set()
    assert all(apps.get_model(label) for label in MODELS)


def test_details_are_read_in_words():
    detail = {
        "step": 1,
        "verdict": "approved",
        "in_bulk": False,
        "before": {"capacity_1": None, "region_percent": 10},
        "totals_yen": {"129999": 1234567},
        "months": ["2026-06"],
        "saturday_closures": 2,
    }

    assert detail_words(detail) == [
        ("段階", "一次審査（担当）"),
        ("決定", "承認"),
        ("まとめて承認", "いいえ"),
        ("変更前", "1号利用定員 なし、地域区分（%） 10"),
        ("請求額（円）", "129999 1,234,567"),
        ("対象月", "2026-06"),
        ("土曜日の閉所日数", "2"),
    ]
