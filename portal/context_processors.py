"""What every layout shows: side, navigation, who acts for whom, the page's help, and the marks of demo and samples."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.models import Municipality
from portal.demo import cast
from portal.help.texts import FIRST_STEPS, help_of


@dataclass(frozen=True)
class NavigationItem:
    """One entry of the main navigation; ``namespaces`` are the URL namespaces that belong to it."""

    label: str
    url_name: str
    namespaces: frozenset[str]


FACILITY = (
    NavigationItem("ホーム", "facility_portal:home", frozenset({"facility_portal"})),
    NavigationItem(
        "児童数",
        "claims:count_list",
        frozenset({"claims:count", "claims:facts", "claims:confirm", "claims:dispute"}),
    ),
    NavigationItem(
        "請求",
        "claims:claim_list",
        frozenset(
            {
                "claims:claim",
                "claims:charge",
                "claims:submit",
                "claims:withdraw",
                "claims:correct",
                "claims:additions",
                "claims:what_if",
            }
        ),
    ),
    NavigationItem("職員", "staff:roster", frozenset({"staff:"})),
    NavigationItem("申請", "applications:year_now", frozenset({"applications:"})),
    NavigationItem("帳票", "documents:list", frozenset({"documents:"})),
    NavigationItem("日程", "schedule:months", frozenset({"schedule:"})),
    NavigationItem("お知らせ", "facility_notices:notices", frozenset({"facility_notices:"})),
)
HOME = NavigationItem("ホーム", "city_portal:home", frozenset({"city_portal"}))
COUNTS = NavigationItem("児童数", "counts:imports", frozenset({"counts", "charges"}))
REVIEW = NavigationItem("審査", "approvals:inbox", frozenset({"approvals", "budget:"}))
APPLICATIONS = NavigationItem(
    "申請",
    "item_review:inbox",
    frozenset({"item_review:", "application_entries:", "entry_rounds:", "papers:", "application_talk:"}),
)
FACILITIES = NavigationItem(
    "施設", "facilities:facilities", frozenset({"facilities:facilit", "facility_lists"})
)
ACCOUNTS = NavigationItem(
    "アカウント",
    "facilities:accounts",
    frozenset({"facilities:account", "facilities:api_tokens", "staff_city:retention"}),
)
RATE_BOOKS = NavigationItem("単価表", "rate_books:books", frozenset({"rate_books:", "rate_book_effect:"}))
FORM_PACKS = NavigationItem("帳票様式", "form_packs:packs", frozenset({"form_packs:", "city_fonts:"}))
ITEM_PACKS = NavigationItem("申請様式", "item_packs:packs", frozenset({"item_packs:", "places:"}))
STAFF = NavigationItem("職員", "staff_city:overview", frozenset({"staff_city:"}))
SCHEDULE = NavigationItem("日程", "facilities:schedule", frozenset({"facilities:schedule"}))
PAPERS = NavigationItem("帳票", "documents_city:list", frozenset({"documents_city:"}))
NOTICES = NavigationItem("お知らせ", "notices:notices", frozenset({"notices:"}))
INVENTED = frozenset({cast.CITY_CODE, cast.NEIGHBOUR_CODE})
GUIDE = "1枚の案内（印刷用）"
EVENTS = NavigationItem("記録", "audit_portal:events", frozenset({"audit_portal"}))


def layout(request: HttpRequest) -> dict[str, Any]:
    """
    The layout's context. Pages may override any key; outside a tenant's page everything is plain.
    """
    actor: Actor | None = getattr(request, "actor", None)
    match = request.resolver_match
    shared: dict[str, Any] = {
        "page_help": help_of(match.view_name) if match else None,
        "help_links": [],
        "demo": settings.DEMO and _is_invented(request),
        "mails_are_files": settings.DEMO,
        "sample_prices": False,
        "provisional_prices": False,
        "breadcrumbs": [],
        "logout_url": reverse("accounts:logout"),
        "idle_seconds": int(settings.SESSION_IDLE_LIMIT.total_seconds()),
        "keepalive_url": reverse("accounts:keep_alive"),
    }
    if actor is None:
        return {**shared, "side": "plain", "navigation": [], "who": None, "municipality_name": ""}
    membership = request.membership  # type: ignore[attr-defined]
    return {
        **shared,
        "side": _side(actor),
        "navigation": _navigation(request, actor),
        "who": {
            "place": membership.facility.name if membership.facility else membership.municipality.name,
            "role": actor.role,
            "name": request.user.name,  # type: ignore[union-attr]
            "switch_url": _switch_url(request),
        },
        "municipality_name": membership.municipality.name,
        "help_links": _help_links(actor, match.kwargs if match else {}),
    }


def _is_invented(request: HttpRequest) -> bool:
    """
    Whether who looks sees the demo's city, or, before a login, whether it is here. A first real city set up on a
    machine that may load the demo is nothing invented. Codes of the demo belong to no city: their check digit is wrong.
    """
    membership = getattr(request, "membership", None)
    if membership is not None:
        return membership.municipality.code in INVENTED
    return Municipality.objects.filter(code__in=INVENTED).exists()


def _help_links(actor: Actor, kwargs: dict[str, Any]) -> list[tuple[str, str]]:
    """Where the help leads on to. Who has not chosen a facility yet has nowhere to go."""
    if not actor.is_facility:
        guide = "audit_portal:guide" if actor.duty is Role.AUDITOR else "city_portal:guide"
        return [(GUIDE, reverse(guide))]
    if "facility_number" not in kwargs:
        return []
    number = [kwargs["facility_number"]]
    return [
        (FIRST_STEPS.title, reverse("facility_portal:first_steps", args=number)),
        (GUIDE, reverse("facility_portal:guide", args=number)),
    ]


def _switch_url(request: HttpRequest) -> str | None:
    """For people of several facilities."""
    return reverse("facility_choice:choose") if request.serves_several else None  # type: ignore[attr-defined]


def _side(actor: Actor) -> str:
    if actor.is_facility:
        return "facility"
    return "audit" if actor.duty is Role.AUDITOR else "city"


def _items(actor: Actor) -> tuple[NavigationItem, ...]:
    if actor.is_facility:
        return FACILITY
    if actor.duty is Role.AUDITOR:
        return (EVENTS,)
    if actor.duty is Role.ENROLMENT:
        return (HOME, COUNTS, SCHEDULE, NOTICES)
    if actor.duty in OPERATIONS_ROLES:
        return (HOME, REVIEW, APPLICATIONS, COUNTS, PAPERS, FACILITIES, STAFF, RATE_BOOKS, SCHEDULE, NOTICES)
    registers = (FACILITIES, RATE_BOOKS, ITEM_PACKS, FORM_PACKS, ACCOUNTS)
    return (HOME, REVIEW, APPLICATIONS, COUNTS, PAPERS, *registers, SCHEDULE, NOTICES)


def _navigation(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    match = request.resolver_match
    here = match.view_name if match else ""
    arguments = [request.membership.facility.number] if actor.is_facility else []  # type: ignore[attr-defined]
    return [
        {
            "label": item.label,
            "url": reverse(item.url_name, args=arguments),
            "current": any(here.startswith(namespace) for namespace in item.namespaces),
        }
        for item in _items(actor)
    ]
