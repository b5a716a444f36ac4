"""What each event is called in Japanese, for the auditors' pages. An event without words shows its name."""

AREAS = {
    "accounts": "ログイン",
    "facilities": "施設とアカウント",
    "counts": "児童数",
    "claims": "請求",
    "approvals": "審査",
    "documents": "帳票",
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
    "facilities.listed": "施設の一覧を見た",
    "facilities.shown": "施設の情報を見た",
    "facilities.choice_shown": "施設を選ぶ画面を見た",
    "facilities.profile_set": "年度プロフィールを設定した",
    "facilities.item_granted": "加算・減算を設定した",
    "facilities.item_ended": "加算・減算を終了した",
    "facilities.accounts_listed": "アカウントの一覧を見た",
    "facilities.account_shown": "アカウントを見た",
    "facilities.account_opened": "アカウントを開いた",
    "facilities.address_registered": "メールアドレスを登録した",
    "facilities.account_disabled": "アカウントを停止した",
    "facilities.account_enabled": "アカウントを再開した",
    "facilities.access_denied": "見ることができないページを開こうとした",
    "facilities.form_repeated": "同じ送信を繰り返した",
    "counts.uploaded": "児童数のファイルを送った",
    "counts.previewed": "取込の内容を見た",
    "counts.accepted": "児童数を取り込んだ",
    "counts.discarded": "取込をやめた",
    "counts.refused": "児童数のファイルが受け付けられなかった",
    "counts.listed": "児童数の一覧を見た",
    "counts.shown": "児童数を見た",
    "counts.confirmed": "児童数を確認した",
    "counts.disputed": "児童数の相違を申し出た",
    "counts.answered": "相違に回答した",
    "counts.facts_saved": "月の実績を保存した",
    "counts.facts_shown": "月の実績を見た",
    "claims.drafted": "請求の下書きを作った",
    "claims.submitted": "請求を提出した",
    "claims.withdrawn": "請求を取り下げた",
    "claims.corrected": "請求の修正版を作った",
    "claims.listed": "請求の一覧を見た",
    "claims.shown": "請求を見た",
    "claims.approved": "請求を承認した",
    "claims.returned": "請求を差し戻した",
    "portal.home_shown": "ホームを見た",
    "portal.audit_listed": "記録の一覧を見た",
    "portal.audit_shown": "記録の詳細を見た",
    "portal.audit_exported": "記録を書き出した",
}


def event_words(event: str) -> str:
    """The event in words."""
    return WORDS.get(event, event)
