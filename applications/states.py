"""Statuses and the allowed next ones."""

from django.db import models

from facilities.transitions import Transitions


class PackState(models.TextChoices):
    """A pack on its way through two administrators."""

    DRAFT = "draft", "公開待ち"
    RELEASED = "released", "公開中"
    REPLACED = "replaced", "旧版"
    DISCARDED = "discarded", "取りやめ"


class VersionStatus(models.TextChoices):
    """One version of an application."""

    DRAFT = "draft", "入力中"
    SUBMITTED = "submitted", "提出済み"
    RETURNED = "returned", "差し戻し"
    APPROVED = "approved", "承認済み"
    SUPERSEDED = "superseded", "旧版"
    DISCARDED = "discarded", "取りやめ"


class PaperStatus(models.TextChoices):
    """A sheet that comes on paper."""

    DUE = "due", "未提出"
    ANNOUNCED = "announced", "送付の連絡あり"
    RECEIVED = "received", "受付済み"
    CHECKED = "checked", "確認済み"
    NOT_NEEDED = "not_needed", "提出不要"


PACK_TRANSITIONS: Transitions = {
    PackState.DRAFT: frozenset({PackState.RELEASED, PackState.DISCARDED}),
    PackState.RELEASED: frozenset({PackState.REPLACED}),
    PackState.REPLACED: frozenset(),
    PackState.DISCARDED: frozenset(),
}
# A returned version stays as it was decided; its correction is a new version. An approved one steps back only when a
# later version (変更) is approved.
VERSION_TRANSITIONS: Transitions = {
    VersionStatus.DRAFT: frozenset({VersionStatus.SUBMITTED, VersionStatus.DISCARDED}),
    VersionStatus.SUBMITTED: frozenset({VersionStatus.DRAFT, VersionStatus.RETURNED, VersionStatus.APPROVED}),
    VersionStatus.RETURNED: frozenset({VersionStatus.SUPERSEDED}),
    VersionStatus.APPROVED: frozenset({VersionStatus.SUPERSEDED}),
    VersionStatus.SUPERSEDED: frozenset(),
    VersionStatus.DISCARDED: frozenset(),
}
PAPER_TRANSITIONS: Transitions = {
    PaperStatus.DUE: frozenset({PaperStatus.ANNOUNCED, PaperStatus.RECEIVED, PaperStatus.NOT_NEEDED}),
    PaperStatus.ANNOUNCED: frozenset({PaperStatus.DUE, PaperStatus.RECEIVED, PaperStatus.NOT_NEEDED}),
    PaperStatus.RECEIVED: frozenset({PaperStatus.CHECKED, PaperStatus.DUE}),
    PaperStatus.CHECKED: frozenset({PaperStatus.RECEIVED}),
    PaperStatus.NOT_NEEDED: frozenset({PaperStatus.DUE}),
}
