"""Rows that come into being by a longer way: a previewed import, a printed document."""

from datetime import timedelta

from django.utils import timezone

from claims.models import Claim, CountImport
from claims.operations import counts_import
from documents.models import Document
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
    """An ordered document that the worker has not made yet."""
    with place.open() as clerk:
        return Document.objects.create(
            municipality=place.city.municipality,
            facility=place.facility,
            form="monthly_claim",
            format="pdf",
            subject_id=claim.pk,
            month=claim.month,
            title="請求書",
            file_name="1299900000901_2026_04_seikyusho.pdf",
            ordered_at=timezone.now() - timedelta(minutes=1),
            ordered_by=clerk.user_id,
            job_id=claim.pk,
        )
