"""Municipalities, corporations, facilities and their dated profile; who may act for whom."""

from facilities.models.facilities import (
    Branch,
    Facility,
    FacilityDetail,
    FacilityKind,
    Ownership,
    Suspension,
    details_on,
    holding_on,
    is_public_in,
    name_on,
    public_in,
    standing_details,
)
from facilities.models.imports import FacilityImport, FacilityImportStatus
from facilities.models.kept import Kept
from facilities.models.machines import ApiToken, SentForm
from facilities.models.municipalities import Corporation, CorporationName, Municipality, name_in
from facilities.models.people import AddressRegistration, Membership, RegistrationStatus
from facilities.models.profiles import (
    LONGEST_REASON,
    FacilityProfile,
    GrantedItem,
    ItemEnding,
    YearRoll,
    holding_in,
)

__all__ = [
    "LONGEST_REASON",
    "AddressRegistration",
    "ApiToken",
    "Branch",
    "Corporation",
    "CorporationName",
    "Facility",
    "FacilityDetail",
    "FacilityImport",
    "FacilityImportStatus",
    "FacilityKind",
    "FacilityProfile",
    "GrantedItem",
    "ItemEnding",
    "Kept",
    "Membership",
    "Municipality",
    "Ownership",
    "RegistrationStatus",
    "SentForm",
    "Suspension",
    "YearRoll",
    "details_on",
    "holding_in",
    "holding_on",
    "is_public_in",
    "name_in",
    "name_on",
    "public_in",
    "standing_details",
]
