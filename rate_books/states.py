"""The states of a loaded book: one person loads it, another one releases it, and then it never changes."""

from django.db import models

from facilities.transitions import Transitions


class BookState(models.TextChoices):
    """Where a book stands (状態)."""

    DRAFT = "draft", "公開待ち"
    RELEASED = "released", "公開済み"
    DISCARDED = "discarded", "取りやめ"


TRANSITIONS: Transitions = {
    BookState.DRAFT: frozenset({BookState.RELEASED, BookState.DISCARDED}),
    BookState.RELEASED: frozenset(),
    BookState.DISCARDED: frozenset(),
}
