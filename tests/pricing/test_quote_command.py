"""``manage.py quote``: JSON in, JSON out, 2 when anything could not be priced; no database, no login."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command

from tests.pricing.conftest import HERE, read_json
from tests.pricing.test_books import HEADER, ROW, TOML

ROOT = HERE.parents[1]


def run(content: bytes | str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, Any]:
    """What the command prints for this standard input, and its exit status."""
    raw = content.encode() if isinstance(content, str) else content
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    printed = io.StringIO()
    status = 0
    try:
        call_command("quote", *arguments, stdout=printed)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, json.loads(printed.getvalue())


def test_the_example_of_the_contract_is_answered_from_a_shell_without_a_database() -> None:
    nowhere = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}

    ended = subprocess.run(
        [sys.executable, "manage.py", "quote", str(HERE / "examples/we1.json")],
        cwd=ROOT,
        env=nowhere,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == 0, ended.stderr.decode()
    assert json.loads(ended.stdout)["total_yen"] == 7_007_150
    assert "基本分単価" in ended.stdout.decode()


def test_standard_input_is_read_when_no_file_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps(read_json("examples/we5.json"))

    for arguments in ((), ("-",)):
        status, found = run(content, monkeypatch, *arguments)
        assert (status, found["total_yen"]) == (0, 12_028_530)


def test_a_list_answers_a_list_and_a_bad_member_answers_errors_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = read_json("examples/we1.json")

    status, found = run(json.dumps([good, good | {"month": "June"}, 7, good]), monkeypatch)

    assert status == 2
    assert [member.get("total_yen") for member in found] == [7_007_150, None, None, 7_007_150]
    assert found[1] == {"errors": [{"path": "month", "message": "対象月を 2026-06 の形で入力してください。"}]}
    assert found[2]["errors"][0]["path"] == "input"


def test_a_list_of_good_members_ends_well_and_an_empty_list_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    status, found = run(json.dumps([read_json("examples/we1.json")]), monkeypatch)

    assert (status, len(found)) == (0, 1)
    assert run("[]", monkeypatch) == (0, [])


def test_a_byte_order_mark_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"\xef\xbb\xbf" + (HERE / "examples/we1.json").read_bytes()

    status, found = run(content, monkeypatch)

    assert (status, found["total_yen"]) == (0, 7_007_150)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "入力が空です"),
        (b" \n", "入力が空です"),
        (b"\xef\xbb\xbf", "入力が空です"),
        (b"{", "JSON として読めません（1行目 2文字目）"),
        (b"{} {}", "JSON として読めません"),
        ('{"facility_type": "幼稚園"}'.encode("cp932"), "UTF-8 ではありません"),
        (b'{"month": "2026-06", "month": "2026-07"}', "同じ名前の項目"),
        (b'{"region_percent": NaN}', "NaN"),
        (b'{"region_percent": -Infinity}', "NaN"),
        (b'{"region_percent": ' + b"1" * 5_000 + b"}", "大きすぎる数"),
        (b"[" * 200_000, "深すぎる入れ子"),
    ],
    ids=["empty", "blank", "only a BOM", "cut off", "two texts", "cp932", "key twice", "NaN", "infinite",
         "5,000 digits", "nested"],
)  # fmt: skip
def test_input_that_is_no_json_is_told(content: bytes, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, found = run(content, monkeypatch)

    assert status == 2
    assert [error["path"] for error in found["errors"]] == ["input"]
    assert says in found["errors"][0]["message"]


@pytest.mark.parametrize("huge", ["1e400", "99999999999999999999", "1.5", "true"])
def test_a_huge_or_fractional_number_is_told_at_its_path(huge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (HERE / "examples/we1.json").read_text(encoding="utf-8").replace('"count": 60', f'"count": {huge}')

    status, found = run(text, monkeypatch)

    assert status == 2
    assert [error["path"] for error in found["errors"]] == ["children[0].count"]


def test_a_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    status, found = run("", monkeypatch, str(tmp_path / "none.json"))

    assert status == 2
    assert "読めません" in found["errors"][0]["message"]


def test_a_rate_book_file_is_added_for_this_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(f"{HEADER}\n{ROW.replace('40400', '50000')}\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text(TOML.replace("2030", "2026").replace("2026-04", "mine", 1))
    claim = read_json("examples/we1.json") | {"ratebook": "mine", "items": []}
    claim["children"] = claim["children"][:1]

    status, found = run(json.dumps(claim), monkeypatch, "--ratebook-file", str(tmp_path / "mine.csv"))

    assert (status, found["ratebook"]["id"]) == (0, "mine")
    assert found["total_yen"] == 60 * (50_000 + 6_870)


def test_the_added_book_wins_at_equal_date_and_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mine.csv").write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text(TOML.replace("2030", "2026").replace("2026-04", "mine", 1))
    claim = read_json("examples/we1.json") | {"items": []}
    del claim["ratebook"]
    claim["children"] = claim["children"][:1]

    _, found = run(json.dumps(claim), monkeypatch, "--ratebook-file", str(tmp_path / "mine.csv"))

    assert found["ratebook"]["id"] == "mine"


def test_an_unusable_rate_book_file_is_told_by_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(f"{HEADER}\n{ROW.replace('40400', 'x')}\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text(TOML, encoding="utf-8")

    status, found = run("{}", monkeypatch, "--ratebook-file", str(tmp_path / "mine.csv"))

    assert status == 2
    assert found["errors"][0]["path"] == "ratebook"
    assert found["errors"][0]["message"].startswith("mine.csv:2: amount: 「x」は使えません")
