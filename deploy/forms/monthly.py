"""The monthly request for money (委託費, 施設型給付費, 地域型保育給付費): its first sheet, its 内訳書, its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from deploy.forms.claim_sheets import (
    AMOUNT,
    ASKED_FOR,
    COLUMNS,
    FREE,
    REGIMES,
    SMALL,
    TEXT,
    TOTAL,
    Regime,
    Rows,
    breakdown,
    hand_line,
    page,
    reasons,
    says,
)
from deploy.forms.layout import Form, L, Look, Sheet, V, head, plain
from deploy.forms.layout import Part as Cell
from deploy.forms.parts import clerk, submitter

LEFT, RIGHT = 20, 18
SCHOOL: Final = (("満3歳", "3mid"), ("3歳", "3"), ("4歳", "4"), ("5歳", "5"))
OLDER: Final = (("3歳", "3"), ("4歳", "4"), ("5歳", "5"))
UNDER_3: Final = (("0歳", "0"), ("1歳", "1"), ("2歳", "2"))


@dataclass(frozen=True)
class Kind:
    """One sort of request: its code, title and year's folder beside the year, its types, and how its 内訳書 looks."""

    code: str
    title: str
    name: str
    types: tuple[str, ...]
    benefit: str
    rows: Rows
    rows_1: Rows | None = None
    is_netted: bool = True
    children: tuple[tuple[str, str, str], ...] = ()


def _classes(certification: str, ages: Sequence[tuple[str, str]]) -> tuple[tuple[str, str, str], ...]:
    return tuple((certification, words, age) for words, age in ages)


KINDS: Final = (
    Kind(
        "commission_claim",
        "委託費請求書",
        "",
        ("nursery",),
        "委託費",
        Rows(12, 16, 10),
        is_netted=False,
        children=(*_classes("3", UNDER_3), *_classes("2", (("2歳（満3歳到達）", "2"), *OLDER))),
    ),
    Kind(
        "benefit_claim",
        "施設型給付費請求書",
        "-kindergarten",
        ("kindergarten",),
        "施設型給付費",
        Rows(5, 20, 5, 5.4, 5.6),
        children=_classes("1", SCHOOL),
    ),
    Kind(
        "benefit_claim",
        "施設型給付費請求書",
        "-kodomoen",
        ("certified_kodomoen",),
        "施設型給付費",
        Rows(12, 15, 11),
        rows_1=Rows(5, 20, 5, 5.4, 5.6),
        children=(
            *_classes("1", SCHOOL),
            *_classes("3", UNDER_3),
            *_classes("2", (("2歳（満3歳到達）", "2"), *OLDER)),
        ),
    ),
    Kind(
        "community_claim",
        "地域型保育給付費請求書",
        "-small",
        ("small_a", "small_b", "small_c", "home_based"),
        "地域型保育給付費",
        Rows(7, 14, 10, 5.2, 5.4),
        children=_classes("3", UNDER_3),
    ),
    Kind(
        "community_claim",
        "地域型保育給付費請求書",
        "-workplace",
        ("workplace",),
        "地域型保育給付費",
        Rows(10, 12, 10, 5.2, 5.4),
        children=_classes("3", UNDER_3),
    ),
    Kind(
        "community_claim",
        "地域型保育給付費請求書",
        "-visiting",
        ("home_visiting",),
        "地域型保育給付費",
        Rows(3, 14, 5, 6.5, 6.5),
        children=_classes("3", UNDER_3),
    ),
)


def forms() -> list[Form]:
    """All of them."""
    return [request(kind, regime) for kind in KINDS for regime in REGIMES]


def request(kind: Kind, regime: Regime) -> Form:
    """One request with its sheets."""
    form = Form(
        kind.code,
        f"{regime.folder}{kind.name}",
        says(
            kind.code,
            kind.title,
            f"市町村の{kind.title}（第1号様式）と内訳書の項目をまねました。",
            regime=regime,
            types=kind.types,
            of=ASKED_FOR,
            prints_drafts=True,
        ),
    )
    _front(form, kind, regime)
    if kind.rows_1 is None:
        breakdown(form, f"{kind.title}　内訳書", "内訳書", kind.rows, regime)
    else:
        breakdown(form, f"{kind.title}　内訳書（1号）", "内訳書1号", kind.rows_1, regime, system="1")
        breakdown(form, f"{kind.title}　内訳書（2・3号）", "内訳書23号", kind.rows, regime, system="23")
    reasons(form)
    return form


# ---------------------------------------------------------------- the first sheet


def _front(form: Form, kind: Kind, regime: Regime) -> None:
    sheet = page(form, "請求書")
    sheet.line(
        plain("", COLUMNS - 14),
        V("paper_day", "提出日", "claim.submitted_on", 14, "date", look=replace(FREE, align="right")),
        height=6,
    )
    sheet.line(
        V("addressee", "あて名", 'concat(claim.addressee, "　様")', 18, look=replace(FREE, size=12)), height=8
    )
    submitter(sheet, label_span=5, value_span=17)
    sheet.gap(3)
    sheet.title("　".join(kind.title), size=18, height=13)
    month = replace(FREE, align="center", size=11)
    sheet.line(
        V("month_words", "対象年月", 'concat("（", form.month_words, "）")', COLUMNS, look=month), height=7
    )
    lead = f"子ども・子育て支援法に基づく{kind.benefit}を、次のとおり請求します。"
    sheet.line(plain(lead, COLUMNS, size=9.5), height=7)
    sheet.boxes(
        "payable_boxes",
        "請求金額",
        "payable" if kind.is_netted else "total",
        before=(head("請求金額", 8, size=12, bold=True),),
        count=10,
        span=3,
        height=13,
        size=18,
    )
    sheet.gap(5)
    sheet.line(
        plain("内訳", LEFT, size=10.5, bold=True),
        plain("児童数（初日在籍）", RIGHT, size=10.5, bold=True),
        height=6.5,
    )
    left, right = _amounts(kind, regime), _children(kind)
    blank: tuple[Cell, ...] = (plain("", LEFT),)
    for place in range(max(len(left), len(right))):
        sheet.line(
            *(left[place] if place < len(left) else blank),
            *(right[place] if place < len(right) else ()),
            height=6.8,
        )
    sheet.gap(5)
    _account(sheet)
    sheet.gap(3)
    clerk(sheet, label_span=4)
    _days(sheet)
    note = (
        "あての見本様式です。公式の様式ではありません。金額は計算のとおりで、この用紙の上では訂正できません。"
    )
    source = f'concat("この様式は", claim.addressee, "{note}")'
    sheet.line(V("layout_note", "様式の注記", source, COLUMNS, look=replace(FREE, size=7.5)), height=5)


def _amounts(kind: Kind, regime: Regime) -> list[tuple[Cell, ...]]:
    """The rows of the sums, 20 columns each; what the claim was computed with below them."""
    if kind.rows_1 is None:
        rows = _sums(regime)
        total = ("total", "base_all", "treatment_all", "additions_all", "deductions_all")
    else:
        rows = _sums_by_system(regime)
        total = ("total", "base_all", "treatment_all", "additions_all", "deductions_all")
    key, *parts = total
    words = "公定価格の合計" if kind.is_netted else "請求金額（委託費）"
    rows.append(
        (
            head(words, 8, size=9, bold=True),
            V(
                key,
                words,
                " + ".join(parts),
                11,
                formula="+".join(f"{{{part}}}" for part in parts),
                look=TOTAL,
            ),
            plain("", 1),
        )
    )
    if kind.is_netted:
        rows.append(
            (
                head("利用者負担額（差引）", 8, size=8.5),
                V("charge", "利用者負担額", "0 - claim.charge_yen", 11, look=AMOUNT),
                plain("", 1),
            )
        )
        rows.append(
            (
                head("請求金額", 8, size=9, bold=True),
                V("payable", "請求金額", "total + charge", 11, formula="{total}+{charge}", look=TOTAL),
                plain("", 1),
            )
        )
    return [*rows, (plain("", LEFT),), *_terms()]


def _sums(regime: Regime) -> list[tuple[Cell, ...]]:
    treatment = regime.treatment.replace("\n", " ")
    rows = (
        ("base_all", "基本分", "sum(base.yen)"),
        ("treatment_all", treatment, "sum(base.treatment)"),
        ("additions_all", "加算", "sum(additions.yen)"),
        ("deductions_all", "減算・調整", "sum(deductions.yen)"),
    )
    return [
        (head("区分", 8, size=8.5), head("金額（円）", 11, size=8.5), plain("", 1)),
        *(
            (head(words, 8, size=8.5), V(key, words, source, 11, look=AMOUNT), plain("", 1))
            for key, words, source in rows
        ),
    ]


def _sums_by_system(regime: Regime) -> list[tuple[Cell, ...]]:
    treatment = regime.treatment.replace("\n", " ")
    rows = (
        ("base_all", "基本分", "base", "yen"),
        ("treatment_all", treatment.replace("等加算", ""), "base", "treatment"),
        ("additions_all", "加算", "additions", "yen"),
        ("deductions_all", "減算・調整", "deductions", "yen"),
    )
    found: list[tuple[Cell, ...]] = [
        (
            head("区分", 6, size=8),
            head("1号（円）", 4, size=8),
            head("2・3号（円）", 4, size=8),
            head("計（円）", 5, size=8),
            plain("", 1),
        )
    ]
    look = replace(AMOUNT, size=8)
    for key, words, table, column in rows:
        found.append(
            (
                head(words, 6, size=8),
                V(f"{key}_1", f"{words}（1号）", f"sum({table}_1.{column})", 4, look=look),
                V(f"{key}_23", f"{words}（2・3号）", f"sum({table}_23.{column})", 4, look=look),
                V(
                    key,
                    words,
                    f"{key}_1 + {key}_23",
                    5,
                    formula=f"{{{key}_1}}+{{{key}_23}}",
                    look=replace(AMOUNT, size=8.5),
                ),
                plain("", 1),
            )
        )
    return found


def _terms() -> list[tuple[Cell, ...]]:
    rows = (
        ("capacity", "利用定員", "claim.capacity_words"),
        ("region", "地域区分", "claim.region"),
        ("rates", "加算率", "claim.rate_words"),
        ("rate_book", "単価表", "claim.rate_book"),
    )
    return [
        (plain("計算の条件", LEFT, size=10.5, bold=True),),
        *(
            (head(words, 5, size=8.5), V(key, words, source, 14, look=SMALL), plain("", 1))
            for key, words, source in rows
        ),
    ]


def _children(kind: Kind) -> list[tuple[Cell, ...]]:
    """One row a class: 時間 by 時間, with its sum; who came later and the whole facility below."""
    certifications = {certification for certification, _, _ in kind.children}
    hours = [
        *([("education", "教育")] if "1" in certifications else []),
        *([("standard", "標準"), ("short", "短時間")] if certifications & {"2", "3"} else []),
    ]
    has_sums = len(hours) > 1
    label = RIGHT - 3 * (len(hours) + has_sums)
    rows: list[tuple[Cell, ...]] = [
        (
            head("区分", label, size=8),
            *(head(words, 3, size=8) for _, words in hours),
            *([head("計", 3, size=8)] if has_sums else []),
        )
    ]
    named: dict[str, list[str]] = {key: [] for key, _ in hours}
    for certification, words, age in kind.children:
        own: list[Cell] = [head(f"{certification}号　{words}", label, size=8)]
        mine = []
        for key, _ in hours:
            if (key == "education") != (certification == "1"):
                own.append(L("", 3))
                continue
            name = f"n{certification}_{age}_{key}"
            cell = f"c{certification}_{age}" if key == "education" else f"c{certification}_{age}_{key}"
            own.append(V(name, f"{certification}号{words}（{key}）", f"claim_count.{cell}", 3, look=AMOUNT))
            named[key].append(name)
            mine.append(name)
        total = f"n{certification}_{age}"
        if has_sums:
            own.append(_sum(total, f"{certification}号{words}の計", mine))
        rows.append(tuple(own))
    sums = [_sum(f"n_{key}", f"{words}の計", named[key]) for key, words in hours]
    totals = [f"n{certification}_{age}" for certification, _, age in kind.children]
    all_of_them = [_sum("n_all", "児童数の計", totals)] if has_sums else []
    rows.append((head("計（この請求の児童）", label, size=8, bold=True), *sums, *all_of_them))
    beside = (
        ("entered", "途中入所（上の数に入らない）", "claim.entered_children"),
        ("enrolled", "施設全体（ほかの市区町村の児童を含む）", "claim.enrolled_children"),
    )
    rows += [
        (head(words, RIGHT - 3, size=8), V(key, words, source, 3, look=AMOUNT))
        for key, words, source in beside
    ]
    return rows


def _sum(key: str, label: str, names: Sequence[str]) -> V:
    return V(
        key,
        label,
        " + ".join(names),
        3,
        formula="+".join(f"{{{name}}}" for name in names),
        look=replace(AMOUNT, bold=True),
    )


def _account(sheet: Sheet) -> None:
    """The account is written by hand: none is kept here yet."""
    sheet.line(
        head("振込先", 3, rows=2, size=9),
        *hand_line("金融機関", 15),
        *hand_line("本・支店", 13),
        head("種別", 2, size=8),
        L("普通・当座", 5, look=replace(TEXT, align="center")),
        height=8.5,
    )
    sheet.line(
        head("口座番号", 4, size=8),
        *(L("", 1) for _ in range(7)),
        *hand_line("名義（カナ）", 24),
        height=8.5,
    )


def _days(sheet: Sheet) -> None:
    center = Look(size=8.5, align="center")
    sheet.line(
        V(
            "sent_words",
            "提出日の見出し",
            '"確定日" if claim.is_outside else "提出日"',
            4,
            look=replace(center, head=True),
        ),
        V("sent_on", "提出日", "claim.submitted_on", 8, "date", look=center),
        head("市の承認日", 4, size=8.5),
        V("approved_on", "市の承認日", "claim.approved_on", 8, "date", look=center),
        head("版", 4, size=8.5),
        V("version", "版", 'concat("第", claim.version, "版")', 10, look=center),
        height=6,
    )
