"""The addresses of buttons, opened without pressing the button."""

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from portal.help.texts import help_of
from portal.views import errors

GetResponse = Callable[[HttpRequest], HttpResponse]


class ButtonAddressMiddleware:
    """
    A view that only takes POST leaves its address in the browser when the form comes back with a sentence, and after a
    login it is the address one wanted. Reloaded or kept as a bookmark, it shows the page the button stands on: the next
    page above it in the address. Where there is none, and where a page is sent something it does not take, our own
    page says so, the same for everybody.

    Stands inside the tenant's door: the page above is shown to the same person in the same scope.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # What a view says itself (the API does, in JSON) is left as it is.
        if response.status_code != 405 or response.content:
            return response
        if request.method in {"GET", "HEAD"}:
            for page in _pages_above(request.path_info):
                request.path_info = page
                answer = self.get_response(request)
                if answer.status_code != 405:
                    return answer
        return errors.method_not_allowed(response["Allow"])


def _pages_above(path: str) -> Iterator[str]:
    """The addresses above this one that are pages, the nearest first. A page is what has a help."""
    while path := path.rstrip("/").rpartition("/")[0]:
        try:
            match = resolve(f"{path}/")
        except Resolver404:
            continue
        if help_of(match.view_name) is not None:
            yield f"{path}/"
