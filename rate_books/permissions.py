"""Who may look at, load and release rate books."""

from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.rules import NotAllowed, rule
from rate_books.models import Book
from rate_books.states import BookState

ENDED = "この単価表は、すでに{state}です。"


@rule
def look(actor: Actor, subject: object) -> None:
    """The operations section and the administrator see the books."""
    if actor.duty not in OPERATIONS_ROLES | {Role.ADMINISTRATOR}:
        raise NotAllowed("単価表を見ることができるのは、こども施設運営課と市の管理者です。")


@rule
def load(actor: Actor, subject: object) -> None:
    """Only the administrator brings books in."""
    if actor.duty is not Role.ADMINISTRATOR:
        raise NotAllowed("単価表を読み込むことができるのは、市の管理者だけです。")


@rule
def release(actor: Actor, book: Book) -> None:
    """Another administrator than the one who loaded it, while it waits."""
    if actor.duty is not Role.ADMINISTRATOR:
        raise NotAllowed("単価表を公開できるのは、市の管理者だけです。")
    _require_draft(book)
    if book.prepared_by == actor.user_id:
        raise NotAllowed("自分が読み込んだ単価表は公開できません。もう1人の市の管理者が公開します。")


@rule
def discard(actor: Actor, book: Book) -> None:
    """Any administrator, while it waits."""
    if actor.duty is not Role.ADMINISTRATOR:
        raise NotAllowed("単価表を取りやめることができるのは、市の管理者だけです。")
    _require_draft(book)


def _require_draft(book: Book) -> None:
    if book.state != BookState.DRAFT:
        raise NotAllowed(ENDED.format(state=book.get_state_display()))
