"""Paper and bad luck: two orders at once, two workers at once, a rendering that breaks, and one that is given up."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.utils import timezone

from claims.models import Claim
from documents import operations, queries
from documents.models import Document
from jobs import running
from jobs.models import Job
from tests.approvals.test_four_eyes import at_once
from tests.cast import City, Nursery, make_city, sign_in
from tests.documents.test_claim_form import approve, submitted_claim
from tests.record import events_of

pytestmark = pytest.mark.django_db(transaction=True)


class PowerCut(Exception):
    """The worker is gone in the middle."""


def approved_claim() -> tuple[City, Nursery, Claim]:
    city = make_city()
    garden, claim = submitted_claim(city)
    approve(city, claim)
    return city, garden, claim


def order(garden: Nursery, claim: Claim) -> list[Document]:
    with garden.open() as clerk:
        return operations.order("commission_claim", "claim", claim.pk, by=clerk, at=timezone.now())


def progress_of(claim: Claim) -> Sequence[queries.Progress]:
    """Of the request, among all forms of the claim."""
    [form] = [one for one in queries.panel_for("claim", claim.pk).forms if one.code == "commission_claim"]
    return form.progress


def test_two_orders_at_once_make_each_format_once() -> None:
    _, garden, claim = approved_claim()

    first, second = at_once([lambda: order(garden, claim), lambda: order(garden, claim)])

    assert {document.pk for document in first} == {document.pk for document in second}
    assert Job.objects.filter(kind=operations.RENDER).count() == 2


def test_two_workers_with_one_job_render_it_once() -> None:
    city, garden, claim = approved_claim()
    job_id = order(garden, claim)[0].job_id

    results = at_once([lambda: running.run(job_id), lambda: running.run(job_id)])

    assert results.count(running.Result.DONE) == 1
    assert len(events_of(city, "documents.rendered")) == 1


def test_a_rendering_cut_in_the_middle_leaves_nothing_and_is_done_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    city, garden, claim = approved_claim()
    job_id = order(garden, claim)[0].job_id

    def cut(*_: Any, **__: Any) -> None:
        raise PowerCut

    with monkeypatch.context() as broken:
        # After the content was stored, before the transaction ended.
        broken.setattr(operations, "record", cut)
        assert running.run(job_id) is running.Result.FAILED
    with garden.open():
        assert not Document.objects.filter(ready_at__isnull=False).exists()
    Job.objects.filter(pk=job_id).update(due_at=timezone.now())

    assert running.run(job_id) is running.Result.DONE
    assert len(events_of(city, "documents.rendered")) == 1


def test_what_was_given_up_is_said_and_can_be_ordered_anew() -> None:
    _, garden, claim = approved_claim()
    given_up = [document.job_id for document in order(garden, claim)]
    Job.objects.filter(pk__in=given_up).update(failed_at=timezone.now())
    browser = sign_in(garden.clerk)
    base = f"/f/{garden.facility.number}/documents"

    shown = browser.get(f"{base}/").content.decode()
    assert shown.count("作成できませんでした") == 2
    assert "もう一度作る" in browser.get(f"{base}/progress/claim/{claim.pk}/").content.decode()
    order(garden, claim)
    running.run_due()

    with garden.open():
        assert {one.state for one in progress_of(claim)} == {"ready"}
