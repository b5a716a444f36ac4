"""The component gallery with invented data: for tests, and ``python -m tests.pages.gallery FOLDER`` for the eye."""

import os
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import django
from django import forms
from django.template.loader import render_to_string

SIDES = ("facility", "city", "audit")
NAVIGATION = {
    "facility": ("ホーム", "児童数", "請求", "帳票"),
    "city": ("ホーム", "審査", "児童数", "施設", "アカウント"),
    "audit": ("記録",),
}
WHO = {
    "facility": {"place": "丘いちょう幼稚園", "role": "施設", "name": "山口", "switch_url": "/f/"},
    "city": {"place": "こども施設運営課", "role": "担当", "name": "佐々木", "switch_url": None},
    "audit": {"place": "監査課", "role": "監査", "name": "森", "switch_url": None},
}
NAMES = (
    "丘いちょう幼稚園",
    "駅前やまびこ保育園",
    "西台なのはな保育園",
    "南町ひばり保育園",
    "川端どんぐりこども園",
)
STATES = {
    "approved": "承認",
    "first": "一次承認",
    "submitted": "審査待ち",
    "draft": "未提出",
    "waiting": "児童数の確認待ち",
    "disputed": "相違あり",
    "returned": "差し戻し",
    "none": "児童数なし",
    "obstacle": "計算できない",
    "public": "公立",
}


@dataclass(frozen=True)
class Line:
    """One invented claim line."""

    label: str
    summary: str
    before: int
    now: int
    is_open: bool = False

    @property
    def difference(self) -> int:
        """Yen more or less than the month before."""
        return self.now - self.before


class FactsForm(forms.Form):
    """One field of each kind; two of them wrong."""

    days = forms.IntegerField(label="給食の実施日数", max_value=31)
    place = forms.CharField(label="お住まいの市区町村", required=False)
    reason = forms.CharField(label="理由", widget=forms.Textarea)
    file = forms.FileField(label="児童数のファイル", help_text="CSV または Excel（5MBまで）", required=False)
    choice = forms.ChoiceField(
        label="週に出す回数", widget=forms.RadioSelect, choices=[("5", "週5日"), ("6", "週6日")]
    )
    agree = forms.BooleanField(label="内容に相違ないことを確認しました")


SECTIONS = [
    {
        "label": "基本",
        "lines": [
            Line("基本分単価", "4歳以上児 86人・3歳児 41人・満3歳児 5人", 5263320, 5335980),
            Line("処遇改善等加算 区分1・2", "基礎分 10%・賃金改善分 6%", 895640, 907860),
        ],
    },
    {
        "label": "加算",
        "lines": [
            Line("3歳児配置改善加算", "3歳児 41人", 435200, 446080),
            Line("主幹教諭等専任加算", "施設 ÷ 132人", 153400, 153120, is_open=True),
        ],
    },
    {"label": "減算", "lines": [Line("安全計画の未策定", "該当なし", 0, 0)]},
]


def rendered(side: str, idle_seconds: int = 1800) -> str:
    """The gallery as one side sees it."""
    context = {
        "csrf_token": "x" * 64,
        "layout": f"layouts/{side}.html",
        "side": side,
        "navigation": [
            {"label": label, "url": "#main", "current": label in {"請求", "審査", "記録"}}
            for label in NAVIGATION[side]
        ],
        "who": WHO[side],
        "municipality_name": "青葉台市",
        "breadcrumbs": [("請求", "#main"), ("令和8年6月分", None)],
        "demo": True,
        "sample_prices": side != "facility",
        "logout_url": "/logout",
        "idle_seconds": idle_seconds,
        "keepalive_url": "/keep-alive",
        "form": FactsForm({"days": "42", "reason": "", "place": "青葉台市"}),
        "problems": ["この請求はすでに提出されています。画面を開き直してください。"],
        "month": date(2026, 6, 1),
        "before": date(2026, 5, 1),
        "due": date(2026, 6, 10),
        "moment": datetime(2026, 6, 5, 5, 32, tzinfo=UTC),
        "sections": SECTIONS,
        "total": 7026520,
        "total_before": 6931310,
        "total_difference": 95210,
        "heat": [
            {"state": state, "label": f"{NAMES[index % 5]} {STATES[state]}"}
            for index in range(172)
            for state in [tuple(STATES)[(index * index + index // 7) % 10]]
        ],
        "legend": [{"state": state, "label": label, "count": 17} for state, label in STATES.items()],
        "rows": [
            {
                "id": UUID(int=index + 1),
                "name": NAMES[index % 5],
                "number": f"14-{index + 21:04}",
                "tone": ("now", "info", "ok", "now")[index % 4],
                "state": ("審査待ち", "一次承認", "承認", "審査待ち")[index % 4],
                "total": 14494480 - index * 913110,
                "difference": (143220, 0, 0, -265980)[index % 4],
                "flag": ("児童数 +2", "", "", "職員数が基準未満")[index % 4],
                "is_changed": index == 3,
                "sent": date(2026, 6, 3 + index % 6),
            }
            for index in range(14)
        ],
    }
    return render_to_string("pages/gallery.html", context)


def main(folder: Path) -> None:
    """Write the gallery of each side as HTML that finds ``static`` at the server's root."""
    for side in SIDES:
        (folder / f"{side}.html").write_text(rendered(side), encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["HAGUKUMI_ENV"] = "test"
    django.setup()
    main(Path(sys.argv[1]))
