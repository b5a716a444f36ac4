"""
The shape of an operation: one transaction, and a record even when it is refused.

``@operation(Event.SUBMITTED)`` runs the function in a transaction. When the function refuses (``NotAllowed``,
``ProblemsFound``), its changes are rolled back and the refusal is recorded afterwards, so that it does not disappear
with what it refused; then the exception goes on to the page. What the act was aimed at (the first of its arguments that
is a row or an id) stands in the record, so that the auditor finds refusals beside what was done.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from audit.record import Outcome, Who, record_apart
from facilities.rules import NotAllowed, ProblemsFound

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def operation(event: str) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer]]:
    """Run the act in a transaction; record ``event`` with outcome «refused» when it refuses."""

    def wrap(act: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        @wraps(act)
        def operate(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except (NotAllowed, ProblemsFound) as refusal:
                by = kwargs.get("by")
                aimed_at = next((one for one in args if isinstance(one, (Model, UUID))), None)
                record_apart(
                    event,
                    by=by if isinstance(by, Who) else None,
                    on=aimed_at if isinstance(aimed_at, Model) else None,
                    rows={"subject": [aimed_at]} if isinstance(aimed_at, UUID) else None,
                    detail={"refused": str(refusal)},
                    outcome=Outcome.REFUSED,
                )
                raise

        return operate

    return wrap
