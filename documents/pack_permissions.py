"""Who makes form packs."""

from facilities.actors import Actor, Role
from facilities.rules import NotAllowed, rule


@rule
def keep_form_packs(actor: Actor, _: None) -> None:
    """Map, release and read form packs and the data dictionary: administrators, to release one two of them."""
    if actor.duty != Role.ADMINISTRATOR:
        raise NotAllowed("帳票様式を用意し、公開できるのは、市の管理者だけです。")
