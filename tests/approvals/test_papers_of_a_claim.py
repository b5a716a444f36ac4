"""What the city gives out of a claim it has decided: ordered where it was reviewed."""

from django.utils import timezone

from approvals.operations import claims as review
from claims.form_subjects import CODE
from documents.models import Document
from facilities.actors import Role
from tests.cast import City, make_city, sign_in
from tests.claims.stage import nursery, ready_claim
from tests.claims.test_form_subjects import approve, send

NOTICES = ("支給決定通知書", "支払通知書")


def page_and_panel(city: City, claim_id: object, role: Role = Role.OFFICER) -> tuple[str, str]:
    browser = sign_in(city.people[role])
    page = browser.get(f"/c/review/{claim_id}/").content.decode()
    panel = browser.get(f"/c/documents/progress/{CODE}/{claim_id}/")
    return page, panel.content.decode() if panel.status_code == 200 else ""


def test_an_approved_claim_leads_to_its_notices_and_one_is_ordered(db: None) -> None:
    city = make_city()
    sakura = nursery(city)
    claim = ready_claim(sakura)
    send(sakura, claim)
    waiting, _ = page_and_panel(city, claim.pk)

    approve(city, claim)
    decided, panel = page_and_panel(city, claim.pk)

    address = f"/c/documents/progress/{CODE}/{claim.pk}/"
    assert address not in waiting
    assert address in decided
    assert all(notice in panel for notice in (*NOTICES, "委託費請求書"))
    assert "返戻通知書" not in panel
    assert "過誤申立書" not in panel
    browser = sign_in(city.people[Role.OFFICER])
    answer = browser.post(
        f"/c/documents/order/{CODE}/{claim.pk}/", {"form": "decision_notice", "back": "/c/"}
    )
    assert answer.status_code == 302
    with city.open():
        assert set(Document.objects.values_list("form", flat=True)) == {"decision_notice"}


def test_a_returned_claim_has_its_notice_and_no_request(db: None) -> None:
    city = make_city()
    sakura = nursery(city)
    claim = ready_claim(sakura)
    send(sakura, claim)
    with city.open(Role.OFFICER) as officer:
        review.return_to_facility(
            claim.pk, shown_hash=claim.content_hash, reason="土曜日", by=officer, at=timezone.now()
        )

    _, panel = page_and_panel(city, claim.pk)

    assert "返戻通知書" in panel
    assert "委託費請求書" not in panel


def test_whoever_may_not_print_is_not_led_there(db: None) -> None:
    city = make_city()
    sakura = nursery(city)
    claim = ready_claim(sakura)
    send(sakura, claim)
    approve(city, claim)

    page, panel = page_and_panel(city, claim.pk, Role.AUDITOR)

    assert "documents-panel" not in page
    assert panel == ""
