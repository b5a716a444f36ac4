"""Questions and answers about an application (やりとり) instead of telephone calls. They change no state."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from applications import permissions
from applications.events import TalkEvent
from applications.models import Application, Remark
from applications.operations.cases import begin
from audit.record import record
from documents.personal_data import NAMES_A_CHILD, names_a_child
from facilities.actors import Actor
from facilities.operating import operation
from facilities.queries import mailboxes
from facilities.rules import NotAllowed, ProblemsFound
from jobs import mail
from pages.wareki import fiscal_year_words

LONGEST = 1000
NOTHING_SAID = "伝えたいことを入力してください。"
TOO_LONG = f"{LONGEST}字までで入力してください。"
ANSWERED = "この質問には、すでに回答があります。下のやりとりを確かめてください。"
NO_QUESTION = "回答する質問が見つかりません。画面を開き直してください。"
LONGEST_KEY = 100


@operation(TalkEvent.SAID)
def ask_first(
    facility_id: UUID,
    *,
    pack_id: UUID,
    item_key: str,
    text: str,
    field_key: str = "",
    wants_answer: bool = False,
    by: Actor,
    at: datetime,
) -> Remark:
    """
    Say something about an item before anything of it is kept: what is asked there may be why nobody types yet.

    :raises NotAllowed: not the facility's own, or the item is not asked of it (any more).
    :raises ProblemsFound: nothing said, or too much.
    """
    application = begin(facility_id, pack_id=pack_id, item_key=item_key, by=by)
    return _say(
        application.pk, text=text, field_key=field_key, wants_answer=wants_answer, answers=None, by=by, at=at
    )


@operation(TalkEvent.SAID)
def say(
    application_id: UUID,
    *,
    text: str,
    field_key: str = "",
    wants_answer: bool = False,
    answers: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Remark:
    """
    Say something about an application or one of its fields: a question, an answer to one, or a word.

    Of the city's words the facility learns by mail, without what they say; the facility's stand in the city's list.

    :raises Application.DoesNotExist: not an application of the open scope.
    :raises NotAllowed: neither the facility itself nor the operations section; the question is answered already.
    :raises ProblemsFound: nothing said, too much, or something of a child.
    """
    return _say(
        application_id,
        text=text,
        field_key=field_key,
        wants_answer=wants_answer,
        answers=answers,
        by=by,
        at=at,
    )


def _say(
    application_id: UUID,
    *,
    text: str,
    field_key: str,
    wants_answer: bool,
    answers: UUID | None,
    by: Actor,
    at: datetime,
) -> Remark:
    # Two answers at once queue here.
    application = Application.objects.select_for_update(of=("self",)).get(pk=application_id)
    permissions.talk(by, application)
    text = text.strip()
    if not text:
        raise ProblemsFound([NOTHING_SAID])
    if len(text) > LONGEST:
        raise ProblemsFound([TOO_LONG])
    if names_a_child(text):
        raise ProblemsFound([NAMES_A_CHILD])
    question = _question(application, answers, by) if answers is not None else None
    said = Remark(
        municipality_id=application.municipality_id,
        facility_id=application.facility_id,
        application=application,
        field_key=question.field_key if question else field_key[:LONGEST_KEY],
        by_city=not by.is_facility,
        wants_answer=wants_answer and question is None,
        answers=question,
        said_at=at,
        said_by=by.user_id,
    )
    said.text = text
    said.save(force_insert=True)
    record(
        TalkEvent.SAID,
        by=by,
        on=said,
        rows={"remark": [said.pk], "application": [application.pk]},
        detail={"question": said.wants_answer, "answer": question is not None},
    )
    if said.by_city:
        _tell_facility(application, is_question=said.wants_answer)
    return said


def read(application_id: UUID, *, by: Actor, at: datetime) -> list[UUID]:
    """Note that this side has now opened what the other one said; the remarks that were new to it."""
    with_new = Remark.objects.filter(
        application_id=application_id, by_city=by.is_facility, read_at__isnull=True
    )
    ids = list(with_new.values_list("pk", flat=True))
    if ids:
        Remark.objects.filter(pk__in=ids, read_at__isnull=True).update(read_at=at)
        record(TalkEvent.READ, by=by, rows={"remark": ids})
    return ids


def _question(application: Application, question_id: UUID, by: Actor) -> Remark:
    question: Remark | None = Remark.objects.filter(
        pk=question_id, application=application, wants_answer=True
    ).first()
    if question is None or question.by_city != by.is_facility:
        raise NotAllowed(NO_QUESTION)
    if Remark.objects.filter(answers=question).exists():
        raise NotAllowed(ANSWERED)
    return question


def _tell_facility(application: Application, *, is_question: bool) -> None:
    words = f"{fiscal_year_words(application.fiscal_year)}　{application.label}"
    what = (
        "質問があります。ログインして回答してください。"
        if is_question
        else "連絡があります。ログインしてご確認ください。"
    )
    noun = "質問" if is_question else "連絡"
    where = f"applications/{application.fiscal_year}/{application.family}/{application.item_key}/#talk"
    for account in mailboxes([application.facility_id]):
        assert account.facility is not None, "a facility account has a facility"
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】申請について市から{noun}があります（{application.label}）",
            text=(
                f"{account.facility.name}　{words}\n\nこの申請について、市から{what}\n"
                f"{settings.SITE_URL}/f/{account.facility.number}/{where}\n"
            ),
        )
