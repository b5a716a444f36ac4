"""Who may do what with notices. The city writes them, its facilities read them, auditors read the record."""

from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.rules import NotAllowed, rule
from portal.models import Notice


@rule
def see_notices(actor: Actor, subject: object) -> None:
    """Both sections and the administrator, drafts of their colleagues included."""
    _is_staff(actor)


@rule
def write_notices(actor: Actor, subject: object) -> None:
    """Both sections and the administrator."""
    _is_staff(actor)


@rule
def change(actor: Actor, notice: Notice) -> None:
    """A draft: its text, its target, its files."""
    _is_staff(actor)
    if not notice.is_draft:
        raise NotAllowed(
            "送信したお知らせは変えられません。直すときは、取り下げてから、新しいお知らせを送ってください。"
        )


@rule
def send(actor: Actor, notice: Notice) -> None:
    """A draft, once."""
    _is_staff(actor)
    if not notice.is_draft:
        raise NotAllowed("このお知らせは、すでに送信済みです。")


@rule
def withdraw(actor: Actor, notice: Notice) -> None:
    """What was sent and holds."""
    _is_staff(actor)
    if notice.is_draft:
        raise NotAllowed("下書きは取り下げではなく、「下書きを消す」で消してください。")
    if notice.is_withdrawn:
        raise NotAllowed("このお知らせは、すでに取り下げられています。")


@rule
def delete(actor: Actor, notice: Notice) -> None:
    """A draft. What was sent stays."""
    _is_staff(actor)
    if not notice.is_draft:
        raise NotAllowed("送信したお知らせは消せません。取り下げることはできます。")


@rule
def read(actor: Actor, notice: Notice) -> None:
    """A facility, what was sent to it and holds. The rows of the open scope are those it was sent to."""
    if not actor.is_facility:
        raise NotAllowed("施設の方だけができる操作です。")
    if not notice.is_sent:
        raise NotAllowed("このお知らせは取り下げられています。")


def _is_staff(actor: Actor) -> None:
    if actor.duty not in OPERATIONS_ROLES | {Role.ENROLMENT, Role.ADMINISTRATOR}:
        raise NotAllowed("お知らせを扱えるのは、入園課・運営課と市の管理者です。")
