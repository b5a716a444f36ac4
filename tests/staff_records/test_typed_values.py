"""Days, numbers, codes, places and choices of a roster: read as people write them, refused with what to write."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.wareki import short_date_words
from staff_records.typed import Doubtful, Unreadable
from staff_records.typed.values import (
    read_address,
    read_birth_date,
    read_choice,
    read_day,
    read_days_a_month,
    read_hours,
    read_hours_a_day,
    read_month,
    read_monthly_hours,
    read_postal_code,
    read_registration_number,
    read_staff_number,
    read_text,
    read_yen,
)
from tests.staff_records.nasty import NASTY, assert_reads_or_refuses

TODAY = date(2026, 4, 1)
CONTRACTS = {"full_time": "常勤", "part_time": "非常勤", "hourly": "パート"}
OTHER_WORDS = {"正規": "full_time", "ﾊﾟｰﾄﾀｲﾏｰ": "hourly"}

read_contract = partial(read_choice, choices=CONTRACTS, aliases=OTHER_WORDS)
read_birth_date_today = partial(read_birth_date, today=TODAY)
READERS = [
    read_day,
    read_birth_date_today,
    read_month,
    read_postal_code,
    read_address,
    read_hours_a_day,
    read_monthly_hours,
    partial(read_hours, most=60),
    read_days_a_month,
    read_yen,
    partial(read_yen, negative=True),
    read_registration_number,
    read_staff_number,
    partial(read_text, most=40),
    read_contract,
]


def named(reader):
    return getattr(reader, "func", reader).__name__


def refusal_of(reader, text):
    with pytest.raises(Unreadable) as refused:
        reader(text)
    return str(refused.value)


@pytest.mark.parametrize("reader", READERS, ids=named)
def test_nothing_pasted_makes_a_reader_stumble(reader):
    for text in NASTY:
        assert_reads_or_refuses(reader, text)


@pytest.mark.parametrize("reader", READERS, ids=named)
@given(text=st.text(max_size=30) | st.text(alphabet="0123456789.,:-¥円%時間分半日年月R令和/", max_size=12))
def test_no_text_makes_a_reader_stumble(reader, text):
    with suppress(Unreadable):
        reader(text)


@given(st.dates(date(1912, 7, 30), date(2100, 12, 31)))
def test_a_day_written_short_is_read_as_itself(day):
    assert read_day(short_date_words(day)) == day


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("S60.4.1", date(1985, 4, 1)),
        ("昭和60年4月1日生", date(1985, 4, 1)),
        ("昭和60年4月1日生まれ", date(1985, 4, 1)),
        ("平成23年4月1日", date(2011, 4, 1)),  # fifteen today
        ("1935/4/2", date(1935, 4, 2)),  # ninety-one tomorrow
    ],
)
def test_a_birth_date_of_somebody_who_works(text, born):
    assert read_birth_date(text, TODAY) == born


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026/4/2", "生年月日が未来の日付です。"),
        ("R8.12.31", "生年月日が未来の日付です。"),
        ("2014/4/1", "年齢が12歳になります。"),
        ("2011/4/2", "年齢が14歳になります。"),
        ("2月30日", "年がありません。"),
        ("S64.1.8", "この日は平成元年です。"),
        ("S60.2.30", "その日はありません。"),
    ],
)
def test_a_birth_date_that_cannot_be_is_refused(text, words):
    assert words in refusal_of(read_birth_date_today, text)


def test_somebody_above_ninety_is_asked_about():
    with pytest.raises(Doubtful, match="年齢が91歳になります。"):
        read_birth_date("S10.4.1", TODAY)

    assert read_birth_date("S10.4.1", TODAY, sure=True) == date(1935, 4, 1)


@pytest.mark.parametrize("text", ["令和7年4月", "R7.4", "2025/04", "２０２５年４月", "202504"])
def test_a_month_is_its_first_day(text):
    assert read_month(text) == date(2025, 4, 1)


def test_what_is_no_month_is_refused():
    assert "「令和7年4月」" in refusal_of(read_month, "R7.13")


@pytest.mark.parametrize(
    "text", ["272-0001", "2720001", "〒272-0001", "２７２－０００１", "272 0001", "272ー0001", "272−0001"]
)
def test_a_postal_code_is_written_one_way(text):
    assert read_postal_code(text) == "272-0001"


@pytest.mark.parametrize("text", ["27-20001", "272000", "272-00011", "abc", "０00-000"])
def test_what_is_no_postal_code_is_refused(text):
    assert "「123-4567」" in refusal_of(read_postal_code, text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "千葉県青葉台市若葉町１－２－３  ｺｰﾎﾟ髙﨑－１０１",
            "千葉県青葉台市若葉町１－２－３ コーポ髙﨑－１０１",
        ),
        (" 青葉台市若葉町1-2-3　若葉ハイツ101号 ", "青葉台市若葉町1-2-3　若葉ハイツ101号"),
        ("辻\U000e0100町1-1", "辻\U000e0100町1-1"),
    ],
)
def test_an_address_stays_as_typed(text, address):
    assert read_address(text) == address
    assert read_address(address) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("青葉台市\n若葉町", "改行"),
        ("青葉台市🏠", "絵文字"),
        ("青葉台市\u200b", "見えない文字"),
        ("市" * 201, "200文字以内"),
        ("1-2-3", "都道府県から"),
    ],
)
def test_an_address_that_cannot_be_printed_is_refused(text, words):
    assert words in refusal_of(read_address, text)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("7時間45分", "7.75"),
        ("７時間４５分", "7.75"),
        ("7:45", "7.75"),
        ("7：45", "7.75"),
        ("07:45:00", "7.75"),
        ("7.75", "7.75"),
        ("７．７５", "7.75"),
        ("7時間半", "7.5"),
        ("8h", "8"),
        ("8時間", "8"),
        ("45分", "0.75"),
        ("7時間20分", "7.33"),
        ("7:10", "7.17"),
        ("0", "0"),
        ("24", "24"),
    ],
)
def test_hours_of_a_day_are_read_in_three_notations(text, hours):
    assert read_hours_a_day(text) == Decimal(hours)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24.01", "0から24まで"),
        ("25:00", "0から24まで"),
        ("-8", "0から24まで"),
        ("7:60", "分は0から59まで"),
        ("7.755", "「7時間45分」"),
        ("7.5時間30分", "「7時間45分」"),
        ("八時間", "「7時間45分」"),
        ("7,5", "「7時間45分」"),
    ],
)
def test_what_is_no_hours_of_a_day_is_refused(text, words):
    assert words in refusal_of(read_hours_a_day, text)


@pytest.mark.parametrize(
    ("text", "hours"), [("160", "160"), ("160:30", "160.5"), ("160時間30分", "160.5"), ("744", "744")]
)
def test_hours_of_a_month(text, hours):
    assert read_monthly_hours(text) == Decimal(hours)


def test_a_month_has_no_more_than_744_hours():
    assert "0から744まで" in refusal_of(read_monthly_hours, "744:15")


@given(st.integers(0, 24 * 4))
def test_quarter_hours_are_exact_in_every_notation(quarters):
    hours, minutes = divmod(quarters * 15, 60)
    exact = Decimal(quarters) / 4

    for text in (f"{hours}:{minutes:02}", f"{hours}時間{minutes}分", str(exact)):
        assert read_hours_a_day(text) == exact


@pytest.mark.parametrize(
    ("text", "days"),
    [("20", "20"), ("２０日", "20"), ("20.5", "20.5"), ("20日半", "20.5"), ("0", "0"), ("31", "31")],
)
def test_days_of_a_month_are_read_in_halves(text, days):
    assert read_days_a_month(text) == Decimal(days)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("31.5", "0から31まで"),
        ("20.3", "半日の単位"),
        ("20.5日半", "半日の単位"),
        ("週5", "「20.5」"),
        ("-1", "「20.5」"),
    ],
)
def test_what_is_no_days_of_a_month_is_refused(text, words):
    assert words in refusal_of(read_days_a_month, text)


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("210000", 210_000),
        ("210,000", 210_000),
        ("￥210,000", 210_000),
        ("¥210,000-", 210_000),
        ("２１０，０００円", 210_000),
        ("0円", 0),
        ("000", 0),
        ("999,999,999", 999_999_999),
    ],
)
def test_yen_are_read_with_their_signs(text, yen):
    assert read_yen(text) == yen


@pytest.mark.parametrize("text", ["-1,000", "△1,000", "▲1000円", "−1,000", "-¥1,000", "¥-1,000"])
def test_yen_below_zero_are_read_where_they_mean_something(text):
    assert read_yen(text, negative=True) == -1000
    assert "0以上" in refusal_of(read_yen, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("210,000.5", "小数は使えません"),
        ("1,2345", "カンマの位置"),
        ("12,34", "カンマの位置"),
        ("21万円", "数字だけで"),
        ("1,000,000,000", "大きすぎます"),
        ("約20", "「210,000」"),
        ("--5", "「210,000」"),
    ],
)
def test_what_is_no_amount_is_refused(text, words):
    assert words in refusal_of(read_yen, text)


@given(st.integers(-999_999_999, 999_999_999))
def test_written_yen_are_read_as_themselves(yen):
    assert read_yen(f"{yen:,}円", negative=True) == read_yen(str(yen), negative=True) == yen


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("千葉県-012345", "千葉県-012345"),
        ("千葉県－０１２３４５", "千葉県-012345"),
        ("千葉県 ー 012345", "千葉県-012345"),
        ("000123", "000123"),
        ("平二四小一種第0123号", "平二四小一種第0123号"),
        ("第 00456 号", "第 00456 号"),
        ("No.00456", "No.00456"),
        ("第一二三号", "第一二三号"),
    ],
)
def test_a_registration_number_keeps_its_zeros(text, number):
    assert read_registration_number(text) == number
    assert read_registration_number(number) == number


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.23457E+11", "Excelで番号が数値になり"),
        ("12345.0", "Excelで番号が数値になり"),
        ("千葉県", "数字がありません"),
        ("申請中", "数字がありません"),
        ("千葉県#012345", "「千葉県-012345」"),
        ("1" * 41, "40文字以内"),
    ],
)
def test_what_is_no_registration_number_is_refused(text, words):
    assert words in refusal_of(read_registration_number, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("常勤", "full_time"),
        (" 常 勤 ", "full_time"),
        ("正規", "full_time"),
        ("非常勤", "part_time"),
        ("パート", "hourly"),
        ("ﾊﾟｰﾄ", "hourly"),
        ("パ－ト", "hourly"),
        ("パートタイマー", "hourly"),
        ("hourly", "hourly"),
    ],
)
def test_a_choice_is_known_by_its_label(text, code):
    assert read_contract(text) == code


@pytest.mark.parametrize("text", ["臨時", "常", "・", "-"])
def test_the_refusal_of_a_choice_lists_the_choices(text):
    assert refusal_of(read_contract, text) == "「常勤」「非常勤」「パート」のどれかを入力してください。"


@pytest.mark.parametrize("text", ["7", "007", "７", "No.7", "№7"])
def test_a_staff_number_is_a_number(text):
    assert read_staff_number(text) == 7


@pytest.mark.parametrize("text", ["0", "-7", "7.0", "A7", "100000"])
def test_what_is_no_staff_number_is_refused(text):
    assert "1から99999まで" in refusal_of(read_staff_number, text)


def test_free_text_is_one_line():
    assert read_text(" 主任  ﾘｰﾀﾞｰ ", most=40) == "主任 リーダー"
    assert "改行" in refusal_of(partial(read_text, most=40), "主任\nリーダー")
    assert "40文字以内" in refusal_of(partial(read_text, most=40), "任" * 41)


def test_labels_that_only_differ_in_their_brackets_are_told_apart():
    choices = {"cook": "調理士", "nutritionist_cook": "調理士（栄養士）"}

    assert read_choice("調理士", choices) == "cook"
    assert read_choice("調理士(栄養士)", choices) == "nutritionist_cook"


def test_no_refusal_repeats_what_was_typed():
    for reader in READERS:
        with suppress(Unreadable):
            reader("葉山このは#")
            assert named(reader) in {"read_address", "read_text"}
            continue
        assert "葉山" not in refusal_of(reader, "葉山このは#")
