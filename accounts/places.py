"""Where a request comes from, and where it may be led to."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def client_address(request: HttpRequest) -> str:
    """
    The address of the client: the last hop that none of our own proxies has written.

    With ``TRUSTED_PROXY_COUNT`` 0 the X-Forwarded-For header is never believed; with n, the n-th entry from the right
    is what our outermost proxy saw.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    count = settings.TRUSTED_PROXY_COUNT
    if count == 0:
        return remote
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    return hops[-count] if len(hops) >= count else remote


def safe_path(request: HttpRequest, address: str) -> str:
    """The path and query of ``address`` when it is a page of this very host; else the empty text."""
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    # Checked again without its host: «http://our.host//elsewhere» would lead away.
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""
