"""The demo's notices, played through the real operations: most have read the first one, one was taken back."""

import io
from datetime import datetime, timedelta
from uuid import UUID

from openpyxl import Workbook

from facilities.actors import Actor
from facilities.models import FacilityKind, Municipality
from portal.demo.scene import JAPAN, acting
from portal.models import Audience, Notice, NoticeTarget
from portal.operations import notices, telling
from portal.operations.notices import NoticeValues
from portal.queries.notices import reached

GUIDE = NoticeValues(
    "令和8年度の請求の手引きと、よくある質問",
    "令和8年度の請求について、よくある質問をまとめました。\n\n"
    "・児童数に相違があるときは、確認の画面の「人数が違うとき」から申し出てください。\n"
    "・締切は「日程」の画面で確かめられます。\n\n"
    "ご不明な点は、こども施設運営課までお問い合わせください。",
    Audience.ALL,
)
MEALS = NoticeValues(
    "副食費免除の日数の数え方について",
    "給食を実施した日だけを数えてください。行事などで給食がなかった日は含みません。",
    Audience.KINDS,
    kinds=(FacilityKind.KINDERGARTEN,),
)
MISTAKEN = NoticeValues(
    "5月の説明会のご案内", "5月20日（水）に説明会を開きます。会場は市役所の第1会議室です。", Audience.ALL
)
PLANNED = NoticeValues(
    "処遇改善の実績報告について", "今年度の報告の日程が決まりましたら、お知らせします。", Audience.ALL
)
MISTAKE = "会場が変わったため。新しいご案内をあらためて送ります。"


def write(city: Municipality, actors: dict[str, Actor], clerks: dict[UUID, Actor]) -> None:
    """``actors``: the city's people by login id; ``clerks``: one for each facility."""
    officer = actors["tanto"]
    first = datetime(2026, 4, 6, 9, 30, tzinfo=JAPAN)
    guide = _sent(city, GUIDE, officer, first, file=("よくある質問.xlsx", _questions()))
    with acting(city, officer):
        told = set(NoticeTarget.objects.filter(notice=guide).values_list("facility_id", flat=True))
    for place, (facility_id, clerk) in enumerate(clerks.items()):
        if place % 10 < 7 and facility_id in told:
            with acting(city, clerk):
                notices.read(guide.pk, by=clerk, at=first + timedelta(minutes=7 * place))
    _sent(city, MEALS, officer, datetime(2026, 5, 11, 10, 0, tzinfo=JAPAN))
    mistaken = _sent(city, MISTAKEN, officer, datetime(2026, 5, 11, 11, 0, tzinfo=JAPAN))
    with acting(city, officer):
        at = datetime(2026, 5, 11, 15, 0, tzinfo=JAPAN)
        notices.withdraw(mistaken.pk, reason=MISTAKE, by=officer, at=at)
        notices.draft(PLANNED, by=officer, at=at)
        telling.tell_of_new(city, today=at.date() + timedelta(days=1))


def _sent(
    city: Municipality,
    values: NoticeValues,
    by: Actor,
    at: datetime,
    *,
    file: tuple[str, bytes] | None = None,
) -> Notice:
    with acting(city, by):
        notice = notices.draft(values, by=by, at=at)
        if file:
            name, content = file
            notices.attach(notice.pk, content, file_name=name, by=by, at=at)
            notice.refresh_from_db()
        reach = len(reached(notice, at.date()))
        return notices.send(notice.pk, shown_version=notice.version, shown_reach=reach, by=by, at=at)


def _questions() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None, "a new workbook has a sheet"
    for row in (
        ("よくある質問", "こたえ"),
        ("児童数はいつ届きますか", "毎月はじめに、市が取り込むと届きます。"),
        ("請求を提出したあとに直せますか", "市の審査が始まるまでは、取り下げて直せます。"),
    ):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
