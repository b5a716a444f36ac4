"""The tour for a new clerk: which of the first steps this person has done already."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse

from claims.models import Claim, CountSheet, MonthlyFacts
from facilities.models import Facility
from facilities.periods import ServiceMonth
from portal.help.texts import FIRST_STEPS, StepText

# What a public facility never does: nothing is claimed by the table.
ONLY_WHO_CLAIMS = frozenset({"facts", "claim"})
LOGIN = "login"
WITHOUT_FACILITY = "accounts:change_password"


@dataclass(frozen=True)
class FirstStep:
    """One step with the page it leads to, and whether its reader has done it before."""

    words: StepText
    url: str
    is_done: bool


@dataclass(frozen=True)
class FirstSteps:
    """The steps in their order."""

    title: str
    lead: str
    steps: list[FirstStep]

    @property
    def is_new(self) -> bool:
        """Whether this person has done nothing but log in."""
        return not any(step.is_done for step in self.steps if step.words.name != LOGIN)


def first_steps_of(facility: Facility, user_id: UUID) -> FirstSteps:
    """The steps with what this person has done for the facility, whoever was there before. One query."""
    own = {"facility": OuterRef("pk")}
    newest = CountSheet.objects.filter(**own).order_by("-month")
    found = (
        Facility.objects.filter(pk=facility.pk)
        .annotate(
            counts=Exists(CountSheet.objects.filter(**own, confirmed_by=user_id)),
            facts=Exists(MonthlyFacts.objects.filter(**own, saved_by=user_id)),
            claim=Exists(Claim.objects.filter(**own, submitted_by=user_id)),
            newest=Subquery(newest.values("month")[:1]),
        )
        .values("counts", "facts", "claim", "newest")
        .get()
    )
    month = ServiceMonth.of(found["newest"]) if found["newest"] else None
    # Whoever reads this has logged in; whether a page was only looked at, nobody needs to know.
    done = {LOGIN: True, **found}
    return FirstSteps(
        FIRST_STEPS.title,
        FIRST_STEPS.lead,
        [
            FirstStep(words, _url(words, facility, month), bool(done.get(words.name, False)))
            for words in FIRST_STEPS.steps
            if not (facility.is_public and words.name in ONLY_WHO_CLAIMS)
        ],
    )


def _url(words: StepText, facility: Facility, month: ServiceMonth | None) -> str:
    """The month's facts have a page only when its counts have come; until then the list of months says so."""
    if words.view == WITHOUT_FACILITY:
        return reverse(words.view)
    if words.view == "claims:facts_page":
        if month is None:
            return reverse("claims:count_list", args=[facility.number])
        return reverse(words.view, args=[facility.number, month])
    return reverse(words.view, args=[facility.number])
