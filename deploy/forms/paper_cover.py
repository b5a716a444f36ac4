"""The cover sheet of a paper (表紙): HTML of its own, because a barcode is no cell."""

from deploy.forms.layout import Form
from documents.packs.manifest import Family, Manifest

FIRST_YEAR = 2015
HTML = """<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<title>{{ title }} {{ texts.number_words }}</title>
<style>
@page { size: A4; margin: 22mm 20mm 22mm }
{{ furniture.css }}
* { box-sizing: border-box }
body { font: 12pt/1.6 "Noto Sans JP"; color: #000; margin: 0 }
h1 { font-size: 24pt; letter-spacing: .3em; text-align: center; margin: 0 0 4mm }
.ask { text-align: center; font-size: 13pt; margin: 0 0 12mm; font-weight: 700 }
.to { font-size: 15pt; margin: 0 0 8mm }
table { border-collapse: collapse; width: 100% }
th, td { border: .6pt solid #555; padding: 4mm; text-align: left; vertical-align: top }
th, td { font-weight: 400; overflow-wrap: anywhere }
th { background: #f3f3f3; width: 34mm; white-space: nowrap }
.large { font-size: 16pt; font-weight: 700 }
.code { margin: 14mm auto 0; width: 110mm; text-align: center; break-inside: avoid }
.code svg { width: 110mm; height: 30mm }
.code p { margin: 1mm 0 0; font-size: 17pt; letter-spacing: .12em }
.note { margin: 12mm 0 0; font-size: 10.5pt; border: .6pt solid #555; padding: 3mm 4mm }
</style>
</head>
<body>
{{ furniture.html }}
<h1>書類の表紙</h1>
<p class="ask">この表紙を付けて送ってください</p>
<p class="to">{{ texts.city_name }}　こども施設運営課　行</p>
<table><tbody>
<tr><th scope="row">施設</th><td class="large">{{ texts.facility_name }}</td></tr>
<tr><th scope="row">事業所番号</th><td>{{ texts.facility_number }}</td></tr>
<tr><th scope="row">項目</th><td>{{ texts.item }}</td></tr>
<tr><th scope="row">書類</th><td class="large">{{ texts.paper_title }}</td></tr>
<tr><th scope="row">提出期限</th><td class="large">{{ texts.due_on }}</td></tr>
</tbody></table>
<div class="code">{{ texts.number|barcode }}<p>{{ texts.number_words }}</p></div>
{% if texts.children %}<p class="note">{{ texts.children }}</p>{% endif %}
</body>
</html>
"""
CHILDREN = "児童の氏名がある書類です。画面からは送らず、紙だけで届けてください。"


def forms() -> list[Form]:
    """The cover."""
    says = Manifest(
        code="paper_cover",
        title="書類の表紙",
        family=Family.ROSTER,
        subject="paper",
        from_year=FIRST_YEAR,
        source="当システムの様式です。紙の書類に付け、市が受付番号で受け付けます。",
        official=False,
        fields=(),
        prints_drafts=True,
    )
    form = Form("paper_cover", str(FIRST_YEAR), says, html=HTML)
    for key, label, source, *format in (
        ("city_name", "あて先", "city.name"),
        ("facility_name", "施設", "facility.name"),
        ("facility_number", "事業所番号", "facility.number"),
        ("item", "項目", 'concat(paper.fiscal_year, "　", paper.item, "（", paper.stage, "）")'),
        ("paper_title", "書類", "paper.title"),
        ("due_on", "提出期限", "paper.due_on", "date"),
        ("number", "受付番号", "paper.number"),
        ("number_words", "受付番号（区切り）", "paper.number_words"),
        ("children", "児童の氏名", f'"{CHILDREN}" if paper.has_children else ""'),
    ):
        form.helper(key, label, source, *format)
    return [form]
