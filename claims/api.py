"""The API of this room: the city's core system sends its files (contracts: «HTTP API»)."""

from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from claims.models import FileKind
from claims.operations.arriving import arrive
from claims.queries.mappings import HowToRead
from documents.reading import FileRefused
from documents.uploads import is_too_large
from facilities.api import ApiView, CsvParser, TooLarge, errors
from facilities.api_clients import ApiScope


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
