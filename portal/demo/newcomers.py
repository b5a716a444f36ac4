"""
Facilities that were opened by hand, beside the list: types it has none of, new ones, and one that gets a successor.

Their counts and charges come from another system, whose columns are mapped once.
"""

from collections.abc import Mapping
from datetime import date, datetime

from claims.models import FileKind
from claims.operations import mapping
from documents.reading import read_csv
from facilities.actors import Actor
from facilities.imports import FacilityLine, understand
from facilities.models import Facility, Municipality
from facilities.operations.changes import SuccessorValues, succeed
from facilities.operations.opening import open_facility
from facilities.operations.profiles import CertifiedRates, certify_rates, grant_item
from facilities.periods import ServiceMonth
from portal.demo.facilities import FOLDER, Exempt, grants_of
from portal.demo.scene import APRIL, JUNE, acting, facility_of, moment, work_off

SMALL_C, HOME_VISITING = "1299900000173", "1299900000174"
PREDECESSOR, SUCCESSOR = "1299900000175", "1299900000176"
PROVISIONAL, NOW_CERTIFIED = "1299900000177", "1299900000178"
WITHOUT_RATES, WITHOUT_PROFILE, NEXT_YEAR = "1299900000179", "1299900000180", "1299900000181"
COUNTS_MAPPING, CHARGES_MAPPING = "地域型保育システム（児童数）", "地域型保育システム（利用者負担額）"
COUNT_COLUMNS = {
    "対象年月": "処理年月",
    "事業所番号": "施設コード",
    "居住市区町村コード": "住所地コード",
    "認定区分": "支給認定区分",
    "年齢": "クラス年齢",
    "保育必要量": "必要量コード",
    "初日在籍数": "人数",
}
CHARGE_COLUMNS = {
    "対象年月": "処理年月",
    "事業所番号": "施設コード",
    "居住市区町村コード": "住所地コード",
    "利用者負担額合計": "保育料合計",
    "国基準利用者負担額合計": "国基準額合計",
    "副食費免除人数2号": "副食費免除者数2号",
    "副食費免除人数1号": "副食費免除者数1号",
}
CODES: Mapping[str, Mapping[str, str]] = {
    "認定区分": {"2": "2号", "3": "3号"},
    "年齢": {str(age): str(age) for age in range(6)},
    "保育必要量": {"1": "標準", "2": "短時間"},
}
CERTIFIED = CertifiedRates(5, 6, "令8認-31", date(2026, 5, 22))


def open_all(city: Municipality, administrator: Actor) -> list[Facility]:
    """The facilities of facilities_opened.csv that are there in spring, each with what was granted to it."""
    at = moment(3, 25, 10)
    opened = [
        # つぼみ小規模保育室 opens in May, and its profile was set to begin a month too late.
        _open(city, administrator, line, from_month=JUNE if number == WITHOUT_PROFILE else APRIL, at=at)
        for number, line in _lines().items()
        if number != NEXT_YEAR
    ]
    work_off(city, at)
    return opened


def open_next_year(city: Municipality, administrator: Actor) -> None:
    """In November: one that begins in February, after the year was rolled."""
    line = _lines()[NEXT_YEAR]
    with acting(city, administrator):
        open_facility(line, from_month=ServiceMonth.of(line.opened), by=administrator, at=moment(11, 18, 11))


def save_mappings(city: Municipality, enrolment: Actor) -> None:
    """The columns of the other system, as the enrolment section maps them with its first files."""
    at = moment(4, 2, 9, 30)
    for kind, name, columns, file in (
        (FileKind.COUNTS, COUNTS_MAPPING, COUNT_COLUMNS, "community_counts_2026-04_cp932.csv"),
        (FileKind.CHARGES, CHARGES_MAPPING, CHARGE_COLUMNS, "community_charges_2026-04_cp932.csv"),
    ):
        with acting(city, enrolment):
            draft = mapping.begin((FOLDER / file).read_bytes(), kind=kind, by=enrolment, at=at)
            mapping.choose_columns(draft.pk, fields=columns, constants={}, by=enrolment, at=at)
            mapping.save(draft.pk, name=name, values=CODES, by=enrolment, at=at)


def move_on(city: Municipality, administrator: Actor) -> None:
    """One goes on as a 保育所 under another number, and another one's rates are certified, back to April."""
    predecessor = facility_of(city, administrator, PREDECESSOR)
    certified = facility_of(city, administrator, NOW_CERTIFIED)
    with acting(city, administrator):
        succeed(
            predecessor.pk,
            SuccessorValues(
                SUCCESSOR,
                "ひだまり保育園",
                "nursery",
                predecessor.corporation.name,
                predecessor.corporation.corporate_number,
            ),
            from_month=JUNE,
            carry_accounts=True,
            by=administrator,
            at=moment(5, 20, 11),
        )
        certify_rates(certified.pk, CERTIFIED, from_month=APRIL, by=administrator, at=moment(5, 26, 9, 30))
    work_off(city, moment(5, 26, 9, 31))


def _open(
    city: Municipality, by: Actor, line: FacilityLine, *, from_month: ServiceMonth, at: datetime
) -> Facility:
    with acting(city, by):
        facility = open_facility(line, from_month=from_month, by=by, at=at)
        first = max(from_month, ServiceMonth.of(line.opened))
        for grant in grants_of(facility, line.approved_capacity, Exempt()):
            grant_item(
                facility.pk,
                grant.code,
                grant.options,
                certification=grant.certification,
                from_month=first,
                to_month=None,
                reason="開設のときに設定",
                by=by,
                at=at,
            )
    return facility


def _lines() -> dict[str, FacilityLine]:
    table = read_csv((FOLDER / "facilities_opened.csv").read_bytes())
    return {line.number: line for line in understand(table.headings, table.rows)}
