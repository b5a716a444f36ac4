"""What a password may not consist of: the words everybody here would try first (ASVS 6.1.2, 6.2.11)."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from accounts.models import User

CONTEXT_WORDS = (
    "はぐくみ",
    "hagukumi",
    "保育園",
    "ほいくえん",
    "hoikuen",
    "hoiku",
    "幼稚園",
    "ようちえん",
    "youchien",
    "yochien",
    "こども園",
    "kodomoen",
    "請求",
    "seikyu",
    "seikyuu",
    "青葉台",
    "aobadai",
    "password",
    "パスワード",
)
LEAST_WITHOUT = 10
BLANK = f"空白を除くと{LEAST_WITHOUT}文字に足りません。"
REFUSED = (
    f"施設名・システム名・IDなどの推測されやすい言葉を除くと、{LEAST_WITHOUT}文字に足りません。"
    "関係のない言葉をいくつか組み合わせた、長いパスワードにしてください。"
)


class ContextWordsValidator:
    """Without those words a password must still be long."""

    def validate(self, password: str, user: User | None = None) -> None:
        """:raises ValidationError: hardly anything is left. A password that is only short is told so elsewhere."""
        plain = rest = unicodedata.normalize("NFKC", password).casefold()
        words = [*CONTEXT_WORDS, *([user.login_id] if user is not None and user.login_id else [])]
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(re.sub(r"\s", "", rest)) >= LEAST_WITHOUT:
            return
        if rest != plain:
            raise ValidationError(REFUSED, code="context_words")
        if re.search(r"\s", plain):
            raise ValidationError(BLANK, code="blank")

    def get_help_text(self) -> str:
        """For forms."""
        return "施設名・システム名・IDなどの言葉だけでできたパスワードは使えません。"
