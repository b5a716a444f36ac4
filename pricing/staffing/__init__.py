"""
配置基準: required and present teachers, 常勤換算, 経験年数, 加算率, leaders and staff number of 処遇Ⅱ／区分3.

Pure functions that staff records feed. They take dated facts and working times, never names; the answers
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
from pricing.staffing.career import (
    WORKPLACES,
    Career,
    CareerItem,
    EarlierService,
    Service,
    Workplace,
    career_on,
    roster_average,
)
from pricing.staffing.children import ChildrenByAge
from pricing.staffing.dates import age_on
from pricing.staffing.experience import AverageExperience, Experience, average_experience
from pricing.staffing.jobs import ALIASES, JOBS, Job, job_code
from pricing.staffing.leaders import (
    POSTS,
    Category3Candidates,
    Post,
    RankStanding,
    Standing,
    category3_lines,
    leader_standing,
)
from pricing.staffing.other_staff import OtherStaff, other_staff
from pricing.staffing.presence import (
    LeftOut,
    PresentTeachers,
    QualifiedShare,
    StaffingGap,
    Worker,
    present_teachers,
    qualified_percent,
    staffing_gap,
)
from pricing.staffing.refusals import NotCountable, RuleUnknown, StaffingRefused
from pricing.staffing.teachers import (
    Addition,
    AgeTerm,
    RequiredTeachers,
    UseCapacity,
    required_teachers,
)
from pricing.staffing.trainings import TRAINING_FIELDS, HoursMissing, Training, TrainingField
from pricing.staffing.treatment import TreatmentRates, treatment_rates
from pricing.staffing.working_time import FullTimeEquivalent, WorkingTime, full_time_equivalent

__all__ = [
    "ALIASES",
    "JOBS",
    "POSTS",
    "TRAINING_FIELDS",
    "WORKPLACES",
    "Addition",
    "AgeTerm",
    "AverageExperience",
    "BaseNumber",
    "BaseNumberFacts",
    "BaseNumberWeights",
    "CapacityRow",
    "Career",
    "CareerItem",
    "Category3Candidates",
    "ChildrenByAge",
    "EarlierService",
    "Experience",
    "FullTimeEquivalent",
    "HeadcountIII",
    "HoursMissing",
    "Job",
    "LeftOut",
    "NotCountable",
    "OtherStaff",
    "Post",
    "PresentTeachers",
    "QualifiedShare",
    "RankStanding",
    "RequiredTeachers",
    "RuleUnknown",
    "Service",
    "SheetRow",
    "StaffingGap",
    "StaffingRefused",
    "Standing",
    "Training",
    "TrainingField",
    "TreatmentIIIFacts",
    "TreatmentIIIWeights",
    "TreatmentRates",
    "UseCapacity",
    "Worker",
    "WorkingTime",
    "Workplace",
    "age_on",
    "average_experience",
    "base_number",
    "career_on",
    "category3_lines",
    "full_time_equivalent",
    "headcount_iii",
    "job_code",
    "leader_standing",
    "other_staff",
    "present_teachers",
    "qualified_percent",
    "required_teachers",
    "roster_average",
    "staffing_gap",
    "treatment_rates",
]
