"""A bare Django application beside the real one: one view, one row, no middleware."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path


def one_row(request: HttpRequest) -> HttpResponse:
    """Read one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, name FROM facilities_municipality ORDER BY code LIMIT 1")
        return HttpResponse(" ".join(cursor.fetchone()))


urlpatterns = [path("", one_row)]
settings.ROOT_URLCONF = "tests.bench.bare"
settings.MIDDLEWARE = []
application = get_wsgi_application()
