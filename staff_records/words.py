"""The choices of a roster in words. 職種 and 前歴の勤務先 are ``pricing.staffing``'s: money hangs on them."""

from django.db import models


class Beginning(models.TextChoices):
    """How a span of work begins."""

    HIRED = "hired", "採用"
    TRANSFERRED = "transferred", "異動（着任）"
    CHANGED = "changed", "勤務条件の変更"
    LEAVE = "leave", "休業の開始"
    RETURNED = "returned", "復帰"


class Ending(models.TextChoices):
    """How a span of work ends, where nothing follows it."""

    LEFT = "left", "退職"
    TRANSFERRED = "transferred", "異動（転出）"

    @property
    def state(self) -> str:
        """What somebody who went so is called afterwards."""
        return "転出" if self is Ending.TRANSFERRED else "退職"


class Leave(models.TextChoices):
    """Why somebody is on the roster and not at work."""

    MATERNITY = "maternity", "産前産後休業"
    CHILDCARE = "childcare", "育児休業"
    CARE = "care", "介護休業"
    SICK = "sick", "病気休職"
    OTHER = "other", "その他の休業"


class Post(models.TextChoices):
    """Posts of 処遇改善等加算 区分3 (発令された職位)."""

    VICE_CHIEF = "vice_chief", "副主任保育士"
    SPECIALIST = "specialist", "専門リーダー"
    CORE = "core", "中核リーダー"
    FIELD_LEADER = "field_leader", "職務分野別リーダー"
    JUNIOR = "junior", "若手リーダー"


class Concurrence(models.TextChoices):
    """What somebody does besides (兼務)."""

    OTHER_JOB = "other_job", "施設内の他の職務"
    OTHER_FACILITY = "other_facility", "同じ法人の他の施設"
    OFFICER = "officer", "法人の役員"


class Licence(models.TextChoices):
    """Qualifications (資格・免許)."""

    NURSERY_TEACHER = "nursery_teacher", "保育士"
    REGIONAL_NURSERY_TEACHER = "regional_nursery_teacher", "地域限定保育士"
    KINDERGARTEN_SPECIAL = "kindergarten_special", "幼稚園教諭専修免許"
    KINDERGARTEN_1 = "kindergarten_1", "幼稚園教諭一種免許"
    KINDERGARTEN_2 = "kindergarten_2", "幼稚園教諭二種免許"
    NURSE = "nurse", "看護師"
    ASSISTANT_NURSE = "assistant_nurse", "准看護師"
    PUBLIC_HEALTH_NURSE = "public_health_nurse", "保健師"
    REGISTERED_DIETITIAN = "registered_dietitian", "管理栄養士"
    DIETITIAN = "dietitian", "栄養士"
    COOK = "cook", "調理師"
    CHILDCARE_SUPPORTER = "childcare_supporter", "子育て支援員"
    HOME_CARER = "home_carer", "家庭的保育者（研修修了）"
    OTHER = "other", "その他"


class Proof(models.TextChoices):
    """How far earlier work is proved (在職証明)."""

    NONE = "none", "未確認"
    REQUESTED = "requested", "依頼中"
    RECEIVED = "received", "証明書を受領"
    CHECKED = "checked", "市が確認済み"
    ROSTER = "roster", "名簿で確認済み"


PROVED = frozenset({Proof.RECEIVED, Proof.CHECKED, Proof.ROSTER})


class ChangeKind(models.TextChoices):
    """What is reported to the city as it happens (異動の届出)."""

    HIRED = "hired", "採用"
    LEFT = "left", "退職"
    MOVED_IN = "moved_in", "異動（着任）"
    MOVED_OUT = "moved_out", "異動（転出）"
    TERMS = "terms", "勤務条件の変更"
    LEAVE = "leave", "休業の開始"
    RETURNED = "returned", "復帰"
    QUALIFIED = "qualified", "資格の取得"
    DETAILS = "details", "氏名・住所の変更"
    CORRECTED = "corrected", "登録内容の訂正"
    EARLIER = "earlier", "前歴の登録・変更"
    TRAINED = "trained", "研修の修了"
    WITHDRAWN = "withdrawn", "職員の登録の取消"


class Sex(models.TextChoices):
    """As far as somebody wants to say it."""

    FEMALE = "female", "女"
    MALE = "male", "男"
    OTHER = "other", "その他"
