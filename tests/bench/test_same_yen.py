"""What is measured can be priced, and a spreadsheet program gives the same yen: otherwise figures compare nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pricing import book_in_force, calculate, parse
from pricing.vocabulary import FACILITY_TYPES
from tests.bench import workbook_bench
from tests.bench.invented_city import FACILITIES, MONTHS, city_month, claims_of


@pytest.mark.parametrize("month", MONTHS)
def test_every_month_of_the_invented_city_can_be_priced(month: str) -> None:
    claims = [parse(document) for document in city_month(month)]

    assert set(FACILITIES) == set(FACILITY_TYPES)
    assert len(claims) == 172
    for claim in claims:
        assert calculate(claim, book_in_force(claim.facility_type, claim.month)).total_yen > 0


def test_without_a_spreadsheet_program_there_is_a_reason_instead_of_a_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbook_bench.shutil, "which", lambda _: None)

    found = workbook_bench.measure()

    assert found["ratio_to_libreoffice"] is None
    assert "soffice" in found["reason"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_a_workbook_of_formulas_gives_the_engines_totals_for_every_type(tmp_path: Path) -> None:
    documents = [document for facility_type in FACILITIES for document in claims_of(facility_type, 2)]

    workbook_bench.compute_both(documents, tmp_path)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_another_total_stops_the_measuring(tmp_path: Path) -> None:
    documents = list(claims_of("home_based", 1))
    workbook_bench.compute_both(documents, tmp_path)
    documents[0]["children"][0]["count"] += 1

    with pytest.raises(workbook_bench.OtherYen, match="the workbook says"):
        workbook_bench.require_same_yen(tmp_path / "converted" / "city.xlsx", documents)
