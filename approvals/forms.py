"""What the inbox is asked, and the tables' export."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django import forms
from django.http import QueryDict

from approvals.queries import SORTS
from claims.queries.progress import STATES
from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from pages.wareki import fiscal_year_words

MOST_PERCENT: Final = 50
YEARS_BEFORE: Final = 2
YEARS_AHEAD: Final = 1
WRONG_PERCENT: Final = f"−{MOST_PERCENT}から{MOST_PERCENT}の整数で入力してください。"


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
    def of(cls, asked: QueryDict, usual: Callable[[], ServiceMonth | None]) -> "InboxQuestion":
        """Read the address; without a month the ``usual`` one."""
        try:
            month: ServiceMonth | None = ServiceMonth.parse(asked.get("month", ""))
        except ValueError:
            month = usual()
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


class BudgetForm(forms.Form):
    """Which fiscal year, and by how many percent its coming children change."""

    year = forms.TypedChoiceField(
        label="年度", coerce=int, error_messages={"invalid_choice": "年度を選び直してください。"}
    )
    percent = forms.IntegerField(
        label="児童数の増減（％）",
        min_value=-MOST_PERCENT,
        max_value=MOST_PERCENT,
        required=False,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), WRONG_PERCENT),
    )

    def __init__(self, data: dict[str, str], *, this_year: int) -> None:
        super().__init__(data)
        years = range(this_year + YEARS_AHEAD, this_year - YEARS_BEFORE - 1, -1)
        field = self.fields["year"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(year, fiscal_year_words(year)) for year in years]

    @classmethod
    def asked(cls, sent: QueryDict, this_year: int) -> "BudgetForm":
        """From the address; without a year, this one. A minus sign may be the one on paper."""
        percent = sent.get("percent", "").replace("−", "-").replace("－", "-")
        return cls({"year": sent.get("year") or str(this_year), "percent": percent}, this_year=this_year)

    @property
    def chosen_year(self) -> int:
        """The form is valid."""
        year: int = self.cleaned_data["year"]
        return year

    @property
    def change(self) -> int:
        """The form is valid; nothing typed is no change."""
        percent: int | None = self.cleaned_data["percent"]
        return percent or 0

    @property
    def query(self) -> str:
        """Back into an address."""
        values = QueryDict(mutable=True)
        values["year"], values["percent"] = str(self.chosen_year), str(self.change)
        return values.urlencode()
