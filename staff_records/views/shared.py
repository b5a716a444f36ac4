"""What the pages of this room share, whoever looks."""

from facilities.rules import NotAllowed, ProblemsFound

Refusal = NotAllowed | ProblemsFound
Crumbs = list[tuple[str, str | None]]


def sentences(refusal: Refusal) -> list[str]:
    """What a refusal says."""
    return refusal.problems if isinstance(refusal, ProblemsFound) else [str(refusal)]
