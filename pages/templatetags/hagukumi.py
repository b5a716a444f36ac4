"""
``{% load hagukumi %}``: the components' tags and the filters of the field.

Every tag lists its options and fails on a wrong one: a page that asks for a tone that does not exist is a bug.
"""

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from pages import wareki

register = template.Library()

MINUS = "−"
# The characters an address is made of: Japanese text may follow it without a space.
ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&()*+,;=%\[\]]+")
AFTER_AN_ADDRESS = ".,:;!?)]"
TONES = frozenset({"ok", "now", "warn", "bad", "off", "info"})
WIDTHS = frozenset({"", "short", "wide"})


class WrongOption(Exception):
    """A component was asked for a variant it does not have."""


# ---------------------------------------------------------------- filters


@register.filter
def yen(amount: int | None) -> str:
    """1,234,560; negative with a real minus sign; nothing for None."""
    if amount is None:
        return ""
    return f"{amount:,}".replace("-", MINUS)


@register.filter
def signed(amount: int | None) -> str:
    """+95,210, −280, ±0; nothing for None."""
    if amount is None:
        return ""
    if amount == 0:
        return "±0"
    return f"+{amount:,}" if amount > 0 else f"{amount:,}".replace("-", MINUS)


@register.filter
def direction(amount: int | None) -> str:
    """The CSS class of a difference: up, down or same."""
    if not amount:
        return "same"
    return "up" if amount > 0 else "down"


@register.filter
def wareki_date(day: date | datetime | None) -> str:
    """令和8年6月10日(水), in Japan's time."""
    return wareki.date_words(_day(day)) if day else ""


@register.filter
def wareki_day(day: date | datetime | None) -> str:
    """令和8年6月10日: in tables of days, where the weekday says nothing."""
    return wareki.day_words(_day(day)) if day else ""


@register.filter
def era_day(day: date | datetime | None) -> str:
    """R8.6.10: where a table has no room for more."""
    return wareki.short_date_words(_day(day)) if day else ""


@register.filter
def plain_number(number: Any) -> str:
    """7.5, 20: a decimal without the zeros it was stored with."""
    return f"{number.normalize():f}" if number is not None else ""


@register.filter
def wareki_month(month: Any) -> str:
    """令和8年6月, for a date or a service month."""
    return wareki.month_words(_day(getattr(month, "first_day", month))) if month else ""


@register.filter
def month_title(month: Any) -> str:
    """令和8年6月分."""
    return f"{wareki_month(month)}分"


@register.filter
def fiscal_year_title(fiscal_year: int) -> str:
    """令和8年度."""
    return wareki.fiscal_year_words(fiscal_year)


@register.filter
def short_date(day: date | datetime | None) -> str:
    """6月5日."""
    if not day:
        return ""
    local = _day(day)
    return f"{local.month}月{local.day}日"


@register.filter
def weekday_date(day: date | datetime | None) -> str:
    """6月5日(金): where the year stands beside it."""
    return f"{short_date(day)}({wareki.WEEKDAYS[_day(day).weekday()]})" if day else ""


@register.filter
def short_datetime(moment: datetime | None) -> str:
    """6月5日 14:32, in Japan's time."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


@register.filter
def linked(text: str) -> SafeString:
    """The text escaped, each http or https address in it a link that tells the other side nothing."""
    pieces, end = [], 0
    for found in ADDRESS.finditer(text):
        address = found[0].rstrip(AFTER_AN_ADDRESS)
        pieces += [escape(text[end : found.start()]), _link(address)]
        end = found.start() + len(address)
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308  every piece is escaped


def _link(address: str) -> SafeString:
    if address in ("http://", "https://", "http:", "https:", "http:/", "https:/"):
        return escape(address)
    return format_html('<a href="{}" rel="noopener noreferrer nofollow">{}</a>', address, address)


@register.filter
def full_datetime(moment: datetime | None) -> str:
    """令和8年6月5日(金) 14:32, in Japan's time."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    return f"{wareki.date_words(local.date())} {local:%H:%M}"


@register.filter
def exact_datetime(moment: datetime | None) -> str:
    """令和8年6月5日(金) 14:32:05: for the auditors, to whom the order of two acts matters."""
    return f"{full_datetime(moment)}:{timezone.localtime(moment):%S}" if moment else ""


@register.filter
def iso(moment: date | datetime | None) -> str:
    """For the datetime attribute of <time>."""
    return moment.isoformat() if moment else ""


def _day(day: date | datetime) -> date:
    return timezone.localtime(day).date() if isinstance(day, datetime) else day


# ---------------------------------------------------------------- components


@register.simple_tag
def tag(tone: str, text: str) -> SafeString:
    """A status in words with a colour: ok, now, warn, bad, off, info."""
    if tone not in TONES:
        raise WrongOption(f"tag has no tone {tone!r}")
    return format_html('<span class="tag {}">{}</span>', tone, text)


@register.simple_tag
def difference(amount: int | None) -> SafeString:
    """A signed amount with its direction: +95,210."""
    return format_html('<span class="{}">{}</span>', direction(amount), signed(amount))


@register.inclusion_tag("components/error_summary.html")
def error_summary(
    form: BaseForm | None = None,
    problems: list[str] | None = None,
    targets: dict[str, str] | None = None,
) -> dict[str, Any]:
    """
    Every problem at the top of the page, each linked to its field. Shows nothing when there is none.

    ``form``: a bound form; ``problems``: sentences without a form field; ``targets``: the id such a sentence leads to.
    """
    places = targets or {}
    entries: list[dict[str, str]] = [
        {"text": text, "target": places.get(text, "")} for text in problems or []
    ]
    if form is not None and form.is_bound:
        entries += [{"text": str(text), "target": ""} for text in form.non_field_errors()]
        for field in form:
            entries += [{"text": f"{field.label}：{text}", "target": _target(field)} for text in field.errors]
    return {"entries": entries}


def _target(bound: BoundField) -> str:
    """The id a link to the field goes to; of radio buttons and tick lists, the first choice."""
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: str = "", width: str = "") -> dict[str, Any]:
    """
    One form field: label, hint, control, and its error beside it. ``width``: "", "short", "wide".

    Radio buttons and tick lists become a group (fieldset) whose legend is the label.
    """
    if width not in WIDTHS:
        raise WrongOption(f"field has no width {width!r}")
    name = bound.auto_id
    described = [f"{name}-hint"] if hint or bound.help_text else []
    if bound.errors:
        described.append(f"{name}-error")
    attributes: dict[str, Any] = {}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    is_group = bound.field.widget.use_fieldset
    return {
        "bound": bound,
        "name": name,
        "control": bound.as_widget(attrs={} if is_group else attributes),
        "described": " ".join(described),
        "hint": hint or bound.help_text,
        "width": width,
        "is_group": is_group,
        "is_checkbox": getattr(bound.field.widget, "input_type", "") == "checkbox" and not is_group,
    }


@register.inclusion_tag("components/flash.html", takes_context=True)
def flash(context: Context) -> dict[str, Any]:
    """What the last act has to say."""
    return {"messages": context.get("messages") or []}


@register.simple_tag(takes_context=True)
def layout_value(context: Context, name: str, default: Any = "") -> Any:
    """A value of the layout's context, or ``default`` where the page has none (error pages)."""
    value = context.get(name, default)
    return default if value is None else value
