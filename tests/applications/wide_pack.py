"""A pack with an item of every kind of field, and many small ones."""

WIDE = """
id = "wide"
fiscal_year = 2026
family = "city"
title = "市の加算（見本）"
source = "試験用"

[[item]]
key = "holiday"
label = "休日保育の補助"
months = "year"
rounds = [1]
types = ["nursery"]
amount = "total_yen"
grants = { code = "holiday_care" }

[[item.field]]
key = "place"
label = "利用定員"
kind = "whole"
unit = "人"
known_from = ["profile.capacity"]
may_differ = true

[[item.field]]
key = "shared"
label = "共同で実施しますか"
kind = "yes_no"
fact = "holiday_open"

[[item.field]]
key = "partner"
label = "共同で実施する施設"
kind = "text"
shown_if = "shared"

[[item.field]]
key = "style"
label = "給食"
kind = "choice"
choices = { own = "施設で作る", other = "外から運ぶ" }

[[item.field]]
key = "days"
label = "開所する日"
kind = "choices"
choices = { sunday = "日曜", holiday = "祝日" }

[[item.field]]
key = "since"
label = "始めた日"
kind = "date"

[[item.field]]
key = "leader"
label = "責任者"
kind = "person"

[[item.field]]
key = "users"
label = "月ごとの延べ人数"
kind = "monthly"
unit = "人"

[[item.field]]
key = "costs"
label = "費用の内訳"
kind = "rows"

[[item.field.column]]
key = "what"
label = "科目"
kind = "text"

[[item.field.column]]
key = "price"
label = "単価"
kind = "yen"

[[item.field.column]]
key = "many"
label = "数量"
kind = "whole"

[[item.field.column]]
key = "sum"
label = "金額"
kind = "yen"
formula = "price * many"

[[item.field]]
key = "total_yen"
label = "費用の合計"
kind = "yen"
formula = "sum(costs.sum)"

[[item.check]]
formula = "total_yen <= 1000000"
at = "total_yen"
sentence = "費用の合計は100万円までにしてください。"
"""

EVERYTHING = {
    "shared": "yes",
    "partner": "すみれ保育園",
    "style": "own",
    "days": ["", "sunday", "holiday"],
    "since": "R7.4.1",
    **{f"users.{number}": "10" for number in range(12)},
    "costs.0.what": "人件費",
    "costs.0.price": "1,200",
    "costs.0.many": "100",
}


def small_items(many: int, first: int = 0) -> str:
    """``many`` items of one question each, for counting queries."""
    head = (
        f'id = "small{first}"\nfiscal_year = 2026\nfamily = "prefecture"\ntitle = "見本"\nsource = "試験用"\n'
    )
    items = (
        f"""
[[item]]
key = "small_{number}"
label = "見本の項目{number}"
months = "year"
rounds = [1]
types = ["nursery"]

[[item.field]]
key = "many"
label = "人数"
kind = "whole"
"""
        for number in range(first, first + many)
    )
    return head + "".join(items)
