"""Conditions on the programmes a facility runs beside its daily care (forms.md §6 個票7; pricing.md §6)."""

from __future__ import annotations

from typing import Final

from pricing.conditions.answers import Answer, all_hold, ask, decide, fails, so_many_hold, unknown
from pricing.conditions.children import so_many_children
from pricing.conditions.declaring import Case, Test, yes

INFANTS: Final = 3  # 乳児3人以上 on the first day


def _disabled(case: Case) -> Answer:
    count = case.facts.disabled_children
    return ask("disabled_children") if count is None else decide(count >= 1, "")


# 延長, 一時預かり（一般型）, 病児, 乳児3人以上, 障害児1人以上 [S3].
OF_CARE: Final[tuple[Test, ...]] = (
    yes("extended_care", ""),
    yes("temporary_care_general", ""),
    yes("sick_child_care", ""),
    so_many_children(("0",), INFANTS, ""),
    _disabled,
)
OF_CARE_WORDS: Final = "延長保育・一時預かり（一般型）・病児保育・乳児3人以上・障害児1人以上"
# [K] The five of a 幼稚園; the specification names only those of a 保育所.
OF_KINDERGARTEN: Final[tuple[Test, ...]] = (
    yes("temporary_care_kindergarten", ""),
    yes("temporary_care_general", ""),
    so_many_children(("3mid",), 1, ""),
    _disabled,
    yes("school_link", ""),
)
OF_KINDERGARTEN_WORDS: Final = (
    "一時預かり（幼稚園型）・一時預かり（一般型）・満3歳児1人以上・障害児1人以上・小学校との連携"
)


def programmes(least: int, which: tuple[Test, ...], words: str) -> Test:
    """At least so many of the programmes."""
    otherwise = f"対象の事業（{words}）が{least}つに足りません。"
    return lambda case: so_many_hold(least, [test(case) for test in which], otherwise)


def strengthening_programmes(case: Case) -> Answer:
    """
    施設機能強化推進費 asks for programmes (pricing.md §6); how many, no source tells [U].

    None is too few and two are taken as enough; with one the clerk is asked to look it up.
    """
    of_kindergarten = case.facts.facility_type == "kindergarten"
    which = OF_KINDERGARTEN if of_kindergarten else OF_CARE
    words = OF_KINDERGARTEN_WORDS if of_kindergarten else OF_CARE_WORDS
    one = programmes(1, which, words)(case)
    two = programmes(2, which, words)(case)
    if one.verdict == "holds" and two.verdict == "fails":
        return unknown("対象の事業は1つです。施設機能強化推進費に必要な事業の数を通知で確かめてください。")
    return two if one.verdict == "holds" else one


_CHIEF_OF_KODOMOEN: Final[tuple[Test, ...]] = (
    yes("chief_dedicated", "主幹教諭等を専任させていません。"),
    yes("chief_substitute", "専任の主幹教諭等に代わる職員を置いていません。"),
    yes("kodomoen_chief_programmes", "専任化に必要な子育て支援の事業を実施していません。"),
)


def chief_of_kodomoen(case: Case) -> Answer:
    """
    療育支援 of a こども園, which has no 主幹専任 addition: its chief is dedicated, and the deduction is not claimed.

    Which programmes and how many, no source tells [U]: the facility answers for them as a whole.
    """
    if "no_dedicated_chief" in case.codes:
        return fails("主幹教諭等の専任化をしていない場合の減算を請求しています。")
    return all_hold([test(case) for test in _CHIEF_OF_KODOMOEN])
