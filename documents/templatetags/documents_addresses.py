"""``{% load documents_addresses %}``: addresses of papers on the side the reader stands on."""

from typing import Any

from django import template
from django.template import Context

from documents.addresses import address

register = template.Library()


@register.simple_tag(takes_context=True)
def documents_url(context: Context, name: str, *arguments: Any) -> str:
    """The facility's or the city's page of this name."""
    return address(context["request"].actor, context["request"].membership.facility, name, *arguments)
