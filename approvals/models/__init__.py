"""Decisions on claims and on applications, and how the city routes them."""

from approvals.models.claims import Decision, Step, Verdict

__all__ = ["Decision", "Step", "Verdict"]
