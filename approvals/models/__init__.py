"""Decisions on claims and on applications, and how the city routes them."""

from approvals.models.claims import Decision, Step, Verdict
from approvals.models.items import Certifier, Delegation, ItemDecision, RateCertificate, ReviewRoute
from approvals.models.kept import KeptComparisons

__all__ = [
    "Certifier",
    "Decision",
    "Delegation",
    "ItemDecision",
    "KeptComparisons",
    "RateCertificate",
    "ReviewRoute",
    "Step",
    "Verdict",
]
