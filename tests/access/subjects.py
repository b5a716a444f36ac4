"""Rows that come into being by a longer way: a previewed import, a printed document."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from audit.record import record
from claims.charges import EXAMPLE
from claims.drops import Drop, Identity
from claims.mapping import Shape
from claims.models import ChargeImport, Claim, ColumnMapping, CountImport, DropRefusal, FileKind, MappingDraft
from claims.operations import charges_import, counts_import, drop_folder, mapping
from documents import bundle_operations, contacts, font_operations
from documents import operations as documents
from documents.bundle_models import Packing
from documents.bundle_operations import Wish
from documents.models import Bundle, BundleItem, CityFont, Document, Format, FormPack
from documents.pack_operations import starting
from documents.packs.filled import FormProblem
from documents.packs.shipped import shipped
from documents.reading import read_table
from documents.stored import hold_problems
from facilities.actors import Role
from facilities.api_clients import ApiScope
from facilities.models import ApiToken, FacilityImport
from facilities.operations import api_tokens, facility_import
from facilities.periods import ServiceMonth
from portal.models import Audience, Notice, NoticeAttachment
from portal.operations import notices
from portal.operations.notices import NoticeValues
from pricing.books import COLUMNS as BOOK_COLUMNS
from rate_books import operations as rate_books
from rate_books.loading import BookFile
from rate_books.models import Book
from staff_records.events import StaffEvent
from staff_records.models import (
    EntrySheet,
    Erasure,
    OverlapFlag,
    RosterImport,
    RosterMapping,
    StaffMember,
    WorkRules,
)
from staff_records.operations import entries, erasing, importing, overlaps
from staff_records.workbook.mapping import Choice
from tests.cast import JUNE, City, Nursery
from tests.documents.eudc import eudc
from tests.documents.pdfs import pdf
from tests.staff_records.rosters import hire
from tests.staff_records.staffed import PART_TIME, Somebody, give_roster
from tests.staff_records.stage import add_member

AUGUST = """対象年月,事業所番号,施設名,居住市区町村コード,認定区分,年齢,保育必要量,初日在籍数
令和8年8月,1299900000901,さくら保育園,129999,2号,3,標準,17
令和8年8月,1299900000902,すみれ保育園,129999,3号,0,短時間,2
"""


def entry_sheet(nursery: Nursery) -> EntrySheet:
    """A roster carried on in an entry sheet, with somebody new in it who is not whole yet."""
    with nursery.open() as clerk:
        sheet = entries.open_sheet(
            nursery.facility,
            day=timezone.localdate(),
            source=entries.Source.COPIED,
            by=clerk,
            at=timezone.now(),
        )
        edit = entries.RowEdit("new-1", "members", {"name": "見本　次郎"})
        entries.save_rows(sheet.pk, [edit], by=clerk, at=timezone.now())
    return sheet


def roster_file(nursery: Nursery) -> RosterImport:
    """A file with other headings, its columns chosen and a word of it not explained yet."""
    with nursery.open() as clerk:
        at = timezone.now()
        content = "なまえ,勤め方\n見本　三郎,正\n".encode()
        waiting = importing.take_in(nursery.facility, content, day=None, by=clerk, at=at).waiting
        if waiting is None:
            raise ValueError("the file was taken for our own workbook")
        choice = Choice(0, 1, "members", {1: "name", 2: "regular"})
        importing.choose_columns(waiting.pk, choice, remember=True, by=clerk, at=at)
    return waiting


def roster_mapping(nursery: Nursery) -> RosterMapping:
    """What was said about a file of the facility before."""
    with nursery.open() as clerk:
        mapping = RosterMapping(
            municipality_id=nursery.facility.municipality_id,
            facility=nursery.facility,
            table="members",
            columns={"なまえ": "name"},
            headings_hash="0" * 64,
            made_at=timezone.now(),
            made_by=clerk.user_id,
        )
        mapping.save()
        record(StaffEvent.MAPPING_SAVED, by=clerk, on=mapping, rows={"mapping": [mapping.pk]})
    return mapping


def previewed_import(city: City) -> CountImport:
    """A core system's file of August, previewed and not yet accepted."""
    with city.open(Role.ENROLMENT) as enrolment:
        return counts_import.preview(AUGUST.encode("cp932"), by=enrolment, at=timezone.now())


CHARGES = (
    f"{EXAMPLE}\n"
    + """{month},1299900000901,129999,806600,1090000,9,0
{month},1299900000901,129998,21000,30000,0,0
"""
)


def previewed_charges(city: City) -> ChargeImport:
    """User charges of June stand; a corrected file of them is previewed and not yet accepted."""
    june = CHARGES.format(month="令和8年6月分")
    with city.open(Role.ENROLMENT) as enrolment:
        first = charges_import.preview(june.encode("cp932"), by=enrolment, at=timezone.now())
        charges_import.accept(first.pk, by=enrolment, at=timezone.now())
        corrected = june.replace("806600", "801200").encode("cp932")
        return charges_import.preview(corrected, by=enrolment, at=timezone.now())


OTHER_LAYOUT = """処理年月,施設コード,住所地コード,支給認定区分,クラス年齢,必要量コード,人数
202608,1299900000901,129999,2,3,1,17
202608,1299900000902,129999,3,0,2,2
"""
COLUMNS = {
    "対象年月": "処理年月",
    "事業所番号": "施設コード",
    "居住市区町村コード": "住所地コード",
    "認定区分": "支給認定区分",
    "年齢": "クラス年齢",
    "保育必要量": "必要量コード",
    "初日在籍数": "人数",
}
CODES = {
    "認定区分": {"2": "2号", "3": "3号"},
    "年齢": {"0": "0", "3": "3"},
    "保育必要量": {"1": "標準", "2": "短時間"},
}


def mapping_draft(city: City, content: str = OTHER_LAYOUT) -> MappingDraft:
    """A file of another vendor whose columns are chosen and whose codes are not."""
    with city.open(Role.ENROLMENT) as enrolment:
        draft = mapping.begin(content.encode("cp932"), kind=FileKind.COUNTS, by=enrolment, at=timezone.now())
        mapping.choose_columns(draft.pk, fields=COLUMNS, constants={}, by=enrolment, at=timezone.now())
    return draft


def saved_mapping(city: City, name: str = "みほんシステム") -> ColumnMapping:
    """The other vendor's layout, mapped."""
    draft = mapping_draft(city)
    with city.open(Role.ENROLMENT) as enrolment:
        return mapping.save(draft.pk, name=name, values=CODES, by=enrolment, at=timezone.now())


WIDE_LAYOUT = """年月,施設番号,園名称,3歳標準,0歳短時間,3歳,5歳,計
202608,1299900000901,さくら保育園,17,0,3,0,20
202608,1299900000902,すみれ保育園,0,2,0,0,2
"""
WIDE_COLUMNS = {
    "対象年月": "年月",
    "事業所番号": "施設番号",
    "施設名": "園名称",
    "2号3歳標準": "3歳標準",
    "3号0歳短時間": "0歳短時間",
    "1号3歳教育標準時間": "3歳",
    "1号5歳教育標準時間": "5歳",
}


def saved_wide_mapping(city: City, name: str = "横長システム") -> ColumnMapping:
    """The layout with a column a class, mapped; its children all live in the city."""
    with city.open(Role.ENROLMENT) as enrolment:
        draft = mapping.begin(
            WIDE_LAYOUT.encode("cp932"), kind=FileKind.COUNTS, by=enrolment, at=timezone.now()
        )
        mapping.choose_columns(
            draft.pk,
            fields=WIDE_COLUMNS,
            constants={"居住市区町村コード": "129999"},
            shape=Shape.WIDE,
            by=enrolment,
            at=timezone.now(),
        )
        return mapping.save(draft.pk, name=name, values={}, by=enrolment, at=timezone.now())


OTHER_CHARGES = """処理年月,施設コード,住所地コード,保育料合計,国基準額合計,副食費免除2号,副食費免除1号
202606,1299900000901,129999,806600,1090000,9,0
202606,1299900000901,129998,21000,30000,0,0
"""
CHARGE_COLUMNS = {
    "対象年月": "処理年月",
    "事業所番号": "施設コード",
    "居住市区町村コード": "住所地コード",
    "利用者負担額合計": "保育料合計",
    "国基準利用者負担額合計": "国基準額合計",
    "副食費免除人数2号": "副食費免除2号",
    "副食費免除人数1号": "副食費免除1号",
}


def saved_charge_mapping(
    city: City,
    name: str = "みほん徴収",
    *,
    fields: dict[str, str] = CHARGE_COLUMNS,
    constants: dict[str, str] | None = None,
) -> ColumnMapping:
    """The other vendor's layout of user charges, mapped."""
    with city.open(Role.ENROLMENT) as enrolment:
        draft = mapping.begin(
            OTHER_CHARGES.encode("cp932"), kind=FileKind.CHARGES, by=enrolment, at=timezone.now()
        )
        mapping.choose_columns(
            draft.pk, fields=fields, constants=constants or {}, by=enrolment, at=timezone.now()
        )
        return mapping.save(draft.pk, name=name, values={}, by=enrolment, at=timezone.now())


def refused_drop(city: City, content: str = "1,2\n3,4\n") -> DropRefusal:
    """A file of the folder that was refused."""
    drop = Drop("x.csv", Identity(1, 1, 1, 1, 1), content.encode("cp932"))
    with city.open():
        refused = drop_folder.take_in(drop, at=timezone.now())
    assert isinstance(refused, DropRefusal)
    return refused


def api_token(
    city: City, *, scopes: tuple[str, ...] = (ApiScope.CHILD_COUNTS_WRITE,)
) -> tuple[ApiToken, str]:
    """The core system's token: its row and itself."""
    with city.open(Role.ADMINISTRATOR) as administrator:
        return api_tokens.create(
            "基幹システム",
            scopes=scopes,
            expires_on=timezone.localdate() + timedelta(days=30),
            by=administrator,
            at=timezone.now(),
        )


NEW_FACILITY = {
    "事業所番号": "1299900000909",
    "施設名": "もみじ保育園",
    "施設類型": "保育所",
    "設置主体": "個人",
    "公私区分": "私立",
    "認可定員": "60",
    "1号利用定員": "",
    "2・3号利用定員": "60",
    "地域区分": "10/100地域",
    "認可年月日": "平成20年4月1日",
    "郵便番号": "272-0001",
    "所在地": "青葉台市みほん9丁目",
}


def previewed_list(city: City) -> FacilityImport:
    """A list of one new facility, previewed and not yet accepted."""
    content = "\n".join([",".join(NEW_FACILITY), ",".join(NEW_FACILITY.values())]).encode()
    table = read_table(content)
    with city.open(Role.ADMINISTRATOR) as administrator:
        return facility_import.preview(
            content, table.headings, table.rows, from_month=JUNE, by=administrator, at=timezone.now()
        )


BOOK_HEADING = """id = "2026-10-test"
fiscal_year = 2026
effective_from = 2026-10-01
status = "official"
source = "告示"
"""
BOOK_ROWS = f"""{",".join(BOOK_COLUMNS)}
nursery,10,81,90,3,0,standard,base,,child_month,198740,1870,25,,
nursery,10,81,90,3,12,standard,base,,child_month,122800,1110,25,,
"""


def loaded_book(city: City) -> Book:
    """A small rate book from October, loaded by the administrator and not yet released."""
    files = [BookFile("book.toml", BOOK_HEADING.encode()), BookFile("nursery.csv", BOOK_ROWS.encode())]
    with city.open(Role.ADMINISTRATOR) as administrator:
        return rate_books.load(files, None, by=administrator, at=timezone.now())


def loaded_font(city: City) -> CityFont:
    """A font of 外字, brought in by the administrator and not yet released."""
    with city.open(Role.ADMINISTRATOR) as administrator:
        return font_operations.load("外字", eudc(), by=administrator, at=timezone.now())


def started_form(city: City) -> FormPack:
    """A form pack for next year, made from the shipped list of additions and not yet released."""
    found = next(one for one in shipped() if one.manifest.code == "price_summary")
    with city.open(Role.ADMINISTRATOR) as administrator:
        year = found.manifest.from_year
        return starting.start_copy(found.content_hash, from_year=year, by=administrator, at=timezone.now())


def document_of(place: Nursery, claim: Claim) -> Document:
    """The workbook of an approved claim, rendered."""
    with place.open() as clerk:
        ordered = documents.order("commission_claim", "claim", claim.pk, by=clerk, at=timezone.now())
        workbook = next(document for document in ordered if document.format == Format.XLSX)
        documents.render(workbook.pk)
    return workbook


def failed_document_of(place: Nursery, document: Document) -> None:
    """The same form as PDF, which could not be made: its reasons are kept sealed."""
    with place.open() as clerk:
        failed = Document(
            municipality_id=clerk.municipality_id,
            facility=place.facility,
            form=document.form,
            format=Format.PDF,
            subject=document.subject,
            subject_id=uuid4(),
            month=document.month,
            title=document.title,
            file_name="請求書.pdf",
            ordered_at=timezone.now(),
            ordered_by=clerk.user_id,
            job_id=document.job_id,
            failed_at=timezone.now(),
        )
        hold_problems(failed, [FormProblem(None, "", "欄を広げてください。")])
        failed.save()


def bundle_of(place: Nursery, document: Document) -> Bundle:
    """The facility's own bundle of one document, put together."""
    month = ServiceMonth.of(document.month)
    asked = Wish("帳票一式", Packing.ZIP, (), tuple(Format), month, month)
    with place.open() as clerk:
        bundle = bundle_operations.order(asked, by=clerk, at=timezone.now())
        bundle.listed_at = timezone.now()
        bundle.save()
        BundleItem.objects.create(
            municipality_id=bundle.municipality_id,
            facility_id=bundle.facility_id,
            bundle=bundle,
            position=0,
            about_id=place.facility.pk,
            about_number=place.facility.number,
            about_name=place.facility.name,
            subject=document.subject,
            subject_id=document.subject_id,
            form=document.form,
            title=document.title,
            format=document.format,
            document_id=document.pk,
        )
        bundle_operations.assemble(bundle.pk)
    return bundle


def contact_of(place: Nursery) -> None:
    """What the facility lets its forms show."""
    with place.open() as clerk:
        contacts.save(place.facility, {"person": "見本　三子"}, shown_version=0, by=clerk, at=timezone.now())


def overlapping_pair(place: Nursery, other: Nursery) -> UUID:
    """Somebody invented is on both rosters, and the city has noticed; also found at both by name."""
    for nursery in (place, other):
        hire(nursery, ("朝日　みどり", "あさひ　みどり"))
    with place.city.open():
        overlaps.look(at=timezone.now())
        return UUID(str(OverlapFlag.objects.values_list("pair_id", flat=True)[0]))


def work_rules_of(place: Nursery) -> WorkRules:
    """Three people on the roster, and the hours of a 常勤."""
    give_roster(place, Somebody(), Somebody(job="director", licences=()), Somebody(**PART_TIME))
    with place.open():
        rule: WorkRules = WorkRules.objects.get()
    return rule


def notice_for(place: Nursery, *, send: bool = True) -> tuple[Notice, NoticeAttachment]:
    """A notice to this facility alone with a file; sent, or still a draft."""
    now = timezone.now()
    values = NoticeValues(
        "監査の日程について", "6月の監査の日程です。", Audience.FACILITIES, chosen=(place.facility.pk,)
    )
    with place.city.open(Role.OFFICER) as officer:
        notice = notices.draft(values, by=officer, at=now)
        file = notices.attach(notice.pk, pdf(b"schedule"), file_name="日程.pdf", by=officer, at=now)
        if send:
            notices.send(notice.pk, shown_version=2, shown_reach=1, by=officer, at=now)
    return notice, file


def asked_erasure(nursery: Nursery) -> Erasure:
    """Somebody left long ago, and an administrator has asked that the record be erased."""
    with nursery.open():
        member = add_member(nursery, 900)
        StaffMember.objects.filter(pk=member.pk).update(left_year=2010)
    with nursery.city.open(Role.ADMINISTRATOR) as administrator:
        return erasing.ask(1, by=administrator, at=timezone.now(), today=timezone.localdate())
