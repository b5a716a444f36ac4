"""Two facilities, two cities, a person of every kind, and a row behind every id that an address can name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from claims.cells import Cell, DisputedCell
from claims.models import Claim, CountDispute, CountImport
from claims.operations import review
from claims.operations.confirming import dispute
from claims.operations.submitting import submit
from documents.packs.shipped import shipped
from facilities.actors import Role
from facilities.models import (
    AddressRegistration,
    Branch,
    CorporationName,
    FacilityDetail,
    FacilityProfile,
    GrantedItem,
    Membership,
    Suspension,
)
from facilities.periods import ServiceMonth
from facilities.views.schedule import feed_token
from tests.access.applications import ApplicationRows, application_rows
from tests.access.staff import staff_rows
from tests.access.subjects import (
    api_token,
    asked_erasure,
    bundle_of,
    contact_of,
    document_of,
    entry_sheet,
    failed_document_of,
    loaded_book,
    loaded_font,
    mapping_draft,
    notice_for,
    overlapping_pair,
    previewed_charges,
    previewed_import,
    previewed_list,
    refused_drop,
    roster_file,
    roster_mapping,
    saved_mapping,
    started_form,
    work_rules_of,
)
from tests.cast import (
    APRIL,
    JUNE,
    MAY,
    Browser,
    City,
    Nursery,
    give_counts,
    make_city,
    make_facility,
    sign_in,
)
from tests.claims.stage import AT, nursery, ready_claim
from tests.record import events_of
from tests.staff_records.stage import add_member

JULY = JUNE.plus(1)
MARKED = DisputedCell(cell=Cell("129999", "3", "0", "standard"), claimed=9, reason="7月1日に転入しています。")
# What is done to a draft is asked of one; everything else of the notice that was sent.
OF_A_DRAFT = {f"notices:{name}" for name in ("edit", "send", "delete", "attach", "detach")}
PEOPLE = (
    "anonymous",
    "own clerk",
    "stranger clerk",
    "enrolment",
    "officer",
    "chief",
    "manager",
    "administrator",
    "auditor",
    "other city",
)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside is taken back, so that every person finds the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class World:
    """さくら保育園 with everything, すみれ保育園 beside her, and another city."""

    city: City
    sakura: Nursery
    sumire: Nursery
    other: City
    draft: Claim
    submitted: Claim
    approved: Claim
    ids: dict[str, UUID]
    draft_ids: dict[str, UUID]
    staff_ids: dict[str, UUID]
    applied: ApplicationRows
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    user_ids: dict[str, str] = field(default_factory=dict)

    def browser(self, person: str) -> Browser:
        """A fresh browser of one of ``PEOPLE``, signed in."""
        browser = Browser()
        browser.cookies.update(self.cookies[person])
        return browser

    def sign_in_everybody(self) -> None:
        """One login each; ``browser`` shares it."""
        users = {
            "own clerk": self.sakura.clerk,
            "stranger clerk": self.sumire.clerk,
            "other city": self.other.people[Role.OFFICER],
            **{role.value: user for role, user in self.city.people.items()},
            **{f"other {role.value}": user for role, user in self.other.people.items()},
        }
        self.cookies = {person: sign_in(user).cookies for person, user in users.items()}
        self.cookies["anonymous"] = Browser().cookies
        self.user_ids = {person: str(user.pk) for person, user in users.items()}

    def arguments(self, view_name: str, names: list[str]) -> dict[str, Any]:
        """The rows an address is about: さくら保育園's."""
        claim = self.submitted if view_name.startswith("approvals:") else self.draft
        known = {
            "facility_number": self.sakura.facility.number,
            "number": self.sakura.facility.number,
            "month": JULY if view_name == "claims:dispute_counts" else JUNE,
            "claim_id": claim.pk,
            "subject": "claim",
            "subject_id": self.approved.pk,
            "day": "2026-12-28",
            "fiscal_year": ServiceMonth.of(timezone.localdate()).fiscal_year,
            "year": ServiceMonth.of(timezone.localdate()).fiscal_year + 1,
            "step": "claim",
            "table": "members",
            "kind": "nursery",
            "shipped": "2026-04-sample",
            "content_hash": shipped()[0].content_hash,
            "part": "manifest.toml",
            "act": "undo",
            "file_format": "pdf",
            "token": feed_token(self.city.municipality.code, "facility"),
            **self.applied.words,
            **self.ids,
            **(self.draft_ids if view_name in OF_A_DRAFT else {}),
            **({"version_id": self.applied.under_review} if view_name.startswith("item_review:") else {}),
            "row_id": self.staff_ids.get(view_name.split("_")[-1]),
        }
        return {name: known[name] for name in names}

    def unknown(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The same address about nothing that exists."""
        return {
            name: uuid4()
            if isinstance(value, UUID)
            else "1299900009999"
            if name in {"facility_number", "number"}
            else value
            for name, value in arguments.items()
        }


def make_world() -> World:
    """April approved, May submitted, June drafted, July disputed."""
    city = make_city()
    sakura, sumire = nursery(city), make_facility(city, "すみれ保育園", number="1299900000902")
    approved, submitted = _submitted(sakura, APRIL), _submitted(sakura, MAY)
    with city.open(Role.CHIEF) as chief:
        review.approve(Claim.objects.get(pk=approved.pk), by=chief, at=AT)
    draft = ready_claim(sakura, JUNE)
    sheet = give_counts(sakura, JULY)
    with sakura.open() as clerk:
        dispute(sheet.pk, [MARKED], shown_version=sheet.version, by=clerk, at=AT)
    with city.open():
        profile = FacilityProfile.objects.get(facility=sakura.facility)
        granted = GrantedItem.objects.filter(facility=sakura.facility).order_by("code")[0]
        membership = Membership.objects.get(user=sakura.clerk)
        registration = AddressRegistration(
            municipality=city.municipality, user=sakura.clerk, registered_at=AT, registered_by=uuid4()
        )
        registration.address = "new@example.jp"
        registration.save()
        suspension = Suspension.objects.create(
            municipality=city.municipality,
            facility=sakura.facility,
            from_month=date(2030, 4, 1),
            reason="改修工事のため",
        )
        branch = Branch.objects.create(
            municipality=city.municipality,
            facility=sakura.facility,
            name="さくら保育園 分園",
            postal_code="279-0001",
            location="青葉台市中央2-1",
            capacity=10,
            from_month=date(2030, 4, 1),
        )
        for day, name in ((sakura.facility.opened_on, "さくら保育園"), (date(2030, 4, 1), "新さくら保育園")):
            detail = FacilityDetail.objects.create(
                municipality=city.municipality,
                facility=sakura.facility,
                from_day=day,
                name=name,
                postal_code=sakura.facility.postal_code,
                location=sakura.facility.location,
                ownership=sakura.facility.ownership,
            )
        CorporationName.objects.create(
            municipality=city.municipality,
            corporation=sakura.facility.corporation,
            name=sakura.facility.corporation.name,
        )
        disputed = CountDispute.objects.get(sheet=sheet)
    with sakura.open():
        add_member(sakura, name="見本　一子", kana="みほん　いちこ", birth_date=date(1985, 5, 5))
    waiting, roster_layout = roster_file(sakura), roster_mapping(sakura)
    entry_sheet(sakura)
    previewed: CountImport = previewed_import(city)
    notice, file = notice_for(sakura)
    notice_draft, draft_file = notice_for(sakura, send=False)
    document = document_of(sakura, approved)
    failed_document_of(sakura, document)
    contact_of(sakura)
    ids = {
        "profile_id": profile.pk,
        "granted_id": granted.pk,
        "membership_id": membership.pk,
        "registration_id": registration.pk,
        "suspension_id": suspension.pk,
        "branch_id": branch.pk,
        "detail_id": detail.pk,
        "corporation_id": sakura.facility.corporation_id,
        "dispute_id": disputed.pk,
        "import_id": previewed.pk,
        "charge_import_id": previewed_charges(city).pk,
        "mapping_id": saved_mapping(city).pk,
        "token_id": api_token(city)[0].pk,
        "refusal_id": refused_drop(city).pk,
        "draft_id": mapping_draft(city).pk,
        "roster_import_id": waiting.pk,
        "roster_mapping_id": roster_layout.pk,
        "list_id": previewed_list(city).pk,
        "book_id": loaded_book(city).pk,
        "city_font_id": loaded_font(city).pk,
        "form_pack_id": started_form(city).pk,
        "event_id": events_of(city)[0].pk,
        "document_id": document.pk,
        "bundle_id": bundle_of(sakura, document).pk,
        "notice_id": notice.pk,
        "attachment_id": file.pk,
        "pair_id": overlapping_pair(sakura, sumire),
        "rule_id": work_rules_of(sakura).pk,
        "erasure_id": asked_erasure(sakura).pk,
    }
    applied = application_rows(sakura)
    ids |= applied.ids
    staff = staff_rows(sakura)
    ids |= {"member_id": staff.pop("member"), "change_id": staff.pop("change")}
    draft_ids = {"notice_id": notice_draft.pk, "attachment_id": draft_file.pk}
    other = make_city("129998", "緑野市")
    world = World(city, sakura, sumire, other, draft, submitted, approved, ids, draft_ids, staff, applied)
    world.sign_in_everybody()
    return world


def _submitted(place: Nursery, month: Any) -> Claim:
    claim = ready_claim(place, month)
    with place.open() as clerk:
        return submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
