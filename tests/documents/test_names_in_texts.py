"""Free texts that seem to name a child are refused (R12); what a nursery writes every day is not."""

import pytest

from documents.personal_data import names_a_child


@pytest.mark.parametrize(
    "text",
    [
        "見本太郎くんの加配のため",
        "年長の見本はなちゃんが転園しました。",
        "園児名：見本太郎",
        "児童の氏名: 見本　花子（3歳）",
        "年少の見本はなちゃんと遊ぶ時間",
        "令和3年5月6日生まれの子が入りました",
        "2021/5/6生",
        "生年月日：平成30年5月1日",
        "番号は123456789018です",
        "番号 １２３４－５６７８－９０１８",
    ],
)
def test_what_names_a_child_is_found(text):
    assert names_a_child(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3歳児1人の転園により、配置を変えました。",
        "赤ちゃんとのふれあい、お兄ちゃん・お姉ちゃんとの交流、乳児室の赤ちゃんの見守り",
        "地域のおばあちゃん、おじいちゃんと七夕会（令和8年7月7日）",
        "園児の氏名は紙で届けます。児童名簿は別に送ります。児童氏名：別紙のとおり",
        "令和8年5月6日に生活発表会、2026/5/6 生活科の交流",
        "研修の費用 4,900,000円、認定番号 青子第123号、電話 047-000-0000",
        "名簿をちゃんと確かめて、人数もちゃんと直してください。",
        "123456789012",
        "1234567890128",
        "主任保育士1人が4月から専任になりました。補助者くん蒸作業はありません。",
        "市からの通知を確かめて、人数を直してください。",
    ],
)
def test_what_names_nobody_passes(text):
    assert not names_a_child(text)
