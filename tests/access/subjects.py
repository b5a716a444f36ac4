"""Rows that come into being by a longer way: a previewed import, a printed document."""

from django.utils import timezone

from claims.models import Claim, CountImport
from claims.operations import counts_import
from claims.wording import CLAIM_FORM
from documents import operations as documents
from documents.models import Document, Format
from facilities.actors import Role
from tests.cast import City, Nursery

AUGUST = """対象年月,事業所番号,施設名,居住市区町村コード,認定区分,年齢,保育必要量,初日在籍数
令和8年8月,1299900000901,さくら保育園,129999,2号,3,標準,17
令和8年8月,1299900000902,すみれ保育園,129999,3号,0,短時間,2
"""


def previewed_import(city: City) -> CountImport:
    """A core system's file of August, previewed and not yet accepted."""
    with city.open(Role.ENROLMENT) as enrolment:
        return counts_import.preview(AUGUST.encode("cp932"), by=enrolment, at=timezone.now())


def document_of(place: Nursery, claim: Claim) -> Document:
    """The workbook of an approved claim, rendered."""
    with place.open() as clerk:
        ordered = documents.order(CLAIM_FORM, claim.pk, by=clerk, at=timezone.now())
        workbook = next(document for document in ordered if document.format == Format.XLSX)
        documents.render(workbook.pk)
    return workbook
