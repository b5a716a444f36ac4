"""Child counts, the month's facts, and the claims made from them."""

from claims.models.charges import MOST_CHARGE_YEN, UserCharge
from claims.models.claims import (
    OFFICIAL_WORDS,
    PRICE_MARKS,
    Claim,
    ClaimLine,
    ClaimRemark,
    MonthClosing,
    Obstacle,
)
from claims.models.counts import (
    PAYER_CODE,
    Age,
    Certification,
    ChildCount,
    CountDispute,
    CountSheet,
    Hours,
    Movement,
)
from claims.models.facts import ConditionAnswers, MonthlyFacts
from claims.models.imports import (
    ChargeImport,
    ColumnMapping,
    CountImport,
    DropRefusal,
    FileImport,
    FileKind,
    MappingDraft,
)
from claims.models.kept import KeptFindings

__all__ = [
    "MOST_CHARGE_YEN",
    "OFFICIAL_WORDS",
    "PAYER_CODE",
    "PRICE_MARKS",
    "Age",
    "Certification",
    "ChargeImport",
    "ChildCount",
    "Claim",
    "ClaimLine",
    "ClaimRemark",
    "ColumnMapping",
    "ConditionAnswers",
    "CountDispute",
    "CountImport",
    "CountSheet",
    "DropRefusal",
    "FileImport",
    "FileKind",
    "Hours",
    "KeptFindings",
    "MappingDraft",
    "MonthClosing",
    "MonthlyFacts",
    "Movement",
    "Obstacle",
    "UserCharge",
]
