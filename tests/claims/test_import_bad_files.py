"""
Files as people send them, each with the sentences we answer: ``tests/documents/bad/NAME.csv`` and ``NAME.txt``.

A real file that surprises us comes here as a copy with invented names, and the message we should have given.
"""

from pathlib import Path

import pytest

from claims.imports import KnownFacility, understand
from documents.reading import FileRefused, read_csv

BAD = Path(__file__).resolve().parents[1] / "documents" / "bad"
FILES = sorted(BAD.glob("*.csv"))
FACILITIES = {"1299900000001": KnownFacility("1299900000001", "駅前やまびこ保育園", 100)}
PERSONAL = sorted(
    file for file in FILES if file.stem.startswith(("names_", "birth_", "addresses_", "phones_", "my_"))
)


def answered(file: Path) -> str:
    with pytest.raises(FileRefused) as refusal:
        understand(read_csv(file.read_bytes()), FACILITIES)
    return "".join(f"{problem}\n" for problem in refusal.value.problems)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_file_is_answered_with_every_problem_and_what_to_do(file: Path) -> None:
    expected = file.with_suffix(".txt").read_text(encoding="utf-8")

    assert answered(file) == expected


def test_every_file_has_its_messages_and_every_message_its_file() -> None:
    assert {file.stem for file in FILES} == {file.stem for file in BAD.glob("*.txt")}


@pytest.mark.parametrize("file", PERSONAL, ids=lambda file: file.stem)
def test_what_looks_personal_is_refused_and_never_quoted(file: Path) -> None:
    said = answered(file)

    assert "個人情報は取り込めません" in said
    for invented in ("見本", "ミホン", "太郎", "みほん", "5月13日", "2022", "R3", "090", "123456789018"):
        assert invented not in said


def test_another_citys_facility_is_as_unknown_as_one_that_does_not_exist() -> None:
    assert answered(BAD / "facility_of_another_city.csv") == answered(BAD / "unknown_facility.csv")
