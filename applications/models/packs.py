"""Packs of application items a city has loaded and released."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from applications.definitions import FAMILY_LABELS, Family
from applications.states import PackState
from facilities.four_eyes import released_by_another_person, state_and_times_agree
from facilities.tenancy import MunicipalityOwned


class ItemPack(MunicipalityOwned):
    """
    One pack (申請様式): the items of a family and fiscal year as the TOML that was loaded, with who loaded and
    released it.

    ``content`` is written once; a released pack never changes. What applications were filled with stays readable by it.
    """

    pack_id = models.CharField("様式の番号", max_length=40)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    family = models.CharField(
        "区分", max_length=12, choices=[(family.value, label) for family, label in FAMILY_LABELS.items()]
    )
    title = models.CharField("名前", max_length=100)
    source = models.CharField("出典", max_length=300)
    content = models.TextField("内容")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    state = models.CharField("状態", max_length=10, choices=PackState.choices, default=PackState.DRAFT)
    prepared_at = models.DateTimeField("読み込んだ日時")
    prepared_by = models.UUIDField("読み込んだ人")
    released_at = models.DateTimeField("公開した日時", null=True)
    released_by = models.UUIDField("公開した人", null=True)
    discarded_at = models.DateTimeField("取りやめた日時", null=True)
    discarded_by = models.UUIDField("取りやめた人", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="item_pack_in_municipality"),
            models.UniqueConstraint(
                fields=["municipality", "fiscal_year", "pack_id"],
                name="one_released_item_pack_of_a_name",
                condition=Q(state=PackState.RELEASED),
            ),
            models.UniqueConstraint(
                fields=["municipality", "fiscal_year", "pack_id"],
                name="one_item_pack_of_a_name_waits",
                condition=Q(state=PackState.DRAFT),
            ),
            models.CheckConstraint(
                name="item_pack_family_is_known", condition=Q(family__in=[family.value for family in Family])
            ),
            models.CheckConstraint(
                name="item_pack_hash_is_a_hash", condition=Q(content_hash__regex=r"^[0-9a-f]{64}$")
            ),
            released_by_another_person("item_pack_is_released_by_another_person"),
            state_and_times_agree(
                "item_pack_state_and_times_agree",
                draft=PackState.DRAFT,
                released=(
                    PackState.RELEASED,
                    PackState.REPLACED,
                ),
                discarded=PackState.DISCARDED,
            ),
        ]
        ordering = ("-fiscal_year", "family", "pack_id", "-prepared_at")

    def __str__(self) -> str:
        return f"{self.pack_id} {self.fiscal_year}"
