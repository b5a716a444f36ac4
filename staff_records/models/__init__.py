"""Rows of the roster (職員名簿). Whatever says who a person is is sealed; see ``staff_records.sealed``."""

from staff_records.models.careers import (
    EarlierEmployment,
    Employment,
    MonthlyHours,
    Qualification,
    Training,
    Wage,
)
from staff_records.models.changes import OverlapFlag, StaffChange
from staff_records.models.entries import EntryRow, EntrySheet
from staff_records.models.figures import KeptNumbers
from staff_records.models.imports import RosterImport, RosterMapping
from staff_records.models.members import SearchToken, StaffDetail, StaffMember, WorkRules
from staff_records.models.retention import Erasure, ErasureLine, RetentionRule
from staff_records.models.rounds import RosterRound
from staff_records.models.snapshots import RosterSnapshot, SnapshotLine

__all__ = [
    "EarlierEmployment",
    "Employment",
    "EntryRow",
    "EntrySheet",
    "Erasure",
    "ErasureLine",
    "KeptNumbers",
    "MonthlyHours",
    "OverlapFlag",
    "Qualification",
    "RetentionRule",
    "RosterImport",
    "RosterMapping",
    "RosterRound",
    "RosterSnapshot",
    "SearchToken",
    "SnapshotLine",
    "StaffChange",
    "StaffDetail",
    "StaffMember",
    "Training",
    "Wage",
    "WorkRules",
]
