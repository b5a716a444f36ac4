"""``{% form_token %}``: what every POST form begins with."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from facilities.sent_forms import FIELD, new_token

register = template.Library()


@register.simple_tag(takes_context=True)
def form_token(context: Context) -> SafeString:
    """The CSRF token and the token that makes sending twice harmless."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="{}" value="{}">',
        context["csrf_token"],
        FIELD,
        new_token(),
    )
