"""What a facility enters once for all of its forms."""

import json
from typing import ClassVar

from django.db import models

from facilities.tenancy import FacilityOwned
from vault import seal, seals, unseal


@seals("details_sealed")
class FormContact(FacilityOwned):
    """
    様式に載せる事項: who represents the facility's corporation, and whom to ask about a form.

    Each saving is a row of its own; forms show the newest. Its values (``common_values.CONTACT``) name people and are
    sealed to the row.
    """

    version = models.PositiveIntegerField("版")
    details_sealed = models.BinaryField("内容")
    saved_at = models.DateTimeField("保存日時")
    saved_by = models.UUIDField("保存した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "version"], name="form_contact_version_once"),
        ]
        ordering = ("-version",)

    def __str__(self) -> str:
        return f"第{self.version}版"

    @property
    def place(self) -> str:
        """Where the values are sealed to."""
        return f"documents_formcontact|details|{self.municipality_id}|{self.facility_id}|{self.pk}"

    @property
    def details(self) -> dict[str, str]:
        """The values by their names; an empty text where nothing was entered."""
        found: dict[str, str] = json.loads(unseal(self.details_sealed, bound_to=self.place))
        return found

    def hold(self, details: dict[str, str]) -> None:
        """Seal the values to this row."""
        self.details_sealed = seal(json.dumps(details, ensure_ascii=False).encode(), bound_to=self.place)
