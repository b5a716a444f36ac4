"""Text that people paste by accident and attackers on purpose; after the «big list of naughty strings»."""

from collections.abc import Callable
from typing import Any

from staff_records.typed import Unreadable


def assert_reads_or_refuses(reader: Callable[[str], Any], text: str) -> None:
    """Nothing is None, something is a value or a sentence; the sentence is short and does not repeat the text."""
    refusal = ""
    value = None
    try:
        value = reader(text)
    except Unreadable as refused:
        refusal = str(refused)
    if not text.strip():
        assert value is None
        assert not refusal
        return
    assert (value is None) == bool(refusal)
    assert len(refusal) < 200
    assert len(text) < 4 or text not in refusal


NASTY = [
    "",
    " ",
    "　",
    "\t",
    "\n",
    "\u00a0",
    "\0",
    "\x7f",
    "undefined",
    "null",
    "NaN",
    "None",
    "-Infinity",
    "1e400",
    "0x1F",
    "1/0",
    "-",
    "--",
    ".",
    "..",
    "%",
    "％",
    "¥",
    "円",
    "時間",
    "半",
    "分",
    "日",
    "〒",
    "元",
    "R",
    "令和",
    "令和年月日",
    "R..",
    "///",
    "・",
    "ー",
    "ゞ",
    "゛",
    "ﾞ",
    "ﾟﾟ",
    "\u3099",
    "か\u3099\u3099",
    "e\u0301\u0301\u0301",
    "\u200b",
    "\ufeff山田 花子",
    "\u202e山田 花子",
    "山田\u200d花子",
    "\ufe0f",
    "山\ufe0f\ufe0f",
    "\U000e0100",
    "\ud800",
    "\udfff 花",
    "\ufffe",
    "\U0010ffff",
    "\ue000",
    "\ufffd",
    "〓",
    "😀",
    "👩‍👩‍👧‍👦",
    "🇯🇵",
    "1️⃣",
    "٠١٢٣",
    "१२३",
    "𝟏𝟐𝟑",
    "①②",
    "㌔㍍",
    "ﷺ",
    "田\u3164中",
    "ａ" * 1001,
    "あ" * 100_000,
    "9" * 100_000,
    " " * 100_000,
    "生 " * 20_000,
    "=1+1",
    '=HYPERLINK("https://example.jp")',
    "@SUM(1)",
    "<script>alert(1)</script>",
    "'; DROP TABLE staff; --",
    "${7*7}",
    "{{ 7|add:7 }}",
    "../../etc/passwd",
    "%s%s%n",
    "山田 花子\n佐藤 太郎",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "˙ɐnbᴉlɐ",
    "社會科學院語學研究所",
    "울란바토르",
    "ЁЂЃ",
    "الكل في",
]
