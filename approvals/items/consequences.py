"""What an approval brings with it besides the amount, in sentences for who decides (承認すると)."""

from collections.abc import Iterator, Sequence

from applications.definitions import Item, Stage
from applications.models import ApplicationVersion
from approvals.items.terms import months_of
from facilities.models import GrantedItem
from facilities.periods import ServiceMonth
from facilities.touching import Months, touched
from pages.wareki import month_words


def consequences(
    version: ApplicationVersion, item: Item, granted: Sequence[GrantedItem], *, changes_claims: bool
) -> list[str]:
    """
    ``granted``: what the product claims now of what the item is about; ``changes_claims``: the month's amount becomes
    another one.
    """
    if item.stage is Stage.REPORT:
        return []
    return [
        *_of_months(version, item, granted),
        *_of_claims(version, item, changes_claims),
        *_of_rates(version, item),
    ]


def _of_months(version: ApplicationVersion, item: Item, granted: Sequence[GrantedItem]) -> Iterator[str]:
    first, last = months_of(version, item)
    closed = version.facility.closed_on
    if closed is not None:
        closing = ServiceMonth.of(closed)
        if first > closing:
            yield f"この施設は{_words(closing)}で廃止です。適用する月の請求はありません。"
        else:
            yield f"この施設は{_words(closing)}で廃止です。それより後の月の請求はありません。"
    if item.grants is None:
        return
    if (
        version.is_wanted
        and version.replaces_id is not None
        and any(row.from_month < first.first_day for row in granted)
    ):
        yield f"{_words(first)}より前の月は、いまの適用のまま変わりません。"
    if version.is_wanted and last is not None and not last.is_march:
        yield f"{_words(last.plus(1))}からは、適用がなくなります。"


def _of_claims(version: ApplicationVersion, item: Item, changes_claims: bool) -> Iterator[str]:
    """The months to settle: what has been sent or approved of them already."""
    if not changes_claims:
        return
    first, last = months_of(version, item)
    sent = [found.month for found in touched(version.facility_id, Months(first, last)) if found.has_claims]
    if sent:
        span = (
            _words(sent[0])
            if len(sent) == 1
            else f"{_words(sent[0])}から{_words(sent[-1])}までの{len(sent)}か月分"
        )
        yield (
            f"{span}の請求は、すでに提出されているか承認されています。金額が変わる月には、"
            "請求に印がつき、承認済みの請求には過誤調整の下書きができます。"
        )


def _of_rates(version: ApplicationVersion, item: Item) -> Iterator[str]:
    if item.certifies_rates and version.is_wanted is False:
        yield "登録されている加算率は、そのまま残ります。適用しないときは、市の管理者が施設の画面で直します。"


def _words(month: ServiceMonth) -> str:
    """令和8年9月."""
    return month_words(month.first_day)
