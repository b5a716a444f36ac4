"""Decisions on claims and on applications, and how the city routes them."""

from approvals.models.claims import Decision, Step, Verdict
from approvals.models.items import Certifier, Delegation, ItemDecision, RateCertificate, ReviewRoute

__all__ = [
    "Certifier",
    "Decision",
    "Delegation",
    "ItemDecision",
    "RateCertificate",
    "ReviewRoute",
    "Step",
    "Verdict",
]
