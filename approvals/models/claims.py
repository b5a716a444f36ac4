"""Decisions on claims: who approved or returned which version, in which step."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from claims.models import Claim
from facilities.tenancy import FacilityOwned


class Step(models.IntegerChoices):
    """The route of a claim (審査の段階)."""

    FIRST = 1, "一次審査（担当）"
    SECOND = 2, "二次審査（係長）"


class Verdict(models.TextChoices):
    """What was decided."""

    APPROVED = "approved", "承認"
    RETURNED = "returned", "差し戻し"


class Decision(FacilityOwned):
    """
    One decision on one claim version (審査の決定).

    Four eyes are a constraint: the same person decides a claim once only, and each step is decided once only.
    ``content_hash`` is what the deciding person was shown.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="decisions")
    step = models.PositiveSmallIntegerField("段階", choices=Step.choices)
    verdict = models.CharField("決定", max_length=10, choices=Verdict.choices)
    reason = models.TextField("理由", default="", blank=True)
    content_hash = models.CharField("見た内容のハッシュ", max_length=64)
    in_bulk = models.BooleanField("まとめて承認", default=False)
    decided_at = models.DateTimeField("決定日時")
    decided_by = models.UUIDField("決定者")
    decided_by_role = models.CharField("決定者の役割", max_length=20)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["claim", "step"], name="each_step_is_decided_once"),
            models.UniqueConstraint(fields=["claim", "decided_by"], name="four_eyes_on_every_claim"),
            models.CheckConstraint(
                name="return_has_a_reason", condition=Q(verdict=Verdict.APPROVED) | ~Q(reason="")
            ),
        ]
        ordering = ("claim", "step")

    def __str__(self) -> str:
        return f"{self.claim_id} {self.step} {self.verdict}"
