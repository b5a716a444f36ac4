"""Two rosters side by side: joined, left, changed, in plain values."""

from dataclasses import replace
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from staff_records.columns import MEMBERS
from staff_records.comparing import ADDRESS, HIDDEN, changes_of, compare
from staff_records.standing import Standing

VALUES = {column.code: "" for column in MEMBERS.columns} | {
    "name": "青葉　花子",
    "kana": "あおば　はなこ",
    "birth_date": "1990-04-02",
    "address": "青葉市みどり1丁目2番3号",
    "job": "nursery_teacher",
    "regular": "regular",
    "hours_a_day": "8",
    "hired_on": "2020-04-01",
}


def person(number=1, **values):
    beside = values.pop("beside", {})
    return Standing(uuid4(), VALUES | {"number": str(number)} | values, beside)


def changed(standing, **values):
    return replace(standing, values={**standing.values, **values})


def test_who_came_who_went_and_what_changed_of_whom():
    stays, goes, comes, moves = person(1), person(2), person(3), person(4)
    later = changed(moves, job="chief_nursery_teacher", hours_a_day="7.5", hired_on="2021-04-01")

    found = compare([stays, goes, moves], [stays, comes, later])

    assert ([one.number for one in found.joined], [one.number for one in found.left]) == ([3], [2])
    assert found.unchanged == 1
    assert found.counts == {"joined": 1, "left": 1, "changed": 1, "unchanged": 1}
    (one,) = found.changed
    assert [(each.heading, each.before, each.after) for each in one.fields] == [
        ("職種", "保育士", "主任保育士"),
        ("採用日", "R2.4.1", "R3.4.1"),
        ("1日の勤務時間", "8", "7.5"),
    ]
    assert found.people == {goes.member_id, comes.member_id, moves.member_id}


def test_rows_of_the_other_tables_are_said_in_words():
    training = {"field": "infants", "training_hours": "15", "finished_on": "2025-10-01"}
    before = person(
        beside={"qualifications": ({"licence": "nurse", "licence_number": "12", "obtained_on": ""},)}
    )
    after = replace(before, beside={"qualifications": (), "trainings": (training,)})

    fields = changes_of(before, after)

    assert (fields[0].heading, fields[0].before) == ("その他の資格", "看護師　12")
    assert fields[1].before == "なし"
    assert fields[1].after.endswith("15　R7.10.1")


def test_an_address_is_only_said_to_have_changed_to_whom_it_is_no_task():
    before = person()
    after = changed(before, address="緑野市もみじ2丁目", name="青葉　さくら")

    fields = {each.code: each for each in changes_of(before, after, hidden=ADDRESS)}

    assert (fields["address"].before, fields["address"].after) == (HIDDEN, HIDDEN)
    assert fields["name"].after == "青葉　さくら"


def test_experience_moves_with_every_month_and_is_no_change():
    before = replace(person(), months_here=72, months_elsewhere=0)

    assert not compare([before], [replace(before, months_here=84)]).differs


@given(st.lists(st.sampled_from(["8", "7", ""]), min_size=6, max_size=6))
def test_everybody_is_counted_once(hours):
    people = [person(number) for number in range(1, 7)]
    stay = [(one, each) for one, each in zip(people, hours, strict=True) if each]
    later = [*(changed(one, hours_a_day=each) for one, each in stay), person(99)]

    found = compare(people, later)

    assert len(found.joined) == 1
    assert len(found.left) + len(found.changed) + found.unchanged == len(people)
    assert len(found.joined) + len(found.changed) + found.unchanged == len(later)
    assert not compare(people, people).differs


def test_what_is_kept_reads_as_it_was_written():
    standing = replace(person(7, name="髙﨑　𠮷乃"), months_here=3, months_elsewhere=None, counts=True)

    assert Standing.of_text(standing.as_text()) == standing
