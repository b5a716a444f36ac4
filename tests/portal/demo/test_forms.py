"""Every form there is of the demo's year, for a facility of every type: filled, drawn and written without a problem."""

from documents.bundle_items import Listed, listed
from documents.in_force import NoSuchForm
from documents.making import filled_form, made
from documents.models import Format
from documents.pack_content import template_of
from documents.packs.drawing import drawn
from documents.printables import printable
from facilities.models import Facility, FacilityKind
from facilities.periods import ServiceMonth

FIRST, LAST = ServiceMonth(2026, 4), ServiceMonth(2027, 3)
REQUESTS = {"commission_claim", "benefit_claim", "community_claim"}


def one_of_each_type(found: list[Listed]) -> dict[tuple[str, str], Listed]:
    """By form and facility type the first there is."""
    chosen: dict[tuple[str, str], Listed] = {}
    for one in found:
        chosen.setdefault((one.pack.manifest.code, one.facility.kind), one)
    return chosen


def test_every_form_renders_for_a_facility_of_every_type(city):
    facilities = {facility.pk: facility for facility in Facility.objects.all()}
    chosen = one_of_each_type(listed(FIRST, LAST, facilities, whole_city=True))
    problems, written = [], set()

    for (code, kind), one in chosen.items():
        try:
            found = printable(code, one.subject.code, one.subject_id)
        except NoSuchForm:
            # Its condition does not hold for this very subject.
            continue
        filled = filled_form(found)
        template = template_of(found.pack.workbook)
        told = list(filled.problems)
        if template is not None and found.pack.html is None:
            told += drawn(template, filled).problems
        problems += [f"{code} {kind}: {problem}" for problem in told]
        if found.pack.workbook is not None and not told:
            assert made(found, Format.XLSX).startswith(b"PK")
        written.add((code, kind))

    assert problems == []
    assert {kind for code, kind in written if code in REQUESTS} == set(FacilityKind.values)
    assert {kind for code, kind in written if code == "child_count_sheet"} == set(FacilityKind.values)
    assert len({code for code, _ in written}) > 25
