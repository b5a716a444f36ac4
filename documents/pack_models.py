"""Form packs the city has made: workbook, manifest, the steps on the way, and who released them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from documents.pack_states import FormPackState
from documents.packs.manifest import FAMILY_LABELS, Family
from facilities.four_eyes import released_by_another_person, state_and_times_agree
from facilities.tenancy import MunicipalityOwned

IS_A_HASH = r"^[0-9a-f]{64}$"


class FormWorkbook(MunicipalityOwned):
    """
    The workbook of a form (様式のブック), byte for byte as it was uploaded. It is never changed.

    An empty form holds no personal data, and what seems to hold some is refused (``pack_operations.workbooks``):
    therefore it is not sealed.
    """

    content = models.BinaryField("内容")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    size_bytes = models.PositiveIntegerField("大きさ")
    file_name = models.CharField("ファイル名", max_length=200)
    added_at = models.DateTimeField("読み込んだ日時")
    added_by = models.UUIDField("読み込んだ人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="form_workbook_in_municipality"),
            models.UniqueConstraint(
                fields=["municipality", "content_hash"], name="form_workbook_once_in_municipality"
            ),
            models.CheckConstraint(
                name="form_workbook_hash_is_a_hash", condition=Q(content_hash__regex=IS_A_HASH)
            ),
        ]
        ordering = ("-added_at",)

    def __str__(self) -> str:
        return self.file_name


class FormPack(MunicipalityOwned):
    """
    One form pack of the city (帳票様式): what ``documents.packs.pack.Pack`` is made of, and its way to release.

    ``manifest`` is TOML; ``code`` to ``to_year`` repeat what it says, for lists. ``html`` has only the copy of a
    shipped pack that brings a template of its own. ``version`` counts the changes of a draft: whoever changes it says
    which one they saw. ``lost_places`` are cells of an earlier workbook that the present one does not have
    (``packs.carrying``). ``prepared_by`` changed it last. Once released it never changes.
    """

    code = models.CharField("番号", max_length=48)
    title = models.CharField("様式の名前", max_length=60)
    family = models.CharField(
        "区分", max_length=12, choices=[(family.value, label) for family, label in FAMILY_LABELS.items()]
    )
    subject = models.CharField("帳票の対象", max_length=40)
    of = models.CharField("対象の種類", max_length=80, blank=True, default="")
    from_year = models.PositiveSmallIntegerField("はじめの年度")
    to_year = models.PositiveSmallIntegerField("終わりの年度", default=0)
    manifest = models.TextField("定義")
    workbook = models.ForeignKey(
        FormWorkbook, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="ブック"
    )
    html = models.TextField("HTML", blank=True, default="")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    version = models.PositiveIntegerField("変更の回数", default=1)
    lost_places = models.JSONField("場所のなくなった欄", default=list, blank=True)
    state = models.CharField(
        "状態", max_length=10, choices=FormPackState.choices, default=FormPackState.DRAFT
    )
    prepared_at = models.DateTimeField("最後に変えた日時")
    prepared_by = models.UUIDField("最後に変えた人")
    released_at = models.DateTimeField("公開した日時", null=True)
    released_by = models.UUIDField("公開した人", null=True)
    discarded_at = models.DateTimeField("取りやめた日時", null=True)
    discarded_by = models.UUIDField("取りやめた人", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="form_pack_in_municipality"),
            models.UniqueConstraint(
                fields=["municipality", "code", "from_year"],
                name="one_released_form_pack_of_a_code",
                condition=Q(state=FormPackState.RELEASED),
            ),
            models.UniqueConstraint(
                fields=["municipality", "code", "from_year"],
                name="one_form_pack_of_a_code_waits",
                condition=Q(state=FormPackState.DRAFT),
            ),
            models.CheckConstraint(
                name="form_pack_family_is_known", condition=Q(family__in=[family.value for family in Family])
            ),
            models.CheckConstraint(
                name="form_pack_hash_is_a_hash", condition=Q(content_hash__regex=IS_A_HASH)
            ),
            models.CheckConstraint(
                name="form_pack_years_are_in_order", condition=Q(to_year=0) | Q(to_year__gte=F("from_year"))
            ),
            released_by_another_person("form_pack_is_released_by_another_person"),
            state_and_times_agree(
                "form_pack_state_and_times_agree",
                draft=FormPackState.DRAFT,
                released=(
                    FormPackState.RELEASED,
                    FormPackState.REPLACED,
                ),
                discarded=FormPackState.DISCARDED,
            ),
        ]
        ordering = ("family", "code", "-from_year", "-prepared_at")

    def __str__(self) -> str:
        return f"{self.code} {self.from_year}"

    @property
    def is_draft(self) -> bool:
        """It may still be changed."""
        return self.state == FormPackState.DRAFT


class FormPackStep(MunicipalityOwned):
    """What a draft was before its change ``number``, so that the change can be taken back (元に戻す)."""

    pack = models.ForeignKey(FormPack, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField("変更の番号")
    words = models.CharField("したこと", max_length=200)
    manifest = models.TextField("前の定義")
    workbook = models.ForeignKey(FormWorkbook, on_delete=models.PROTECT, null=True, related_name="+")
    html = models.TextField("前のHTML", blank=True, default="")
    lost_places = models.JSONField("前の、場所のなくなった欄", default=list, blank=True)
    at = models.DateTimeField("日時")
    by = models.UUIDField("した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["pack", "number"], name="form_pack_step_once"),
        ]
        ordering = ("-number",)

    def __str__(self) -> str:
        return self.words
