"""Every act of a facility on one person: its form, what it begins with, its operation."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from staff_records.by_column import (
    earlier_columns,
    licenced_columns,
    terms_columns,
    trained_columns,
    trained_of,
)
from staff_records.forms import papers as paper_forms
from staff_records.forms import people as people_forms
from staff_records.operations import months, papers, people, terms, withdrawing
from staff_records.person_rows import MemberRow
from staff_records.queries.person import Person
from staff_records.views import taken_back
from staff_records.views.acts import Act, Doing
from staff_records.words import Beginning, Ending, Leave
from staff_records.writing_rows import detail_value, licenced_value, terms_value

Row = TypeVar("Row", bound=MemberRow)
Shown = Mapping[str, Any]
TOLD = "市に届け出ます。"
WITHDRAWN = "取り消しました。"


def _row(rows: Iterable[Row], row_id: UUID | None) -> Row:
    found = next((row for row in rows if row.pk == row_id), None)
    if found is None:
        raise ObjectDoesNotExist
    return found


def _present_terms(person: Person, _: UUID | None) -> Shown:
    return terms_columns(terms_value(person.last)) if person.last else {}


def _present_detail(person: Person, _: UUID | None) -> Shown:
    return vars(detail_value(person.detail))


def _identity(person: Person, _: UUID | None) -> Shown:
    return {"birth_date": person.member.birth_date, "sex": person.member.sex}


def _span(person: Person, row_id: UUID | None) -> Shown:
    row = _row(person.dossier.employments, row_id)
    return {**terms_columns(terms_value(row)), "hired_on": row.first_day}


def _detail(person: Person, row_id: UUID | None) -> Shown:
    return vars(detail_value(_row(person.dossier.details, row_id)))


def _qualification(person: Person, row_id: UUID | None) -> Shown:
    return licenced_columns(licenced_value(_row(person.dossier.qualifications, row_id)))


def _earlier(person: Person, row_id: UUID | None) -> Shown:
    return earlier_columns(papers.typed_proof(_row(person.dossier.earlier, row_id)))


def _training(person: Person, row_id: UUID | None) -> Shown:
    return trained_columns(trained_of(_row(person.dossier.trainings, row_id)))


# ---------------------------------------------------------------- coming and going

LEAVE = Act(
    title="退職・転出",
    button="退職・転出を登録する",
    done=f"退職・転出を登録しました。{TOLD}",
    form=people_forms.LeavingForm,
    perform=lambda doing, form: people.leave(
        doing.member_id,
        last_day=form.cleaned_data["left_on"],
        ending=Ending(form.cleaned_data["ending"]),
        **doing.on_member,
    ),
    shows=lambda person, _: {"left_on": person.left_on, "ending": person.last.ending if person.last else ""},
    lead="先の日付も登録できます。登録すると、市に届け出たことになります。",
    weighs=True,
)
STAY = Act(
    title="退職・転出の取消",
    button="退職・転出を取り消す",
    done="退職・転出を取り消しました。",
    form=people_forms.ConfirmForm,
    perform=lambda doing, form: people.stay(doing.member_id, **doing.on_member),
    lead="この職員は、いまの勤務条件のまま在籍していることになります。",
    names=taken_back.leaving,
    danger=True,
)
COME_BACK = Act(
    title="もう一度採用する",
    button="採用を登録する",
    done=f"採用を登録しました。{TOLD}",
    form=people_forms.ComingBackForm,
    perform=lambda doing, form: people.come_back(
        doing.member_id,
        form.terms(),
        first_day=form.cleaned_data["hired_on"],
        beginning=Beginning(form.cleaned_data["beginning"]),
        **doing.on_member,
    ),
    shows=_present_terms,
    lead="退職した職員が戻ってきたときに使います。資格や前歴は、前の登録を引き継ぎます。",
    weighs=True,
)
TERMS = Act(
    title="勤務条件の変更",
    button="勤務条件の変更を登録する",
    done=f"勤務条件の変更を登録しました。{TOLD}",
    form=people_forms.TermsForm,
    perform=lambda doing, form: terms.change(
        doing.member_id, form.terms(), from_day=form.cleaned_data["from_day"], **doing.on_member
    ),
    shows=_present_terms,
    lead=(
        "変更日から、新しい条件になります。あとの日の休業や変更が登録済みのときは、そこで変わらないところに引き継がれます。"
        "はじめから誤りだったときは、勤務の「訂正」を使ってください。"
    ),
    weighs=True,
)
ABSENCE = Act(
    title="休業の開始",
    button="休業を登録する",
    done=f"休業を登録しました。{TOLD}",
    form=people_forms.AbsenceForm,
    perform=lambda doing, form: terms.begin_leave(
        doing.member_id,
        Leave(form.cleaned_data["leave"]),
        from_day=form.cleaned_data["from_day"],
        **doing.on_member,
    ),
    weighs=True,
)
RETURN = Act(
    title="復帰",
    button="復帰を登録する",
    done=f"復帰を登録しました。{TOLD}",
    form=people_forms.ReturnForm,
    perform=lambda doing, form: terms.come_back_to_work(
        doing.member_id, from_day=form.cleaned_data["from_day"], **doing.on_member
    ),
    lead="休業の前と同じ勤務条件に戻ります。条件が変わるときは、続けて「勤務条件の変更」を登録してください。",
    weighs=True,
)
DETAILS = Act(
    title="氏名・住所の変更",
    button="氏名・住所の変更を登録する",
    done=f"氏名・住所の変更を登録しました。{TOLD}",
    form=people_forms.DetailsForm,
    perform=lambda doing, form: people.change_details(
        doing.member_id, form.detail(), from_day=form.from_day(), **doing.on_member
    ),
    shows=_present_detail,
    lead="変更日より前の名簿には、前の氏名・住所が残ります。",
)

# ---------------------------------------------------------------- papers

QUALIFY = Act(
    title="資格の取得",
    button="資格を登録する",
    done=f"資格を登録しました。{TOLD}",
    form=paper_forms.QualificationForm,
    perform=lambda doing, form: papers.qualify(doing.member_id, form.value(), **doing.on_member),
    lead="登録証・免許状の写しを市に出してください。市が確認すると「写しを確認済み」になります。",
)
EARLIER = Act(
    title="前歴の追加",
    button="前歴を登録する",
    done=f"前歴を登録しました。{TOLD}",
    form=paper_forms.EarlierForm,
    perform=lambda doing, form: papers.add_earlier(doing.member_id, form.value(), **doing.on_member),
    shows=lambda person, _: {"proof": "none"},
    lead="ほかの施設で働いた期間です。在職証明がそろうと、経験年数に入ります。",
)
TRAIN = Act(
    title="研修の修了",
    button="研修を登録する",
    done=f"研修を登録しました。{TOLD}",
    form=paper_forms.TrainingForm,
    perform=lambda doing, form: papers.train(doing.member_id, form.value(), **doing.on_member),
    shows=lambda person, _: {"in_house": "outside"},
)
HOURS = Act(
    title="月の勤務時間",
    button="月の勤務時間を登録する",
    done="月の勤務時間を登録しました。",
    form=paper_forms.HoursForm,
    perform=lambda doing, form: months.set_hours(
        doing.member_id, form.cleaned_data["month"], form.cleaned_data["worked_hours"], **doing.on_member
    ),
    lead="非常勤の職員の常勤換算に使います。",
)

# ---------------------------------------------------------------- putting right

CORRECT_IDENTITY = Act(
    title="生年月日・性別の訂正",
    button="訂正する",
    done=f"生年月日・性別を訂正しました。{TOLD}",
    form=people_forms.IdentityForm,
    perform=lambda doing, form: people.correct_identity(doing.member_id, form.identity(), **doing.on_member),
    shows=_identity,
)
CORRECT_DETAIL = Act(
    title="氏名・住所の訂正",
    button="訂正する",
    done=f"氏名・住所を訂正しました。{TOLD}",
    form=people_forms.DetailCorrectionForm,
    perform=lambda doing, form: people.correct_detail(
        doing.member_id, doing.row, form.detail(), **doing.on_member
    ),
    shows=_detail,
    lead="書き誤りを直します。改姓や転居のときは、「氏名・住所の変更」を使ってください。",
)
CORRECT_SPAN = Act(
    title="勤務の訂正",
    button="訂正する",
    done=f"勤務を訂正しました。{TOLD}",
    form=people_forms.SpanForm,
    perform=lambda doing, form: terms.correct_span(
        doing.member_id,
        doing.row,
        form.terms(),
        first_day=form.cleaned_data["hired_on"],
        **doing.on_member,
    ),
    shows=_span,
    lead="書き誤りを直します。途中の日から変わったときは、「勤務条件の変更」を使ってください。",
)
CORRECT_QUALIFICATION = Act(
    title="資格の訂正",
    button="訂正する",
    done=f"資格を訂正しました。{TOLD}",
    form=paper_forms.QualificationForm,
    perform=lambda doing, form: papers.correct_qualification(
        doing.member_id, doing.row, form.value(), **doing.on_member
    ),
    shows=_qualification,
    lead="訂正すると、市はもう一度写しを確認します。",
)
CORRECT_EARLIER = Act(
    title="前歴の訂正・在職証明",
    button="前歴を保存する",
    done=f"前歴を保存しました。{TOLD}",
    form=paper_forms.EarlierForm,
    perform=lambda doing, form: papers.change_earlier(
        doing.member_id, doing.row, form.value(), **doing.on_member
    ),
    shows=_earlier,
    lead="在職証明を依頼したとき、受け取ったときも、ここで登録します。",
)
CORRECT_TRAINING = Act(
    title="研修の訂正",
    button="訂正する",
    done=f"研修を訂正しました。{TOLD}",
    form=paper_forms.TrainingForm,
    perform=lambda doing, form: papers.correct_training(
        doing.member_id, doing.row, form.value(), **doing.on_member
    ),
    shows=_training,
)

# ---------------------------------------------------------------- taking back

Withdrawal = Callable[[Doing, people_forms.ConfirmForm], object]


def _withdraw(
    title: str, perform: Withdrawal, names: Callable[[Person, UUID | None], list[str]], lead: str = ""
) -> Act[people_forms.ConfirmForm]:
    """A row was entered by mistake. The row must be this person's; there is nothing to type."""
    return Act(
        title=title,
        button="取り消す",
        done=WITHDRAWN,
        form=people_forms.ConfirmForm,
        perform=perform,
        names=names,
        lead=lead or "誤って登録したものを取り消します。取り消したことは記録に残ります。",
        danger=True,
    )


WITHDRAW_MEMBER = Act(
    title="職員の登録の取消",
    button="この職員の登録を取り消す",
    done="職員の登録を取り消しました。",
    form=people_forms.WithdrawalForm,
    perform=lambda doing, form: withdrawing.withdraw_member(
        doing.member_id, form.cleaned_data["reason"], **doing.on_member
    ),
    names=taken_back.everything,
    lead=(
        "はじめから登録すべきでなかった人（二重の登録、ほかの施設の人など）を、人ごと取り消します。"
        "名簿にも計算にも出なくなり、元には戻せません。登録の内容と理由は、市と施設がこのあとも読めます。"
        "やめた人は、取り消さずに「退職・転出」を登録してください。"
    ),
    danger=True,
)
WITHDRAW_DETAIL = _withdraw(
    "氏名・住所の変更の取消",
    lambda doing, form: people.withdraw_detail(doing.member_id, doing.row, **doing.on_member),
    taken_back.detail,
    "この変更を取り消します。前の氏名・住所が続いていることになります。",
)
WITHDRAW_SPAN = _withdraw(
    "勤務の変更の取消",
    lambda doing, form: terms.withdraw_span(doing.member_id, doing.row, **doing.on_member),
    taken_back.span,
    "この期間の登録を取り消します。前の勤務が続いていることになります。",
)
WITHDRAW_QUALIFICATION = _withdraw(
    "資格の取消",
    lambda doing, form: papers.withdraw_qualification(doing.member_id, doing.row, **doing.on_member),
    taken_back.qualification,
)
WITHDRAW_EARLIER = _withdraw(
    "前歴の取消",
    lambda doing, form: papers.withdraw_earlier(doing.member_id, doing.row, **doing.on_member),
    taken_back.earlier,
)
WITHDRAW_TRAINING = _withdraw(
    "研修の取消",
    lambda doing, form: papers.withdraw_training(doing.member_id, doing.row, **doing.on_member),
    taken_back.training,
)
