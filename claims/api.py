"""The API of this room: the city's systems send files and read approved claims (contracts: «HTTP API»)."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.http import parse_etags
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from audit.record import record
from claims.composing import stored_line_as_row
from claims.events import ClaimEvent
from claims.models import Claim, FileKind
from claims.operations.arriving import arrive
from claims.queries.approved import UnknownClaim, approved_page
from claims.queries.mappings import HowToRead
from documents.reading import FileRefused
from documents.uploads import is_too_large
from facilities.api import ApiView, CsvParser, TooLarge, errors
from facilities.api_clients import ApiScope
from facilities.models import Facility
from facilities.periods import ServiceMonth

FACILITY_NUMBER = re.compile(r"[0-9]{13}")
OTHER_CURSOR = "前の答えの next の値を、ほかの条件を変えずに送ってください。"


class IncomingFile(ApiView):
    """
    POST a file: CSV as the body, or as the part ``file``. ``?month=`` for files without a month.

    It becomes a preview that waits for the enrolment section. The same file again, while it waits, is that preview.
    """

    kind: ClassVar[FileKind]
    parser_classes: ClassVar[list[Any]] = [CsvParser, MultiPartParser]

    def post(self, request: Request) -> Response:
        """201 with the preview, 200 when it was there already, 422 with every problem."""
        how = HowToRead(month=request.query_params.get("month", "")[:20])
        try:
            arrived = arrive(
                _content(request),
                kind=self.kind,
                by=self.client,
                at=timezone.now(),
                sender=f"API：{self.client.label}",
                how=how,
            )
        except FileRefused as refusal:
            sentences = [(problem.line, problem.column, problem.message) for problem in refusal.listed]
            return Response({**errors(sentences), "unlisted": refusal.unlisted}, status=422)
        imported = arrived.imported
        body = {
            "import_id": str(imported.pk),
            "status": imported.status,
            "months": imported.months,
            "summary": imported.summary,
        }
        return Response(body, status=201 if arrived.is_new else 200)


class ChildCounts(IncomingFile):
    """Files of child counts."""

    needs = ApiScope.CHILD_COUNTS_WRITE
    kind = FileKind.COUNTS


class UserCharges(IncomingFile):
    """Files of user charges. The answer tells of rows, never of yen."""

    needs = ApiScope.USER_CHARGES_WRITE
    kind = FileKind.CHARGES


def _content(request: Request) -> bytes:
    """
    The file's bytes; nothing when none came, which is answered like an empty file.

    :raises TooLarge: it is larger than what the page takes.
    """
    sent = request.data
    if is_too_large(request._request):
        raise TooLarge
    if isinstance(sent, bytes):
        return sent
    file = request.FILES.get("file")
    return file.read() if file is not None else b""


# ---------------------------------------------------------------- approved claims


class QueryRefused(Exception):
    """The conditions of a call cannot be understood; ``problems`` maps each to a sentence."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("\n".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True)
class ClaimConditions:
    """Which approved claims are asked for; ``facility_number`` empty: of every facility."""

    month: ServiceMonth
    facility_number: str = ""
    all_versions: bool = False
    after: UUID | None = None


class ApprovedClaims(ApiView):
    """
    GET the approved claims of a month as they are stored: inputs, lines, parts, steps.

    Nothing is computed again, so that page, paper and API say the same. What is shown is on record, claim by claim.
    """

    needs = ApiScope.CLAIMS_READ

    def get(self, request: Request) -> Response:
        """200 with a page, 304 when the reader has it already, 422 with every problem, 404 for other facilities."""
        try:
            asked = _conditions(request.query_params)
            facility = _facility(asked.facility_number)
            page = approved_page(
                asked.month, facility=facility, all_versions=asked.all_versions, after=asked.after
            )
        except QueryRefused as refusal:
            return Response(errors([(0, name, say) for name, say in refusal.problems.items()]), status=422)
        except UnknownClaim:
            return Response(errors([(0, "cursor", OTHER_CURSOR)]), status=422)
        record(
            ClaimEvent.READ_BY_SYSTEM,
            rows={"claim": [claim.pk for claim in page.claims]},
            detail={"month": str(asked.month), "all_versions": asked.all_versions},
            facility_id=facility.pk if facility else None,
        )
        body = {
            "claims": [_as_read(claim) for claim in page.claims],
            "next": None if page.next_after is None else str(page.next_after),
        }
        tag = hashlib.sha256(JSONRenderer().render(body)).hexdigest()
        headers = {"ETag": f'"{tag}"'}
        if _has_already(request, tag):
            return Response(status=304, headers=headers)
        return Response(body, headers=headers)


def _conditions(sent: QueryDict) -> ClaimConditions:
    """:raises QueryRefused: with every problem."""
    problems: dict[str, str] = {}
    for name in sent:
        if name not in {"month", "facility", "all_versions", "cursor"}:
            problems[name[:40]] = "この条件はありません。month、facility、all_versions、cursor が使えます。"
        elif len(sent.getlist(name)) > 1:
            problems[name] = "1回だけ送ってください。"
    month, after = None, None
    try:
        month = ServiceMonth.parse(sent.get("month", ""))
    except ValueError:
        problems["month"] = "対象年月を 2026-06 の形で送ってください。"
    number = sent.get("facility", "")
    if "facility" in sent and FACILITY_NUMBER.fullmatch(number) is None:
        problems["facility"] = "事業所番号を13桁の数字で送ってください。"
    if sent.get("all_versions", "0") not in {"0", "1"}:
        problems["all_versions"] = "1 か 0 を送ってください。"
    if "cursor" in sent:
        try:
            after = UUID(sent.get("cursor", ""))
        except ValueError:
            problems["cursor"] = OTHER_CURSOR
    if problems or month is None:
        raise QueryRefused(problems)
    return ClaimConditions(month, number, sent.get("all_versions") == "1", after)


def _facility(number: str) -> Facility | None:
    """:raises NotFound: no facility of the open scope has this number."""
    if not number:
        return None
    facility: Facility | None = Facility.objects.filter(number=number).first()
    if facility is None:
        raise NotFound
    return facility


def _as_read(claim: Claim) -> dict[str, Any]:
    """A claim for a program. ``inputs`` are those of the quote contract: with the rate book they give every yen."""
    assert claim.approved_at is not None
    return {
        "id": str(claim.pk),
        "facility_number": claim.facility.number,
        "month": str(claim.service_month),
        "version": claim.version,
        "status": claim.status,
        "corrects": None if claim.corrects_id is None else str(claim.corrects_id),
        "total_yen": claim.total_yen,
        "approved_at": timezone.localtime(claim.approved_at).isoformat(timespec="seconds"),
        "content_hash": claim.content_hash,
        "ratebook": {
            "id": claim.rate_book,
            "status": claim.rate_book_status,
            "is_sample": claim.is_sample_priced,
        },
        "inputs": claim.snapshot,
        "lines": [stored_line_as_row(line) for line in claim.lines.all()],
    }


def _has_already(request: Request, tag: str) -> bool:
    """Whether the reader sent the tag of what it would get. A proxy that compresses makes a tag weak."""
    known = {one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))}
    return f'"{tag}"' in known
