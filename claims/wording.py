"""Words that mails, pages and refusals of this room share."""

from facilities.periods import ServiceMonth
from pages import wareki


def month_words(month: ServiceMonth) -> str:
    """令和8年6月分."""
    return f"{wareki.month_words(month.first_day)}分"


# The code under which the monthly claim's form is registered with documents.
CLAIM_FORM = "claim"
