"""On a phone nothing of a claim's tables is cut off, also with every explanation open."""

from pathlib import Path

from facilities.actors import Role
from tests.approvals.test_inbox import approve, play
from tests.cast import JUNE, MAY, NURSERY_CELLS, make_city, make_facility, sign_in
from tests.claims.stage import WE5_ITEMS
from tests.pages.widths import overflow


def test_explanations_fit_into_a_claim_and_its_review(db: None, tmp_path: Path) -> None:
    city = make_city()
    garden = make_facility(city, items=WE5_ITEMS)
    approve(city, play(garden, MAY))
    claim = play(garden, JUNE, (("3", "0", "standard", 9), *NURSERY_CELLS[1:]))

    found = overflow(
        {
            "claim": sign_in(garden.clerk).get(f"/f/1299900000901/claims/{claim.pk}/").content.decode(),
            "review": sign_in(city.people[Role.OFFICER]).get(f"/c/review/{claim.pk}/").content.decode(),
        },
        tmp_path,
    )

    assert found["claim"]["請求の内訳"] == 0
    assert found["review"]["違う明細"] == 0
    assert not any(wider for page in found.values() for wider in page.values()), found
