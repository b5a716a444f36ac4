"""The components in a real browser, under the product's content security policy."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What ``tests.pages.browsing`` saw."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.pages.browsing"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "HAGUKUMI_ENV": "test"},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_accessibility_finding_on_any_side_wide_or_narrow(seen: dict[str, Any]) -> None:
    assert seen["looks"]["violations"] == []


def test_nothing_is_wider_than_the_window_down_to_320(seen: dict[str, Any]) -> None:
    assert seen["looks"]["too_wide"] == []


def test_the_browser_has_nothing_to_complain_about(seen: dict[str, Any]) -> None:
    assert seen["looks"]["complaints"] == []


def test_the_reader_starts_at_the_error_summary(seen: dict[str, Any]) -> None:
    assert seen["keys"]["first"] == "error-summary"


def test_rows_are_walked_ticked_and_counted_by_keyboard(seen: dict[str, Any]) -> None:
    keys = seen["keys"]

    assert (keys["jj"], keys["k"]) == ("駅前やまびこ保育園", "丘いちょう幼稚園")
    assert (keys["before x"], keys["after x"], keys["all"]) == ("7", "6", "14")


def test_keys_are_explained_and_do_not_disturb_typing(seen: dict[str, Any]) -> None:
    assert seen["keys"]["?"] == "キーボードの使い方"
    assert (seen["keys"]["/"], seen["keys"]["typed"]) == ("search", "jx")


def test_typed_words_are_found_again_but_not_after_a_logout(seen: dict[str, Any]) -> None:
    assert seen["typing"]["kept"].startswith("入力内容をこの端末に一時保存しました")
    assert seen["typing"]["found again"] == "人数が違います"
    assert seen["typing"]["after logout"] == ""


def test_the_idle_warning_offers_to_go_on(seen: dict[str, Any]) -> None:
    assert seen["idling"]["warned"].endswith("分")
    assert seen["idling"]["asked by"] == "POST"
