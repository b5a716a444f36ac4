"""
A pack's own HTML template: Django's language without anything that reads, loads or trusts.

No loader, so nothing is included or extended; no filter that marks a text as safe; everything is escaped. A template
sees ``texts`` (fields by key), ``tables`` (rows by key), ``marks`` and ``furniture``: plain strings.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Final

from django.template import Context, Engine, Library, TemplateSyntaxError, defaultfilters, defaulttags
from django.template.base import Template
from django.utils.safestring import SafeString, mark_safe

from documents import code128
from documents.packs.filled import Filled
from documents.packs.furniture import furniture, qr_svg

TAGS: Final = (
    "comment",
    "cycle",
    "firstof",
    "for",
    "if",
    "ifchanged",
    "resetcycle",
    "spaceless",
    "verbatim",
    "with",
)
FILTERS: Final = (
    "add",
    "default",
    "divisibleby",
    "first",
    "join",
    "last",
    "length",
    "linebreaksbr",
    "slice",
    "wordcount",
)
KEPT_TEMPLATES: Final = 64
MODULE: Final = "documents.html_forms"


class TemplateWrong(Exception):
    """The template cannot be read or filled. The message says what there is not."""


register = Library()
for _name in TAGS:
    register.tags[_name] = defaulttags.register.tags[_name]
for _name in FILTERS:
    register.filters[_name] = defaultfilters.register.filters[_name]


@register.filter
def barcode(text: str) -> SafeString:
    """Code 128 of a number as SVG; nothing for nothing."""
    # The drawing is made of numbers only.
    return mark_safe(code128.svg(text)) if text else SafeString("")  # noqa: S308


@register.filter
def qr(text: str) -> SafeString:
    """A QR code as SVG; nothing for nothing."""
    return mark_safe(qr_svg(text, "")) if text else SafeString("")  # noqa: S308  made of numbers only


class _Unknown(str):
    """A name the form does not have is an error, not a gap on paper."""

    def __contains__(self, part: object) -> bool:
        return part == "%s" or super().__contains__(part)  # type: ignore[operator]

    def __mod__(self, variable: Any) -> str:
        raise TemplateWrong(f"{variable} という値はありません。")


class _Engine(Engine):
    default_builtins: ClassVar[list[str]] = [MODULE]


_engine = _Engine(
    dirs=[], app_dirs=False, loaders=[], libraries={}, autoescape=True, string_if_invalid=_Unknown("%s")
)


@lru_cache(KEPT_TEMPLATES)
def read_template(html: str) -> Template:
    """
    The template, read once for each process.

    :raises TemplateWrong: it asks for a tag or filter there is not, or is none.
    """
    try:
        return Template(html, engine=_engine)
    except TemplateSyntaxError as wrong:
        raise TemplateWrong(str(wrong)) from wrong


def page(html: str, filled: Filled) -> str:
    """
    The whole page of a filled form.

    :raises TemplateWrong: it cannot be read, or asks for a name the form does not have.
    """
    around = furniture(filled.marks)
    context: Mapping[str, Any] = {
        "title": filled.title,
        "texts": filled.texts,
        "tables": filled.tables,
        "marks": filled.marks,
        # Ours, made of escaped texts.
        "furniture": {"css": mark_safe(around.css), "html": mark_safe(around.html)},  # noqa: S308
    }
    return read_template(html).render(Context(context))
