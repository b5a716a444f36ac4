"""People are found by keyed hashes that stay true whatever is written, and say nothing to whoever holds a dump."""

import unicodedata
from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.record import record
from staff_records import finding
from staff_records.finding import TokenKind
from staff_records.models import SearchToken, StaffMember
from staff_records.values import Detail, Identity, Licenced
from staff_records.words import Licence
from staff_records.writing import locked
from tests.cast import make_city, make_facility
from tests.record import events_of
from tests.staff_records.rosters import FULL, TODAY, hire, writer_of
from tests.staff_records.stage import BIRTH, HIRED, add_member

KANA = ("あおば　はなこ", "わかば　はなこ", "みどり　さくら", "おの　しょうこ")


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


def stored(member: StaffMember) -> set[tuple[str, bytes, str]]:
    rows = SearchToken.objects.filter(member=member)
    return {(row.kind, bytes(row.token), row.index_key) for row in rows}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("rename"), st.sampled_from(KANA), st.dates(HIRED, TODAY)),
        st.tuples(st.just("correct"), st.sampled_from(KANA)),
        st.tuples(st.just("birth"), st.dates(date(1970, 1, 1), date(2000, 1, 1))),
        st.tuples(st.just("licence"), st.sampled_from(["千葉県-012345", "東京都-1", "12345", ""])),
        st.tuples(st.just("relicence"), st.sampled_from(["千葉県-54321", "埼玉県-9"])),
        st.tuples(st.just("withdraw")),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_written_the_tokens_are_those_of_the_record_as_it_is(sakura, steps):
    with sakura.open():
        found = hire(sakura)
        writer = writer_of(sakura)
        for step, *values in steps:
            if step == "rename":
                writer.add_detail(found, Detail("青葉　花子", values[0]), from_day=values[1])
            elif step == "correct":
                writer.correct_detail(found, found.details[-1], Detail("青葉　花子", values[0]))
            elif step == "birth":
                writer.set_identity(found, Identity(values[0]))
            elif step == "licence":
                writer.add_qualification(found, Licenced(Licence.NURSERY_TEACHER, values[0]))
            elif found.qualifications and step == "relicence":
                changed = Licenced(Licence.NURSERY_TEACHER, values[0])
                writer.correct_qualification(found, found.qualifications[0], changed)
            elif found.qualifications and step == "withdraw":
                writer.withdraw(found, found.qualifications[0])

        (anew,) = locked([found.member.pk])
        record("staff.shown", rows={"staff_member": [found.member.pk]})
        assert stored(found.member) == finding.tokens_of(anew)
        assert stored(found.member)


@pytest.mark.parametrize(
    "asked",
    [
        "あおば　はなこ",
        "アオバ　ハナコ",
        unicodedata.normalize("NFKD", "ｱｵﾊﾞ ﾊﾅｺ"),
        "あおば",
        "あお",
        "アオバハナコ",
    ],
)
def test_somebody_is_found_however_the_kana_is_written(sakura, asked):
    with sakura.open():
        found = hire(sakura)
        hire(sakura, ("緑　太郎", "みどり　たろう"))

        assert list(finding.perhaps_named(asked)) == [found.member]


def test_who_has_married_is_found_by_either_name(sakura):
    with sakura.open():
        found = hire(sakura)
        writer_of(sakura).add_detail(found, Detail("若葉　花子", "わかば　はなこ"), from_day=date(2026, 5, 1))

        assert list(finding.perhaps_named("あおば　はなこ")) == [found.member]
        assert list(finding.perhaps_named("わかば")) == [found.member]
        assert list(finding.of_identity("あおば　はなこ", BIRTH)) == [found.member]
        assert list(finding.of_identity("わかば　はなこ", BIRTH)) == [found.member]
        assert not finding.of_identity("わかば　はなこ", date(1990, 4, 3))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("千葉県-012345", "千葉県　第12345号", True),
        ("千葉県-012345", "千葉-12345", True),
        ("千葉県-012345", "千葉県-012346", False),
        ("京都府-000100", "東京都-000100", False),
        ("東京都-000100", "東京-100", True),
        ("北海道-5", "北海道-05", True),
        ("神奈川県-77", "神奈川第77号", True),
    ],
)
def test_a_registration_number_is_the_same_however_it_is_written(one, other, same):
    assert (finding.number_form(one) == finding.number_form(other)) is same
    assert finding.number_form(one)


@pytest.mark.parametrize("number", ["", "012345", "第12345号", "不明"])
def test_a_number_without_its_prefecture_makes_nobody_the_same_person(number):
    assert finding.number_form(number) == ""


def test_tokens_of_names_are_blurred_and_those_of_persons_are_not(sakura):
    with sakura.open():
        found = hire(sakura)
        writer_of(sakura).add_qualification(found, Licenced(Licence.NURSERY_TEACHER, "千葉県-012345"))

        lengths = {(kind, len(token)) for kind, token, _ in stored(found.member)}

    assert lengths == {
        (TokenKind.KANA, 4),
        (TokenKind.FAMILY, 4),
        (TokenKind.PREFIX, 4),
        (TokenKind.NUMBER, 16),
        (TokenKind.IDENTITY, 16),
    }


def test_the_same_person_looks_different_in_two_cities(sakura):
    other = make_facility(make_city("129998", "緑野市"), "となり保育園", number="1299800000901")
    with sakura.open():
        here = {token for _, token, _ in stored(hire(sakura).member)}
    with other.open():
        there = {token for _, token, _ in stored(hire(other).member)}

    assert not here & there


def test_another_facilitys_tokens_are_not_there_by_sql_either(sakura):
    sumire = make_facility(sakura.city, "すみれ保育園", number="1299900000902")
    with sakura.open():
        hire(sakura)

    with sumire.open(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM staff_records_searchtoken")
        assert cursor.fetchone() == (0,)


def test_a_new_index_key_finds_old_and_new_tokens(sakura, settings):
    old = settings.INDEX_KEYS
    with sakura.open():
        found = hire(sakura)
        settings.INDEX_KEYS = {"new": bytes(32), **old}
        other = hire(sakura, ("青葉　太郎", "あおば　たろう"))

        assert set(finding.perhaps_named("あおば")) == {found.member, other.member}
        finding.refresh(locked([found.member.pk]))
        record("staff.shown", rows={"staff_member": [found.member.pk]})
        settings.INDEX_KEYS = {"new": bytes(32)}
        assert set(finding.perhaps_named("あおば")) == {found.member, other.member}


def test_tokens_of_many_cost_as_much_as_of_two(sakura, django_assert_num_queries):
    with sakura.open():
        members = [add_member(sakura, number, name="青葉　花子") for number in range(1, 21)]
        opened = locked([member.pk for member in members])
        record("staff.shown", rows={"staff_member": [member.pk for member in members]})
        for some in (opened[:2], opened[2:]):
            with django_assert_num_queries(2):
                finding.refresh(some)
        with django_assert_num_queries(1):
            finding.refresh(opened)


def test_one_act_asks_once_for_a_look(sakura):
    from jobs.models import Job

    with sakura.open():
        writer = writer_of(sakura)
        for number in (1, 2, 3):
            writer.hire(
                sakura.facility, Identity(BIRTH), Detail("青葉　花子", "あおば　はなこ"), FULL,
                first_day=HIRED, number=number,
            )  # fmt: skip
        record("staff.hired", rows={"staff_member": StaffMember.objects.values_list("pk", flat=True)})

    assert Job.objects.filter(kind="staff.look_for_overlaps").count() == 1
    assert events_of(sakura.city, "staff.hired")
