"""A form pack on its way through two administrators."""

from django.db import models

from facilities.transitions import Transitions


class FormPackState(models.TextChoices):
    """Where it stands."""

    DRAFT = "draft", "公開待ち"
    RELEASED = "released", "公開中"
    REPLACED = "replaced", "旧版"
    DISCARDED = "discarded", "取りやめ"


FORM_PACK_TRANSITIONS: Transitions = {
    FormPackState.DRAFT: frozenset({FormPackState.RELEASED, FormPackState.DISCARDED}),
    FormPackState.RELEASED: frozenset({FormPackState.REPLACED}),
    FormPackState.REPLACED: frozenset(),
    FormPackState.DISCARDED: frozenset(),
}
