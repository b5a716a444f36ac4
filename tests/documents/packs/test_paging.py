"""Sheets on pages: as the page setup says, and never a page more for what stands around the form."""

import pytest

from documents.packs.paging import Margins, PagePart, paged, paper_of
from documents.packs.template import PageSetup, TemplateSheet
from tests.documents.packs.sheets import sheet

NONE = Margins(0, 0, 0, 0)
BARE = {"margin_top": 10, "margin_right": 10, "margin_bottom": 10, "margin_left": 10}


def of(rows: int, high: float = 10, columns: int = 4, wide: float = 20, **more: object) -> TemplateSheet:
    page = more.pop("page", PageSetup(**BARE))
    return sheet([], widths=(wide,) * columns, heights=(high,) * rows, page=page, **more)


def rows_of(one: TemplateSheet, least: Margins = NONE) -> list[tuple[int, ...]]:
    return [part.rows for part in paged(one, least).parts]


@pytest.mark.parametrize(
    ("paper", "landscape", "size"),
    [
        ("A4", False, (210, 297)),
        ("A3", True, (420, 297)),
        ("B4", True, (364, 257)),
        ("B5", False, (182, 257)),
        ("Tabloid of nobody", False, (210, 297)),
    ],
)
def test_papers_lie_as_the_setup_says(paper: str, landscape: bool, size: tuple[float, float]) -> None:
    assert paper_of(PageSetup(paper, landscape)) == size


def test_a_sheet_that_fits_is_one_page_in_its_own_size() -> None:
    found = paged(of(12), NONE)

    assert found.parts == (PagePart(tuple(range(1, 13)), (1, 2, 3, 4)),)
    assert found.scale == 1


def test_rows_go_on_on_further_pages_under_the_title_rows() -> None:
    found = paged(of(60, title_rows=(1, 2)), NONE)

    assert [part.rows for part in found.parts] == [
        tuple(range(1, 28)),
        tuple(range(28, 53)),
        tuple(range(53, 61)),
    ]
    assert [part.titles for part in found.parts] == [(), (1, 2), (1, 2)]


def test_breaks_end_pages_even_behind_a_hidden_row_and_not_where_the_sheet_is_fitted() -> None:
    page = PageSetup(**BARE, fit_wide=1, fit_high=1)
    hidden = sheet([], heights=(10.0, 10.0, 0.0, 10.0), page=PageSetup(**BARE), breaks=(3,))

    assert rows_of(of(6, breaks=(2, 5))) == [(1, 2), (3, 4, 5), (6,)]
    assert rows_of(hidden) == [(1, 2), (4,)]
    assert rows_of(of(6, breaks=(2, 5), page=page)) == [(1, 2, 3, 4, 5, 6)]


def test_columns_beyond_the_page_come_after_all_rows() -> None:
    found = paged(of(40, columns=12), NONE)

    assert [(part.rows[0], part.columns[0]) for part in found.parts] == [(1, 1), (28, 1), (1, 10), (28, 10)]


def test_a_sheet_is_fitted_to_its_pages_and_never_made_larger() -> None:
    a3 = PageSetup("A3", True, **BARE, fit_wide=1)

    assert paged(of(10, columns=40, page=a3), NONE).scale == pytest.approx(0.5, abs=0.001)
    assert paged(of(3, page=a3), NONE).scale == 1
    assert paged(of(10, page=PageSetup(**BARE, scale=70)), NONE).scale == pytest.approx(0.7)
    two_high = paged(of(100, page=PageSetup(**BARE, fit_wide=1, fit_high=2)), NONE)
    assert len(two_high.parts) == 2


def test_a_sheet_a_hair_too_wide_stays_on_its_page() -> None:
    found = paged(of(5, columns=10, wide=19.4), NONE)

    assert len(found.parts) == 1
    assert 0.97 < found.scale < 0.98


def test_wider_margins_make_the_form_smaller_and_not_longer() -> None:
    full = of(27, high=10.2, page=PageSetup(**BARE))
    least = Margins(10, 4, 22, 4)

    plain, around = paged(full, NONE), paged(full, least)

    assert len(plain.parts) == len(around.parts) == 1
    assert around.margins == Margins(10, 10, 22, 10)
    assert around.scale * 27 * 10.2 <= 297 - 10 - 22
    assert around.scale > 0.95


def test_hidden_rows_and_columns_take_no_room() -> None:
    found = paged(sheet([], widths=(20.0, 0.0, 20.0), heights=(10.0, 0.0, 10.0)), NONE)

    assert found.parts == (PagePart((1, 3), (1, 3)),)
