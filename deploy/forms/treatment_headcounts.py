"""加算算定対象人数: of 区分3, and until 令和6年度 of 加算Ⅱ and 加算Ⅲ."""

from collections.abc import Sequence

from deploy.forms.layout import Form, L, Look, Part, Sheet, V, head
from deploy.forms.parts import known, layout_note, unit
from deploy.forms.treatment_parts import BIG, FUKUOKA, LAST_YEAR_OF_BEFORE, MIDDLE, NUMBER, says, top

Flags = Sequence[tuple[str, str]]
AGE_FLAGS: Flags = (("age4plus", "4歳以上児配置改善加算"), ("age3", "3歳児配置改善加算"))
OTHER_FLAGS: Flags = (
    ("chief", "主任保育士専任加算"),
    ("office", "事務職員配置・雇上費加算"),
    ("holiday", "休日保育加算"),
    ("team", "チーム保育推進加算"),
    ("nutrition", "栄養管理加算"),
)
FLAGS_OF_III: Flags = (
    ("special_support", "療育支援加算"),
    ("night", "夜間保育加算"),
    ("no_director", "施設長を配置していない場合"),
)
UNKNOWN = f"b〜gと利用定員の行の人数は未確認で、施設が入力した合計を載せる。{FUKUOKA}"


def forms() -> list[Form]:
    """All of them."""
    return [of_category_3(), of_ii(), of_iii()]


def of_category_3() -> Form:
    """From 令和7年度: 人数A and B of 区分3."""
    title = "加算算定対象人数 算定表（区分3）"
    source = f"加算算定対象人数の様式（加算Ⅱ）を区分3に読み替えた。{UNKNOWN}"
    form = Form("treatment_headcounts", "2025", says("treatment_headcounts", title, "treatment_3", source))
    sheet = form.sheet("算定表", columns=60)
    top(sheet, title.replace(" ", "　"), "区分3の加算算定対象人数の認定を、次のとおり申請します。")
    _begin(sheet, (*AGE_FLAGS, ("age1", "1歳児配置改善加算"), *OTHER_FLAGS))
    _by_age(sheet, has_age1=True)
    _headcounts(sheet)
    return form


def of_ii() -> Form:
    """Until 令和6年度: 人数A and B of 加算Ⅱ."""
    title = "加算算定対象人数等認定申請書（加算Ⅱ）"
    source = f"加算算定対象人数の様式（加算Ⅱ）。{UNKNOWN}"
    form = Form(
        "treatment_headcounts",
        "2023",
        says(
            "treatment_headcounts",
            title,
            "treatment_2",
            source,
            from_year=2023,
            to_year=LAST_YEAR_OF_BEFORE,
        ),
    )
    sheet = form.sheet("申請書", columns=60)
    top(sheet, title, "処遇改善等加算Ⅱの加算算定対象人数の認定を、次のとおり申請します。")
    _begin(sheet, (*AGE_FLAGS, *OTHER_FLAGS))
    _by_age(sheet, has_age1=False)
    _headcounts(sheet)
    return form


def of_iii() -> Form:
    """Until 令和6年度: the headcount of 加算Ⅲ."""
    title = "加算算定対象職員数認定申請書（加算Ⅲ）"
    source = f"加算算定対象人数の様式（加算Ⅲ）。療育支援・夜間・分園・施設長の行の人数も未確認。{UNKNOWN}"
    form = Form(
        "treatment_iii_headcount",
        "2023",
        says(
            "treatment_iii_headcount",
            title,
            "treatment_iii",
            source,
            from_year=2023,
            to_year=LAST_YEAR_OF_BEFORE,
        ),
    )
    sheet = form.sheet("申請書", columns=60)
    top(sheet, title, "処遇改善等加算Ⅲの加算算定対象職員数の認定を、次のとおり申請します。")
    _begin(sheet, (*AGE_FLAGS, *FLAGS_OF_III))
    _by_age(sheet, has_age1=False)
    sheet.line(
        head("減らす人数（分園・施設長の未配置）", 38, size=8.5),
        V("less", "減らす人数", "answers.less", 10, look=NUMBER),
        L("通知の計算表による", 12, look=Look(size=7)),
    )
    sheet.gap(2)
    sheet.section("3　加算算定対象職員数")
    formula = known("ROUND(ROUND({by_age},0)+{other}-{less},0)", "by_age", "other", "less")
    sheet.line(
        head("加算算定対象職員数", 38, size=9),
        V("headcount", "加算算定対象職員数", "answers.headcount", 16, formula=formula, look=BIG),
        unit("人", 6),
        height=10,
    )
    layout_note(sheet, "※ 加算算定対象職員数は、小数点以下を四捨五入します。")
    return form


def _begin(sheet: Sheet, flags: Flags) -> None:
    """From when, the capacity, and what else is granted."""
    sheet.line(
        head("適用開始月", 9, size=8.5),
        V("from_month", "適用開始月", "application.from_month", 21, "month"),
        head("利用定員", 9, size=8.5),
        V("capacity_words", "利用定員", "facility.capacity_words", 21),
    )
    sheet.gap(2)
    sheet.section("1　適用を受ける加算など")
    for start in range(0, len(flags), 2):
        parts: list[Part] = []
        for key, label in flags[start : start + 2]:
            parts += [L(label, 22), V(key, label, f"answers.{key}", 8, "have", look=MIDDLE)]
        if len(parts) < 4:
            parts += [L("", 22), L("", 8)]
        sheet.line(*parts, height=6)


def _ages(*, has_age1: bool) -> list[tuple[str, str, str, str, str]]:
    """Key, label, children, ratio and remark of each row."""
    remark = "1歳児配置改善加算があるときは、1歳児5人・2歳児6人で別に算出"
    young = (
        ("answers.n1 + answers.n2", '"5・6" if answers.age1 else 6', remark)
        if has_age1
        else ("answers.n12", "6", "")
    )
    return [
        ("r4", "4歳以上児", "answers.n4", "25 if answers.age4plus else 30", ""),
        ("r3", "3歳児（満3歳児を含む）", "answers.n3 + answers.n3mid", "15 if answers.age3 else 20", ""),
        ("r12", "1・2歳児", *young),
        ("r0", "0歳児", "answers.n0", "3", ""),
    ]


def _by_age(sheet: Sheet, *, has_age1: bool) -> None:
    sheet.gap(2)
    sheet.section("2　年齢別の児童数（12か月の平均）から算出する職員数")
    sheet.line(
        head("年齢", 16, size=8.5),
        head("児童数（人）", 12, size=8.5),
        head("配置基準（人）", 10, size=8.5),
        head("算出（人）", 10, size=8.5),
        head("備考", 12, size=8.5),
    )
    for key, label, count, ratio, note in _ages(has_age1=has_age1):
        divisor = 6 if key == "r12" else f"{key}_ratio"
        result = f"floor({key}_count / {divisor}, 1/10)"
        formula = known(f"ROUNDDOWN({{{key}_count}}/{{{key}_ratio}},1)", f"{key}_count")
        if has_age1 and key == "r12":
            # By two ratios: nothing one formula of a workbook divides by.
            result = (
                f"floor(answers.n1 / 5, 1/10) + floor(answers.n2 / 6, 1/10) if answers.age1 else {result}"
            )
            formula = ""
        sheet.line(
            L(label, 16),
            V(f"{key}_count", f"{label}の児童数", count, 12, look=NUMBER),
            V(f"{key}_ratio", f"{label}の配置基準", ratio, 10, look=NUMBER),
            V(f"{key}_result", f"{label}から算出", result, 10, formula=formula, look=NUMBER),
            L(note, 12, look=Look(size=6.5)),
            height=7.5 if note else 6.5,
        )
    total = "{r4_result}+{r3_result}+{r12_result}+{r0_result}"
    keys = ("r4_result", "r3_result", "r12_result", "r0_result")
    sheet.line(
        head("年齢別配置の計（a）", 38, size=8.5),
        V("by_age", "年齢別配置の人数（a）", "answers.by_age", 10, formula=known(total, *keys), look=NUMBER),
        L("小数点第2位以下切捨て", 12, look=Look(size=7)),
    )
    sheet.line(
        head("年齢別配置のほかに加える人数（b〜gと利用定員の行）", 38, size=8.5),
        V("other", "年齢別配置のほかに加える人数", "answers.other", 10, look=NUMBER),
        L("通知の計算表による", 12, look=Look(size=7)),
    )


def _headcounts(sheet: Sheet) -> None:
    """The base number, and 人数A and B of it."""
    sheet.gap(2)
    sheet.section("3　加算算定対象人数")
    sheet.line(
        head("基礎の職員数", 20, size=8.5),
        head("人数A（基礎の職員数×1/3）", 20, size=8.5),
        head("人数B（基礎の職員数×1/5）", 20, size=8.5),
    )
    sheet.line(
        V(
            "base_number",
            "基礎の職員数",
            "answers.number",
            14,
            formula=known("ROUND(ROUND({by_age},0)+{other},0)", "by_age", "other"),
            look=BIG,
        ),
        unit("人", 6),
        V(
            "headcount_a",
            "人数A",
            "answers.headcount_a",
            14,
            formula=known("MAX(ROUND({base_number}/3,0),1)", "base_number"),
            look=BIG,
        ),
        unit("人", 6),
        V(
            "headcount_b",
            "人数B",
            "answers.headcount_b",
            14,
            formula=known("MAX(ROUND({base_number}/5,0),1)", "base_number"),
            look=BIG,
        ),
        unit("人", 6),
        height=10,
    )
    layout_note(sheet, "※ 基礎の職員数、人数A・Bは、小数点以下を四捨五入します（人数A・Bは最低1人）。")
    layout_note(
        sheet,
        "※ 対象の職員は「対象職員名簿」、研修は「研修受講歴」を添えてください（職員名簿の帳票にあります）。",
    )
