"""Every pack that comes with the product is sound: the same is asked of it as of a city's own before its release."""

import pytest

from documents.pack_checks import findings_of
from documents.packs.pack import Pack
from documents.packs.shipped import shipped


@pytest.mark.parametrize(
    "pack", shipped(), ids=lambda pack: f"{pack.manifest.code}-{pack.manifest.from_year}"
)
def test_a_shipped_pack_could_be_released(pack: Pack) -> None:
    assert [str(one) for one in findings_of(pack).problems] == []
