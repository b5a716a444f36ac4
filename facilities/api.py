"""
The door of the API, beside the one for browsers: no session, no cookie, a token of one city.

Every call runs in one transaction in the scope of the token's city and is recorded under the token's label; what is
refused is recorded, too. Whoever has no valid token learns nothing: every 401 is the same, byte for byte.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.places import client_address
from audit.record import NOBODY, Context, Outcome, context, record, record_apart
from facilities.api_clients import ApiClient, ApiScope, TokenLacksScope
from facilities.events import FacilityEvent
from facilities.middleware import UnauditedResponse
from facilities.operations import api_tokens
from facilities.scope import scope

ENTRANCE = "api"
UNAUTHORISED = "有効なトークンがありません。市の管理者に確認してください。"
SENTENCES = {
    400: "送られた内容を読み取れません。",
    403: "このトークンでは、この操作はできません。",
    404: "見つかりません。",
    405: "このアドレスでは、この方法は使えません。",
    413: f"ファイルが大きすぎます（{settings.UPLOAD_LIMIT_BYTES // 1024 // 1024}MBまで）。月ごとに分けてください。",
    415: "この形式は受け取れません。text/csv か multipart/form-data で送ってください。",
}


class TooLarge(APIException):
    """The body is larger than what the page takes."""

    status_code = 413


class CsvParser(BaseParser):
    """The body as it came, read into memory up to the limit and never written to the disk (R12)."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> bytes:
        """:raises TooLarge: there is more."""
        content: bytes = stream.read(settings.UPLOAD_LIMIT_BYTES + 1)
        if len(content) > settings.UPLOAD_LIMIT_BYTES:
            raise TooLarge
        return content


class AlwaysJson(DefaultContentNegotiation):
    """Whatever was asked for, the answer is JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        """The one there is."""
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """An address of the API. ``needs``: what the token must have been made for."""

    needs: ClassVar[ApiScope]
    client: ApiClient

    # Without OPTIONS: what can be asked stands in the schema.
    http_method_names: ClassVar[list[str]] = ["get", "post", "put", "patch", "delete", "head"]
    authentication_classes: ClassVar[list[Any]] = []
    permission_classes: ClassVar[list[Any]] = []
    throttle_classes: ClassVar[list[Any]] = []
    renderer_classes: ClassVar[list[Any]] = [JSONRenderer]
    content_negotiation_class = AlwaysJson

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who is it, of which city? Then the call, inside that city's scope; nothing leaves unrecorded."""
        opened = Context(who=NOBODY, address=client_address(request), entrance=ENTRANCE)
        with context(opened):
            try:
                city = api_tokens.city_of(_bearer(request))
            except api_tokens.TokenRefused:
                record_apart(FacilityEvent.API_DENIED, detail=_detail(request, 401), outcome=Outcome.REFUSED)
                return _unauthorised()
            opened.municipality_id = city.pk
            with transaction.atomic(), scope(city.pk, None, savepoint=False):
                answer = self._inside(request, opened, *args, **kwargs)
                if answer.status_code >= 500 or connection.needs_rollback:
                    transaction.set_rollback(True)
                elif not opened.recorded:
                    if answer.status_code < 400:
                        raise UnauditedResponse(request.path)
                    record(
                        FacilityEvent.API_DENIED,
                        detail=_detail(request, answer.status_code),
                        outcome=Outcome.REFUSED,
                    )
            return answer

    def _inside(self, request: HttpRequest, opened: Context, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.client = api_tokens.authenticate(_bearer(request), at=timezone.now())
        except api_tokens.TokenRefused:
            return _unauthorised()
        except api_tokens.TooManyCalls as refusal:
            return _refused(429, str(refusal), {"Retry-After": str(refusal.seconds)})
        opened.who = self.client
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        answer.headers["Cache-Control"] = "no-store"
        if isinstance(answer, Response):
            answer.render()
        return answer

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """:raises TokenLacksScope: the token was made for something else."""
        super().initial(request, *args, **kwargs)
        self.client.require(self.needs)

    def handle_exception(self, problem: Exception) -> HttpResponse:
        """Refusals in the one shape of the API; what we did not foresee goes on."""
        if isinstance(problem, TokenLacksScope):
            return _refused(403, SENTENCES[403])
        if isinstance(problem, SuspiciousOperation | BadRequest | UnreadablePostError):
            return _refused(400, SENTENCES[400])
        if isinstance(problem, APIException):
            return _refused(problem.status_code, SENTENCES.get(problem.status_code, SENTENCES[400]))
        raise problem


def errors(sentences: list[tuple[int, str, str]]) -> dict[str, Any]:
    """The body of every refusal: (line, column, message); line 0 is the call as a whole."""
    return {
        "errors": [
            {"line": line, "column": column, "message": message} for line, column, message in sentences
        ]
    }


def _refused(status: int, sentence: str, headers: dict[str, str] | None = None) -> JsonResponse:
    return JsonResponse(
        errors([(0, "", sentence)]),
        status=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        json_dumps_params={"ensure_ascii": False},
    )


def _unauthorised() -> JsonResponse:
    return _refused(401, UNAUTHORISED, {"WWW-Authenticate": "Bearer"})


def _bearer(request: HttpRequest) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _detail(request: HttpRequest, status: int) -> dict[str, Any]:
    match = request.resolver_match
    return {"page": match.view_name if match else "", "status": status}
