"""
The named rules of the calculation.

Each is one decision of ``pricing/README.md``, where the wording and the weighing are.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pricing.month import Month


class Rule(NamedTuple):
    """A decision's number, which a program reads, and what it says, which a clerk reads."""

    id: str
    words: str


TREATMENT: Final = Rule("D1", "処遇改善分は（基礎分＋賃金改善分＋単価表の率）を掛けて10円未満切捨て")
TREATMENT_BY_RATE: Final = Rule("D13", "処遇改善分は加算率（基礎分＋賃金改善要件分）を掛けて10円未満切捨て")
HEADCOUNTS: Final = Rule("D13", "人数分の額の合計 ÷ 初日在籍数（10円未満切捨て）× 子どもの数")
PER_CHILD: Final = Rule("D2", "子ども1人あたりの単価 × 対象の子どもの数")
FACILITY: Final = Rule("D3", "施設の額 ÷ 初日在籍数（10円未満切捨て）× 子どもの数")
TREATMENT_3: Final = Rule("D4", "区分3は人数A・人数Bの額の合計 ÷ 初日在籍数（10円未満切捨て）× 子どもの数")
MEALS: Final = Rule("D5", "給食は週あたりの実施日数を掛ける")
SIDE_DISHES: Final = Rule("D6", "副食費は対象の子どもの数による額で、調整の対象にしない")
OVER_CAPACITY: Final = Rule("D7", "定員超過は、それより前の1人あたりの額の合計に調整率を掛けて10円未満切捨て")
PERCENT_DEDUCTION: Final = Rule("D8", "基本分と処遇改善分の合計に割合を掛けて10円未満切捨てた額を減算")
MARCH: Final = Rule("D9", "3月分の請求で年1回だけ")
UNDER_AGE_3: Final = Rule("D10", "満3歳児は3歳児の基本分単価。対応加配の単価は3歳児配置改善の有無による")
BY_DAYS: Final = Rule("D11", "途中入退所の子どもは、1か月の単価の合計 × 日数 ÷ 標準の日数（10円未満切捨て）")
ONE_YEAR_OLDS: Final = Rule("D14", "1歳児だけを対象にする")
CLOSURES: Final = Rule("D15", "施設長未配置・土曜閉所の減算")
BRANCH: Final = Rule("D15", "分園の子どもは、基本分と処遇改善分の合計に割合を掛けて10円未満切捨てた額を減算")
OVER_CAPACITY_ROW: Final = Rule("D16", "調整率は利用定員の区分と初日在籍数の行による")
# [K] that both rows are printed at half the price (pricing.md §4.5 D17).
WHOLE_FACILITY: Final = Rule("D17", "施設全体の項目は、1号の行と2・3号の行の両方で計算する")
# [K] pricing.md §4.4: 従業員枠 is priced at 84 percent. Which items that covers, and its floor, our sources do not say.
EMPLOYEE_SLOT_PERCENT: Final = 84
EMPLOYEE_SLOT: Final = Rule(
    "従業員枠", f"従業員枠の子どもは、1人あたりの単価の合計に{EMPLOYEE_SLOT_PERCENT}%を掛けて10円未満切捨て"
)
# [K] pricing.md §4.4: which prices 食事の搬入 takes its percent of; here those of 分園 (D15).
DELIVERED_MEALS: Final = Rule("食事の搬入", "基本分と処遇改善分の合計に割合を掛けて10円未満切捨てた額を減算")
# D11: the standard days of a month by certification system.
DAYS_OF_MONTH: Final = {"1": 20, "23": 25}
# What began within a fiscal year (pricing.md §9): Ⅲ [S20][K], and the exemption with the 無償化 [S33].
FIRST_MONTH_OF_TREATMENT_III: Final = Month(2022, 10)
FIRST_MONTHS: Final = {
    "treatment_iii": FIRST_MONTH_OF_TREATMENT_III,
    "side_dish_exemption": Month(2019, 10),
}
