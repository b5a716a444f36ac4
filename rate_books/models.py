"""Books of prices a city has loaded, and their rows."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from facilities.four_eyes import released_by_another_person, state_and_times_agree
from facilities.models import FacilityKind
from facilities.tenancy import MunicipalityOwned
from facilities.transitions import check_transition
from pricing.books import COLUMNS, PriceRow, RateBook, values_of
from pricing.vocabulary import FACILITY_TYPES
from rate_books.states import TRANSITIONS, BookState

LONGEST_ID = 40
LONGEST_SOURCE = 200
LONGEST_TEXT = 500
# A claim's snapshot and lines would not know a higher price; the official table has none above ten million.
MOST_YEN = 99_999_999


class BookStatus(models.TextChoices):
    """What a book's prices are worth (区分), under the codes of the pricing contract."""

    OFFICIAL = "official", "正式"
    PROVISIONAL = "provisional", "暫定"
    SAMPLE = "sample", "見本・支払不可"


class Book(MunicipalityOwned):
    """
    A rate book (単価表) a city has loaded: its heading, who loaded and who released it.

    Content is written once, when it is loaded; a released book never changes. ``warnings`` are what the typo
    detectors found then, each with its place in the file. ``book_id`` is the name claims keep.
    """

    book_id = models.CharField("単価表の番号", max_length=LONGEST_ID)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    effective_from = models.DateField("適用開始日")
    announced_on = models.DateField("告示日", null=True, blank=True)
    status = models.CharField("区分", max_length=12, choices=BookStatus.choices)
    source = models.CharField("出典", max_length=LONGEST_SOURCE)
    notes = models.CharField("メモ", max_length=LONGEST_TEXT, default="", blank=True)
    facility_types = models.JSONField("施設類型")
    row_count = models.PositiveIntegerField("行数")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    file_hashes = models.JSONField("ファイルのハッシュ")
    warnings = models.JSONField("確かめるところ", default=list, blank=True)
    warning_count = models.PositiveIntegerField("確かめるところの数", default=0)
    state = models.CharField("状態", max_length=10, choices=BookState.choices, default=BookState.DRAFT)
    prepared_at = models.DateTimeField("読み込んだ日時")
    prepared_by = models.UUIDField("読み込んだ人")
    released_at = models.DateTimeField("公開した日時", null=True)
    released_by = models.UUIDField("公開した人", null=True)
    release_reason = models.CharField("公開してよい理由", max_length=LONGEST_TEXT, default="", blank=True)
    discarded_at = models.DateTimeField("取りやめた日時", null=True)
    discarded_by = models.UUIDField("取りやめた人", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="rate_book_in_municipality"),
            models.UniqueConstraint(
                fields=["municipality", "book_id"],
                name="rate_book_id_once_a_city",
                condition=Q(state__in=[BookState.DRAFT, BookState.RELEASED]),
            ),
            models.CheckConstraint(
                name="rate_book_id_is_a_name",
                condition=Q(book_id__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]*$"),
            ),
            models.CheckConstraint(
                name="rate_book_status_is_known", condition=Q(status__in=BookStatus.values)
            ),
            models.CheckConstraint(name="rate_book_has_a_source", condition=~Q(source="")),
            models.CheckConstraint(name="rate_book_has_rows", condition=Q(row_count__gte=1)),
            models.CheckConstraint(
                name="rate_book_year_is_one_of_the_table",
                condition=Q(fiscal_year__gte=2015, fiscal_year__lte=2999),
            ),
            models.CheckConstraint(
                name="rate_book_hash_is_a_hash", condition=Q(content_hash__regex=r"^[0-9a-f]{64}$")
            ),
            state_and_times_agree(
                "rate_book_state_and_times_agree",
                draft=BookState.DRAFT,
                released=(BookState.RELEASED,),
                discarded=BookState.DISCARDED,
            ),
            released_by_another_person("rate_book_is_released_by_another_person"),
            models.CheckConstraint(
                name="rate_book_with_warnings_is_released_with_a_reason",
                condition=~Q(state=BookState.RELEASED) | Q(warning_count=0) | ~Q(release_reason=""),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["municipality", "state", "effective_from"], name="rate_book_in_force")
        ]
        ordering = ("-effective_from", "-prepared_at")

    def __str__(self) -> str:
        return self.book_id

    def move_to(self, state: BookState) -> None:
        """
        Set the state; the caller sets the time and the person that go with it and saves.

        :raises TransitionNotAllowed: it does not follow the present one.
        """
        check_transition(TRANSITIONS, self.state, state)
        self.state = state

    @property
    def is_draft(self) -> bool:
        """Waits for the second person."""
        return self.state == BookState.DRAFT

    @property
    def is_released(self) -> bool:
        """Prices are computed with it from its date on."""
        return self.state == BookState.RELEASED

    @property
    def is_sample(self) -> bool:
        """見本・支払不可."""
        return self.status == BookStatus.SAMPLE

    @property
    def is_provisional(self) -> bool:
        """暫定."""
        return self.status == BookStatus.PROVISIONAL

    @property
    def type_labels(self) -> list[str]:
        """The facility types it has prices for, in words."""
        return [FacilityKind(name).label for name in self.facility_types]

    def to_rate_book(self, rows: Iterable[PriceRow]) -> RateBook:
        """This heading with ``rows`` as pricing takes it; without rows, only for choosing which book is in force."""
        return RateBook(
            id=self.book_id,
            fiscal_year=self.fiscal_year,
            effective_from=self.effective_from,
            status=self.status,
            source=self.source,
            facility_types=tuple(name for name in FACILITY_TYPES if name in self.facility_types),
            rows=tuple(rows),
            announced_on=self.announced_on,
            notes=self.notes,
        )


class BookRow(MunicipalityOwned):
    """One price of a book (単価), in the canonical columns. Empty bounds hold for all."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField("順")
    facility_type = models.CharField("施設類型", max_length=20, choices=FacilityKind.choices)
    region_percent = models.PositiveSmallIntegerField("地域区分", null=True)
    capacity_min = models.PositiveIntegerField("定員から", null=True)
    capacity_max = models.PositiveIntegerField("定員まで", null=True)
    certification = models.CharField("認定区分", max_length=2, blank=True)
    age_class = models.CharField("年齢", max_length=5, blank=True)
    hours = models.CharField("保育必要量", max_length=10, blank=True)
    item = models.CharField("項目", max_length=40)
    variant = models.CharField("種別", max_length=40, blank=True)
    unit = models.CharField("単位", max_length=30)
    amount = models.PositiveIntegerField("単価")
    treatment_yen = models.PositiveIntegerField("処遇改善", null=True)
    c_tenths = models.PositiveIntegerField("c（0.1%）", null=True)
    enrolled_min = models.PositiveIntegerField("初日在籍から", null=True)
    enrolled_max = models.PositiveIntegerField("初日在籍まで", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["book", "position"], name="rate_book_row_position_once"),
            models.UniqueConstraint(
                fields=[
                    "book",
                    "facility_type",
                    "region_percent",
                    "capacity_min",
                    "capacity_max",
                    "certification",
                    "age_class",
                    "hours",
                    "item",
                    "variant",
                    "enrolled_min",
                    "enrolled_max",
                ],
                name="rate_book_answers_a_question_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="rate_book_percent_is_a_percent", condition=~Q(unit="percent") | Q(amount__lte=100)
            ),
            models.CheckConstraint(
                name="rate_book_region_is_a_class",
                condition=Q(region_percent__isnull=True)
                | Q(region_percent__in=[20, 16, 15, 12, 10, 6, 3, 0]),
            ),
            models.CheckConstraint(name="rate_book_price_is_plausible", condition=Q(amount__lte=MOST_YEN)),
        ]
        ordering = ("book", "position")

    def __str__(self) -> str:
        return f"{self.item} {self.amount}"

    @classmethod
    def of(cls, book: Book, position: int, row: PriceRow) -> "BookRow":
        """A row of pricing as a row of ``book``."""
        values: dict[str, Any] = dict(zip(COLUMNS, values_of(row), strict=True))
        return cls(municipality_id=book.municipality_id, book=book, position=position, **values)


def in_effect_by(day: date) -> Q:
    """Books that have taken effect in the month of ``day``, the whole of it."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return Q(effective_from__lt=following)
