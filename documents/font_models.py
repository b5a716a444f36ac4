"""The city's own characters (外字), and who let papers be printed with them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from documents.pack_models import IS_A_HASH
from documents.pack_states import FormPackState
from facilities.four_eyes import released_by_another_person, state_and_times_agree
from facilities.tenancy import MunicipalityOwned


class CityFont(MunicipalityOwned):
    """
    A font of the city's own characters, written anew from an uploaded one (``font_files``); it is never changed.

    ``characters`` are those it draws, in their order. One is in force at a time; ``prepared_by`` brought it in, another
    administrator released it. Shapes of characters are nobody's personal data: it is not sealed.
    """

    title = models.CharField("名前", max_length=60)
    content = models.BinaryField("内容")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    size_bytes = models.PositiveIntegerField("大きさ")
    characters = models.TextField("外字")
    state = models.CharField(
        "状態", max_length=10, choices=FormPackState.choices, default=FormPackState.DRAFT
    )
    prepared_at = models.DateTimeField("読み込んだ日時")
    prepared_by = models.UUIDField("読み込んだ人")
    released_at = models.DateTimeField("公開した日時", null=True)
    released_by = models.UUIDField("公開した人", null=True)
    discarded_at = models.DateTimeField("取りやめた日時", null=True)
    discarded_by = models.UUIDField("取りやめた人", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="city_font_in_municipality"),
            models.UniqueConstraint(
                fields=["municipality"],
                name="one_released_city_font",
                condition=Q(state=FormPackState.RELEASED),
            ),
            models.UniqueConstraint(
                fields=["municipality"], name="one_city_font_waits", condition=Q(state=FormPackState.DRAFT)
            ),
            models.CheckConstraint(
                name="city_font_hash_is_a_hash", condition=Q(content_hash__regex=IS_A_HASH)
            ),
            released_by_another_person("city_font_is_released_by_another_person"),
            state_and_times_agree(
                "city_font_state_and_times_agree",
                draft=FormPackState.DRAFT,
                released=(
                    FormPackState.RELEASED,
                    FormPackState.REPLACED,
                ),
                discarded=FormPackState.DISCARDED,
            ),
        ]
        ordering = ("-prepared_at",)

    def __str__(self) -> str:
        return self.title
