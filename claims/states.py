"""Statuses and the allowed next ones. The diagrams in README.md are printed from them."""

from django.db import models

from facilities.transitions import Transitions


class SheetStatus(models.TextChoices):
    """A month's child counts of one facility."""

    WAITING = "waiting", "確認待ち"
    DISPUTED = "disputed", "相違の回答待ち"
    CONFIRMED = "confirmed", "確認済み"
    SUPERSEDED = "superseded", "差し替え済み"


class ClaimStatus(models.TextChoices):
    """A claim of one facility, month and paying municipality."""

    DRAFT = "draft", "下書き"
    SUBMITTED = "submitted", "提出済み"
    RETURNED = "returned", "差し戻し"
    APPROVED = "approved", "承認済み"
    SUPERSEDED = "superseded", "旧版"


class ImportStatus(models.TextChoices):
    """An uploaded file of child counts."""

    PREVIEWED = "previewed", "確認待ち"
    ACCEPTED = "accepted", "取込済み"
    DISCARDED = "discarded", "取りやめ"
    EXPIRED = "expired", "期限切れ"


SHEET_TRANSITIONS: Transitions = {
    SheetStatus.WAITING: frozenset({SheetStatus.CONFIRMED, SheetStatus.DISPUTED, SheetStatus.SUPERSEDED}),
    SheetStatus.DISPUTED: frozenset({SheetStatus.WAITING, SheetStatus.SUPERSEDED}),
    SheetStatus.CONFIRMED: frozenset({SheetStatus.SUPERSEDED}),
    SheetStatus.SUPERSEDED: frozenset(),
}

# A returned claim stays as it was decided; its correction is a new version, drafted beside it. An approved claim steps
# back only when its correction (過誤調整) is approved.
CLAIM_TRANSITIONS: Transitions = {
    ClaimStatus.DRAFT: frozenset({ClaimStatus.SUBMITTED, ClaimStatus.SUPERSEDED}),
    ClaimStatus.SUBMITTED: frozenset(
        {ClaimStatus.DRAFT, ClaimStatus.RETURNED, ClaimStatus.APPROVED, ClaimStatus.SUPERSEDED}
    ),
    ClaimStatus.RETURNED: frozenset({ClaimStatus.SUPERSEDED}),
    ClaimStatus.APPROVED: frozenset({ClaimStatus.SUPERSEDED}),
    ClaimStatus.SUPERSEDED: frozenset(),
}

IMPORT_TRANSITIONS: Transitions = {
    ImportStatus.PREVIEWED: frozenset({ImportStatus.ACCEPTED, ImportStatus.DISCARDED, ImportStatus.EXPIRED}),
    ImportStatus.ACCEPTED: frozenset(),
    ImportStatus.DISCARDED: frozenset(),
    ImportStatus.EXPIRED: frozenset(),
}
