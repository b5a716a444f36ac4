"""PDFs a minute with two workers, beside bare WeasyPrint rendering the same page with one."""

import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from claims.models import Claim
from claims.states import ClaimStatus
from documents import rendering
from documents.making import filled_form
from documents.pack_content import template_of
from documents.packs.drawing import drawn
from documents.packs.filled import Filled
from documents.packs.template import Template
from documents.printables import printables
from tests.bench.city import open_city

PAGES = 12
REQUESTS = ("commission_claim", "benefit_claim", "community_claim")


def measure() -> dict[str, Any]:
    """The request of an approved claim, twelve times each way."""
    with open_city():
        claim = Claim.objects.filter(status=ClaimStatus.APPROVED, outside=False).first()
        assert claim is not None
        found = next(one for one in printables("claim", claim.pk) if one.code in REQUESTS)
        filled = filled_form(found)
        template = template_of(found.pack.workbook)
    assert template is not None
    html = drawn(template, filled).page
    bare(html)
    began = time.perf_counter()
    for _ in range(PAGES):
        bare(html)
    one = time.perf_counter() - began
    with ProcessPoolExecutor(2) as workers:
        list(workers.map(form, [(template, filled)] * 2))
        began = time.perf_counter()
        list(workers.map(form, [(template, filled)] * PAGES))
        two = time.perf_counter() - began
    return {
        "pdfs_per_minute_two_workers": round(PAGES / two * 60, 1),
        "bare_weasyprint_per_minute_one_core": round(PAGES / one * 60, 1),
        "ratio": round(one / two, 2),
    }


def bare(html: str) -> bytes:
    """WeasyPrint alone, with the same variant."""
    content: bytes = rendering.weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")
    return content


def form(given: tuple[Template, Filled]) -> int:
    """Drawing and rendering, as the worker does."""
    return len(rendering.pdf_of_html(drawn(*given).page, identifier="bench"))
