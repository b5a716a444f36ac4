"""
What a facility does with an application: saves what was typed, sends it, takes it back, starts a change.

Saving is always possible: what cannot be read stays as it was typed and is told at its field. Sending computes
everything once more from what the rooms know now, refuses with every problem at once, and freezes each value with its
words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from applications import permissions
from applications.definitions import Item, Months
from applications.entering import Entered, read_entries
from applications.events import ApplicationEvent
from applications.filling import FilledItem, Origin, Problem
from applications.models import Application, ApplicationVersion, EvidenceFile, ItemPack
from applications.models.cases import LONGEST_REASON
from applications.operations import papers
from applications.operations.typed_fields import count_typed
from applications.packs_in_force import item_of
from applications.queries.filled import fill_for
from applications.queries.wheel import applies_to
from applications.rounds import Standing, standing_of, standings
from applications.states import PackState, VersionStatus
from audit.record import record
from documents.personal_data import NAMES_A_CHILD, names_a_child
from facilities.actors import Actor
from facilities.models import Facility, Municipality
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from vault import keyed_hash

MEANWHILE = (
    "画面を開いたあとに、この申請が変わりました。入力は下に残っています。確かめて、もう一度保存してください。"
)
NOT_AS_SHOWN = "画面を開いたあとに内容が変わりました。いまの内容を確認してから、もう一度提出してください。"
OTHER_PACK = "様式が新しくなりました。画面を開き直すと、入力した内容を引き継いだ新しい様式になります。"
NEW_PACK = "様式が新しくなりました。内容を確かめて「保存する」を押すと、新しい様式で続けられます。"
NOT_OPEN = "この申請は「{label}」です。変更するときは「変更を申請する」から始めてください。"
IN_REVIEW = "市がすでに審査を始めたので、取り下げられません。直したいことは質問欄で市に伝えてください。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whether and from which month on the item is applied for; ``is_wanted`` None: not said yet."""

    is_wanted: bool | None
    from_month: ServiceMonth | None = None
    to_month: ServiceMonth | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page has shown of a draft: an act on anything else is refused."""

    revision: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose application it is, before there is a row."""

    facility_id: UUID


@operation(ApplicationEvent.SAVED)
def save(
    facility_id: UUID,
    *,
    pack_id: UUID,
    item_key: str,
    wanted: Wanted,
    entries: Mapping[str, Sequence[str]],
    reasons: Mapping[str, str],
    shown_revision: int,
    by: Actor,
    at: datetime,
) -> tuple[ApplicationVersion, Entered]:
    """
    Keep what was typed in the open draft; the first saving makes it. Answers the version and what could not be read.

    :raises NotAllowed: not the facility's own, another page saved meanwhile, or the item is with the city.
    :raises Facility.DoesNotExist: not a facility of the open scope.
    """
    permissions.keep(by, Subject(facility_id))
    facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    pack = _released(pack_id)
    item = _item_for(facility, pack, item_key)
    version = _open_draft(facility, pack, item, shown_revision, by, at)
    entered = read_entries(item, entries)
    before = version.content
    version.content = {
        "typed": {**before.get("typed", {}), **entered.values},
        "unread": dict(entered.unread.items()),
        "reasons": {**before.get("reasons", {}), **{key: text.strip() for key, text in reasons.items()}},
    }
    version.is_wanted = True if item.is_for_all else wanted.is_wanted
    version.from_month = wanted.from_month.first_day if wanted.from_month else None
    version.to_month = wanted.to_month.first_day if wanted.to_month else None
    version.revision += 1
    version.saved_at, version.saved_by = at, by.user_id
    version.save()
    typed = count_typed(version, facility, item, before.get("typed", {}), entered, by, at)
    record(
        ApplicationEvent.SAVED,
        by=by,
        on=version,
        rows={"application_version": [version.pk]},
        # Which fields, never what stands in them.
        detail={"item": item.key, "typed": typed, "unread": sorted(entered.unread)},
    )
    return version, entered


@operation(ApplicationEvent.SUBMITTED)
def submit(
    version_id: UUID, *, shown_revision: int, shown_hash: str, late_reason: str = "", by: Actor, at: datetime
) -> ApplicationVersion:
    """
    Send a draft to the city, with every value as it stands now.

    :raises ApplicationVersion.DoesNotExist: not a version of the open scope.
    :raises NotAllowed: not the facility's own, not a draft, or not as it was shown.
    :raises ProblemsFound: something is missing or wrong; the round is not open, or over and no reason is given.
    """
    version: ApplicationVersion = ApplicationVersion.objects.select_for_update(of=("self",)).get(
        pk=version_id
    )
    may_be_sent(version, by)
    application = version.application
    facility = Facility.objects.get(pk=version.facility_id)
    item = item_of(version.pack, application.item_key)
    filled = fill_for(facility, application.fiscal_year, item, version)
    if Shown(version.revision, hash_of(version, filled)) != Shown(shown_revision, shown_hash):
        raise NotAllowed(NOT_AS_SHOWN)
    problems = before_submission(version, item, filled, application.fiscal_year)
    standing = standing_of(facility, application.fiscal_year, version.round_number, at)
    problems += round_problems(standing, version, late_reason)
    if problems:
        raise ProblemsFound(problems)
    send(version, filled, standing, late_reason=late_reason, by=by, at=at)
    return version


def may_be_sent(version: ApplicationVersion, by: Actor) -> None:
    """:raises NotAllowed: not the facility's own, no draft, or drafted with a pack that holds no more."""
    permissions.keep(by, version)
    if version.status != VersionStatus.DRAFT:
        raise NotAllowed(NOT_OPEN.format(label=VersionStatus(version.status).label))
    if version.pack.state != PackState.RELEASED:
        raise NotAllowed(OTHER_PACK)


def send(
    version: ApplicationVersion,
    filled: FilledItem,
    standing: Standing,
    *,
    late_reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Freeze what was shown and give it to the city; whoever calls has checked it and holds the version."""
    _freeze(version, filled)
    version.late_reason = late_reason.strip() if standing.is_over else ""
    version.move_to(VersionStatus.SUBMITTED)
    version.submitted_at, version.submitted_by = at, by.user_id
    version.save()
    record(
        ApplicationEvent.SUBMITTED,
        by=by,
        on=version,
        rows={"application_version": [version.pk]},
        detail={
            "item": filled.item.key,
            "fiscal_year": standing.round.fiscal_year,
            "content_hash": version.content_hash,
            "late": standing.is_over,
        },
    )
    papers.expect(version, filled.papers if version.is_wanted else (), standing, by=by, at=at)


@operation(ApplicationEvent.WITHDRAWN)
def withdraw(version_id: UUID, *, by: Actor, at: datetime) -> ApplicationVersion:
    """
    Take a sent version back as a draft, until the city has decided anything.

    :raises ApplicationVersion.DoesNotExist: not a version of the open scope.
    :raises NotAllowed: not the facility's own, not with the city, or decided already.
    """
    version: ApplicationVersion = ApplicationVersion.objects.select_for_update(of=("self",)).get(
        pk=version_id
    )
    permissions.keep(by, version)
    if version.status != VersionStatus.SUBMITTED:
        raise NotAllowed(NOT_OPEN.format(label=VersionStatus(version.status).label))
    if version.first_decided_at is not None:
        raise NotAllowed(IN_REVIEW)
    content = version.content
    content.pop("sent", None)
    version.content = content
    version.options, version.facts, version.amount_yen = {}, {}, None
    version.content_hash = version.values_hash = version.late_reason = ""
    version.submitted_at = version.submitted_by = None
    version.move_to(VersionStatus.DRAFT)
    version.revision += 1
    version.save()
    record(ApplicationEvent.WITHDRAWN, by=by, on=version, rows={"application_version": [version.pk]})
    return version


@operation(ApplicationEvent.DISCARDED)
def discard(version_id: UUID, *, shown_revision: int, by: Actor, at: datetime) -> ApplicationVersion:
    """
    Give a draft up: a change that is not needed, an item that was opened by mistake. What was approved stays.

    :raises ApplicationVersion.DoesNotExist: not a version of the open scope.
    :raises NotAllowed: not the facility's own, not a draft, or saved meanwhile.
    """
    version: ApplicationVersion = ApplicationVersion.objects.select_for_update(of=("self",)).get(
        pk=version_id
    )
    permissions.keep(by, version)
    if version.status != VersionStatus.DRAFT:
        raise NotAllowed(NOT_OPEN.format(label=VersionStatus(version.status).label))
    if version.revision != shown_revision:
        raise NotAllowed(MEANWHILE)
    version.move_to(VersionStatus.DISCARDED)
    version.save(update_fields=["status"])
    record(ApplicationEvent.DISCARDED, by=by, on=version, rows={"application_version": [version.pk]})
    return version


def before_submission(
    version: ApplicationVersion, item: Item, filled: FilledItem, fiscal_year: int
) -> list[str]:
    """Everything that must be put right before it can be sent; page and operation ask the same."""
    if version.is_wanted is None:
        return [f"「{item.words.question}」に答えてください。"]
    problems = [] if version.pack.state == PackState.RELEASED else [NEW_PACK]
    problems += _month_problems(version, item, fiscal_year)
    if version.is_wanted:
        unread = unread_in(version, filled)
        # What stands there and cannot be read is not missing as well.
        problems += [one.sentence for one in filled.problems if _control_of(one) not in unread]
        problems += dict.fromkeys(unread_words(filled, name) for name in unread)
    return problems


def _control_of(problem: Problem) -> str:
    """The name of the control the problem is at."""
    return problem.at if problem.row is None else f"{problem.at}.{problem.row}.{problem.column}"


def unread_words(filled: FilledItem, name: str) -> str:
    """What to do about a control whose text cannot be read."""
    label = filled.by_key[name.partition(".")[0]].field.label
    return f"「{label}」を読み取れません。赤い欄を直してください。"


def unread_in(version: ApplicationVersion, filled: FilledItem) -> list[str]:
    """The controls whose text cannot be read, in fields that hold: what stands in the others is not sent."""
    unread = version.content.get("unread", {})
    return [name for name in unread if (one := filled.by_key.get(name.partition(".")[0])) and one.is_shown]


def hash_of(version: ApplicationVersion, filled: FilledItem) -> str:
    """What a page shows and an act compares: everything that would be sent."""
    return sha256(_plain(version, _sent_of(version, filled))).hexdigest()


def hash_of_sent(version: ApplicationVersion) -> str:
    """
    Of what is sent, its files too: the ``content_hash`` a decision compares. Computed again it tells whether anybody
    has changed what lies sealed.
    """
    files = EvidenceFile.objects.filter(version=version).values_list("content_hash", flat=True)
    plain = _plain(version, version.content.get("sent", {}))
    return sha256(plain + "".join(sorted(files)).encode()).hexdigest()


def _values_hash(version: ApplicationVersion, filled: FilledItem) -> str:
    """The same for the same answers in two years: months are counted from April. Keyed: values can be guessed."""
    april = date(version.application.fiscal_year, 4, 1)
    months = [
        None if day is None else (day.year - april.year) * 12 + day.month - april.month
        for day in (version.from_month, version.to_month)
    ]
    plain = _plain(version, _sent_of(version, filled), months=months)
    return keyed_hash(plain.decode(), purpose="application-values").hex()


def _plain(
    version: ApplicationVersion, sent: Mapping[str, Mapping[str, Any]], months: Sequence[Any] | None = None
) -> bytes:
    from_month, to_month = months or (str(version.from_month or ""), str(version.to_month or ""))
    shown = {
        "wanted": version.is_wanted,
        "from": from_month,
        "to": to_month,
        "values": {key: kept["value"] for key, kept in sent.items()},
        "reasons": {key: kept["reason"] for key, kept in sent.items() if kept["origin"] == Origin.DIFFERS},
    }
    return json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()


def _sent_of(version: ApplicationVersion, filled: FilledItem) -> dict[str, dict[str, Any]]:
    """Every value as it would be sent, and where it is from; nothing where it is not applied for."""
    return {
        one.field.key: {
            "value": one.value,
            "origin": one.origin.value,
            "words": one.known.words if one.known else "",
            "reason": one.reason,
        }
        for one in (filled.shown if version.is_wanted else ())
    }


def _freeze(version: ApplicationVersion, filled: FilledItem) -> None:
    """Every value as it is sent, where it is from, and what pricing and lists need of it."""
    content = version.content
    content["sent"] = _sent_of(version, filled)
    content.pop("unread", None)
    if version.is_wanted:  # what does not hold was not said: it goes no further than the draft
        shown = {one.field.key for one in filled.shown}
        for kept in ("typed", "reasons"):
            content[kept] = {key: value for key, value in content.get(kept, {}).items() if key in shown}
    version.content = content
    version.options = filled.options if version.is_wanted else {}
    version.facts = filled.facts if version.is_wanted else {}
    version.amount_yen = filled.amount_yen if version.is_wanted else None
    version.content_hash = hash_of_sent(version)
    version.values_hash = _values_hash(version, filled)


def _month_problems(version: ApplicationVersion, item: Item, fiscal_year: int) -> list[str]:
    first, last = date(fiscal_year, 4, 1), date(fiscal_year + 1, 3, 1)
    if item.months is not Months.FROM:
        return []
    if version.from_month is None:
        # Who stops during the year says when; who never began has no month.
        if version.is_wanted or version.replaces_id is not None:
            return ["適用を始める月（やめるときは、やめる月）を選んでください。"]
        return []
    if not first <= version.from_month <= last:
        return [f"適用を始める月は、{fiscal_year}年4月から{fiscal_year + 1}年3月までの月にしてください。"]
    if version.to_month is not None and not version.from_month <= version.to_month <= last:
        return ["適用を終える月は、始める月から年度の終わりまでの月にしてください。"]
    return []


def round_problems(standing: Standing, version: ApplicationVersion, late_reason: str) -> list[str]:
    """Before its round nothing is sent, except changes, which may be reported any day; after it only with a reason."""
    reason = late_reason.strip()
    if len(reason) > LONGEST_REASON:
        return [f"遅れた理由は{LONGEST_REASON}字までで入力してください。"]
    if names_a_child(reason):
        return [f"遅れた理由：{NAMES_A_CHILD}"]
    if version.replaces_id is not None or version.answers_id is not None:
        return []
    if standing.is_ahead:
        return [f"「{standing.name}」は{standing.opens_words}から提出できます。入力は保存されています。"]
    if standing.is_over and not reason:
        return [f"締切（{standing.closes_words}）を過ぎています。遅れた理由を入力してください。"]
    return []


def _released(pack_id: UUID) -> ItemPack:
    pack: ItemPack = ItemPack.objects.get(pk=pack_id)
    if pack.state != PackState.RELEASED:
        raise NotAllowed(OTHER_PACK)
    return pack


def _item_for(facility: Facility, pack: ItemPack, item_key: str) -> Item:
    try:
        item = item_of(pack, item_key)
    except KeyError:
        raise NotAllowed(OTHER_PACK) from None
    if not applies_to(item, facility, pack.fiscal_year):
        raise NotAllowed("この項目は、この施設では申請しません。")
    return item


def begin(facility_id: UUID, *, pack_id: UUID, item_key: str, by: Actor) -> Application:
    """
    The facility's application by an item, begun if need be: something can be said about it before anything is typed.

    Whoever calls is an operation of its own.

    :raises NotAllowed: not the facility's own, or the item is not asked of it (any more).
    :raises Facility.DoesNotExist: not a facility of the open scope.
    """
    permissions.keep(by, Subject(facility_id))
    pack = _released(pack_id)
    facility = Facility.objects.get(pk=facility_id)
    return _application_of(facility, pack, _item_for(facility, pack, item_key))


def _application_of(facility: Facility, pack: ItemPack, item: Item) -> Application:
    application: Application
    application, _ = Application.objects.get_or_create(
        municipality_id=facility.municipality_id,
        facility=facility,
        fiscal_year=pack.fiscal_year,
        family=pack.family,
        item_key=item.key,
        defaults={"label": item.label, "stage": item.stage.value},
    )
    return application


def _open_draft(
    facility: Facility, pack: ItemPack, item: Item, shown_revision: int, by: Actor, at: datetime
) -> ApplicationVersion:
    """The draft one types into: the open one, the answer to a returned one, or the next after the approved one."""
    application = _application_of(facility, pack, item)
    versions = list(
        ApplicationVersion.objects.select_for_update(of=("self",))
        .filter(application=application)
        .order_by("number")
    )
    current: ApplicationVersion | None = next((version for version in versions if version.is_open), None)
    if current is not None and current.status == VersionStatus.SUBMITTED:
        raise NotAllowed(NOT_OPEN.format(label=VersionStatus(current.status).label))
    if current is not None and current.status == VersionStatus.DRAFT:
        if current.revision != shown_revision:
            raise NotAllowed(MEANWHILE)
        if current.pack_id != pack.pk:
            current.pack = pack
        return current
    if shown_revision != 0:
        raise NotAllowed(MEANWHILE)
    approved = next((version for version in versions if version.status == VersionStatus.APPROVED), None)
    if current is not None:  # returned: its correction takes its place
        current.move_to(VersionStatus.SUPERSEDED)
        current.save(update_fields=["status"])
    version = ApplicationVersion(
        municipality_id=facility.municipality_id,
        facility=facility,
        application=application,
        number=len(versions) + 1,
        pack=pack,
        round_number=_round_of(item, approved, facility, pack.fiscal_year, at),
        replaces=approved,
        answers=current,
        saved_at=at,
        saved_by=by.user_id,
    )
    start = current or approved
    version.content = {
        "typed": dict(start.content.get("typed", {})) if start else {},
        "reasons": dict(start.content.get("reasons", {})) if start else {},
    }
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError as race:
        raise NotAllowed(MEANWHILE) from race
    return version


def _round_of(
    item: Item, approved: ApplicationVersion | None, facility: Facility, fiscal_year: int, at: datetime
) -> int:
    """
    The round the version is counted in: for a change the item's last; else the last of its rounds that has begun, so
    that what begins in October is on time in October, and what nobody sent in April is late in May.
    """
    if approved is not None or len(item.rounds) == 1:
        return item.rounds[-1] if approved is not None else item.rounds[0]
    municipality = Municipality.objects.get(pk=facility.municipality_id)
    own = standings(municipality, [facility], fiscal_year, at)[facility.pk]
    begun = [one.round.number for one in own if one.round.number in item.rounds and not one.is_ahead]
    return begun[-1] if begun else item.rounds[0]
