"""Bundles: what was asked for is in the file or in its list of what is missing, whatever happens on the way."""

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from documents import bundle_files, bundle_operations, bundle_parts, bundle_queries, operations, queries
from documents.bundle_models import Packing
from documents.bundle_operations import Wish
from documents.models import Bundle, BundleItem, BundlePart, Document, Format
from facilities.actors import Role
from facilities.rules import NotAllowed
from jobs import running
from jobs.models import Job, Lane
from person_keys import store
from tests.cast import JUNE, MAY, City, Nursery, make_city, make_facility, sign_in
from tests.documents.errands import CODE, Errands, errands_known, page_pack, sheet_pack

BOTH = (Format.PDF, Format.XLSX)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def nurseries(city: City) -> list[Nursery]:
    return [
        make_facility(city, f"{name}保育園", number=f"12999000009{place:02}")
        for place, name in enumerate(("さくら", "すみれ", "もみじ"), start=1)
    ]


@pytest.fixture
def errands(nurseries: list[Nursery]) -> Iterator[Errands]:
    with errands_known(page_pack(), sheet_pack()) as known:
        for nursery in nurseries:
            known.add(nursery, JUNE, words=nursery.facility.name)
        yield known


@pytest.fixture
def run_jobs(db: None) -> Callable[[], None]:
    """Do what waits, and what that asks for, until nothing is left."""

    def run() -> None:
        while running.run_due():
            pass

    return run


def wish(**given: Any) -> Wish:
    asked: dict[str, Any] = {
        "title": "令和8年6月分_全施設",
        "packing": Packing.ZIP,
        "forms": (),
        "formats": BOTH,
        "first": JUNE,
        "last": JUNE,
    }
    return Wish(**{**asked, **given})


def order(city: City, role: Role = Role.OFFICER, **given: Any) -> Bundle:
    with city.open(role) as person:
        return bundle_operations.order(wish(**given), by=person, at=timezone.now())


def content(city: City, bundle: Bundle) -> bytes:
    with city.open(Role.OFFICER) as person:
        return bundle_operations.content_of(Bundle.objects.get(pk=bundle.pk), by=person)


def view_of(city: City, bundle: Bundle) -> bundle_queries.BundleView:
    with city.open():
        [view] = bundle_queries.bundle_views([Bundle.objects.get(pk=bundle.pk)])
    return view


def names_in(zipped: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(zipped)) as packed:
        assert packed.testzip() is None
        return packed.namelist()


def test_a_month_of_all_facilities_is_a_folder_each_with_every_form(
    city: City, errands: Errands, nurseries: list[Nursery], run_jobs: Any
) -> None:
    bundle = order(city)
    run_jobs()

    view = view_of(city, bundle)
    assert (view.state, view.total, view.ready) == ("ready", 9, 9)
    names = names_in(content(city, bundle))
    for nursery in nurseries:
        folder = f"{nursery.facility.number}_{nursery.facility.name}"
        stem = f"{folder}/{nursery.facility.number}_令和8年度_06_"
        assert {f"{stem}用事の届.pdf", f"{stem}用事の表.pdf", f"{stem}用事の表.xlsx"} <= set(names)
    assert len(names) == 9


def test_what_is_there_is_not_made_again(
    city: City, errands: Errands, nurseries: list[Nursery], run_jobs: Any
) -> None:
    [errand] = [row for row in errands.rows.values() if row.facility_id == nurseries[0].facility.pk]
    with nurseries[0].open() as clerk:
        [there] = operations.order("errand_page", CODE, errand.id, by=clerk, at=timezone.now())
    run_jobs()
    asked = errands.values_asked

    bundle = order(city, forms=("errand_page",), formats=(Format.PDF,))
    run_jobs()

    assert errands.values_asked == asked + 2
    with city.open():
        assert BundleItem.objects.filter(bundle=bundle, document_id=there.pk).count() == 1
        assert Document.objects.count() == 3


def test_one_pdf_has_bookmarks_by_facility_and_form(
    city: City, errands: Errands, nurseries: list[Nursery], run_jobs: Any
) -> None:
    bundle = order(city, packing=Packing.PDF)
    run_jobs()

    reader = PdfReader(io.BytesIO(content(city, bundle)))
    tops = [one.title for one in reader.outline if not isinstance(one, list)]
    assert tops == [f"{one.facility.name}（{one.facility.number}）" for one in nurseries]
    assert [[one.title for one in part] for part in reader.outline if isinstance(part, list)] == [
        ["令和8年6月分 用事の届", "令和8年6月分 用事の表"]
    ] * 3
    with city.open(Role.OFFICER) as person:
        singles = [
            PdfReader(io.BytesIO(operations.content_of(Document.objects.get(pk=document_id), by=person)))
            for document_id in BundleItem.objects.filter(bundle=bundle).values_list("document_id", flat=True)
        ]
    alone = [page.extract_text() for single in singles for page in single.pages]
    assert [page.extract_text() for page in reader.pages] == alone


def test_merging_keeps_no_tags_which_the_readme_says(city: City, errands: Errands, run_jobs: Any) -> None:
    bundle = order(city, packing=Packing.PDF, forms=("errand_page",))
    run_jobs()

    merged = PdfReader(io.BytesIO(content(city, bundle)))
    with city.open(Role.OFFICER) as person:
        single = PdfReader(io.BytesIO(operations.content_of(Document.objects.first(), by=person)))

    assert "/StructTreeRoot" in single.trailer["/Root"]
    assert "/StructTreeRoot" not in merged.trailer["/Root"]


@pytest.mark.parametrize("packing", list(Packing))
def test_what_is_missing_stands_on_the_page_and_in_the_file(
    city: City, errands: Errands, nurseries: list[Nursery], packing: Packing, run_jobs: Any
) -> None:
    rows = list(errands.rows.values())
    errands.change(rows[0], is_final=False)
    errands.change(rows[1], words="鸙" + chr(0xE000))
    del errands.rows[rows[2].id]
    kept = errands.add(nurseries[2], JUNE)
    bundle = order(city, packing=packing, forms=("errand_sheet",), formats=(Format.PDF,))

    run_jobs()

    view = view_of(city, bundle)
    page = sign_in(city.people[Role.OFFICER]).get(f"/c/documents/bundles/{bundle.pk}/").content.decode()
    assert kept.id in errands.rows
    assert view.total == 3
    with city.open():
        missing = [
            (one.item.about_name, " ".join(one.sentences)) for one in bundle_queries.reasons_of(bundle)
        ]
    assert (nurseries[0].facility.name, operations.NOT_FINAL) in missing
    assert len(missing) == view.bundle.missing
    if packing == Packing.ZIP:
        with zipfile.ZipFile(io.BytesIO(content(city, bundle))) as packed:
            told = packed.read(bundle_files.MISSING_FILE).decode("utf-8-sig")
    else:
        told = PdfReader(io.BytesIO(content(city, bundle))).pages[0].extract_text()
    for name, _reason in missing:
        assert name in told.replace("\n", "")
        assert name in page
    assert view.state == "incomplete"


def test_the_failed_can_be_tried_again_and_nothing_else_is_made_anew(
    city: City, errands: Errands, run_jobs: Any
) -> None:
    [first, *_] = errands.rows.values()
    draft = errands.change(first, is_final=False)
    bundle = order(city, forms=("errand_page",))
    run_jobs()
    assert view_of(city, bundle).state == "incomplete"
    errands.change(draft, is_final=True)
    asked = errands.values_asked

    with city.open(Role.OFFICER) as person:
        bundle_operations.retry(bundle.pk, by=person, at=timezone.now())
    run_jobs()

    view = view_of(city, bundle)
    assert (view.state, view.ready, view.bundle.round) == ("ready", 3, 2)
    assert errands.values_asked == asked + 1
    assert bundle_files.MISSING_FILE not in names_in(content(city, bundle))
    with city.open(Role.OFFICER) as person, pytest.raises(NotAllowed):
        bundle_operations.retry(bundle.pk, by=person, at=timezone.now())


def test_ordered_twice_and_every_job_done_twice_it_is_one_bundle(
    city: City, errands: Errands, run_jobs: Any
) -> None:
    first, second = order(city), order(city)
    assert first.pk == second.pk
    while running.run_due():
        again = Job.objects.filter(kind__in=[bundle_operations.LIST, bundle_operations.ORDER_ITEM])
        again.filter(attempts=1).update(done_at=None)

    view = view_of(city, first)
    assert (view.state, view.total, view.ready) == ("ready", 9, 9)
    with city.open():
        assert Document.objects.count() == 9
        assert BundleItem.objects.filter(bundle=first).count() == 9


def test_a_worker_killed_while_packing_leaves_nothing_and_the_next_one_packs(
    city: City, errands: Errands, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCutError(Exception):
        pass

    store_part = bundle_files.store_part

    def cut(*args: Any) -> None:
        store_part(*args)
        raise PowerCutError

    bundle = order(city)
    with monkeypatch.context() as broken:
        broken.setattr(bundle_files, "store_part", cut)
        run_jobs()
    with city.open():
        assert not BundlePart.objects.exists()
    assert view_of(city, bundle).state == "packing"
    Job.objects.filter(kind=bundle_operations.ASSEMBLE).update(due_at=timezone.now())

    run_jobs()

    assert view_of(city, bundle).state == "ready"
    assert len(names_in(content(city, bundle))) == 9


def test_a_document_given_up_does_not_keep_the_bundle(city: City, errands: Errands, run_jobs: Any) -> None:
    bundle = order(city, forms=("errand_page",))
    with city.open():
        bundle_operations.list_items(bundle.pk)
    Job.objects.filter(kind=bundle_operations.LIST).update(done_at=timezone.now())
    for job_id in Job.objects.filter(kind=bundle_operations.ORDER_ITEM).values_list("pk", flat=True):
        running.run(job_id)
    given_up = Job.objects.filter(kind=operations.RENDER).first()
    assert given_up is not None
    others = Job.objects.filter(kind=operations.RENDER).exclude(pk=given_up.pk)
    for job_id in others.values_list("pk", flat=True):
        running.run(job_id)
    Job.objects.filter(pk=given_up.pk).update(failed_at=timezone.now())
    # Everybody else has looked before the last was given up.
    assert view_of(city, bundle).state == "packing"
    assert not Job.objects.filter(kind=bundle_operations.ASSEMBLE).exists()

    with city.open():
        bundle_operations.settle_all()
    run_jobs()

    view = view_of(city, bundle)
    assert (view.state, view.ready, view.bundle.missing) == ("incomplete", 2, 1)


def test_an_order_given_up_does_not_keep_the_bundle(city: City, errands: Errands, run_jobs: Any) -> None:
    bundle = order(city, forms=("errand_sheet",))
    running.run_due()
    lost = Job.objects.filter(kind=bundle_operations.ORDER_ITEM).order_by("pk").first()
    assert lost is not None
    Job.objects.filter(pk=lost.pk).update(failed_at=timezone.now())
    run_jobs()
    assert view_of(city, bundle).state == "making"

    with city.open():
        bundle_operations.settle_all()
    run_jobs()

    view = view_of(city, bundle)
    assert (view.state, view.ready, view.bundle.missing) == ("incomplete", 4, 2)
    with city.open():
        told = {tuple(one.sentences) for one in bundle_queries.reasons_of(bundle)}
    assert told == {(bundle_operations.GIVEN_UP,)}


def test_a_format_that_is_gone_meanwhile_is_no_missing_one(
    city: City, errands: Errands, run_jobs: Any
) -> None:
    bundle = order(city, forms=("errand_sheet",))
    running.run_due()
    errands.packs[:] = [page_pack("errand_sheet")]
    run_jobs()

    view = view_of(city, bundle)
    assert (view.state, view.total, view.ready) == ("ready", 3, 3)


def test_a_damaged_document_is_left_out_and_named(city: City, errands: Errands, run_jobs: Any) -> None:
    bundle = order(city, forms=("errand_page",))
    run_jobs()
    with city.open():
        Document.objects.filter(pk=Document.objects.order_by("pk")[0].pk).update(content_hash="0" * 64)
        bundle.refresh_from_db()
        BundlePart.objects.all().delete()
        bundle.ready_at, bundle.size_bytes, bundle.content_hash = None, None, ""
        bundle.save()
        bundle_operations.assemble(bundle.pk)

    view = view_of(city, bundle)
    assert (view.state, view.bundle.missing) == ("incomplete", 1)
    with zipfile.ZipFile(io.BytesIO(content(city, bundle))) as packed:
        assert bundle_files.DAMAGED in packed.read(bundle_files.MISSING_FILE).decode()


def test_cancelled_it_makes_nothing_more_and_takes_nobody_elses(
    city: City, errands: Errands, nurseries: list[Nursery], run_jobs: Any
) -> None:
    bundle = order(city, forms=("errand_page",))
    with city.open():
        bundle_operations.list_items(bundle.pk)
        for item in BundleItem.objects.filter(bundle=bundle):
            bundle_operations.order_items(item.pk)
    [errand] = [row for row in errands.rows.values() if row.facility_id == nurseries[0].facility.pk]
    with nurseries[0].open() as clerk:
        [mine] = operations.order("errand_page", CODE, errand.id, by=clerk, at=timezone.now())

    with city.open(Role.OFFICER) as person:
        bundle_operations.cancel(bundle.pk, by=person, at=timezone.now())
    run_jobs()

    assert view_of(city, bundle).state == "cancelled"
    with city.open():
        assert list(Document.objects.values_list("pk", flat=True)) == [mine.pk]
        assert not BundlePart.objects.exists()


def test_bundles_let_other_work_pass(city: City, errands: Errands, nurseries: list[Nursery]) -> None:
    order(city)
    [errand, *_] = errands.rows.values()
    with nurseries[0].open() as clerk:
        operations.order("errand_page", CODE, errand.id, by=clerk, at=timezone.now())

    lanes = dict(Job.objects.values_list("kind", "lane"))

    assert lanes == {bundle_operations.LIST: Lane.BULK, operations.RENDER: Lane.USUAL}


def test_each_document_of_181_facilities_costs_the_same(city: City, errands: Errands) -> None:
    def queries_of(count: int) -> int:
        errands.rows.clear()
        for nursery in nurseries[:count]:
            errands.add(nursery, MAY)
        bundle = order(city, forms=("errand_page",), first=MAY, last=MAY)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            with city.open():
                bundle_operations.list_items(bundle.pk)
            for item_id in _item_ids(city, bundle):
                with city.open():
                    bundle_operations.order_items(item_id)
        with city.open():
            Bundle.objects.all().delete()
        return len(asked)

    nurseries = [
        make_facility(city, f"第{place}保育園", number=f"129990{place:07}") for place in range(1, 182)
    ]
    few, many = queries_of(21), queries_of(181)

    # What a first one costs more than others is in both.
    assert (many - few) % 160 == 0
    assert (many - few) // 160 <= 30


def _item_ids(city: City, bundle: Bundle) -> list[UUID]:
    with city.open():
        return list(BundleItem.objects.filter(bundle=bundle).values_list("pk", flat=True))


def test_a_large_bundle_is_stored_in_parts_and_read_back(
    city: City, errands: Errands, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_parts, "PART_BYTES", 5_000)
    bundle = order(city)
    run_jobs()

    with city.open():
        sizes = [len(bytes(part.content_sealed)) for part in BundlePart.objects.filter(bundle=bundle)]
    assert len(sizes) > 3
    assert max(sizes) < 5_200
    assert len(names_in(content(city, bundle))) == 9


def test_what_nobody_could_handle_is_refused_with_a_sentence(
    city: City, errands: Errands, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_parts, "MOST_BYTES", 10_000)
    bundle = order(city)
    run_jobs()

    view = view_of(city, bundle)
    assert (view.state, view.bundle.refusal) == ("failed", bundle_operations.TOO_LARGE)
    with city.open():
        assert not BundlePart.objects.exists()


def test_a_damaged_bundle_is_not_handed_out(city: City, errands: Errands, run_jobs: Any) -> None:
    bundle = order(city)
    run_jobs()
    with city.open():
        Bundle.objects.filter(pk=bundle.pk).update(content_hash="0" * 64)

    with pytest.raises(bundle_parts.DocumentDamaged):
        content(city, bundle)


def test_after_two_weeks_it_is_gone_and_its_documents_stay(
    city: City, errands: Errands, run_jobs: Any
) -> None:
    bundle = order(city)
    run_jobs()
    with city.open():
        bundle_operations.forget_expired(at=timezone.now() + bundle_operations.KEPT - timedelta(hours=1))
        assert Bundle.objects.filter(pk=bundle.pk).exists()
        late = timezone.now() + 2 * bundle_operations.KEPT
        bundle_operations.forget_expired(at=late)

        assert not Bundle.objects.exists()
        assert not BundlePart.objects.exists()
        assert Document.objects.count() == 9


def test_a_facility_bundles_its_own_year_and_sees_no_bundle_of_the_city(
    city: City, errands: Errands, nurseries: list[Nursery], run_jobs: Any
) -> None:
    of_city = order(city)
    sakura, sumire = nurseries[0], nurseries[1]
    browser = sign_in(sakura.clerk)
    base = f"/f/{sakura.facility.number}/documents"
    ordered = browser.post(f"{base}/bundles/", {"year": "2026", "packing": "zip"})
    run_jobs()

    page = browser.get(ordered.headers["Location"]).content.decode()
    assert "3件中 3件できました" in page
    zipped = browser.get(f"{ordered.headers['Location']}file/")
    assert "filename*=utf-8''" in zipped.headers["Content-Disposition"]
    assert {name.split("/")[0] for name in names_in(zipped.content)} == {"令和8年度_06月"}
    assert len(names_in(zipped.content)) == 3
    assert browser.get(f"{base}/bundles/{of_city.pk}/").status_code == 404
    stranger = sign_in(sumire.clerk)
    own = ordered.headers["Location"].rstrip("/").rsplit("/", 1)[1]
    assert stranger.get(f"/f/{sumire.facility.number}/documents/bundles/{own}/file/").status_code == 404


def test_enrolment_and_another_city_have_no_bundles(city: City, errands: Errands) -> None:
    bundle = order(city)
    other = make_city("129998", "緑野市")

    assert sign_in(city.people[Role.ENROLMENT]).get(f"/c/documents/bundles/{bundle.pk}/").status_code == 403
    assert sign_in(other.people[Role.OFFICER]).get(f"/c/documents/bundles/{bundle.pk}/").status_code == 404
    with city.open(Role.ENROLMENT) as person, pytest.raises(NotAllowed):
        bundle_operations.order(wish(), by=person, at=timezone.now())


def test_a_bundle_with_names_goes_with_those_it_names(
    city: City, nurseries: list[Nursery], run_jobs: Any
) -> None:
    with errands_known(page_pack(), names_people=True) as errands:
        errand = errands.add(nurseries[0], JUNE)
        bundle = order(city)
        run_jobs()
        kept = content(city, bundle)
        with city.open():
            operations.destroy([errand.id], CODE, at=timezone.now())

            assert not Bundle.objects.exists()
            assert not BundlePart.objects.exists()
    assert kept
    assert bundle.pk in store.destroyed_among([bundle.pk], municipality_id=city.municipality.pk)


def test_a_form_whose_condition_does_not_hold_is_no_missing_one(
    city: City, nurseries: list[Nursery], run_jobs: Any
) -> None:
    with errands_known(page_pack(more='when = "errand.yen >= 5000"')) as errands:
        errands.add(nurseries[0], JUNE, yen=5000)
        errands.add(nurseries[1], JUNE, yen=1)
        errands.add(nurseries[2], MAY, yen=1)
        bundle = order(city)
        nothing = order(city, first=MAY, last=MAY)
        run_jobs()

        view = view_of(city, bundle)
        assert (view.state, view.total, view.ready) == ("ready", 1, 1)
        assert view_of(city, nothing).bundle.refusal == bundle_operations.NOTHING


def test_a_facility_bundles_what_the_city_gave_out_and_misses_nothing_else(
    city: City, nurseries: list[Nursery], run_jobs: Any
) -> None:
    with errands_known(page_pack("own"), page_pack("notice", more='issuer = "city"')) as errands:
        given, not_given = errands.add(nurseries[0], JUNE), errands.add(nurseries[0], JUNE)
        with city.open(Role.OFFICER) as officer:
            operations.order("notice", CODE, given.id, by=officer, at=timezone.now())
        run_jobs()
        with nurseries[0].open() as clerk:
            assert [form.code for form in queries.panel_for(CODE, not_given.id).forms] == ["own"]
            assert [form.code for form in queries.panel_for(CODE, given.id).wanted] == ["own"]
            bundle = bundle_operations.order(wish(), by=clerk, at=timezone.now())
        run_jobs()

        view = view_of(city, bundle)
    assert (view.state, view.total, view.ready) == ("ready", 3, 3)


def test_nothing_to_bundle_says_so(city: City, errands: Errands, run_jobs: Any) -> None:
    bundle = order(city, first=MAY, last=MAY)
    run_jobs()

    assert view_of(city, bundle).bundle.refusal == bundle_operations.NOTHING


def test_the_city_orders_watches_and_downloads_in_the_browser(
    city: City, errands: Errands, run_jobs: Any
) -> None:
    browser = sign_in(city.people[Role.CHIEF])
    page = browser.get("/c/documents/?month=2026-06").content.decode()
    assert "用事の表" in page
    assert "0 / 6" in page
    refused = browser.post("/c/documents/bundles/", {"month": "2026-06", "packing": "zip"})
    assert refused.status_code == 422
    assert "束にする様式を選んでください。" in refused.content.decode()
    sent = {"month": "2026-06", "packing": "zip", "form": ["errand_sheet"], "format": ["xlsx"]}
    ordered = browser.post("/c/documents/bundles/", sent)
    location = ordered.headers["Location"]
    assert "hx-get" in browser.get(location).content.decode()

    run_jobs()

    shown = browser.get(f"{location}progress/").content.decode()
    assert "hx-get" not in shown
    assert "3件中 3件できました" in shown
    names = names_in(browser.get(f"{location}file/").content)
    assert len(names) == 3
    assert all(name.endswith(".xlsx") for name in names)
    assert "3 / 6" in browser.get("/c/documents/?month=2026-06").content.decode()


def test_the_overview_asks_the_same_whatever_there_is(city: City, errands: Errands, run_jobs: Any) -> None:
    browser = sign_in(city.people[Role.OFFICER])
    browser.get("/c/documents/?month=2026-06")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/c/documents/?month=2026-06").status_code == 200
        return len(queries)

    order(city)
    few = asked()
    run_jobs()
    order(city, packing=Packing.PDF)
    order(city, forms=("errand_page",))

    assert asked() == few
