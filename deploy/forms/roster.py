"""The forms of a roster: 職員名簿, 職員名簿・経験年数算定表, and of 区分3 対象職員名簿 and 研修受講歴."""

from dataclasses import replace

from deploy.forms.layout import C, Form, L, Look, Sheet, V, head, plain
from deploy.forms.parts import addressee, layout_note
from documents.packs.manifest import Family, FormColumn, Manifest
from pricing.staffing import TRAINING_FIELDS

SMALL = Look(size=8)
TINY = Look(size=7.5)
MIDDLE = Look(size=8.5, align="center")
RIGHT = Look(size=8.5, align="right")
NOTE = Look(box="none", size=9)
SHEETS = 'concat(page.number, "枚目／全", page.count, "枚")'
OWN_LAYOUT = "公式の様式の欄の位置は未確認のため、当システムの見本の様式です。"


def forms() -> list[Form]:
    """All of them."""
    return [
        roster(),
        experience_table(),
        leadership("（区分3）", 2025),
        leadership("Ⅱ", 2017, 2024),
        trainings(),
    ]


def unit(text: str, span: int) -> L:
    """人, か月 beside a number, in a box of its own."""
    return L(text, span, look=Look(size=8.5, align="center"))


def _says(code: str, title: str, source: str, **more: object) -> Manifest:
    empty = Manifest(
        code=code,
        title=title,
        family=Family.ROSTER,
        subject="roster",
        from_year=2015,
        source=source,
        official=False,
        fields=(),
    )
    return replace(empty, **more)  # type: ignore[arg-type]


def _top(sheet: Sheet, title: str, *, half: int) -> None:
    """The title with the day, to whom it goes, and from which facility it comes in a block of two rows."""
    sheet.title(title, size=15, height=10)
    look = Look(box="none", size=10, align="center")
    sheet.line(
        V("as_of", "年度と基準日", "roster.as_of", sheet.columns, look=look),
        height=5.5,
    )
    addressee(sheet)
    label, rest = half // 4, sheet.columns - half
    sheet.line(
        head("施設名", label, size=8.5),
        V("facility_name", "施設名", "facility.name", half - label),
        head("設置主体", label, size=8.5),
        V("corporation_name", "設置主体", "corporation.name", rest - label),
    )
    sheet.line(
        head("事業所番号", label, size=8.5),
        V("facility_number", "事業所番号", "facility.number", half - label),
        head("施設類型", label, size=8.5),
        V("facility_kind", "施設類型", "facility.kind", rest - label),
    )


def roster() -> Form:
    """職員名簿: everybody as of 1 April, as cities ask for it."""
    form = Form(
        "roster",
        "2015",
        _says(
            "roster",
            "職員名簿",
            "市が求める職員名簿の項目（氏名、生年月日、住所、勤務開始年月日など）と、"
            "職員の履歴書の様式の項目（福岡市 令和5年度の形）による。" + OWN_LAYOUT,
        ),
    )
    sheet = form.sheet("職員名簿", columns=100, landscape=True, paper="A3", margin=10)
    sheet.title("職　員　名　簿", size=16, height=10)
    look = Look(box="none", size=10.5)
    sheet.line(
        V("addressee", "あて名", 'concat(city.mayor, "　様")', 34, look=look),
        V("as_of", "年度と基準日", "roster.as_of", 32, look=replace(look, align="center")),
        plain("", 34),
        height=7,
    )
    sheet.line(
        head("施設名", 8, size=9),
        V("facility_name", "施設名", "facility.name", 26),
        head("施設類型", 8, size=9),
        V("facility_kind", "施設類型", "facility.kind", 16),
        head("事業所番号", 8, size=9),
        V("facility_number", "事業所番号", "facility.number", 12),
        head("設置主体", 7, size=9),
        V("corporation_name", "設置主体", "corporation.name", 15),
        height=7,
    )
    sheet.line(
        head("職員数", 8, size=9),
        V("persons", "職員数", "roster.persons", 4, look=RIGHT),
        unit("人", 2),
        head("常勤", 4, size=8.5),
        V("regular", "常勤の職員数", "roster.regular", 4, look=RIGHT),
        head("非常勤", 5, size=8.5),
        V("part_time", "非常勤の職員数", "roster.part_time", 4, look=RIGHT),
        head("休業中", 5, size=8.5),
        V("on_leave", "休業中の職員数", "roster.on_leave", 4, look=RIGHT),
        head("常勤換算", 6, size=8.5),
        V(
            "full_time_equivalent",
            "常勤換算の合計",
            "half_up(roster.full_time_equivalent, 1/100)",
            5,
            look=RIGHT,
        ),
        head("平均経験年数", 8, size=8.5),
        V("average_years", "平均経験年数", "roster.average_years", 4, look=RIGHT),
        unit("年", 2),
        head("提出日", 6, size=8.5),
        V("submitted_on", "提出日", "roster.submitted_on", 8, "short_date", look=MIDDLE),
        head("市の受理", 6, size=8.5),
        V("accepted_on", "市の受理日", "roster.accepted_on", 8, "short_date", look=MIDDLE),
        V("version", "版", 'concat("第", roster.version, "版")', 7, look=MIDDLE),
        height=7,
    )
    sheet.gap(2)
    sheet.table(
        "people",
        "職員",
        "roster_people",
        (
            C("staff_number", "番号", "staff_number", 4, "plain", look=MIDDLE),
            C("kana", "ふりがな", "kana", 9, look=TINY),
            C("name_words", "氏名（旧姓）", "name_words", 12, look=Look(size=9.5)),
            C("birth_date", "生年月日", "birth_date", 5, "short_date", look=MIDDLE),
            C("age", "年齢", "age", 3, look=MIDDLE),
            C("address_words", "住所", "address_words", 17, look=SMALL),
            C("title", "職名", "title", 5, look=SMALL),
            C("job", "職種", "job", 6, look=SMALL),
            C("regular", "常勤・\n非常勤", "regular", 4, look=Look(size=8, align="center")),
            C("hours_a_day", "1日の\n時間", "hours_a_day", 3, look=MIDDLE),
            C("days_a_month", "月の\n日数", "days_a_month", 3, look=MIDDLE),
            C(
                "full_time_equivalent",
                "常勤\n換算",
                "half_up(full_time_equivalent, 1/100)",
                3,
                label="常勤換算",
                look=MIDDLE,
            ),
            C("leave", "休業", "leave", 5, look=TINY),
            C("hired_on", "採用日", "hired_on", 5, "short_date", look=MIDDLE),
            C("experience", "経験年数", "experience", 5, look=MIDDLE),
            C("licence_words", "資格と番号", "licence_words", 11, look=TINY),
        ),
        rows=24,
        height=8.6,
        head_height=9,
    )
    sheet.line(
        V("erased_words", "消去された職員", "roster.erased_words", 70, look=NOTE),
        V("page_words", "枚数", SHEETS, 30, look=replace(NOTE, align="right")),
        height=6,
    )
    layout_note(
        sheet,
        "※ 提出した名簿（基準日現在）のとおりです。経験年数は、この施設と、証明のある他の施設の期間の合計です。"
        "市が配った様式があるときは、そちらを使ってください。",
    )
    return form


def experience_table() -> Form:
    """職員名簿・経験年数算定表: ア, イ and ウ of everybody, A, B and C below."""
    form = Form(
        "experience_table",
        "2015",
        _says(
            "experience_table",
            "職員名簿・経験年数算定表",
            "加算率認定申請の職員表（番号、氏名（旧姓）、職種、ア現施設、イ他施設、ウ合計、新規採用等、備考、"
            "合計人数A・年月B・B÷A）の形（福岡市 令和5年度）。" + OWN_LAYOUT,
        ),
    )
    sheet = form.sheet("経験年数算定表", columns=89, landscape=True, margin=14)
    _top(sheet, "職員名簿・経験年数算定表", half=45)
    sheet.gap(2)
    groups = (("ア　現に勤務する施設", 19), ("イ　他の施設の通算", 10), ("ウ　合計（ア＋イ）", 10))
    sheet.line(
        head("番号", 5, 2, size=8.5),
        head("氏名（旧姓）", 15, 2, size=8.5),
        head("職種", 10, 2, size=8.5),
        head("常勤・\n非常勤", 5, 2, size=8),
        *(head(words, span, size=8.5) for words, span in groups),
        head("平均に\n入る", 4, 2, size=8),
        head("新規\n採用等", 4, 2, size=8),
        head("備考", 7, 2, size=8.5),
        height=6,
    )
    sheet.line(
        head("勤務開始年月日", 9, size=8),
        *(head(words, 5, size=8) for words in ("年", "月", "年", "月", "年", "月")),
        height=5.5,
    )
    sheet.table(
        "people",
        "職員",
        "roster_people",
        (
            C("staff_number", "番号", "staff_number", 5, "plain", look=MIDDLE),
            C("name_words", "氏名（旧姓）", "name_words", 15, look=Look(size=9)),
            C("job", "職種", "job", 10, look=SMALL),
            C("regular", "常勤・非常勤", "regular", 5, look=Look(size=8, align="center")),
            C("hired_on", "ア 勤務開始年月日", "hired_on", 9, "short_date", look=MIDDLE),
            C("here_years", "ア 年", "here_years", 5, look=RIGHT),
            C("here_rest", "ア 月", "here_rest", 5, look=RIGHT),
            C("elsewhere_years", "イ 年", "elsewhere_years", 5, look=RIGHT),
            C("elsewhere_rest", "イ 月", "elsewhere_rest", 5, look=RIGHT),
            C("total_years", "ウ 年", "total_years", 5, look=RIGHT),
            C("total_rest", "ウ 月", "total_rest", 5, look=RIGHT),
            C("counts", "平均に入る", "counts", 4, "circle", look=MIDDLE),
            C("is_new", "新規採用等", "is_new", 4, words=("✓", ""), look=MIDDLE),
            C("remark", "備考", '"" if counts else "短時間"', 7, look=TINY),
        ),
        rows=17,
        height=5.6,
        headings=False,
        besides=(FormColumn("counted_months", "平均に入る月数", "counted_months"),),
    )
    sheet.line(
        head("この表の計", 20, size=8.5),
        V(
            "page_counted",
            "この表の平均に入る職員",
            "count(people_page.counts)",
            10,
            formula='COUNTIF({people.counts},"○")',
            look=RIGHT,
        ),
        unit("人", 5),
        plain("", 9),
        V(
            "page_months",
            "この表の経験の合計（月数）",
            "sum(people_page.counted_months)",
            10,
            formula=(
                'SUMIF({people.counts},"○",{people.total_years})*12'
                '+SUMIF({people.counts},"○",{people.total_rest})'
            ),
            look=RIGHT,
        ),
        unit("か月", 5),
        plain("", 9),
        V("page_words", "枚数", SHEETS, 21, look=Look(box="none", size=8.5, align="right")),
        height=6,
    )
    sheet.gap(2)
    sheet.line(
        head("合計人数（A）", 14, size=8.5),
        head("合計年月（B）", 19, size=8.5),
        head("平均（B÷A）", 19, size=8.5),
        head("端数の処理", 19, size=8.5),
        head("平均経験年数（C）", 18, size=8.5),
        height=6,
    )
    big = Look(size=11, align="center", bold=True)
    sheet.line(
        V("counted", "合計人数（A）", 'concat(roster.counted, "人")', 14, look=big),
        V(
            "total",
            "合計年月（B）",
            'concat(roster.total_years, "年", roster.total_rest, "か月")',
            19,
            look=big,
        ),
        V("average_years_whole", "平均（B÷A・年）", "roster.average_whole_years", 4, look=big),
        unit("年", 3),
        V("average_rest", "平均（B÷A・か月）", "half_up(roster.average_rest, 1/100)", 8, look=big),
        unit("か月", 4),
        V("rounding", "端数の処理", "roster.rounding", 19, look=Look(size=9, align="center")),
        V("average_years", "平均経験年数（C）", 'concat(roster.average_years, "年")', 18, look=big),
        height=9,
    )
    sheet.line(V("erased_words", "消去された職員", "roster.erased_words", sheet.columns, look=NOTE), height=5)
    layout_note(
        sheet,
        "※ 平均に入るのは、1日6時間以上かつ月20日以上勤務する職員です。"
        "平均は、6か月以上を切り上げ、6か月未満を切り捨てます。"
        "新規採用等は、前の年の4月1日より後に採用された職員です。",
    )
    return form


def leadership(name: str, from_year: int, to_year: int = 0) -> Form:
    """対象職員名簿 of 区分3 (until 令和6年度 加算Ⅱ): who was given which post."""
    form = Form(
        "treatment_leaders",
        f"{from_year}",
        _says(
            "treatment_leaders",
            f"処遇改善等加算{name} 対象職員名簿",
            "対象職員名簿（番号、職名、職種、氏名）の形（福岡市 令和5年度の加算Ⅱ）に、経験年数と研修の欄を加えた。"
            + OWN_LAYOUT,
            family=Family.TREATMENT,
            from_year=from_year,
            to_year=to_year,
        ),
    )
    sheet = form.sheet("対象職員名簿", columns=60, landscape=False, margin=15)
    _top(sheet, f"処遇改善等加算{name} 対象職員名簿", half=32)
    sheet.gap(2)
    for key, words, posts in (
        ("a", "人数Aの対象職員", "副主任保育士・専門リーダー・中核リーダー"),
        ("b", "人数Bの対象職員", "職務分野別リーダー・若手リーダー"),
    ):
        sheet.section(f"{words}（{posts}）")
        sheet.line(
            head("認定された人数", 12, size=8.5),
            V(
                f"headcount_{key}",
                f"認定された人数{key.upper()}",
                f"roster_figures.headcount_{key}",
                6,
                look=RIGHT,
            ),
            unit("人", 4),
            head("発令した職員", 12, size=8.5),
            V(f"leaders_{key}", f"{words}の数", f"roster_figures.leaders_{key}", 6, look=RIGHT),
            unit("人", 4),
        )
        sheet.table(
            f"leaders_of_{key}",
            words,
            "roster_leadership",
            (
                C("place", "番号", "staff_number", 4, "plain", label="職員番号", look=MIDDLE),
                C("post", "職名（発令の職位）", "post", 11, look=SMALL),
                C("job", "職種", "job", 9, look=SMALL),
                C("name_words", "氏名（旧姓）", "name_words", 13, look=Look(size=9)),
                C("experience", "経験年数", "experience", 7, look=MIDDLE),
                C("training_hours", "研修\n時間", "training_hours", 4, look=MIDDLE),
                C("fields", "分野", "fields", 8, look=SMALL),
                C("meets_conditions", "要件", "meets_conditions", 4, "circle", look=MIDDLE),
            ),
            rows=12,
            height=6.2,
            where=f"{'' if key == 'a' else 'not '}is_a",
        )
        sheet.gap(3)
    sheet.line(
        V("page_words", "枚数", SHEETS, sheet.columns, look=replace(NOTE, align="right")),
        height=5,
    )
    layout_note(
        sheet,
        "※ 要件は、名簿の経験年数と修了した研修からみたものです。"
        "○のない職員は、経験か研修が足りないか、名簿からは分かりません。",
    )
    layout_note(sheet, "※ 分野：" + "　".join(f"{one.mark}{one.label}" for one in TRAINING_FIELDS.values()))
    return form


def trainings() -> Form:
    """研修受講歴: one row a training."""
    form = Form(
        "training_history",
        "2015",
        _says(
            "training_history",
            "研修受講歴",
            "研修受講歴（受講年度、実施機関、分野①〜⑧、時間、うちマネジメント、修了日、前回提出済）の形"
            "（福岡市 令和5年度）。" + OWN_LAYOUT,
            family=Family.TREATMENT,
        ),
    )
    sheet = form.sheet("研修受講歴", columns=89, landscape=True, margin=14)
    _top(sheet, "研　修　受　講　歴", half=45)
    sheet.gap(2)
    sheet.table(
        "trainings",
        "研修",
        "roster_trainings",
        (
            C("staff_number", "番号", "staff_number", 4, "plain", label="職員番号", look=MIDDLE),
            C("name_words", "氏名（旧姓）", "name_words", 11, look=Look(size=9)),
            C("post", "職位", "post", 9, look=TINY),
            C("finished_year", "受講年度", "finished_year", 7, look=MIDDLE),
            C("organiser", "実施機関", "organiser", 15, look=SMALL),
            C("training_title", "研修名", "training_title", 10, look=SMALL),
            C("field", "分野", "field", 11, look=SMALL),
            C("hours", "時間", "hours", 4, look=RIGHT),
            C("management_hours", "うちマネ\nジメント", "management_hours", 5, look=RIGHT),
            C("is_in_house", "園内", "is_in_house", 3, "circle", label="園内研修", look=MIDDLE),
            C("finished_on", "修了日", "finished_on", 6, "short_date", look=MIDDLE),
            C("sent_before", "前回\n提出済", '""', 4, label="前回提出済", look=MIDDLE),
        ),
        rows=20,
        height=6,
    )
    sheet.line(
        head("この表の計", 67, size=8.5),
        V(
            "page_hours",
            "この表の研修の時間",
            "sum(trainings_page.hours)",
            4,
            formula="SUM({trainings.hours})",
            look=RIGHT,
        ),
        unit("時間", 5),
        V("page_words", "枚数", SHEETS, 13, look=replace(NOTE, align="right")),
        height=6,
    )
    sheet.gap(1.5)
    layout_note(
        sheet, "※「前回提出済」は、前に修了証の写しを出した研修に✓を書いてください。名簿からは分かりません。"
    )
    return form
