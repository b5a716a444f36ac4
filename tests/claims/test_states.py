"""Statuses and the only ways between them."""

from itertools import product

import pytest

from claims.models import Claim
from claims.states import (
    CLAIM_TRANSITIONS,
    IMPORT_TRANSITIONS,
    SHEET_TRANSITIONS,
    ClaimStatus,
    ImportStatus,
    SheetStatus,
)
from facilities.transitions import TransitionNotAllowed, check_transition, diagram

CLAIM_WAYS = {
    ("draft", "submitted"),
    ("draft", "superseded"),
    ("submitted", "draft"),
    ("submitted", "returned"),
    ("submitted", "approved"),
    ("submitted", "superseded"),
    ("approved", "superseded"),
    ("returned", "superseded"),
}
SHEET_WAYS = {
    ("waiting", "confirmed"),
    ("waiting", "disputed"),
    ("waiting", "superseded"),
    ("disputed", "waiting"),
    ("disputed", "superseded"),
    ("confirmed", "superseded"),
}
IMPORT_WAYS = {("previewed", "accepted"), ("previewed", "discarded"), ("previewed", "expired")}


@pytest.mark.parametrize(("now", "then"), list(product(ClaimStatus.values, repeat=2)))
def test_a_claim_moves_only_along_the_diagram(now: str, then: str) -> None:
    claim = Claim(status=now)

    if (now, then) in CLAIM_WAYS:
        claim.move_to(ClaimStatus(then))
        assert claim.status == then
    else:
        with pytest.raises(TransitionNotAllowed):
            claim.move_to(ClaimStatus(then))
        assert claim.status == now


@pytest.mark.parametrize(("now", "then"), list(product(SheetStatus.values, repeat=2)))
def test_counts_move_only_along_the_diagram(now: str, then: str) -> None:
    if (now, then) in SHEET_WAYS:
        check_transition(SHEET_TRANSITIONS, now, then)
    else:
        with pytest.raises(TransitionNotAllowed):
            check_transition(SHEET_TRANSITIONS, now, then)


@pytest.mark.parametrize(("now", "then"), list(product(ImportStatus.values, repeat=2)))
def test_an_import_moves_only_along_the_diagram(now: str, then: str) -> None:
    if (now, then) in IMPORT_WAYS:
        check_transition(IMPORT_TRANSITIONS, now, then)
    else:
        with pytest.raises(TransitionNotAllowed):
            check_transition(IMPORT_TRANSITIONS, now, then)


def test_the_diagram_is_printed_from_the_transitions() -> None:
    printed = diagram(CLAIM_TRANSITIONS).splitlines()

    assert printed[0] == "stateDiagram-v2"
    assert {tuple(line.split(" --> ")) for line in map(str.strip, printed[1:])} == CLAIM_WAYS
