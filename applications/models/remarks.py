"""What facility and city say to each other about an application."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from applications.models.cases import Application
from facilities.tenancy import FacilityOwned
from vault import seal, unseal
from vault.columns import seals


@seals("text_sealed")
class Remark(FacilityOwned):
    """
    One thing said about an application, or about one of its fields (やりとり), instead of a telephone call.

    It belongs to the application, so that all stays together over its versions. A remark that ``wants_answer`` is a
    question, open until another remark ``answers`` it. ``read_at``: when the other side first opened it. The text lies
    sealed, it may name people. Nothing said is ever changed or taken back.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="remarks")
    field_key = models.CharField("欄", max_length=100, default="", blank=True)
    by_city = models.BooleanField("市から")
    wants_answer = models.BooleanField("回答がほしい", default=False)
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answered_by")
    text_sealed = models.BinaryField("内容")
    said_at = models.DateTimeField("日時")
    said_by = models.UUIDField("書いた人")
    read_at = models.DateTimeField("相手が読んだ日時", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["municipality", "facility", "id"], name="application_remark_in_facility"
            ),
            models.UniqueConstraint(fields=["answers"], name="a_question_is_answered_once"),
            models.CheckConstraint(
                name="an_answer_is_no_question_of_its_own",
                condition=Q(answers__isnull=True) | (~Q(answers=F("id")) & Q(wants_answer=False)),
            ),
        ]
        ordering = ("said_at", "id")

    def __str__(self) -> str:
        return f"{self.application_id} {self.said_at:%Y-%m-%d %H:%M}"

    @property
    def place(self) -> str:
        """Where the text is sealed to."""
        return f"applications_remark|text|{self.municipality_id}|{self.facility_id}|{self.pk}"

    @property
    def text(self) -> str:
        """What was said."""
        return unseal(self.text_sealed, bound_to=self.place).decode()

    @text.setter
    def text(self, value: str) -> None:
        self.text_sealed = seal(value.encode(), bound_to=self.place)
