"""職種: the jobs of a roster (forms §2), what counts among the teachers, and how people write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pricing.staffing.refusals import NotCountable


@dataclass(frozen=True, slots=True)
class Job:
    """
    A job of the roster.

    ``cares``: counts among the teachers and 保育士 of the 配置基準. ``licensed``: only with a licence
    (保育士, 教諭). ``helps``: counts among the 保育従事者 where not all of them need one (小規模B型).
    """

    label: str
    cares: bool
    licensed: bool
    note: str = ""
    helps: bool = False


# [K] Which jobs count: §8 and the fact ``teachers`` name 施設長, 専任の主任・主幹, 講師 and 補助者 as not counted;
# 副園長, 教頭 and a nurse in the place of a 保育士 are from memory.
JOBS: Final[Mapping[str, Job]] = MappingProxyType(
    {
        "director": Job("施設長", False, False, "園長・管理者。保育にあたる人数には入れません。"),
        "vice_director": Job("副園長", False, False, "保育にあたる人数には入れません。"),
        "deputy_principal": Job("教頭", False, False, "保育にあたる人数には入れません。"),
        "chief_teacher": Job("主幹教諭", True, True, "専任のときは人数に入れません。"),
        "chief_nursery_teacher": Job("主任保育士", True, True, "専任のときは人数に入れません。"),
        "lead_teacher": Job("指導教諭等", True, True),
        "teacher": Job("教諭", True, True),
        "nursery_teacher": Job("保育士", True, True),
        "kodomoen_teacher": Job("保育教諭", True, True),
        "nurse": Job("看護師", True, False, "1人まで保育士とみなします。"),
        "assistant_nurse": Job("准看護師", True, False, "1人まで保育士とみなします。"),
        "cook": Job("調理師", False, False, "調理員を含みます。"),
        "cook_dietitian": Job("調理師（栄養士）", False, False),
        "dietitian": Job("栄養士", False, False, "管理栄養士を含みます。"),
        "clerk": Job("事務員", False, False),
        "janitor": Job("用務員", False, False),
        "part_time_nursery_teacher": Job("パート保育士", True, True),
        "part_time_cook": Job("パート調理師", False, False),
        "home_carer": Job("家庭的保育者", True, False),
        "home_care_assistant": Job("家庭的保育補助者", False, False, "家庭的保育者とは別に数えます。"),
        "childcare_assistant": Job(
            "保育補助者・子育て支援員",
            False,
            False,
            "小規模保育B型などでは保育従事者に入ります。",
            helps=True,
        ),
        "lecturer": Job("講師", False, False, "講師配置加算・指導充実加配の対象です。"),
        "other": Job("その他", False, False),
    }
)

# 看護師 and 准看護師, who stand for a 保育士 up to ``NURSES_LIKE_TEACHERS`` persons of a facility.
NURSES: Final = frozenset({"nurse", "assistant_nurse"})
# [K] One of them at most.
NURSES_LIKE_TEACHERS: Final = 1

# As people write them; labels and codes are understood without being listed.
ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "園長": "director",
        "所長": "director",
        "保育所長": "director",
        "管理者": "director",
        "園長(施設長)": "director",
        "施設長(園長)": "director",
        "施設長(管理者)": "director",
        "副施設長": "vice_director",
        "副所長": "vice_director",
        "主幹保育教諭": "chief_teacher",
        "主任教諭": "chief_teacher",
        "主任": "chief_nursery_teacher",
        "主任保育教諭": "chief_teacher",
        "指導教諭": "lead_teacher",
        "指導保育教諭": "lead_teacher",
        "幼稚園教諭": "teacher",
        "助教諭": "teacher",
        "保育士(常勤)": "nursery_teacher",
        "保育教諭等": "kodomoen_teacher",
        "保健師": "nurse",
        "正看護師": "nurse",
        "准看": "assistant_nurse",
        "準看護師": "assistant_nurse",
        "調理員": "cook",
        "調理士": "cook",
        "調理": "cook",
        "給食員": "cook",
        "調理士(栄養士)": "cook_dietitian",
        "調理員(栄養士)": "cook_dietitian",
        "栄養士(調理)": "cook_dietitian",
        "管理栄養士": "dietitian",
        "事務": "clerk",
        "事務職員": "clerk",
        "事務長": "clerk",
        "用務": "janitor",
        "用務職員": "janitor",
        "校務員": "janitor",
        "パート保育士(資格あり)": "part_time_nursery_teacher",
        "保育士(パート)": "part_time_nursery_teacher",
        "保育士(非常勤)": "part_time_nursery_teacher",
        "非常勤保育士": "part_time_nursery_teacher",
        "短時間保育士": "part_time_nursery_teacher",
        "パート保育士(資格なし)": "childcare_assistant",
        "パート調理士": "part_time_cook",
        "パート調理員": "part_time_cook",
        "調理員(パート)": "part_time_cook",
        "調理師(パート)": "part_time_cook",
        "非常勤調理員": "part_time_cook",
        "家庭保育者": "home_carer",
        "家庭的保育者(保育ママ)": "home_carer",
        "家庭的補助者": "home_care_assistant",
        "家庭保育補助者": "home_care_assistant",
        "保育補助者": "childcare_assistant",
        "保育補助": "childcare_assistant",
        "保育補助員": "childcare_assistant",
        "子育て支援員": "childcare_assistant",
        "保育従事者(資格なし)": "childcare_assistant",
        "非常勤講師": "lecturer",
        "特別講師": "lecturer",
    }
)


def job_code(written: str) -> str:
    """
    The code of a job as somebody wrote it: a label, an alias or the code; widths and spaces do not matter.

    :raises NotCountable: no job is written so.
    """
    found = _CODES.get(_key(written))
    if found is None:
        # What was written is not repeated: it may be a name that slipped into the wrong cell.
        raise NotCountable(["この職種は一覧にありません。一覧の職種から選んでください。"])
    return found


def _key(written: str) -> str:
    return "".join(unicodedata.normalize("NFKC", written).split()).casefold()


_CODES: Final = {
    **{_key(alias): code for alias, code in ALIASES.items()},
    **{_key(job.label): code for code, job in JOBS.items()},
    **{_key(code): code for code in JOBS},
}
