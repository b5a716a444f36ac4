"""
The tables of a roster and their columns: the same on the page, in the workbook and in a file from elsewhere.

One list serves typing, pasting, importing, exporting and comparing, so that they cannot disagree. A row of
«職員名簿» holds a member as of the sheet's day; the other tables refer to members by 職員番号 (a new one by 氏名).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pricing.staffing import JOBS, TRAINING_FIELDS, WORKPLACES
from staff_records.words import Concurrence, Leave, Licence, Post, Proof, Sex

YES_NO: Final = {"yes": "はい", "no": "いいえ"}
REGULAR: Final = {"regular": "常勤", "part_time": "非常勤"}
PLACE: Final = {"outside": "園外", "in_house": "園内"}


class Kind(StrEnum):
    """How a cell is read (``staff_records.typed``) and written."""

    NUMBER = "number"
    NAME = "name"
    KANA = "kana"
    BIRTH = "birth"
    DAY = "day"
    MONTH = "month"
    CHOICE = "choice"
    POSTAL = "postal"
    ADDRESS = "address"
    TEXT = "text"
    REGISTRATION = "registration"
    HOURS_A_DAY = "hours_a_day"
    DAYS_A_MONTH = "days_a_month"
    HOURS = "hours"
    YEN = "yen"


@dataclass(frozen=True)
class Column:
    """One column: its code, heading, how it is read; ``aliases`` are headings other files use for it."""

    code: str
    heading: str
    kind: Kind
    required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    longest: int = 200
    # Width on the page in characters, and an example of what people write.
    width: int = 10
    example: str = ""


@dataclass(frozen=True)
class Table:
    """One table of the roster: a sheet of the workbook, a tab of the page."""

    code: str
    title: str
    columns: tuple[Column, ...]

    def column(self, code: str) -> Column:
        """The column of this code."""
        return next(column for column in self.columns if column.code == code)


_NUMBER = Column(
    "number", "職員番号", Kind.NUMBER, aliases=("番号", "No", "No.", "職員No", "一意な番号"), width=6
)
_WHO = Column("name", "氏名", Kind.NAME, required=True, width=14, example="青葉　花子")
KINDERGARTEN_LICENCES: Final[Mapping[str, str]] = {
    code: Licence(code).label
    for code in (Licence.KINDERGARTEN_SPECIAL, Licence.KINDERGARTEN_1, Licence.KINDERGARTEN_2)
}

MEMBERS: Final = Table(
    "members",
    "職員名簿",
    (
        _NUMBER,
        Column(
            "name",
            "氏名",
            Kind.NAME,
            required=True,
            aliases=("職員名", "職員氏名", "名前", "氏名（漢字）"),
            width=14,
            example="青葉　花子",
        ),
        Column("former_name", "旧姓", Kind.NAME, aliases=("旧氏", "旧姓（旧氏）"), width=8),
        Column(
            "kana",
            "ふりがな",
            Kind.KANA,
            required=True,
            aliases=("フリガナ", "カナ", "氏名カナ", "氏名（カナ）", "ﾌﾘｶﾞﾅ", "よみがな"),
            width=16,
            example="あおば　はなこ",
        ),
        Column(
            "birth_date",
            "生年月日",
            Kind.BIRTH,
            required=True,
            aliases=("誕生日", "生年月日（和暦）"),
            width=10,
            example="H2.4.1",
        ),
        Column("sex", "性別", Kind.CHOICE, choices=dict(Sex.choices), width=5),
        Column("postal_code", "郵便番号", Kind.POSTAL, aliases=("〒", "郵便"), width=9, example="272-0001"),
        Column("address", "住所", Kind.ADDRESS, aliases=("現住所", "住所地"), width=26),
        Column("title", "職名", Kind.TEXT, aliases=("役職", "役職名"), longest=40, width=10),
        Column(
            "job",
            "職種",
            Kind.CHOICE,
            required=True,
            choices={code: job.label for code, job in JOBS.items()},
            aliases=("職種名", "職務"),
            width=12,
            example="保育士",
        ),
        Column(
            "post",
            "職位（区分3）",
            Kind.CHOICE,
            choices=dict(Post.choices),
            aliases=("職位", "キャリアアップ職位", "処遇改善Ⅱの職位"),
            width=12,
        ),
        Column(
            "hired_on",
            "採用日",
            Kind.DAY,
            required=True,
            aliases=(
                "勤務開始日",
                "勤務開始年月日",
                "入職日",
                "採用年月日",
                "就職年月日",
                "現施設勤務開始日",
            ),
            width=10,
            example="R5.4.1",
        ),
        Column(
            "regular",
            "常勤・非常勤",
            Kind.CHOICE,
            required=True,
            choices=REGULAR,
            aliases=("常勤/非常勤", "勤務形態", "雇用形態", "常勤非常勤の別"),
            width=8,
        ),
        Column(
            "hours_a_day",
            "1日の勤務時間",
            Kind.HOURS_A_DAY,
            required=True,
            aliases=("勤務時間", "1日の所定時間", "所定労働時間（日）"),
            width=8,
            example="8",
        ),
        Column(
            "days_a_month",
            "月の勤務日数",
            Kind.DAYS_A_MONTH,
            required=True,
            aliases=("勤務日数", "1か月の勤務日", "1か月の勤務日数"),
            width=8,
            example="20",
        ),
        Column(
            "hours_a_month",
            "月の勤務時間",
            Kind.HOURS,
            aliases=("月の所定時間", "月間勤務時間", "月所定労働時間"),
            width=8,
            example="160",
        ),
        Column("leave", "休業", Kind.CHOICE, choices=dict(Leave.choices), aliases=("休業・休職",), width=9),
        Column("concurrence", "兼務", Kind.CHOICE, choices=dict(Concurrence.choices), width=12),
        Column(
            "nursery_number",
            "保育士登録番号",
            Kind.REGISTRATION,
            aliases=("保育士資格等番号", "保育士証番号", "保育士登録No"),
            width=14,
            example="千葉県-012345",
        ),
        Column("nursery_date", "保育士登録日", Kind.DAY, aliases=("保育士登録年月日",), width=10),
        Column(
            "kindergarten_licence",
            "幼稚園教諭免許",
            Kind.CHOICE,
            choices=KINDERGARTEN_LICENCES,
            aliases=("幼稚園免許", "教諭免許"),
            width=14,
        ),
        Column(
            "kindergarten_number", "幼稚園教諭免許番号", Kind.REGISTRATION, aliases=("免許状番号",), width=14
        ),
        Column("kindergarten_date", "幼稚園教諭免許取得日", Kind.DAY, aliases=("免許授与日",), width=10),
        Column("left_on", "退職日", Kind.DAY, aliases=("退職年月日", "離職日"), width=10),
    ),
)

QUALIFICATIONS: Final = Table(
    "qualifications",
    "その他の資格",
    (
        _NUMBER,
        _WHO,
        Column(
            "licence",
            "資格",
            Kind.CHOICE,
            required=True,
            choices=dict(Licence.choices),
            width=16,
            example="看護師",
        ),
        Column("licence_number", "登録番号", Kind.REGISTRATION, width=16),
        Column("obtained_on", "登録日・取得日", Kind.DAY, width=10),
    ),
)

EARLIER: Final = Table(
    "earlier",
    "前歴",
    (
        _NUMBER,
        _WHO,
        Column(
            "workplace",
            "勤務先の種別",
            Kind.CHOICE,
            required=True,
            choices={code: workplace.label for code, workplace in WORKPLACES.items()},
            aliases=("施設種別",),
            width=16,
        ),
        Column("employer", "勤務先の名称", Kind.TEXT, aliases=("勤務先", "施設名"), longest=100, width=20),
        Column("first_day", "勤務開始日", Kind.DAY, required=True, aliases=("開始日", "自"), width=10),
        Column("last_day", "勤務終了日", Kind.DAY, required=True, aliases=("終了日", "至"), width=10),
        Column(
            "long_enough",
            "1日6時間以上かつ月20日以上",
            Kind.CHOICE,
            choices=YES_NO,
            aliases=("常勤",),
            width=8,
        ),
        Column(
            "proof",
            "在職証明",
            Kind.CHOICE,
            # What the city and the house itself have found is not typed.
            choices={code: Proof(code).label for code in (Proof.NONE, Proof.REQUESTED, Proof.RECEIVED)},
            width=12,
        ),
    ),
)

TRAININGS: Final = Table(
    "trainings",
    "研修",
    (
        _NUMBER,
        _WHO,
        Column(
            "field",
            "分野",
            Kind.CHOICE,
            required=True,
            choices={code: one.label for code, one in TRAINING_FIELDS.items()},
            width=16,
        ),
        Column("training_title", "研修名", Kind.TEXT, longest=100, width=20),
        Column("organiser", "実施機関", Kind.TEXT, longest=100, width=16),
        Column("training_hours", "時間", Kind.HOURS, required=True, width=6, example="15"),
        Column("management_hours", "うちマネジメント", Kind.HOURS, width=6),
        Column("finished_on", "修了日", Kind.DAY, required=True, width=10),
        Column("in_house", "園内・園外", Kind.CHOICE, choices=PLACE, width=6),
    ),
)

MONTHLY_HOURS: Final = Table(
    "hours",
    "月の勤務時間",
    (
        _NUMBER,
        _WHO,
        Column("month", "月", Kind.MONTH, required=True, width=10, example="R8.6"),
        Column("worked_hours", "勤務時間", Kind.HOURS, required=True, width=8),
    ),
)

WAGES: Final = Table(
    "wages",
    "賃金",
    (
        _NUMBER,
        _WHO,
        Column("month", "月", Kind.MONTH, required=True, width=10, example="R8.6"),
        Column("base_yen", "基本給", Kind.YEN, width=10),
        Column("allowance_yen", "手当", Kind.YEN, width=10),
        Column("post_allowance_yen", "うち役職手当", Kind.YEN, width=10),
        Column("bonus_yen", "賞与・一時金", Kind.YEN, width=10),
    ),
)

TABLES: Final[Mapping[str, Table]] = {
    table.code: table for table in (MEMBERS, QUALIFICATIONS, EARLIER, TRAININGS, MONTHLY_HOURS, WAGES)
}
