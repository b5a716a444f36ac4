"""Statuses and the allowed next ones."""

from django.db import models

from facilities.transitions import Transitions


class EntryStatus(models.TextChoices):
    """A table in which a roster is typed."""

    OPEN = "open", "入力中"
    APPLIED = "applied", "反映済み"
    DISCARDED = "discarded", "取りやめ"


class SnapshotStatus(models.TextChoices):
    """A roster as of 1 April on its way to the city."""

    SUBMITTED = "submitted", "提出済み"
    WITHDRAWN = "withdrawn", "取り下げ"
    RETURNED = "returned", "差し戻し"
    ACCEPTED = "accepted", "受理済み"
    SUPERSEDED = "superseded", "旧版"


class ErasureStatus(models.TextChoices):
    """An erasure on its way through two administrators."""

    WAITING = "waiting", "確認待ち"
    WITHDRAWN = "withdrawn", "取りやめ"
    CONFIRMED = "confirmed", "消去中"
    DONE = "done", "消去済み"


ENTRY_TRANSITIONS: Transitions = {
    EntryStatus.OPEN: frozenset({EntryStatus.APPLIED, EntryStatus.DISCARDED}),
    EntryStatus.APPLIED: frozenset(),
    EntryStatus.DISCARDED: frozenset(),
}
SNAPSHOT_TRANSITIONS: Transitions = {
    SnapshotStatus.SUBMITTED: frozenset(
        {SnapshotStatus.WITHDRAWN, SnapshotStatus.RETURNED, SnapshotStatus.ACCEPTED}
    ),
    SnapshotStatus.WITHDRAWN: frozenset(),
    SnapshotStatus.RETURNED: frozenset(),
    SnapshotStatus.ACCEPTED: frozenset({SnapshotStatus.SUPERSEDED}),
    SnapshotStatus.SUPERSEDED: frozenset(),
}
ERASURE_TRANSITIONS: Transitions = {
    ErasureStatus.WAITING: frozenset({ErasureStatus.WITHDRAWN, ErasureStatus.CONFIRMED}),
    ErasureStatus.WITHDRAWN: frozenset(),
    ErasureStatus.CONFIRMED: frozenset({ErasureStatus.DONE}),
    ErasureStatus.DONE: frozenset(),
}
