"""Small packs for stories: one item of each shape."""

PRICE = """
id = "price"
fiscal_year = 2026
family = "price"
title = "公定価格の加算（見本）"
source = "試験用"

[[item]]
key = "team_childcare"
label = "チーム保育推進加算"
rounds = [1, 3]
types = ["nursery"]
help = "必要な保育士の数を超えて保育士を置くときに申請します。"
grants = { code = "team_childcare" }
amount = "planned_yen"

[[item.field]]
key = "capacity"
label = "利用定員"
kind = "whole"
unit = "人"
known_from = ["profile.capacity"]

[[item.field]]
key = "extra_staff"
label = "加配する職員の数"
kind = "whole"
unit = "人"
least = 1
most = 2
option = "extra_staff"

[[item.field]]
key = "monthly_yen"
label = "1か月の見込額"
kind = "yen"
unit = "円"

[[item.field]]
key = "planned_yen"
label = "年間の見込額"
kind = "yen"
formula = "floor(monthly_yen * 12, 1000)"

[[item.field]]
key = "second_person"
label = "2人目を置く理由"
kind = "long_text"
shown_if = "extra_staff == 2"

[[item.check]]
formula = "extra_staff < 2 or capacity >= 121"
at = "extra_staff"
sentence = "2人の加配は、利用定員が121人以上の施設だけです。"

[[item.paper]]
key = "contract"
title = "雇用契約書の写し"
why = "加配する職員の雇用を確かめます。"
business_days = 5
needed_if = "extra_staff == 2"

[[item]]
key = "team_childcare_report"
label = "チーム保育推進加算の実績"
stage = "report"
months = "year"
rounds = [6]
types = ["nursery"]
reports_on = "team_childcare"

[[item.field]]
key = "planned_yen"
label = "加算額（A）"
kind = "yen"
known_from = ["item.team_childcare.planned_yen"]

[[item.field]]
key = "spent_yen"
label = "実支出額（B）"
kind = "yen"

[[item.field]]
key = "rest_yen"
label = "残額（A－B）"
kind = "yen"
formula = "planned_yen - spent_yen"

[[item.field]]
key = "rest_reason"
label = "残額の理由と使いみち"
kind = "text"
shown_if = "rest_yen > 0"
"""

RATES = """
id = "treatment"
fiscal_year = 2026
family = "treatment"
title = "処遇改善等加算（見本）"
source = "試験用"

[[item]]
key = "rates"
label = "加算率"
rounds = [1, 2]
types = ["nursery"]
certifies_rates = true

[[item.field]]
key = "base_percent"
label = "区分1"
kind = "whole"
unit = "％"

[[item.field]]
key = "wage_percent"
label = "区分2"
kind = "whole"
unit = "％"
"""
