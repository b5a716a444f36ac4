"""PDFs a minute with two workers, beside bare WeasyPrint rendering the same page with one."""

import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from claims import paper
from claims.models import Claim
from claims.states import ClaimStatus
from documents import rendering
from tests.bench.city import open_city

PAGES = 12


def measure() -> dict[str, Any]:
    """The claim form of an approved claim, twelve times each way."""
    with open_city():
        claim = Claim.objects.filter(status=ClaimStatus.APPROVED, outside=False).first()
        assert claim is not None
        values = paper.values(claim.pk)
    html = rendering.render_to_string("documents/claim.html", values)
    bare(html)
    began = time.perf_counter()
    for _ in range(PAGES):
        bare(html)
    one = time.perf_counter() - began
    with ProcessPoolExecutor(2) as workers:
        list(workers.map(form, [values] * 2))
        began = time.perf_counter()
        list(workers.map(form, [values] * PAGES))
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


def form(values: dict[str, Any]) -> int:
    """Template and rendering, as the worker does."""
    return len(rendering.pdf("documents/claim.html", values, identifier="bench"))
