"""Words that mails, pages and refusals of this room share."""

from collections.abc import Iterable

from claims.models import Claim
from documents.reading import FileRefused
from facilities.models import Facility
from facilities.periods import ServiceMonth
from pages import wareki

KEPT_NOTHING = "何も保存していません。"


def month_words(month: ServiceMonth) -> str:
    """令和8年6月分."""
    return f"{wareki.month_words(month.first_day)}分"


def price_bands(claims: Iterable[Claim | None]) -> dict[str, bool]:
    """The layout's bands for a page that shows amounts of these claims: sample prices, provisional prices."""
    shown = [claim for claim in claims if claim is not None]
    return {
        "sample_prices": any(claim.is_sample_priced for claim in shown),
        "provisional_prices": any(claim.is_provisionally_priced for claim in shown),
    }


def refusal_words(refusal: FileRefused, *, kept: str = KEPT_NOTHING) -> list[str]:
    """
    Of a file as a whole: the sentences themselves. Of its lines: how many, the list below says which.

    ``kept`` says what of it was kept.
    """
    if all(not problem.place for problem in refusal.problems):
        return [f"{problem.message}{kept}" for problem in refusal.problems]
    if any("保存していません" in problem.message for problem in refusal.problems):
        kept = ""
    return [f"ファイルを取り込めません。直すところが{len(refusal.problems):,}件あります。{kept}"]


def not_run_words(facility: Facility, month: ServiceMonth) -> str:
    """Why nothing is claimed for this month, as a tag: it was closed before, or opens later; empty while it is run."""
    if facility.lives_in(month):
        return ""
    closed = facility.closed_on is not None and facility.closed_on < month.first_day
    return "廃止後" if closed else "開設前"
