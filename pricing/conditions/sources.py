"""
What a condition's source is called on a page.

A condition cites for whoever maintains it (``pricing.md §6 [S3]``); a clerk is told the publication and the sheet of
the form. None of these is the notice itself, so pages say besides that the notice decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

FORM: Final = "福岡市の加算適用申請の様式（令和5年度）"
# The publications behind the marks (pricing.md §12), in words.
PUBLICATIONS: Final[Mapping[str, str]] = {
    "S1": "公定価格単価表（令和8年度 幼稚園）の転記",
    "S2": "公開されている計算の例",
    "S3": FORM,
    "S4": "公定価格単価表（案）（平成27年2月）",
    "S6": "公定価格の骨格（平成27年2月）",
    "S9": "公定価格の解説",
    "S10": "公定価格FAQ（令和5年6月7日）の解説",
    "S11": "公定価格FAQ（令和5年）の解説",
    "S13": "留意事項通知（令和3年3月31日）の解説",
    "S18": "草加市の案内（令和7年7月1日）",
    "S20": "処遇改善等加算の解説（令和7年）",
    "S23": "公定価格の改定の解説",
    "S32": "保育士配置基準の資料（令和8年度）",
    "S33": "北茨城市の案内（令和4年）",
    "sample2.webstep.jp/?p=500": "加算の解説（令和7年4月4日）",
}
BY_NAME: Final = "項目の名称"
FROM_MEMORY: Final = "一般知識"
METHOD: Final = "公定価格の算定方法"

_CITED: Final = re.compile(r"\[(S[0-9]+)\]|(sample2\.webstep\.jp/\?p=500)")
_SHEETS: Final = re.compile(r"個票([0-9]+(?:・[0-9]+)*)")


@cache
def source_words(source: str) -> str:
    """
    The source in words.

    :raises KeyError: it cites a publication that has no name here.
    """
    cited = [PUBLICATIONS[mark or address] for mark, address in _CITED.findall(source)]
    if sheets := _SHEETS.search(source):
        cited = [f"{FORM} 個票{sheets[1]}", *(words for words in cited if words != FORM)]
    if cited:
        return "、".join(dict.fromkeys(cited))
    if "名称による" in source:
        return BY_NAME
    return FROM_MEMORY if FROM_MEMORY in source else METHOD
