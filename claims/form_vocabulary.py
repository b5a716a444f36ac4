"""
What forms may show of one claim version: names, labels and meanings for the data dictionary.

``form_values`` gives the values. Nothing here is of one child: children are numbers of a class.
"""

from collections.abc import Iterable
from typing import Final

from claims.cells import HOURS_OF
from claims.models import Age, Certification, Hours
from documents.dictionary import Entry, Group, Kind, Table, Vocabulary
from pricing.vocabulary import ITEM_LABELS

TEXT, WHOLE, YEN = Kind.TEXT, Kind.WHOLE, Kind.YEN
DATE, YES_NO = Kind.DATE, Kind.YES_NO
# A 2号 child that turned three this year keeps its class age 2 until March.
CLASSES: Final[tuple[tuple[str, str], ...]] = (
    *(("1", age) for age in ("3mid", "3", "4", "5")),
    *(("2", age) for age in ("2", "3", "4", "5")),
    *(("3", age) for age in ("0", "1", "2")),
)

CLAIM: Final = Group(
    "claim",
    "請求",
    (
        Entry(
            "benefit", "費用の名前", TEXT, "委託費、施設型給付費、地域型保育給付費。施設類型で決まります。"
        ),
        Entry("addressee", "請求先のあて名", TEXT, "「青葉台市長」の形。管外はその市区町村の長。"),
        Entry("payer_name", "請求先の市区町村", TEXT, "名前が分からない市区町村はコード。"),
        Entry("payer_code", "請求先の市区町村コード", TEXT, "6桁。"),
        Entry("version", "版", WHOLE, "同じ月・同じ請求先の何番目の請求か。"),
        Entry("status", "状態", TEXT, "下書き、提出済み、差し戻し、承認済みなど。"),
        Entry("is_submitted", "提出した", YES_NO, "提出（管外は確定）をしたか。"),
        Entry("is_approved", "承認された", YES_NO, "市の承認が済んだか。後で訂正版に替わったものも、はい。"),
        Entry("is_returned", "差し戻された", YES_NO, "市が差し戻した版か。"),
        Entry("is_correction", "過誤調整", YES_NO, "承認済みの請求を直した版か。"),
        Entry("is_outside", "管外", YES_NO, "ほかの市区町村への請求か。"),
        Entry("drafted_on", "計算した日", DATE, "この内容を計算した日。"),
        Entry("submitted_on", "提出日", DATE, "管外は確定した日。"),
        Entry("approved_on", "承認日", DATE, "市が最後に承認した日。"),
        Entry("returned_on", "差し戻し日", DATE, "市が差し戻した日。"),
        Entry("return_reason", "差し戻しの理由", TEXT, "市が書いた文。"),
        Entry("correction_reason", "過誤調整の理由", TEXT, "施設が書いた理由、または訂正のきっかけ。"),
        Entry(
            "payment_day",
            "支払予定日",
            DATE,
            "市の日程による、その月の支払日。管外は空。実際に支払った日ではありません。",
        ),
        Entry("total_yen", "公定価格の合計", YEN, "明細の合計。", "円"),
        Entry("base_yen", "基本分の小計", YEN, "基本の項目の合計。", "円"),
        Entry("addition_yen", "加算の小計", YEN, "加算の項目の合計。", "円"),
        Entry("deduction_yen", "減算の小計", YEN, "減算の項目の合計。0以下の数。", "円"),
        Entry(
            "charge_yen",
            "利用者負担額",
            YEN,
            "差し引く額。委託費と、負担のない請求では0。届く前は空。",
            "円",
        ),
        Entry("payable_yen", "請求金額", YEN, "合計から利用者負担額を引いた額。届く前は空。", "円"),
        Entry("is_netted", "利用者負担額を差し引く", YES_NO, "引く額が届いているか。"),
        Entry(
            "charge_reveals_family",
            "利用者負担額から家庭が分かる",
            YES_NO,
            "児童が少なく、金額から1家庭の負担が分かるか。はいのとき、市の帳票に利用者負担額と"
            "差し引き後の額を載せません。",
        ),
        Entry("charge_words", "利用者負担額の説明", TEXT, "差し引く、引かない、まだ届いていない、の文。"),
        Entry("child_total", "児童数（請求の計算）", WHOLE, "計算した児童の数。", "人"),
        Entry("first_day_children", "初日在籍", WHOLE, "この請求の児童の、月の初日の人数。", "人"),
        Entry(
            "entered_children", "途中入所", WHOLE, "月の途中に入所した児童。初日在籍には入りません。", "人"
        ),
        Entry("left_children", "途中退所", WHOLE, "月の途中に退所した児童。初日在籍に入っています。", "人"),
        Entry(
            "enrolled_children",
            "初日在籍（施設全体）",
            WHOLE,
            "ほかの市区町村の児童も入れた人数。",
            "人",
        ),
        Entry("has_other_payers", "ほかの市区町村の児童がいる", YES_NO, "施設全体の人数が違うか。"),
        Entry("counts_arrived_on", "児童数が届いた日", DATE, "市から届いた日。"),
        Entry("counts_confirmed_on", "児童数を確認した日", DATE, "施設が確認した日。"),
        Entry(
            "counts_confirmed_by_city", "市が代わりに確認した", YES_NO, "施設の回答がなく、市が確認したか。"
        ),
        Entry("capacity_1", "利用定員（1号・計算）", WHOLE, "この請求の計算に使った数。", "人"),
        Entry("capacity_23", "利用定員（2・3号・計算）", WHOLE, "この請求の計算に使った数。", "人"),
        Entry("capacity_words", "利用定員（計算・文）", TEXT, "「1号 15人　2・3号 90人」の形。"),
        Entry("region", "地域区分（計算）", TEXT, "「10/100地域」の形。"),
        Entry("region_percent", "地域区分（計算・％）", WHOLE, "この請求の計算に使った率。", "％"),
        Entry("base_percent", "基礎分の率（計算）", WHOLE, "区分1（令和6年度まではⅠの基礎分）。", "％"),
        Entry(
            "wage_percent",
            "賃金改善分の率（計算）",
            WHOLE,
            "区分2（令和6年度まではⅠの賃金改善要件分）。",
            "％",
        ),
        Entry("rates_are_provisional", "加算率は仮（計算）", YES_NO, "認定の前の率か。"),
        Entry("rate_words", "加算率（計算・文）", TEXT, "「区分1 9%・区分2 6%」の形。仮のときは添えます。"),
        Entry("rate_book", "単価表の名前", TEXT, "計算に使った単価表。"),
        Entry("rate_book_id", "単価表の番号", TEXT, "計算に使った単価表の番号。"),
        Entry("rate_book_source", "単価表の出典", TEXT, "単価表に書かれた出典。"),
        Entry("price_words", "単価の印の説明", TEXT, "見本・暫定の単価のときの文。正式なら空。"),
        Entry("saturday_closures", "土曜日の閉所日数", WHOLE, "施設が入力した月の実績。", "日"),
        Entry("meal_days_a_week", "給食の実施日数", WHOLE, "施設が入力した月の実績。", "日／週"),
        Entry("side_dish_days", "副食費の免除日数", WHOLE, "施設が入力した月の実績。", "日"),
        Entry("strengthening_spent_yen", "施設機能強化推進費の支出額", YEN, "施設が入力した月の実績。", "円"),
    ),
)
BEFORE: Final = Group(
    "claim_before",
    "過誤調整の前の請求",
    (
        Entry("version", "訂正前の版", WHOLE, "過誤調整でないときは、どの欄も空。"),
        Entry("control_number", "訂正前の管理番号", TEXT, "訂正する請求書の右肩や左下にある番号。"),
        Entry("submitted_on", "訂正前の提出日", DATE, "訂正する請求を提出した日。"),
        Entry("approved_on", "訂正前の承認日", DATE, "訂正する請求を市が承認した日。"),
        Entry("first_day_children", "訂正前の初日在籍", WHOLE, "訂正する請求の児童。", "人"),
        Entry("total_yen", "訂正前の公定価格の合計", YEN, "訂正する請求の明細の合計。", "円"),
        Entry(
            "difference_yen",
            "差額",
            YEN,
            "訂正後から訂正前を引いた額。追加で受け取る額は0より大、返す額は0より小。"
            "利用者負担額は両方から同じに引くため、差し引き後の額の差もこの額です。",
            "円",
        ),
    ),
)


def _cell_name(certification: str, age: str, hours: str) -> str:
    return f"c{certification}_{age}" if hours == "education" else f"c{certification}_{age}_{hours}"


def _cell_entries(what: str) -> tuple[Entry, ...]:
    """One entry a cell of 認定区分×年齢×時間, and their sums."""
    cells = [
        Entry(
            _cell_name(certification, age, hours),
            " ".join([Certification(certification).label, Age(age).label, Hours(hours).label]),
            WHOLE,
            what,
            "人",
        )
        for certification, age in CLASSES
        for hours in HOURS_OF[certification]
    ]
    sums = [
        Entry(f"c{certification}", f"{Certification(certification).label}の計", WHOLE, what, "人")
        for certification in Certification.values
    ]
    hours = [
        Entry(one, f"{Hours(one).label}の計", WHOLE, what, "人") for one in (Hours.STANDARD, Hours.SHORT)
    ]
    return (*cells, *sums, *hours, Entry("total", "計", WHOLE, what, "人"))


COUNTS: Final = Group("claim_count", "児童数（区分ごと）", _cell_entries("この請求の児童の初日在籍。"))
COUNTS_BEFORE: Final = Group(
    "claim_count_before",
    "前月の児童数（区分ごと）",
    _cell_entries("同じ請求先の前の月の初日在籍。届いていなければ空。"),
)


def _item_entries(what: str) -> tuple[Entry, ...]:
    return tuple(Entry(code, label, YEN, what, "円") for code, label in ITEM_LABELS.items())


ITEM_YEN: Final = Group(
    "claim_item_yen",
    "項目ごとの金額",
    _item_entries("請求にあるときの金額。認定こども園は1号と2・3号の合計。なければ空。"),
)
ITEM_YEN_1: Final = Group(
    "claim_item_yen_1", "項目ごとの金額（1号）", _item_entries("1号の明細の金額。なければ空。")
)
ITEM_YEN_23: Final = Group(
    "claim_item_yen_23", "項目ごとの金額（2・3号）", _item_entries("2・3号の明細の金額。なければ空。")
)

_POSITION = Entry("position", "明細の順", WHOLE, "請求の何番目の項目か。")
_SECTION = (
    Entry("section", "区分のコード", TEXT, "base、addition、deduction。式の条件に使います。"),
    Entry("section_label", "区分", TEXT, "基本、加算、減算。"),
)
_OF_ITEM = (
    Entry("code", "項目のコード", TEXT, "base、rent など。式の条件に使います。"),
    Entry("number", "項目の番号", TEXT, "単価表での番号。なければ空。"),
    Entry("label", "項目", TEXT, "明細の項目名。"),
    Entry("system", "認定の系統のコード", TEXT, "1、23、または空（分かれない項目）。"),
    Entry("system_words", "認定の系統", TEXT, "1号、2・3号、または空。"),
)
LINES: Final = Table(
    "claim_lines",
    "明細（単価ごと）",
    (
        _POSITION,
        *_SECTION,
        *_OF_ITEM,
        Entry(
            "block",
            "内訳書の段",
            TEXT,
            "base（基本分）、treatment（処遇改善の区分1・2、Ⅰ）、children（児童ごとの加算）、"
            "facility（施設全体の加算）、quality（処遇改善の区分3、Ⅱ・Ⅲ）、deduction（減算・調整）。",
        ),
        Entry("part_number", "項目の中の順", WHOLE, "1つの項目に単価がいくつかあるときの順。"),
        Entry("is_first", "項目の最初の行", YES_NO, "項目名を1度だけ書くときに使います。"),
        Entry("is_last", "項目の最後の行", YES_NO, "項目の合計を1度だけ書くときに使います。"),
        Entry("first_label", "項目（最初の行だけ）", TEXT, "2行目からは空。"),
        Entry("subject", "対象", TEXT, "年齢区分、全員、または数の内訳。児童のいない項目は「対象なし」。"),
        Entry("age_class", "年齢区分のコード", TEXT, "4plus、3、3mid、2、1、0。区分のない行は空。"),
        Entry("hours", "時間のコード", TEXT, "standard、short、education。区分のない行は空。"),
        Entry("unit_yen", "単価", YEN, "1つあたりの額。減算は0より小。", "円"),
        Entry("quantity", "数", WHOLE, "児童の人数、または人数と日数の積。", "人"),
        Entry("amount_yen", "金額", YEN, "この行の額。単価×数。", "円"),
        Entry("item_yen", "項目の金額（最後の行だけ）", YEN, "項目の合計。最後の行のほかは空。", "円"),
    ),
    "項目の単価ごとに1行。単価のない項目も1行。",
)
BASE_ROWS: Final = Table(
    "claim_base_rows",
    "基本分と処遇改善（区分ごと）",
    (
        *_OF_ITEM[3:],
        Entry("subject", "対象", TEXT, "年齢区分と時間。分園・従業員枠は別の行。"),
        Entry("age_class", "年齢区分のコード", TEXT, "4plus、3、3mid、2、1、0。"),
        Entry("hours", "時間のコード", TEXT, "standard、short、education。"),
        Entry("quantity", "人数", WHOLE, "基本分を計算した児童。", "人"),
        Entry("unit_yen", "基本分単価", YEN, "1人あたり。", "円"),
        Entry("amount_yen", "基本分", YEN, "単価×人数。", "円"),
        Entry(
            "treatment_unit_yen",
            "処遇改善の単価",
            YEN,
            "区分1・2（令和6年度まではⅠ）の1人あたり。なければ0。",
            "円",
        ),
        Entry("treatment_yen", "処遇改善", YEN, "単価×人数。なければ0。", "円"),
    ),
    "年齢区分と時間ごとに1行。",
)
ITEMS: Final = Table(
    "claim_items",
    "明細（項目ごと）",
    (
        _POSITION,
        *_SECTION,
        *_OF_ITEM,
        Entry("part_count", "単価の数", WHOLE, "いくつの単価でできているか。"),
        Entry("amount_yen", "金額", YEN, "項目の合計。", "円"),
        Entry("summary", "要点", TEXT, "短い説明。"),
        Entry("reason", "理由", TEXT, "なぜこの金額かの文。"),
        Entry("source", "出典", TEXT, "単価表の行と計算の決まり。"),
    ),
    "項目ごとに1行。",
)
SECTIONS: Final = Table(
    "claim_sections",
    "区分ごとの小計",
    (
        *_SECTION,
        Entry("item_count", "項目の数", WHOLE, "この区分の項目の数。"),
        Entry("amount_yen", "小計", YEN, "この区分の合計。", "円"),
    ),
    "基本、加算、減算のうち、項目のあるもの。",
)
STEPS: Final = Table(
    "claim_steps",
    "計算の根拠",
    (
        _POSITION,
        *_SECTION,
        Entry("item_label", "項目（最初の行だけ）", TEXT, "2行目からは空。長い名前は何行かに分かれます。"),
        Entry("item_yen", "項目の金額（最初の行だけ）", YEN, "2行目からは空。", "円"),
        Entry("label", "計算の段", TEXT, "単価、処遇改善分、金額、出典など。式の続きの行では空。"),
        Entry("text", "計算", TEXT, "数の入った式。"),
    ),
    "項目の計算の段ごとに1行、長い式は何行かに分けて。最後に出典。単価表の名前は省きます（claim.rate_book）。",
)
_CLASS = (
    Entry("certification", "認定区分のコード", TEXT, "1、2、3。"),
    Entry("certification_words", "認定区分", TEXT, "1号、2号、3号。"),
    Entry("age", "年齢のコード", TEXT, "0、1、2、3mid、3、4、5。"),
    Entry("age_words", "年齢", TEXT, "0歳、満3歳など。"),
)
_NUMBERS = (
    Entry("before", "前月", WHOLE, "前の月の初日在籍。届いていなければ空。", "人"),
    Entry("difference", "前月との差", WHOLE, "今月から前月を引いた数。", "人"),
    Entry("entered", "途中入所", WHOLE, "初日在籍に入りません。", "人"),
    Entry("left", "途中退所", WHOLE, "初日在籍に入っています。", "人"),
)
CHILDREN: Final = Table(
    "claim_children",
    "児童数（区分と時間ごと）",
    (
        *_CLASS,
        Entry("hours", "時間のコード", TEXT, "standard、short、education。"),
        Entry("hours_words", "時間", TEXT, "標準時間、短時間、教育標準時間。"),
        Entry("label", "区分", TEXT, "「3号 1歳 標準時間」の形。"),
        Entry("count", "初日在籍", WHOLE, "この請求の児童。", "人"),
        *_NUMBERS,
        Entry("disabled", "うち障害児", WHOLE, "市から届いた数。届いていなければ空。", "人"),
        Entry("branch", "うち分園", WHOLE, "初日在籍のうち。", "人"),
        Entry("employee_slot", "うち従業員枠", WHOLE, "初日在籍のうち。", "人"),
    ),
    "施設類型にある区分はすべて。児童がいない区分は0。",
)
CHILD_ROWS: Final = Table(
    "claim_child_rows",
    "児童数（年齢ごと）",
    (
        *_CLASS,
        Entry("label", "区分", TEXT, "「3号 1歳」の形。"),
        Entry("standard", "標準時間", WHOLE, "1号は空。", "人"),
        Entry("short", "短時間", WHOLE, "1号は空。", "人"),
        Entry("education", "教育標準時間", WHOLE, "1号のほかは空。", "人"),
        Entry("total", "計", WHOLE, "初日在籍。", "人"),
        *_NUMBERS,
    ),
    "認定区分と年齢ごとに1行。",
)
MOVERS: Final = Table(
    "claim_movers",
    "途中入退所",
    (
        *_CLASS,
        Entry("label", "区分", TEXT, "「3号 1歳 標準時間」の形。"),
        Entry("movement", "入所・退所", TEXT, "途中入所、途中退所。"),
        Entry("days", "日数", WHOLE, "在籍した開所日数。", "日"),
        Entry("count", "人数", WHOLE, "同じ区分・日数の児童。", "人"),
    ),
    "月の途中に入所・退所した児童を、区分と日数ごとに。",
)
CLASS_AMOUNTS: Final = Table(
    "claim_classes",
    "年齢区分ごとの額",
    (
        Entry("label", "年齢区分", TEXT, "「3号 1歳児（標準時間）」の形。最後の行は区分に分けない額。"),
        Entry("children", "人数", WHOLE, "途中入所の児童は別の行。分けない額の行は空。", "人"),
        Entry(
            "amount_yen",
            "金額",
            YEN,
            "その区分の全員に同じ単価の額。円まで、合計に一致します。",
            "円",
        ),
        Entry("per_child_yen", "1人あたり", YEN, "金額÷人数。端数は出ません。分けない額の行は空。", "円"),
        Entry(
            "is_rest",
            "分けない額",
            YES_NO,
            "副食費の免除など一部の児童だけの額で、どの区分か分からないもの。",
        ),
    ),
    "児童の氏名はありません。合計は公定価格の合計。",
)
DIFFERENCES: Final = Table(
    "claim_differences",
    "過誤調整の差（項目ごと）",
    (
        *_SECTION,
        *_OF_ITEM,
        Entry("before_yen", "訂正前", YEN, "なかった項目は0。", "円"),
        Entry("after_yen", "訂正後", YEN, "なくなった項目は0。", "円"),
        Entry("difference_yen", "差額", YEN, "訂正後から訂正前を引いた額。", "円"),
        Entry("has_changed", "変わった", YES_NO, "差額が0でないか。"),
    ),
    "過誤調整のときだけ。変わらない項目も入ります。",
)

VOCABULARY: Final = Vocabulary(
    (CLAIM, BEFORE, COUNTS, COUNTS_BEFORE, ITEM_YEN, ITEM_YEN_1, ITEM_YEN_23),
    (LINES, BASE_ROWS, ITEMS, SECTIONS, STEPS, CHILDREN, CHILD_ROWS, MOVERS, CLASS_AMOUNTS, DIFFERENCES),
)


def cell_names() -> Iterable[tuple[str, tuple[str, str, str]]]:
    """Every cell of ``claim_count`` with its 認定区分, 年齢 and 時間."""
    for certification, age in CLASSES:
        for hours in HOURS_OF[certification]:
            yield _cell_name(certification, age, hours), (certification, age, hours)
