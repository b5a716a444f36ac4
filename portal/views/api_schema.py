"""What the API can do, for machines and for who writes them: OpenAPI, without login; it tells nothing of any city."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

# Written by hand; a test holds it to the addresses and the answers there really are.
SCHEMA = Path(__file__).resolve().parents[1] / "openapi.json"


@require_safe
def api_schema(request: HttpRequest) -> HttpResponse:
    """The document."""
    return HttpResponse(SCHEMA.read_bytes(), content_type="application/vnd.oai.openapi+json")
