"""What the inbox is asked, and the tables' export."""

from dataclasses import dataclass

from django.http import QueryDict

from approvals.queries import SORTS, STATES, latest_month
from facilities.models import FacilityKind
from facilities.periods import ServiceMonth


@dataclass(frozen=True)
class InboxQuestion:
    """The filters of the inbox, as they stand in the address. Nonsense there means «not asked»."""

    month: ServiceMonth | None
    state: str = ""
    kind: str = ""
    words: str = ""
    sort: str = "number"
    mine: bool = False

    @classmethod
    def of(cls, asked: QueryDict) -> "InboxQuestion":
        """Read the address; without a month the newest one."""
        try:
            month: ServiceMonth | None = ServiceMonth.parse(asked.get("month", ""))
        except ValueError:
            month = latest_month()
        state, kind, sort = asked.get("state", ""), asked.get("kind", ""), asked.get("sort", "")
        return cls(
            month=month,
            state=state if state in STATES else "",
            kind=kind if kind in FacilityKind.values else "",
            words=asked.get("words", "").strip()[:60],
            sort=sort if sort in SORTS else "number",
            mine=asked.get("mine") == "1",
        )

    @property
    def query(self) -> str:
        """Back into an address."""
        values = QueryDict(mutable=True)
        for name in ("month", "state", "kind", "words", "sort"):
            if value := getattr(self, name):
                values[name] = str(value)
        if self.mine:
            values["mine"] = "1"
        return values.urlencode()

    @property
    def is_filtered(self) -> bool:
        """Whether anything hides rows."""
        return bool(self.state or self.kind or self.words or self.mine)
