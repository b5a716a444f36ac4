"""Who acts, in which role and for which facilities: what permissions ask about."""

from dataclasses import dataclass
from uuid import UUID

from django.db import models

from audit.record import Who


class Role(models.TextChoices):
    """The roles (役割), in words. City accounts belong to one of the two sections (R15)."""

    FACILITY = "facility", "施設職員"
    ENROLMENT = "enrolment", "こども施設入園課"
    OFFICER = "officer", "こども施設運営課 担当"
    CHIEF = "chief", "こども施設運営課 係長"
    MANAGER = "manager", "こども施設運営課 課長"
    ADMINISTRATOR = "administrator", "市の管理者"
    AUDITOR = "auditor", "監査"


CITY_ROLES = frozenset(Role) - {Role.FACILITY}
OPERATIONS_ROLES = frozenset({Role.OFFICER, Role.CHIEF, Role.MANAGER})


class Section(models.TextChoices):
    """The sections (課) the city's accounts belong to (R15), as the list of accounts names them."""

    ENROLMENT = "enrolment", "入園課"
    OPERATIONS = "operations", "運営課"
    ADMINISTRATION = "administration", "管理"
    AUDIT = "audit", "監査"


SECTIONS = {
    Role.ENROLMENT: Section.ENROLMENT,
    **dict.fromkeys(OPERATIONS_ROLES, Section.OPERATIONS),
    Role.ADMINISTRATOR: Section.ADMINISTRATION,
    Role.AUDITOR: Section.AUDIT,
}


@dataclass(frozen=True)
class Actor(Who):
    """
    The acting person with the membership under which they act.

    ``id`` is the account's id as text, ``label`` its login id (never the person's name), ``role`` the role in words.
    """

    user_id: UUID
    duty: Role
    municipality_id: UUID
    facility_id: UUID | None = None

    @property
    def is_facility(self) -> bool:
        """Acts for one facility."""
        return self.duty is Role.FACILITY


def actor_for(
    *, user_id: UUID, login_id: str, duty: Role, municipality_id: UUID, facility_id: UUID | None = None
) -> Actor:
    """The actor of one membership."""
    return Actor(
        id=str(user_id),
        label=login_id,
        role=duty.label,
        user_id=user_id,
        duty=duty,
        municipality_id=municipality_id,
        facility_id=facility_id,
    )
