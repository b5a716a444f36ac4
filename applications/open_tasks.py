"""What of this room a facility has still to do at once: the city's questions."""

from django.urls import reverse
from django.utils import timezone

from applications.queries.talk import open_questions
from facilities.models import Facility
from facilities.open_tasks import OpenTask, asks
from facilities.periods import ServiceMonth


@asks
def questions(facility: Facility) -> list[OpenTask]:
    """Each question once: one query."""
    return [
        OpenTask(
            ServiceMonth.of(timezone.localdate(row.said_at)),
            f"市の質問への回答（{row.application.label}）",
            None,
            reverse(
                "applications:item",
                args=[
                    facility.number,
                    row.application.fiscal_year,
                    row.application.family,
                    row.application.item_key,
                ],
            )
            + "#talk",
            "remark",
            row.pk,
        )
        for row in open_questions(facility)
    ]
