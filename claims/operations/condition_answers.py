"""A facility answers what only it knows of the conditions. Advice for itself and the city: no claim changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from audit.record import record
from claims import answers, permissions
from claims.events import ClaimEvent
from claims.models import ConditionAnswers
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.rules import ProblemsFound

SAVED_ELSEWHERE = "別の画面で先に保存された回答があります。いまの回答を確かめて、もう一度保存してください。"


@operation(ClaimEvent.ANSWERS_SAVED)
def save(
    facility: Facility,
    fiscal_year: int,
    values: Mapping[str, Any],
    *,
    shown_version: int,
    by: Actor,
    at: datetime,
) -> ConditionAnswers:
    """
    Keep the answers to the questions that were shown; ``None`` takes an answer back, others stay as they are.

    ``shown_version`` is the version the form was filled from, 0 when nothing was answered yet.

    :raises NotAllowed: not the facility itself.
    :raises ProblemsFound: another version was saved meanwhile.
    """
    permissions.answer_conditions(by, facility)
    rows = ConditionAnswers.objects.select_for_update(of=("self",))
    saved = rows.filter(facility=facility, fiscal_year=fiscal_year).first()
    if (saved.version if saved else 0) != shown_version:
        raise ProblemsFound([SAVED_ELSEWHERE])
    if saved is None:
        saved = ConditionAnswers(
            municipality_id=facility.municipality_id, facility=facility, fiscal_year=fiscal_year, version=0
        )
    before = dict(saved.answers)
    for name, value in values.items():
        if value is None:
            saved.answers.pop(name, None)
        else:
            saved.answers[name] = answers.as_kept(name, value)
    saved.version += 1
    saved.saved_at, saved.saved_by = at, by.user_id
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as first_elsewhere:  # two first answers at once
        raise ProblemsFound([SAVED_ELSEWHERE]) from first_elsewhere
    changed = {
        name: saved.answers.get(name)
        for name in sorted({*before, *saved.answers})
        if before.get(name) != saved.answers.get(name)
    }
    record(
        ClaimEvent.ANSWERS_SAVED,
        by=by,
        on=saved,
        rows={"condition_answers": [saved.pk]},
        detail={"fiscal_year": fiscal_year, "version": saved.version, **changed},
    )
    return saved
