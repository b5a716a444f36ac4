"""Which forms there are of a subject: of its very sort before those for all of its kind."""

from dataclasses import replace

import pytest

from documents.in_force import among
from documents.packs.manifest import Family, FormField, Manifest
from documents.packs.pack import Pack


def pack(code: str, of: str, *, is_shipped: bool = True, **more: object) -> Pack:
    manifest = Manifest(
        code=code,
        title=code,
        family=Family.PRICE,
        subject="application",
        of=of,
        from_year=2026,
        source="見本",
        official=False,
        fields=(FormField("name", "施設名", "facility.name"),),
    )
    return Pack(replace(manifest, **more), None, "<p>", code, is_shipped)  # type: ignore[arg-type]


PACKS = (
    pack("cover", ""),
    pack("sheet", "price/*"),
    pack("result", "price/report/*"),
    pack("rent", "price/rent"),
    pack("both", "price/meals|city/meals"),
)


@pytest.mark.parametrize(
    ("sort", "codes"),
    [
        ("price/bus", ["cover", "sheet"]),
        ("price/rent", ["cover", "rent"]),
        ("price/report/bus_report", ["cover", "result"]),
        ("price/meals", ["both", "cover"]),
        ("city/meals", ["both", "cover"]),
        ("city/bus", ["cover"]),
        ("price", ["cover"]),
    ],
)
def test_a_form_of_the_very_sort_takes_the_place_of_the_one_for_all_of_its_kind(
    sort: str, codes: list[str]
) -> None:
    found = among(PACKS, of=sort, fiscal_year=2026, facility_kind="nursery")

    assert [one.manifest.code for one in found] == codes


def test_the_citys_own_form_of_a_sort_takes_the_place_of_a_shipped_one_for_its_kind() -> None:
    own = pack("city_bus", "price/bus", is_shipped=False)

    found = among([*PACKS, own], of="price/bus", fiscal_year=2026, facility_kind="nursery")

    assert [one.manifest.code for one in found] == ["city_bus", "cover"]


def test_a_form_of_another_facility_type_takes_nobodys_place() -> None:
    own = pack("city_bus", "price/bus", facility_types=("kindergarten",))

    found = among([*PACKS, own], of="price/bus", fiscal_year=2026, facility_kind="nursery")

    assert [one.manifest.code for one in found] == ["cover", "sheet"]
