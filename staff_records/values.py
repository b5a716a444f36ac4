"""What a roster is made of, as plain values: between forms, tables, files and rows."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Identity:
    """Who somebody is, for good."""

    birth_date: date
    sex: str = ""


@dataclass(frozen=True)
class Detail:
    """Name and address."""

    name: str
    kana: str
    former_name: str = ""
    postal_code: str = ""
    address: str = ""


@dataclass(frozen=True)
class Terms:
    """
    What somebody does, and how long: ``hours_a_day`` hours, ``days_a_month`` days, ``hours_a_month`` as the contract
    says (None: hours a day × days). ``job`` and the choices are codes.
    """

    job: str
    is_regular: bool
    hours_a_day: Decimal
    days_a_month: Decimal
    hours_a_month: Decimal | None = None
    title: str = ""
    post: str = ""
    leave: str = ""
    concurrence: str = ""


@dataclass(frozen=True)
class Licenced:
    """A qualification; ``licence`` is a code of ``words.Licence``."""

    licence: str
    number: str = ""
    obtained_on: date | None = None


@dataclass(frozen=True)
class Earlier:
    """Work elsewhere before, both days included; ``workplace`` and ``proof`` are codes."""

    workplace: str
    first_day: date
    last_day: date
    employer: str = ""
    is_long_enough: bool | None = None
    proof: str = "none"


@dataclass(frozen=True)
class Trained:
    """A finished training, in hours; ``field`` is a code."""

    field: str
    hours: Decimal
    finished_on: date
    management_hours: Decimal = Decimal(0)
    title: str = ""
    organiser: str = ""
    is_in_house: bool = False


@dataclass(frozen=True)
class Worked:
    """Hours really worked in a month; ``month`` is its first day."""

    month: date
    hours: Decimal


@dataclass(frozen=True)
class Paid:
    """What was paid for a month, in yen; None where nothing was said. ``month`` is its first day."""

    month: date
    base_yen: int | None = None
    allowance_yen: int | None = None
    post_allowance_yen: int | None = None
    bonus_yen: int | None = None
