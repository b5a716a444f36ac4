"""Several questions in one message: each answered as if it had been asked alone, by the same statement."""

import pytest
from django.db import connection, connections
from django.db.models import Count, F, Max, QuerySet
from django.test.utils import CaptureQueriesContext

from asking import together
from facilities.models import Facility, FacilityKind, FacilityProfile, GrantedItem, Membership
from facilities.scope import scope
from person_keys import store
from person_keys.models import PersonKey
from person_keys.router import KEY_STORE
from tests.cast import City, make_city, make_facility

FIRST = ("SELECT set_config('app.said', %s, true)", ["100% 'quoted'; SELECT 1"])


@pytest.fixture
def city(db: None) -> City:
    made = make_city()
    items = {"age3_staffing": {}, "treatment_3": {"headcount_a": 2, "headcount_b": 1}}
    make_facility(made, "さくら％園", number="1299900000901", items=items)
    make_facility(made, "もも'園", number="1299900000902", kind=FacilityKind.KINDERGARTEN, items=items)
    return made


def every_kind() -> dict[str, QuerySet]:
    facilities = Facility.objects.order_by("number")
    months = GrantedItem.objects.values("facility_id").annotate(number=Count("pk"), newest=Max("from_month"))
    return {
        "rows": facilities,
        "json, days and numbers": GrantedItem.objects.order_by("facility", "code"),
        "joined": facilities.select_related("corporation", "municipality"),
        "joined to nobody": Membership.objects.select_related("facility").order_by("pk"),
        "annotated": facilities.annotate(own=F("pk"), many=Count("corporation")),
        "deferred": facilities.defer("name", "location"),
        "some": facilities[1:2],
        "values": facilities.values("number", "name"),
        "lists": facilities.values_list("number", "pk"),
        "flat": facilities.values_list("name", flat=True),
        "counted": months.order_by("facility_id"),
        "distinct, ordered by what is not asked": GrantedItem.objects.values_list("code", flat=True)
        .distinct()
        .order_by("code", "from_month"),
        "joined lists": facilities.values_list("number").union(
            FacilityProfile.objects.values_list("facility__name").order_by(), all=True
        ),
        "none that can be": facilities.filter(pk__in=[]),
        "none that are": facilities.filter(number="1"),
        "a sign of formats": facilities.filter(name__contains="％").filter(name__contains="園"),
        "prefetched": facilities.prefetch_related("corporation"),
    }


@pytest.mark.parametrize("before", [None, FIRST])
def test_every_kind_of_question_is_answered_as_alone(city: City, before) -> None:
    with city.open():
        alone = {name: list(asked) for name, asked in every_kind().items()}

        answers = together(*every_kind().values(), before=before)

        for (name, wanted), found in zip(alone.items(), answers, strict=True):
            assert found == wanted, name
            if wanted and hasattr(wanted[0], "__dict__"):
                assert [_values(one) for one in found] == [_values(one) for one in wanted], name


def _values(row) -> dict:
    own = {name: value for name, value in vars(row).items() if name != "_state"}
    return {**own, "joined": sorted(row._state.fields_cache)}


def test_it_is_one_message_and_asks_nothing_for_nothing(city: City) -> None:
    with city.open():
        with CaptureQueriesContext(connection) as asked:
            first, joined = together(
                Facility.objects.order_by("number"), Membership.objects.select_related("facility")
            )
            assert [one.name for one in first] == ["さくら％園", "もも'園"]
            assert {one.facility.name for one in joined if one.facility} == {"さくら％園", "もも'園"}
        assert len(asked) == 1
        with CaptureQueriesContext(connection) as asked:
            assert together(Facility.objects.filter(pk__in=[]), Facility.objects.none()) == [[], []]
        assert len(asked) == 0


def test_the_questions_given_are_not_answered_themselves(city: City) -> None:
    """A queryset that was asked together can be asked again, and then it asks."""
    with city.open():
        rows = Facility.objects.order_by("number")
        (found,) = together(rows)
        Facility.objects.filter(pk=found[0].pk).update(name="さくら第二園")

        assert [one.name for one in rows] == ["さくら第二園", "もも'園"]


def test_what_is_said_first_holds_for_the_questions_and_nobody_after(transactional_db: None) -> None:
    """Outside a transaction, as the key store is asked: the city is told and asked about in one message."""
    mine, theirs = make_city(), make_city("129998", "緑野市")
    for one in (mine, theirs):
        store.make([one.municipality.pk], municipality_id=one.municipality.pk)
    keys = PersonKey.objects.all()
    said = ("SELECT set_config('app.municipality', %s, true)", [str(mine.municipality.pk)])

    (found,) = together(keys, before=said, using=KEY_STORE)

    assert [row.person_id for row in found] == [mine.municipality.pk]
    assert list(keys) == [], "row-level security shows nothing when no city is told"
    with connections[KEY_STORE].cursor() as cursor:
        cursor.execute("SELECT current_setting('app.municipality', true)")
        assert cursor.fetchone() in {("",), (None,)}


def test_another_citys_keys_are_not_opened(db: None) -> None:
    mine, theirs = make_city(), make_city("129998", "緑野市")
    store.make([theirs.municipality.pk], municipality_id=theirs.municipality.pk)

    with pytest.raises(store.KeyMissing), scope(mine.municipality.pk, None):
        store.rings([theirs.municipality.pk], municipality_id=mine.municipality.pk)
