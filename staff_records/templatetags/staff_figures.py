"""``{% load staff_figures %}``: durations, hours and jobs as the roster's pages write them."""

from decimal import Decimal
from fractions import Fraction

from django import template

from pricing.staffing import JOBS
from pricing.staffing.roundings import number_words
from staff_records.figures.experience import months_words
from staff_records.words import Post

register = template.Library()


@register.filter
def months(value: int | Fraction) -> str:
    """``89`` → 7年5か月."""
    return months_words(value)


@register.filter
def hours(value: Decimal | int) -> str:
    """``160.00`` → 160."""
    return number_words(Fraction(value))


@register.filter
def job(code: str) -> str:
    """The job in words."""
    return JOBS[code].label if code in JOBS else code


@register.filter
def post(code: str) -> str:
    """The post of 区分3 in words."""
    return Post(code).label if code in Post.values else code
