"""
What a member is found by without being read: keyed hashes of normal forms (検索用の索引).

- ``kana`` the whole kana, ``family`` its family part, ``prefix`` how that part begins: cut to 4 bytes, so that a dump
  tells little about who shares a name. Whoever is found by them is opened and compared before anything is said.
- ``identity`` kana with day of birth, ``number`` 保育士登録番号: 16 bytes, compared without opening anybody.

Every kana the person has had counts: found is also who has married since. Each city has indexes of its own.
``Writer.touch`` keeps the tokens true in the transaction of the change; nothing else has to think of them.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from facilities.scope import current_scope
from staff_records.dossiers import Dossier
from staff_records.models import Employment, SearchToken, StaffMember
from staff_records.typed.names import family_part, search_form
from staff_records.words import Licence
from vault import blind_index


class TokenKind(StrEnum):
    """What a token stands for."""

    KANA = "kana"
    FAMILY = "family"
    PREFIX = "prefix"
    NUMBER = "number"
    IDENTITY = "identity"


BLURRED_BYTES, EXACT_BYTES = 4, 16
# Two members with the same token of one of these are the same person.
SAME_PERSON: Final = (TokenKind.IDENTITY, TokenKind.NUMBER)
BY_NAME: Final = (TokenKind.KANA, TokenKind.FAMILY, TokenKind.PREFIX)
# One kana alone would list a tenth of the city; beyond four hardly a family name goes on.
PREFIX_LENGTHS: Final = (2, 3, 4)
NUMBERED: Final = frozenset({Licence.NURSERY_TEACHER, Licence.REGIONAL_NURSERY_TEACHER})
ROWS_AT_ONCE = 5000

# Kind, hash, id of the index key.
Token = tuple[str, bytes, str]


def tokens_of(found: Dossier) -> set[Token]:
    """The tokens of somebody who is opened to be shown."""
    city = found.member.municipality_id
    return {
        (kind, token, key_id)
        for kind, normal_form in _normal_forms(found)
        for key_id, token in _hashes(city, kind, normal_form).items()
    }


def refresh(changed: Collection[Dossier]) -> None:
    """
    Make the tokens of these members true, in a few queries however many they are (new tokens in batches of 5,000).

    The members are locked (``writing.locked``) and opened to be shown; nobody is shown here.
    """
    wanted = {(one.member.pk, *token): one.member for one in changed for token in tokens_of(one)}
    kept: set[tuple[UUID, str, bytes, str]] = set()
    stale: list[UUID] = []
    for row in SearchToken.objects.filter(member__in=[one.member.pk for one in changed]):
        place = (row.member_id, row.kind, bytes(row.token), row.index_key)
        if place in wanted:
            kept.add(place)
        else:
            stale.append(row.pk)
    if stale:
        SearchToken.objects.filter(pk__in=stale).delete()
    missing = [
        SearchToken(
            municipality_id=member.municipality_id,
            facility_id=member.facility_id,
            member=member,
            kind=kind,
            token=token,
            index_key=key_id,
        )
        for (member_id, kind, token, key_id), member in wanted.items()
        if (member_id, kind, token, key_id) not in kept
    ]
    if missing:
        SearchToken.objects.bulk_create(missing, batch_size=ROWS_AT_ONCE)


def forget(member_ids: Collection[UUID]) -> None:
    """These members are found by nobody any more."""
    SearchToken.objects.filter(member__in=member_ids).delete()


def identities_of(member_ids: Collection[UUID]) -> set[tuple[UUID, str, bytes]]:
    """By facility, as they stand in the index: under which kana and day of birth these members are found."""
    rows = SearchToken.objects.filter(member__in=member_ids, kind=TokenKind.IDENTITY)
    return {
        (facility, key_id, bytes(token))
        for facility, key_id, token in rows.values_list("facility_id", "index_key", "token")
    }


def identity_tokens(kana: str, birth_date: date) -> list[tuple[str, bytes]]:
    """What the index says of this kana and day of birth: a token under each key of the index."""
    city = current_scope().municipality_id
    return list(_hashes(city, TokenKind.IDENTITY, identity_form(kana, birth_date)).items())


def employed() -> QuerySet[StaffMember]:
    """Who in scope works or has worked; nobody who was erased, or whose hiring was taken back."""
    spans = Employment.objects.filter(withdrawn_at__isnull=True)
    return StaffMember.objects.filter(pk__in=spans.values("member"), erased_at__isnull=True)


def of_identity(kana: str, birth_date: date) -> QuerySet[StaffMember]:
    """Who in scope has ever had this kana and this day of birth."""
    return _with_tokens([TokenKind.IDENTITY], identity_form(kana, birth_date))


def perhaps_named(kana: str) -> QuerySet[StaffMember]:
    """Who in scope may be called so, wholly or by the family name or how it begins: to be compared when opened."""
    return _with_tokens(BY_NAME, search_form(kana))


def is_named(found: Dossier, kana: str) -> bool:
    """Whether somebody who is opened to be shown has ever been called so."""
    wanted = search_form(kana)
    return any(normal_form == wanted for kind, normal_form in _normal_forms(found) if kind in BY_NAME)


def identity_form(kana: str, birth_date: date) -> str:
    """The normal form of a person: kana and day of birth."""
    return f"{search_form(kana)}|{birth_date.isoformat()}"


def number_form(number: str) -> str:
    """
    The normal form of a 保育士登録番号: 千葉県-012345, 千葉　第12345号 and 千葉12345 are one.

    Empty without the prefecture: the same number exists in each, and would make two people one.
    """
    plain = re.sub(r"[\W_第号]", "", unicodedata.normalize("NFKC", number).casefold())
    plain = re.sub(r"^(北海道|京都|東京|\w{2,3}?)[都府県]", r"\1", plain)
    plain = re.sub(r"\d+", lambda digits: digits[0].lstrip("0") or "0", plain)
    return plain if re.fullmatch(r"[^\W\d_]{2,}.*\d.*", plain) else ""


def _normal_forms(found: Dossier) -> Iterable[tuple[TokenKind, str]]:
    for kana in {row.kana for row in found.details}:
        whole, family = search_form(kana), search_form(family_part(kana))
        if whole:
            yield TokenKind.KANA, whole
            yield TokenKind.IDENTITY, identity_form(kana, found.member.birth_date)
        if family:
            yield TokenKind.FAMILY, family
        for length in PREFIX_LENGTHS:
            if length < len(family):
                yield TokenKind.PREFIX, family[:length]
    for row in found.qualifications:
        if row.licence in NUMBERED and (number := number_form(row.number)):
            yield TokenKind.NUMBER, number


def _hashes(city: UUID, kind: TokenKind, normal_form: str) -> dict[str, bytes]:
    length = EXACT_BYTES if kind in SAME_PERSON else BLURRED_BYTES
    whole = blind_index(normal_form, purpose=f"staff|{city}|{kind}")
    return {key_id: token[:length] for key_id, token in whole.items()}


def _with_tokens(kinds: Iterable[TokenKind], normal_form: str) -> QuerySet[StaffMember]:
    city = current_scope().municipality_id
    asked = Q(pk__in=[])
    for kind in kinds:
        asked |= Q(kind=kind, token__in=list(_hashes(city, kind, normal_form).values()))
    rows = SearchToken.objects.filter(asked)
    return employed().filter(pk__in=rows.values("member"))
