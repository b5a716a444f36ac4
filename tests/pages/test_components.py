"""The components: every one renders (an undefined variable fails any test) on every side,
fails on a wrong option, and never needs inline style or script."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import render_to_string

from facilities.periods import ServiceMonth
from pages.templatetags import hagukumi
from tests.pages.gallery import SIDES, FactsForm, rendered


class Outline(HTMLParser):
    """Ids, links to ids, labels and forbidden attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.labelled: list[str] = []
        self.inline: list[str] = []
        self.scripts_without_address = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag == "a" and (given.get("href") or "").startswith("#"):
            self.targets.append((given["href"] or "")[1:])
        for name in ("for", "aria-labelledby", "aria-describedby"):
            self.labelled += (given.get(name) or "").split()
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.scripts_without_address += tag in {"script", "style"} and "src" not in given


@pytest.mark.parametrize("side", SIDES)
def test_the_gallery_shows_every_component_without_a_missing_variable(side: str) -> None:
    page = rendered(side)

    assert f'data-side="{side}"' in page
    assert "はぐくみ請求</title>" in page


@pytest.mark.parametrize("side", SIDES)
def test_ids_are_unique_and_every_link_and_label_meets_one(side: str) -> None:
    outline = Outline(rendered(side))

    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.targets) | set(outline.labelled) <= set(outline.ids)


@pytest.mark.parametrize("side", SIDES)
def test_pages_obey_the_strict_content_security_policy(side: str) -> None:
    outline = Outline(rendered(side))

    assert outline.inline == []
    assert outline.scripts_without_address == 0


@pytest.mark.parametrize("name", ["400", "403", "404", "405", "500", "503", "form_too_old"])
def test_error_pages_need_no_request_and_no_variables(name: str) -> None:
    page = render_to_string(f"errors/{name}.html", {"side": "plain"})

    assert "<h1>" in page


def test_templates_are_django_templates_so_that_values_are_escaped() -> None:
    assert isinstance(engines["django"], DjangoTemplates)
    assert settings.TEMPLATES[0]["OPTIONS"].get("autoescape", True)


@pytest.mark.parametrize(
    ("amount", "yen", "signed", "direction"),
    [
        (1234560, "1,234,560", "+1,234,560", "up"),
        (-280, "−280", "−280", "down"),
        (0, "0", "±0", "same"),
        (None, "", "", "same"),
    ],
)
def test_amounts_read_as_on_paper(amount: int | None, yen: str, signed: str, direction: str) -> None:
    assert hagukumi.yen(amount) == yen
    assert hagukumi.signed(amount) == signed
    assert hagukumi.direction(amount) == direction


def test_moments_are_told_in_japans_time() -> None:
    just_before_midnight_in_london = datetime(2026, 6, 4, 23, 30, tzinfo=UTC)

    assert hagukumi.short_datetime(just_before_midnight_in_london) == "6月5日 08:30"
    assert hagukumi.wareki_date(just_before_midnight_in_london) == "令和8年6月5日(金)"
    assert hagukumi.full_datetime(just_before_midnight_in_london) == "令和8年6月5日(金) 08:30"
    assert hagukumi.exact_datetime(just_before_midnight_in_london) == "令和8年6月5日(金) 08:30:00"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "詳しくは https://example.jp/a?b=1&c=2 を",
            '詳しくは <a href="https://example.jp/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">'
            "https://example.jp/a?b=1&amp;c=2</a> を",
        ),
        (
            "（http://example.jp/）。",
            '（<a href="http://example.jp/" rel="noopener noreferrer nofollow">http://example.jp/</a>）。',
        ),
        (
            "https://example.jp/を見る",
            '<a href="https://example.jp/" rel="noopener noreferrer nofollow">https://example.jp/</a>を見る',
        ),
        (
            'https://a.jp/"onmouseover="alert(1)',
            '<a href="https://a.jp/" rel="noopener noreferrer nofollow">https://a.jp/</a>'
            "&quot;onmouseover=&quot;alert(1)",
        ),
        (
            "https://a.jp/<script>alert(1)</script>",
            '<a href="https://a.jp/" rel="noopener noreferrer nofollow">https://a.jp/</a>'
            "&lt;script&gt;alert(1)&lt;/script&gt;",
        ),
        ("javascript:alert(1) ftp://a.jp www.a.jp", "javascript:alert(1) ftp://a.jp www.a.jp"),
        ("<b>&</b>", "&lt;b&gt;&amp;&lt;/b&gt;"),
        ("https:// だけ", "https:// だけ"),
    ],
)
def test_addresses_in_a_text_are_links_and_nothing_else_is(text: str, html: str) -> None:
    assert hagukumi.linked(text) == html


def test_months_may_be_dates_or_service_months() -> None:
    assert hagukumi.month_title(date(2026, 6, 1)) == "令和8年6月分"
    assert hagukumi.month_title(ServiceMonth(2026, 6)) == "令和8年6月分"


def test_a_tag_of_an_unknown_tone_is_a_bug() -> None:
    with pytest.raises(hagukumi.WrongOption, match="purple"):
        hagukumi.tag("purple", "確認済み")


def test_a_field_of_an_unknown_width_is_a_bug() -> None:
    with pytest.raises(hagukumi.WrongOption, match="huge"):
        hagukumi.field(FactsForm()["days"], width="huge")


def test_a_status_text_cannot_bring_markup() -> None:
    assert "<b>" not in hagukumi.tag("ok", "<b>済み</b>")


def test_every_problem_stands_in_the_summary_linked_and_beside_its_field() -> None:
    form = FactsForm({"days": "42"})

    summary = hagukumi.error_summary(form, ["提出済みです。"])["entries"]
    beside = hagukumi.field(form["days"])

    assert [entry["target"] for entry in summary] == ["", "id_days", "id_reason", "id_choice_0", "id_agree"]
    assert 'aria-invalid="true"' in beside["control"]
    assert 'aria-describedby="id_days-error"' in beside["control"]


def test_hint_and_error_are_both_read_with_the_field() -> None:
    control = hagukumi.field(FactsForm({"days": "42"})["days"], hint="土曜日も含みます。")["control"]

    assert 'aria-describedby="id_days-hint id_days-error"' in control


def test_a_forms_own_attributes_stay() -> None:
    class LoginForm(forms.Form):
        code = forms.CharField(
            label="確認コード",
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        )

    control = hagukumi.field(LoginForm()["code"])["control"]

    assert 'autocomplete="one-time-code"' in control
    assert 'inputmode="numeric"' in control


def test_choices_are_a_group_named_by_their_question() -> None:
    html = render_to_string("components/field.html", hagukumi.field(FactsForm({})["choice"]))

    assert re.search(r"<fieldset[^>]*aria-describedby=\"id_choice-error\"", html)
    assert re.search(r"<legend>週に出す回数", html)


def test_every_wide_table_can_be_scrolled_with_the_keyboard():
    regions = re.compile(r'<div class="table-scroll[^>]*>')
    found = [
        (path.name, tag)
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for tag in regions.findall(path.read_text(encoding="utf-8"))
    ]

    assert len(found) > 20
    assert [one for one in found if 'tabindex="0" role="region" aria-label="' not in one[1]] == []
