"""From which month to which an application holds once it is approved, and the 加算率 it applies for."""

from applications.definitions import Item, Months
from applications.models import ApplicationVersion
from facilities.checks import BASE_PERCENTS, WAGE_PERCENTS
from facilities.periods import ServiceMonth


def months_of(version: ApplicationVersion, item: Item) -> tuple[ServiceMonth, ServiceMonth | None]:
    """
    The first month and the last one, None until further notice.

    Of a version that says «no», from when on it does not hold: the month it names, else from the year's first.
    """
    year = version.application.fiscal_year
    if item.months is Months.MARCH:
        march = ServiceMonth(year + 1, 3)
        return march, march
    if item.months is Months.YEAR or version.from_month is None:
        return ServiceMonth(year, 4), None
    return ServiceMonth.of(version.from_month), ServiceMonth.of(
        version.to_month
    ) if version.to_month else None


def months_in_year(version: ApplicationVersion, item: Item) -> int:
    """How many months of its fiscal year it holds for, while the facility is run."""
    first, last = months_of(version, item)
    facility, march = version.facility, ServiceMonth(version.application.fiscal_year + 1, 3)
    first = max(first, ServiceMonth.of(facility.opened_on))
    end = march if last is None else min(last, march)
    if facility.closed_on is not None:
        end = min(end, ServiceMonth.of(facility.closed_on))
    return max(0, (end.year - first.year) * 12 + end.month - first.month + 1)


def applied_rates(version: ApplicationVersion) -> tuple[int | None, int | None]:
    """
    区分1 and 区分2 the version applies for, in percent, as its fields ``base_percent`` and ``wage_percent`` say; None
    where they do not or could stand in no certificate.
    """
    sent = version.content.get("sent", {})
    base, wage = (sent.get(key, {}).get("value") for key in ("base_percent", "wage_percent"))
    return base if base in BASE_PERCENTS else None, wage if wage in WAGE_PERCENTS else None
