"""Telling facilities that their counts have come, or that the city has answered. No mail carries a number."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.conf import settings

from audit.record import record
from claims.events import ClaimEvent, ImportEvent
from claims.models import Claim, CountImport, CountSheet, DropRefusal, FileImport, FileKind
from claims.states import SheetStatus
from claims.wording import month_words
from facilities.actors import Role
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.queries import mailboxes, people_of
from jobs import mail

# Where the enrolment section finds the files of each kind.
PAGES: Mapping[str, str] = {FileKind.COUNTS: "/c/counts/", FileKind.CHARGES: "/c/charges/"}


def tell_facilities(import_id: UUID) -> None:
    """
    One mail for each sheet an import has brought to each of its facility's accounts.

    A sheet that was replaced since is left out: its successor has its own mail.
    """
    imported = CountImport.objects.get(pk=import_id)
    sheets = CountSheet.objects.filter(source=imported, arrived_at=imported.decided_at)
    current = list(sheets.exclude(status=SheetStatus.SUPERSEDED).order_by("month"))
    sentence = "児童数が届きました。ログインして人数をご確認ください。"
    _tell(current, "児童数が届きました", sentence, key="counts arrived")
    record(ImportEvent.FACILITIES_TOLD, on=imported, rows={"sheet": [sheet.pk for sheet in current]})


def tell_of_answer(sheet: CountSheet) -> None:
    """The facility's accounts learn that their «the counts differ» was answered."""
    _tell([sheet], "児童数の相違に回答しました", "児童数の相違に回答しました。ログインしてご確認ください。")


def tell_of_confirmation(sheet: CountSheet) -> None:
    """The facility's accounts learn that the city has confirmed in their place."""
    sentence = (
        "期限までに確認がなかったため、市が児童数を確認しました。理由と人数をログインしてご確認ください。"
    )
    _tell([sheet], "市が児童数を確認しました", sentence)


def tell_of_correction(sheet: CountSheet) -> None:
    """The facility's accounts learn that the enrolment section has corrected their counts."""
    sentence = "児童数が訂正されました。ログインして新しい人数をご確認ください。"
    _tell([sheet], "児童数が訂正されました", sentence)


def tell_of_corrections(facility: Facility, begun: Sequence[Claim]) -> None:
    """One mail to each of the facility's accounts: approved claims have drafts of a correction beside them."""
    words = "・".join(month_words(claim.service_month) for claim in begun)
    accounts = mailboxes([facility.pk])
    for account in accounts:
        mail.send_later(
            to=account.user.address,
            subject="【はぐくみ請求】承認済みの請求の訂正ができました",
            text=(
                f"{facility.name}　{words}\n\n承認のあとに登録内容や児童数が変わったため、過誤の訂正ができました。"
                "ログインして差額と理由を確認し、提出してください。\n"
                f"{settings.SITE_URL}/f/{facility.number}/claims/\n"
            ),
        )
    if accounts:
        record(
            ClaimEvent.CORRECTIONS_TOLD,
            on=facility,
            rows={"claim": [claim.pk for claim in begun]},
            facility_id=facility.pk,
        )


def tell_of_preview(imported: FileImport) -> None:
    """The enrolment section learns that a file has come which nobody of them has chosen, and waits for them."""
    words = "・".join(month_words(ServiceMonth.parse(month)) for month in imported.months)
    what = imported.kind.label
    _tell_enrolment(
        f"{what}のファイルが届きました（{words}）",
        f"{words}の{what}のファイルが届きました（{imported.sender}）。まだ取り込んでいません。\n"
        "内容を確認して、取り込んでください。",
        page=f"{PAGES[imported.kind]}imports/{imported.pk}/",
        key=f"preview arrived|{imported.pk}",
    )


def tell_of_refused_drop(refusal: DropRefusal, *, key: str) -> None:
    """The enrolment section learns that a file of the folder was refused. The mail does not say what is wrong."""
    what = f"{refusal.get_kind_display()}のファイル" if refusal.kind else "ファイル"
    _tell_enrolment(
        f"{what}を受け付けられませんでした",
        f"フォルダに届いた{what}を受け付けられませんでした。"
        f"直すところが{refusal.problem_count:,}件あります。\n何も取り込んでいません。画面で内容をご確認ください。",
        page=PAGES[refusal.kind or FileKind.COUNTS],
        key=f"drop refused|{refusal.pk}|{key}",
    )


def _tell_enrolment(subject: str, text: str, *, page: str, key: str) -> None:
    for person in people_of(Role.ENROLMENT):
        mail.send_later(
            to=person.address,
            subject=f"【はぐくみ請求】{subject}",
            text=f"{text}\n{settings.CITY_SITE_URL}{page}\n",
            key=f"{key}|{person.pk}",
        )


def _tell(sheets: Iterable[CountSheet], subject: str, sentence: str, *, key: str = "") -> None:
    """With ``key`` the same account is told of the same sheet only once, however often the job runs."""
    by_facility: dict[UUID, list[CountSheet]] = {}
    for sheet in sheets:
        by_facility.setdefault(sheet.facility_id, []).append(sheet)
    for account in mailboxes(by_facility):
        assert account.facility is not None, "a facility account has a facility"
        for sheet in by_facility[account.facility.pk]:
            words = month_words(sheet.service_month)
            mail.send_later(
                to=account.user.address,
                subject=f"【はぐくみ請求】{subject}（{words}）",
                text=(
                    f"{account.facility.name}　{words}\n\n{sentence}\n"
                    f"{settings.SITE_URL}/f/{account.facility.number}/counts/{sheet.service_month}/\n"
                ),
                key=f"{key}|{sheet.pk}|{account.pk}" if key else None,
            )
