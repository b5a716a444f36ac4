"""What each event is called in Japanese, for the auditors' pages. An event without words shows its name."""

from collections.abc import Mapping
from typing import Any

from accounts.models import TicketPurpose
from approvals.models import Step, Verdict
from claims.facts import BY_NAME
from facilities.actors import Role
from facilities.schedule import Step as ScheduleStep
from portal.models import Audience

AREAS = {
    "accounts": "ログイン",
    "facilities": "施設とアカウント",
    "counts": "児童数",
    "charges": "利用者負担額",
    "months": "月の締め",
    "facts": "月の実績",
    "claims": "請求",
    "approvals": "審査",
    "documents": "帳票",
    "notices": "お知らせ",
    "portal": "ホームと記録",
}

OUTCOMES = {"done": "実行", "refused": "拒否", "failed": "失敗"}

WORDS = {
    "accounts.password_accepted": "パスワードが確認された",
    "accounts.password_refused": "パスワードが違った",
    "accounts.locked_out": "失敗が続き、ログインを一時的に止めた",
    "accounts.code_sent": "確認コードを送った",
    "accounts.code_not_sent": "確認コードを送らなかった（回数の上限）",
    "accounts.code_refused": "確認コードが違った",
    "accounts.logged_in": "ログインした",
    "accounts.logged_out": "ログアウトした",
    "accounts.session_expired": "ログインの有効期限が切れた",
    "accounts.ticket_sent": "パスワードの設定コードを送った",
    "accounts.password_chosen": "設定コードでパスワードを決めた",
    "accounts.password_code_refused": "設定コードが違った",
    "accounts.password_changed": "パスワードを変更した",
    "accounts.password_change_refused": "変更のとき、いまのパスワードが違った",
    "facilities.listed": "施設の一覧を見た",
    "facilities.shown": "施設の情報を見た",
    "facilities.choice_shown": "施設を選ぶ画面を見た",
    "facilities.profile_set": "年度プロフィールを設定した",
    "facilities.item_granted": "加算・減算を設定した",
    "facilities.item_ended": "加算・減算を終了した",
    "facilities.accounts_listed": "アカウントの一覧を見た",
    "facilities.account_shown": "アカウントを見た",
    "facilities.account_opened": "アカウントを開いた",
    "facilities.account_ended": "アカウントの担当を終了した",
    "facilities.account_handed_over": "アカウントを後任に引き継いだ",
    "facilities.account_unlocked": "ログインの一時停止を解除した",
    "facilities.accounts_reconfirmed": "在籍を確認した",
    "facilities.new_account_shown": "アカウントの登録画面を見た",
    "facilities.password_code_sent": "パスワードの設定コードを送らせた",
    "facilities.address_registered": "メールアドレスを登録した（確認待ち）",
    "facilities.address_confirmed": "メールアドレスを確認した",
    "facilities.address_withdrawn": "メールアドレスの登録を取り下げた",
    "facilities.account_disabled": "アカウントを停止した",
    "facilities.account_enabled": "アカウントを再開した",
    "facilities.imports_listed": "施設一覧の取込の画面を見た",
    "facilities.import_previewed": "施設一覧のファイルを読み込んだ",
    "facilities.import_shown": "施設一覧の取込の内容を見た",
    "facilities.import_accepted": "施設一覧を取り込んだ",
    "facilities.import_discarded": "施設一覧の取込をやめた",
    "facilities.import_refused": "施設一覧のファイルが受け付けられなかった",
    "facilities.import_expired": "施設一覧の取込の確認期限が切れた",
    "facilities.exported": "施設一覧を書き出した",
    "facilities.city_founded": "市区町村と最初の管理者を登録した",
    "facilities.details_changed": "施設の名称・所在地の変更を登録した",
    "facilities.details_held": "登録済みの名称・所在地が有効になった",
    "facilities.closed": "施設の廃止を登録した",
    "facilities.closing_undone": "施設の廃止を取り消した",
    "facilities.suspended": "休園を登録した",
    "facilities.suspension_ended": "休園の終わりを登録した",
    "facilities.succeeded": "新しい事業所番号に引き継いだ",
    "facilities.branch_opened": "分園を登録した",
    "facilities.branch_ended": "分園の終わりを登録した",
    "facilities.year_shown": "年度更新の画面を見た",
    "facilities.year_rolled": "年度を更新した（プロフィールを引き継いだ）",
    "facilities.changes_shown": "施設の異動の画面を見た",
    "facilities.schedule_shown": "日程を見た",
    "facilities.schedule_changed": "日程を変えた",
    "facilities.calendar_taken": "日程をカレンダー用に書き出した",
    "facilities.access_denied": "見ることができないページを開こうとした",
    "facilities.form_repeated": "同じ送信を繰り返した",
    "counts.previewed": "児童数のファイルを読み込んだ",
    "counts.accepted": "児童数を取り込んだ",
    "counts.discarded": "取込をやめた",
    "counts.refused": "児童数のファイルが受け付けられなかった",
    "counts.listed": "児童数の一覧を見た",
    "counts.confirmed": "児童数を確認した",
    "counts.disputed": "児童数の相違を申し出た",
    "counts.answered": "相違に回答した",
    "claims.drafted": "請求の下書きを作った",
    "claims.submitted": "請求を提出した",
    "claims.withdrawn": "請求を取り下げた",
    "claims.corrected": "請求の修正版を作った",
    "claims.listed": "請求の一覧を見た",
    "claims.shown": "請求を見た",
    "claims.approved": "請求を承認した",
    "claims.returned": "請求を差し戻した",
    "claims.reminded": "締切のお知らせを送った",
    "claims.correction_opened": "過誤の訂正を始めた",
    "claims.correction_dropped": "過誤の訂正を取りやめた",
    "claims.replaced": "承認済みの請求が過誤調整に置き換わった",
    "claims.remarked": "請求について書いた（やりとり）",
    "counts.mappings_listed": "列の対応の一覧を見た",
    "counts.mapping_draft_made": "列の対応を決め始めた（見出しとコードを預かった）",
    "counts.mapping_draft_shown": "列の対応を決める画面を見た",
    "counts.mapping_columns_chosen": "列の対応の列を選んだ",
    "counts.mapping_drafts_expired": "作りかけの列の対応を消去した",
    "counts.mapping_saved": "列の対応を保存した",
    "counts.mapping_renamed": "列の対応の名前を変えた",
    "counts.mapping_deleted": "列の対応を削除した",
    "counts.confirmed_on_behalf": "施設に代わって児童数を確認した",
    "counts.correction_shown": "人数の訂正の画面を見た",
    "counts.corrected_by_hand": "児童数を訂正した",
    "months.closing_shown": "月の締めの画面を見た",
    "months.closed": "月を締めた",
    "months.reopened": "月の締めを解除した",
    "counts.preview_shown": "取込の内容を見た",
    "counts.expired": "取込の確認期限が切れた",
    "counts.facilities_told": "施設に児童数が届いたことを知らせた",
    "counts.month_shown": "月の児童数の一覧を見た",
    "counts.facility_shown": "施設の児童数を見た（市）",
    "counts.disputes_listed": "相違の申し出の一覧を見た",
    "counts.listed_by_facility": "児童数の一覧を見た（施設）",
    "counts.shown_to_facility": "児童数を見た（施設）",
    "charges.listed": "利用者負担額の取込の画面を見た",
    "charges.previewed": "利用者負担額のファイルを読み込んだ",
    "charges.refused": "利用者負担額のファイルが受け付けられなかった",
    "charges.preview_shown": "利用者負担額の取込の内容を見た",
    "charges.accepted": "利用者負担額を取り込んだ",
    "charges.discarded": "利用者負担額の取込をやめた",
    "charges.expired": "利用者負担額の取込の確認期限が切れた",
    "charges.month_shown": "月の利用者負担額を見た",
    "charges.totals_shown": "月の利用者負担額の合計を見た",
    "charges.exported": "利用者負担額を書き出した",
    "charges.totals_exported": "利用者負担額の合計を書き出した",
    "charges.shown_to_facility": "利用者負担額を見た（施設）",
    "facts.shown": "月の実績を見た",
    "facts.saved": "月の実績を保存した",
    "claims.counts_corrected": "請求のあとに児童数が訂正された",
    "claims.first_decided": "請求の審査が始まった",
    "approvals.inbox_shown": "審査の一覧を見た",
    "approvals.inbox_exported": "審査の一覧を書き出した",
    "approvals.claim_shown": "請求を審査の画面で見た",
    "approvals.decided": "審査の決定をした",
    "approvals.bulk_shown": "まとめて承認する請求を見た",
    "approvals.bulk_decided": "まとめて承認した",
    "documents.listed": "帳票の一覧を見た",
    "documents.ordered": "帳票の作成を依頼した",
    "documents.progress_shown": "帳票の作成状況を見た",
    "documents.rendered": "帳票を作成した",
    "documents.downloaded": "帳票をダウンロードした",
    "notices.listed": "お知らせの一覧を見た",
    "notices.shown": "お知らせを見た",
    "notices.form_shown": "お知らせを書く画面を見た",
    "notices.drafted": "お知らせの下書きを作った",
    "notices.changed": "お知らせの下書きを直した",
    "notices.deleted": "お知らせの下書きを消した",
    "notices.attached": "お知らせにファイルを添付した",
    "notices.detached": "お知らせのファイルを外した",
    "notices.sent": "お知らせを送った",
    "notices.withdrawn": "お知らせを取り下げた",
    "notices.read": "お知らせを初めて読んだ",
    "notices.told": "お知らせをメールで知らせた",
    "notices.attachment_taken": "お知らせのファイルをダウンロードした",
    "notices.receipts_exported": "お知らせの既読を書き出した",
    "portal.home_shown": "ホームを見た",
    "portal.first_steps_shown": "はじめての方への案内を見た",
    "portal.first_steps_closed": "はじめての方への案内を閉じた",
    "portal.guide_shown": "1枚の案内を見た",
    "portal.audit_listed": "記録の一覧を見た",
    "portal.audit_shown": "記録の詳細を見た",
    "portal.audit_exported": "記録を書き出した",
}

# Kinds of rows, by the keys of ``rows`` and the models of ``on``.
ROWS = {
    "branch": "分園",
    "attachment": "添付ファイル",
    "charge": "利用者負担額",
    "claim": "請求",
    "closing": "月の締め",
    "remark": "やりとり",
    "count_sheet": "児童数",
    "sheet": "児童数",
    "decision": "審査の決定",
    "dispute": "相違の申し出",
    "document": "帳票",
    "event": "記録",
    "facility": "施設",
    "detail": "名称・所在地",
    "facts": "月の実績",
    "granted_item": "加算・減算",
    "import": "取込",
    "draft": "作りかけの列の対応",
    "mapping": "列の対応",
    "membership": "アカウントの担当",
    "notice": "お知らせ",
    "profile": "年度プロフィール",
    "registration": "メールアドレスの登録",
    "subject": "対象",
    "suspension": "休園",
}
MODELS = {
    "accounts.user": "アカウント",
    "approvals.decision": "審査の決定",
    "claims.chargeimport": "利用者負担額の取込",
    "claims.claim": "請求",
    "claims.claimremark": "やりとり",
    "claims.monthclosing": "月の締め",
    "claims.countdispute": "相違の申し出",
    "claims.columnmapping": "列の対応",
    "claims.mappingdraft": "作りかけの列の対応",
    "claims.countimport": "児童数の取込",
    "claims.countsheet": "児童数",
    "claims.monthlyfacts": "月の実績",
    "claims.usercharge": "利用者負担額",
    "documents.document": "帳票",
    "facilities.addressregistration": "メールアドレスの登録",
    "facilities.branch": "分園",
    "facilities.facility": "施設",
    "facilities.yearroll": "年度更新",
    "facilities.facilitydetail": "名称・所在地",
    "facilities.suspension": "休園",
    "facilities.facilityimport": "施設一覧の取込",
    "facilities.facilityprofile": "年度プロフィール",
    "facilities.granteditem": "加算・減算",
    "facilities.membership": "アカウントの担当",
    "portal.notice": "お知らせ",
    "portal.noticeattachment": "添付ファイル",
    "portal.noticereading": "お知らせの既読",
    "portal.noticetarget": "お知らせの宛先",
}
DETAILS = {
    "account": "アカウント",
    "after": "変更後",
    "approved_capacity": "認可定員",
    "audience": "対象",
    "base_percent": "区分1 基礎分（%）",
    "before": "変更前",
    "bytes": "大きさ（バイト）",
    "capacity_1": "1号利用定員",
    "capacity_23": "2・3号利用定員",
    "changed": "変わる施設",
    "children": "児童数",
    "closed_on": "廃止日",
    "code": "コード",
    "constants": "決まった値",
    "content_hash": "内容のハッシュ",
    "duty": "役割",
    "event": "記録",
    "events": "件数",
    "facilities": "施設の数",
    "fields": "列",
    "file_hash": "ファイルのハッシュ",
    "forgotten": "消した失敗の記録",
    "form": "様式",
    "from_day": "変更日",
    "from_month": "適用開始月",
    "in_bulk": "まとめて承認",
    "is_urgent": "すぐにメールで知らせる",
    "last_month": "最後に適用する月",
    "location": "移動先",
    "login_code": "確認コードの番号",
    "login_id": "ID",
    "login_id_hash": "入力されたIDのハッシュ",
    "missing": "ファイルにない施設",
    "month": "対象月",
    "months": "対象月",
    "new": "新しい施設",
    "number": "事業所番号",
    "notification_number": "届出番号",
    "obstacle": "請求を作れない理由",
    "options": "条件",
    "outcome": "結果",
    "page": "画面",
    "problems": "直すところ（件）",
    "purpose": "目的",
    "query": "条件",
    "rates_are_provisional": "加算率は仮",
    "reach": "届く施設",
    "reason": "理由",
    "refused": "断った理由",
    "region_percent": "地域区分（%）",
    "rows": "行",
    "rows_changed": "変わる行",
    "rows_gone": "なくなる行",
    "rows_new": "新しい行",
    "rows_unchanged": "変わらない行",
    "slot": "枠",
    "state": "状態",
    "status": "応答",
    "step": "段階",
    "step_of_month": "月の段階",
    "successor": "後任のアカウント",
    "to_month": "適用終了月",
    "too_large": "大きすぎるファイル",
    "total_yen": "請求額（円）",
    "totals_yen": "請求額（円）",
    "unchanged": "変わらない施設",
    "values": "コードの意味",
    "verdict": "決定",
    "version": "版",
    "what": "変えたもの",
    "year": "年度",
    "wage_percent": "区分2 賃金改善分（%）",
}
# What is kept as a code, in the words of the pages; by the detail's key.
VALUES = {
    "audience": dict(Audience.choices),
    "duty": dict(Role.choices),
    "purpose": dict(TicketPurpose.choices),
    "obstacle": {
        "no_price": "単価なし",
        "no_profile": "年度プロフィールなし",
        "not_computable": "計算できない",
    },
    "outcome": {"stands": "届いた人数のまま", "corrected": "人数を訂正"},
    "reason": {"idle": "操作がなかった", "old": "時間の上限", "superseded": "アカウントの変更"},
    "state": {
        "open": "使えるコード",
        "used": "使用済み",
        "replaced": "新しいコードあり",
        "exhausted": "回数の上限",
        "expired": "期限切れ",
        "gone": "無効",
    },
    "step": {str(step): words for step, words in Step.choices},
    "what": {"rules": "毎月の日", "closing_days": "閉庁日", "exceptions": "月ごとの例外"},
    "step_of_month": dict(ScheduleStep.choices),
    "verdict": dict(Verdict.choices),
}
YES_NO = {True: "はい", False: "いいえ", None: "なし"}


def row_words(kind: str) -> str:
    """A kind of rows, in words."""
    return ROWS.get(kind, kind)


def model_words(object_type: str) -> str:
    """The kind of an event's object, in words."""
    return MODELS.get(object_type, object_type)


def detail_words(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """An event's detail as (label, value), both in words."""
    return [(_label(name), _value(name, value)) for name, value in detail.items()]


def _label(name: str) -> str:
    if name in BY_NAME:
        return BY_NAME[name].label
    return DETAILS.get(name, name)


def _value(name: str, value: Any) -> str:
    if value is None or isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, Mapping):
        # Under keys that are ids or codes stands what the detail itself is named after: amounts by payer.
        parts = (
            f"{_label(str(key))} {_value(str(key) if key in DETAILS else name, inner)}"
            for key, inner in value.items()
        )
        return "、".join(parts) or "なし"
    if isinstance(value, list | tuple):
        return "、".join(_value(name, inner) for inner in value) or "なし"
    if isinstance(value, int) and (name.endswith("_yen") or name == "bytes"):
        return f"{value:,}"
    return VALUES.get(name, {}).get(str(value), str(value)) or "なし"


def event_words(event: str) -> str:
    """The event in words."""
    return WORDS.get(event, event)
