"""Other systems of a city that act by a token, and what a token may be made for."""

from dataclasses import dataclass
from uuid import UUID

from django.db import models

from audit.record import Who
from facilities.rules import NotAllowed


class ApiScope(models.TextChoices):
    """What a token may be made for (できること)."""

    CHILD_COUNTS_WRITE = "child_counts:write", "児童数のファイルを送る"
    USER_CHARGES_WRITE = "user_charges:write", "利用者負担額のファイルを送る"
    CLAIMS_READ = "claims:read", "承認済みの請求を読む"


class TokenLacksScope(NotAllowed):
    """The token was not made for this."""

    def __init__(self) -> None:
        super().__init__("このトークンでは、この操作はできません。")


@dataclass(frozen=True)
class ApiClient(Who):
    """
    Another system of one city, acting by its token (APIトークン).

    ``id`` is the token's id, ``label`` what the administrator has called it.
    """

    municipality_id: UUID
    scopes: frozenset[str]

    def require(self, scope: ApiScope) -> None:
        """:raises TokenLacksScope: the token was not made for this."""
        if scope not in self.scopes:
            raise TokenLacksScope
