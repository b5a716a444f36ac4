"""
Pages for what went wrong. Each says what happened and what to do.

They are rendered without the request, so that they work when the session or the database is away, and so that
«not yours» and «does not exist» are the same bytes.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from accounts import views as door

PLAIN = {"side": "plain"}


def _page(template: str, status: int) -> HttpResponse:
    return HttpResponse(render_to_string(template, PLAIN), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _page("errors/400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the page exists, but not for this role."""
    return _page("errors/403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for everything that is not there for this person."""
    return _page("errors/404.html", 404)


def method_not_allowed(allowed: str) -> HttpResponse:
    """405: an address for something else, with no page to lead to; ``allowed`` are the methods it takes."""
    response = _page("errors/405.html", 405)
    response["Allow"] = allowed
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 with a time to try again when the database is away."""
    problem = sys.exc_info()[1]
    if isinstance(problem, OperationalError | InterfaceError):
        response = _page("errors/503.html", 503)
        response["Retry-After"] = "30"
        return response
    return _page("errors/500.html", 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old or came from elsewhere. At the door, the same step again."""
    return door.form_too_old(request) or _page("errors/form_too_old.html", 403)
