"""What a city's administrator prepares before the first month (はじめの準備). Every state is read from rows."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from facilities.actors import Role
from facilities.models import Facility, Membership, Municipality, Ownership
from facilities.schedule import CitySchedule
from pricing import shipped_books
from rate_books.models import Book, BookStatus
from rate_books.states import BookState


@dataclass(frozen=True)
class PreparationStep:
    """One step: what for, how far it is, and where it is done."""

    title: str
    text: str
    state: str
    is_done: bool
    link: str
    url: str


def preparation(
    municipality: Municipality, *, acting_administrators: int, has_counts: bool
) -> list[PreparationStep]:
    """
    All steps in their order while one is missing, nothing when all are done.

    Three queries, however many facilities, accounts and books there are.
    """
    people = _people(acting_administrators)
    running, with_account, kinds = _facilities()
    chosen = CitySchedule.of(municipality).is_chosen
    steps = [
        people,
        PreparationStep(
            "日程を決める",
            "取込から支払までの日を決めます。標準の日程のままでよいときも、一度保存してください。",
            "決めてあります" if chosen else "まだ決めていません（標準の日程を使っています）",
            chosen,
            "日程を開く",
            reverse("facilities:schedule"),
        ),
        PreparationStep(
            "施設の一覧を取り込む",
            "CSVかExcelの一覧から、施設と定員・地域区分を登録します。",
            f"{running}施設" if running else "まだ1つもありません",
            bool(running),
            "施設の一覧を取り込む",
            reverse("facility_lists:imports"),
        ),
        PreparationStep(
            "施設の担当者のアカウントを登録する",
            "施設からの届出を受けて、1施設に2人まで登録します。",
            f"{running}施設のうち{with_account}施設に登録済み"
            if running
            else "施設の一覧のあとに登録できます",
            bool(running) and with_account == running,
            "アカウントを登録する",
            reverse("facilities:account_new") + "?for=facility",
        ),
        _books(kinds),
        PreparationStep(
            "児童数を取り込む",
            "こども施設入園課の担当者が取り込みます。その人のアカウントも登録してください。",
            "取り込んであります" if has_counts else "まだ取り込まれていません",
            has_counts,
            "児童数を見る",
            reverse("counts:imports"),
        ),
    ]
    return [] if all(step.is_done for step in steps) else steps


def _people(acting: int) -> PreparationStep:
    title = "2人目の管理者を登録する"
    text = (
        "メールアドレスの登録は、登録した人とは別の管理者が確認します。"
        "2人目が使い始めるまで、ほかのアカウントは有効になりません（2人目の登録だけは、1人で確認できます）。"
    )
    listed = reverse("facilities:accounts") + "?words=管理"
    lasting = Membership.objects.filter(duty=Role.ADMINISTRATOR, ended_at__isnull=True).count()
    if acting > 1:
        return PreparationStep(title, text, f"{acting}人が利用中", True, "管理者のアカウントを見る", listed)
    if lasting > 1:
        state = "利用中の管理者が1人だけです（2人目は登録済み。確認か利用開始を待っています）"
        return PreparationStep(title, text, state, False, "管理者のアカウントを見る", listed)
    state, new = (
        "利用中の管理者が1人だけです",
        reverse("facilities:account_new") + "?for=city&duty=administrator",
    )
    return PreparationStep(title, text, state, False, "アカウントを登録する", new)


def _facilities() -> tuple[int, int, set[str]]:
    """How many facilities are run, how many of them somebody has an account for, and the kinds that claim."""
    today = timezone.localdate()
    accounts = Membership.objects.filter(facility=OuterRef("pk"), ended_at__isnull=True)
    rows = list(
        Facility.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=today))
        .annotate(has_account=Exists(accounts))
        .values_list("kind", "ownership", "has_account")
    )
    kinds = {kind for kind, ownership, _ in rows if ownership != Ownership.PUBLIC}
    return len(rows), sum(has_account for *_, has_account in rows), kinds


def _books(kinds: set[str]) -> PreparationStep:
    books = list(
        Book.objects.filter(~Q(status=BookStatus.SAMPLE), state__in=[BookState.DRAFT, BookState.RELEASED])
    )
    released = [book.facility_types for book in books if book.state == BookState.RELEASED]
    shipped = [book.facility_types for book in shipped_books() if book.status != BookStatus.SAMPLE]
    priced = {kind for types in (*released, *shipped) for kind in types}
    lacking, is_done = len(kinds - priced), bool(released or kinds) and kinds <= priced
    if is_done:
        state = "公開してあります"
    elif priced & kinds:
        state = f"正式な単価表のない施設類型が{lacking}つあります"
    else:
        state = "まだ公開されていません（いまは見本の単価です）"
    if not is_done and any(book.state == BookState.DRAFT for book in books):
        state += "。読み込んだ単価表が、ほかの管理者の公開を待っています"
    return PreparationStep(
        "単価表を読み込む",
        "内閣府の単価表を、管理者の1人が読み込み、別の1人が確かめて公開します。",
        state,
        is_done,
        "単価表を開く",
        reverse("rate_books:books"),
    )
