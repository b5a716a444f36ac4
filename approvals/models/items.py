"""Decisions on applications, the routes they take, and who decides in whose place."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from applications.definitions import FAMILY_LABELS, STAGE_LABELS
from applications.models import ApplicationVersion
from approvals.models.claims import Verdict
from facilities.actors import OPERATIONS_ROLES, Role
from facilities.tenancy import FacilityOwned, MunicipalityOwned

LONGEST_REASON = 2000
STEP_ROLES = [(role.value, role.label) for role in Role if role in OPERATIONS_ROLES]
FEWEST_STEPS = 2


class Certifier(models.TextChoices):
    """Who certifies 加算率: the prefecture, or the city itself where it may (指定都市・中核市 and by delegation)."""

    PREFECTURE = "prefecture", "県へ進達し、県が認定する"
    CITY = "city", "市が認定する"


class ReviewRoute(MunicipalityOwned):
    """
    Which roles decide one after the other on which applications (審査の経路), as the city has set it.

    An empty ``family``, ``stage`` or ``item_key`` means any; ``least_yen`` the amount from which the route is taken.
    Of those that fit, the one that names most is taken (``items.routes``). ``certifier`` is for items that certify
    加算率.
    """

    family = models.CharField(
        "区分",
        max_length=12,
        default="",
        blank=True,
        choices=[(family.value, label) for family, label in FAMILY_LABELS.items()],
    )
    stage = models.CharField(
        "種類",
        max_length=12,
        default="",
        blank=True,
        choices=[(stage.value, label) for stage, label in STAGE_LABELS.items()],
    )
    item_key = models.CharField("項目", max_length=40, default="", blank=True)
    least_yen = models.PositiveBigIntegerField("金額（円以上）", default=0)
    steps = ArrayField(models.CharField(max_length=20, choices=STEP_ROLES), verbose_name="決定する役割")
    certifier = models.CharField(
        "加算率の認定", max_length=12, choices=Certifier.choices, default=Certifier.PREFECTURE
    )
    set_at = models.DateTimeField("設定日時")
    set_by = models.UUIDField("設定した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["municipality", "family", "stage", "item_key", "least_yen"],
                name="one_review_route_for_a_kind_and_amount",
            ),
            models.CheckConstraint(
                name="review_route_has_two_steps_at_least",
                condition=Q(steps__len__gte=FEWEST_STEPS, steps__len__lte=len(STEP_ROLES)),
            ),
            models.CheckConstraint(
                name="review_route_names_roles_of_the_operations_section",
                condition=Q(steps__contained_by=[role for role, _ in STEP_ROLES]),
            ),
            models.CheckConstraint(
                name="review_certifier_is_known", condition=Q(certifier__in=Certifier.values)
            ),
        ]
        ordering = ("family", "stage", "item_key", "least_yen")

    def __str__(self) -> str:
        return f"{self.family} {self.stage} {self.item_key} {self.least_yen}"


class ItemDecision(FacilityOwned):
    """
    One decision on one version of an application (申請の決定). Written once (trigger).

    ``step`` counts from 1 along ``route``, the roles as they stood when the first step was decided: a route that is
    changed meanwhile is for versions nobody has decided on. ``role`` is the step's; ``on_behalf_of`` the person in
    whose place it was decided. ``remarks``: by field key, what the facility shall put right. Four eyes: the same
    person decides a version once, each step is decided once, and nobody decides what they sent (trigger).
    """

    version = models.ForeignKey(ApplicationVersion, on_delete=models.PROTECT, related_name="decisions")
    step = models.PositiveSmallIntegerField("段階")
    route = ArrayField(models.CharField(max_length=20), verbose_name="経路")
    role = models.CharField("段階の役割", max_length=20, choices=STEP_ROLES)
    verdict = models.CharField("決定", max_length=10, choices=Verdict.choices)
    reason = models.TextField("理由", default="", blank=True)
    remarks = models.JSONField("欄ごとの指摘", default=dict, blank=True)
    content_hash = models.CharField("見た内容のハッシュ", max_length=64)
    in_bulk = models.BooleanField("まとめて承認", default=False)
    decided_at = models.DateTimeField("決定日時")
    decided_by = models.UUIDField("決定者")
    decided_by_role = models.CharField("決定者の役割", max_length=20)
    on_behalf_of = models.UUIDField("代わりに決定した相手", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "step"], name="each_item_step_is_decided_once"),
            models.UniqueConstraint(fields=["version", "decided_by"], name="four_eyes_on_every_item"),
            models.CheckConstraint(
                name="item_return_has_a_reason", condition=Q(verdict=Verdict.APPROVED) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="item_decision_follows_its_route",
                condition=Q(step__gte=1, route__len__gte=F("step")),
            ),
            models.CheckConstraint(
                name="item_is_not_decided_on_ones_own_behalf",
                condition=Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of=F("decided_by")),
            ),
            models.CheckConstraint(name="item_verdict_is_known", condition=Q(verdict__in=Verdict.values)),
        ]
        ordering = ("version", "step")

    def __str__(self) -> str:
        return f"{self.version_id} {self.step} {self.verdict}"


class Delegation(MunicipalityOwned):
    """
    That somebody decides in somebody else's place (代理) from one day to another, both included, in ``role``'s steps.

    Set by whoever delegates or by an administrator; ended early by either.
    """

    from_user = models.UUIDField("任せる人")
    to_user = models.UUIDField("代わりに決定する人")
    role = models.CharField("役割", max_length=20, choices=STEP_ROLES)
    from_day = models.DateField("始まる日")
    to_day = models.DateField("終わる日")
    reason = models.CharField("理由", max_length=200)
    set_at = models.DateTimeField("設定日時")
    set_by = models.UUIDField("設定した人")
    ended_at = models.DateTimeField("終わらせた日時", null=True)
    ended_by = models.UUIDField("終わらせた人", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="delegation_ends_after_it_begins", condition=Q(to_day__gte=F("from_day"))
            ),
            models.CheckConstraint(
                name="nobody_delegates_to_themselves", condition=~Q(to_user=F("from_user"))
            ),
            models.CheckConstraint(name="delegation_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="delegation_ending_says_when_and_by_whom",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]
        ordering = ("-from_day", "-set_at")

    def __str__(self) -> str:
        return f"{self.from_user} → {self.to_user} {self.from_day}"


class RateCertificate(FacilityOwned):
    """
    What became of 加算率 an approved application asks for (加算率の認定): sent on to the prefecture, then certified by
    it, or certified by the city at once.

    Until they are certified the rates that were applied for hold provisionally. ``base_percent`` and ``wage_percent``
    are those of the certificate. Two people have approved what was applied for; a certificate that says anything else
    holds only when a second person has confirmed it (``awaits_confirmation`` until then).
    """

    version = models.OneToOneField(ApplicationVersion, on_delete=models.PROTECT, related_name="certificate")
    certifier = models.CharField("認定する者", max_length=12, choices=Certifier.choices)
    applied_base_percent = models.PositiveSmallIntegerField("申請した区分1 基礎分(%)", null=True)
    applied_wage_percent = models.PositiveSmallIntegerField("申請した区分2 賃金改善分(%)", null=True)
    forwarded_on = models.DateField("進達日", null=True)
    forwarded_by = models.UUIDField("進達を記録した人", null=True)
    base_percent = models.PositiveSmallIntegerField("区分1 基礎分(%)", null=True)
    wage_percent = models.PositiveSmallIntegerField("区分2 賃金改善分(%)", null=True)
    certificate_number = models.CharField("認定番号", max_length=40, default="", blank=True)
    certified_on = models.DateField("認定日", null=True)
    certified_at = models.DateTimeField("認定を記録した日時", null=True)
    certified_by = models.UUIDField("認定を記録した人", null=True)
    awaits_confirmation = models.BooleanField("別の人の確認待ち", default=False)
    confirmed_at = models.DateTimeField("確認した日時", null=True)
    confirmed_by = models.UUIDField("確認した人", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="rate_certificate_says_what_was_applied_or_is_confirmed",
                condition=Q(certified_at__isnull=True, awaits_confirmation=False, confirmed_at__isnull=True)
                | Q(awaits_confirmation=True, certified_at__isnull=False, confirmed_at__isnull=True)
                | Q(confirmed_at__isnull=False, certified_at__isnull=False, awaits_confirmation=False)
                | Q(
                    awaits_confirmation=False,
                    applied_base_percent__isnull=False,
                    applied_wage_percent__isnull=False,
                    base_percent=F("applied_base_percent"),
                    wage_percent=F("applied_wage_percent"),
                ),
            ),
            models.CheckConstraint(
                name="four_eyes_on_a_certificate_that_differs",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_by=F("certified_by"))
                ),
            ),
            models.CheckConstraint(
                name="rate_certificate_is_whole_or_awaited",
                condition=Q(
                    base_percent__isnull=True,
                    wage_percent__isnull=True,
                    certificate_number="",
                    certified_on__isnull=True,
                    certified_at__isnull=True,
                    certified_by__isnull=True,
                )
                | (
                    Q(base_percent__isnull=False, wage_percent__isnull=False, certified_on__isnull=False)
                    & Q(certified_at__isnull=False, certified_by__isnull=False)
                    & ~Q(certificate_number="")
                ),
            ),
            models.CheckConstraint(
                name="rate_forwarding_says_when_and_by_whom",
                condition=Q(forwarded_on__isnull=True, forwarded_by__isnull=True)
                | Q(forwarded_on__isnull=False, forwarded_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.certificate_number}"

    @property
    def says_what_was_applied(self) -> bool:
        """The rates of the certificate are those two people have approved."""
        applied = (self.applied_base_percent, self.applied_wage_percent)
        return None not in applied and applied == (self.base_percent, self.wage_percent)

    @property
    def holds(self) -> bool:
        """Certified, and nobody has to confirm it any more."""
        return self.certified_at is not None and not self.awaits_confirmation
