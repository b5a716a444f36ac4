"""
配置基準: required teachers, 常勤換算, 平均経験年数, 加算率 and the staff number of 処遇Ⅱ／区分3.

Pure functions that staff records feed. They take counts and working times, never names; the answers
are exact and explain themselves, and what is not known is refused by name.
"""

from pricing.staffing.base_number import (
    BaseNumber,
    BaseNumberFacts,
    BaseNumberWeights,
    CapacityRow,
    HeadcountIII,
    SheetRow,
    TreatmentIIIFacts,
    TreatmentIIIWeights,
    base_number,
    headcount_iii,
)
from pricing.staffing.children import ChildrenByAge
from pricing.staffing.experience import AverageExperience, Experience, average_experience
from pricing.staffing.other_staff import OtherStaff, other_staff
from pricing.staffing.refusals import NotCountable, RuleUnknown, StaffingRefused
from pricing.staffing.teachers import (
    Addition,
    AgeTerm,
    RequiredTeachers,
    UseCapacity,
    required_teachers,
)
from pricing.staffing.treatment import TreatmentRates, treatment_rates
from pricing.staffing.working_time import FullTimeEquivalent, WorkingTime, full_time_equivalent

__all__ = [
    "Addition",
    "AgeTerm",
    "AverageExperience",
    "BaseNumber",
    "BaseNumberFacts",
    "BaseNumberWeights",
    "CapacityRow",
    "ChildrenByAge",
    "Experience",
    "FullTimeEquivalent",
    "HeadcountIII",
    "NotCountable",
    "OtherStaff",
    "RequiredTeachers",
    "RuleUnknown",
    "SheetRow",
    "StaffingRefused",
    "TreatmentIIIFacts",
    "TreatmentIIIWeights",
    "TreatmentRates",
    "UseCapacity",
    "WorkingTime",
    "average_experience",
    "base_number",
    "full_time_equivalent",
    "headcount_iii",
    "other_staff",
    "required_teachers",
    "treatment_rates",
]
