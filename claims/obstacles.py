"""
What stands in the way of a claim, in words for the two who read it.

The facility can do nothing about it and is told whom to ask. The city has to register something and is told what.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from facilities.models import FacilityKind

NOT_RUN: Final = "この月は施設の開設前か廃止後のため、請求はありません。市の担当課へ連絡してください。"
NO_PROFILE: Final = "年度プロフィール（利用定員や加算率）が登録されていません。市の担当課へ連絡してください。"
NO_RATE: Final = "処遇改善等加算の加算率が登録されていません。市の担当課へ連絡してください。"
NOT_COMPUTABLE: Final = "登録されている内容では計算できません。市の担当課へ連絡してください。"
NO_ROW: Final = (
    "適用中の加算・減算に、単価がまだ登録されていないものがあるため、請求を作成できません。"
    "市が単価を登録すると、請求は自動で作成されます。施設で直すところはありません。"
)
NO_BOOK: Final = "の単価がまだ登録されていないため、請求を作成できません。"
ONLY_CONFIRM: Final = "この月にしていただくことは、児童数の確認だけです。"

# Where the city removes it.
FACILITY, RATE_BOOKS = "facility", "rate_books"


@dataclass(frozen=True)
class CityWords:
    """A tag, what the city has to do, and the register in which it does it (empty: none)."""

    tag: str
    sentence: str
    register: str


_SAID_TO_CITY: Final = {
    NOT_RUN: CityWords(
        "廃止後・開設前",
        "この月は施設の開設前か廃止後です。施設の画面で、開設日と廃止日を確かめてください。",
        FACILITY,
    ),
    NO_PROFILE: CityWords(
        "年度プロフィールなし",
        "この月の年度プロフィール（利用定員や加算率）がありません。施設の画面で登録してください。",
        FACILITY,
    ),
    NO_RATE: CityWords(
        "加算率なし",
        "年度プロフィールに処遇改善等加算の加算率がありません。施設の画面で登録してください。"
        "認定の前は、仮の率で登録できます。",
        FACILITY,
    ),
    NO_ROW: CityWords(
        "単価なし",
        "適用中の加算・減算に、単価表に行がないものがあります。行のある単価表を読み込んで公開するか、"
        "施設の画面で、その加算・減算の適用を確かめてください。",
        RATE_BOOKS,
    ),
    NOT_COMPUTABLE: CityWords(
        "計算できない内容",
        "登録されている内容では計算できません。施設の画面で、年度プロフィールと加算を直してください。",
        FACILITY,
    ),
}


def no_book(kind: str) -> str:
    """To the facility: its type has no price yet."""
    return f"{FacilityKind(kind).label}{NO_BOOK}{ONLY_CONFIRM}"


def no_row(messages: Iterable[str]) -> str:
    """To the facility: what it is granted has no price. The rows are named, without what only the city can do."""
    rows = dict.fromkeys(f"{message.partition('。')[0]}。" for message in messages)
    return "\n".join([NO_ROW, *rows])


def for_city(message: str, kind: str = "") -> CityWords:
    """The sentence that a facility reads (``Obstacle.message``) as the city reads it; another one stays as it is."""
    first, _, rest = message.partition("\n")
    if words := _SAID_TO_CITY.get(first):
        return CityWords(words.tag, f"{words.sentence}\n{rest}".strip(), words.register)
    if message.endswith(ONLY_CONFIRM):
        label = message.partition(NO_BOOK)[0]
        sentence = f"{label}の単価がまだ登録されていません。単価表を読み込み、公開してください。"
        return CityWords("単価なし", sentence, RATE_BOOKS)
    return (
        CityWords("単価なし", message, RATE_BOOKS)
        if kind == "no_price"
        else CityWords("計算できない", message, "")
    )
