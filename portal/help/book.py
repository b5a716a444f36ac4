"""The user guide in ``docs/user-guide``: Markdown chapters made of the help texts, with the pictures that are there."""

from collections.abc import Collection, Iterator

from facilities.actors import Role
from portal.help.texts import CHAPTERS, FIRST_STEPS, GUIDES, PAGES, Chapter, Guide, PageHelp

TITLE = "はぐくみ請求　利用者ガイド"
MADE = (
    "<!-- manage.py build_user_guide が画面の「使い方」と同じ文章から作ります。手で直さないでください。 -->"
)
WELCOME = (
    "保育所や幼稚園などの施設が毎月の費用を市に請求し、市が審査するための「はぐくみ請求」の使い方です。"
    "ご自分の役割の章をお読みください。同じ説明は、どの画面でも「使い方」を押すと読めます。"
)
GUIDES_ARE_THERE = (
    "A4の紙1枚にまとめた案内は、画面の「使い方」の中の「1枚の案内（印刷用）」から印刷できます。"
    "その月の日付も入ります。"
)


def user_guide(pictures: Collection[str]) -> dict[str, str]:
    """File name → text of every chapter and of the table of contents; ``pictures`` are the files in ``images/``."""
    chapters = {f"{chapter.name}.md": _text(_chapter(chapter, pictures)) for chapter in CHAPTERS}
    return {"README.md": _text(_contents()), **chapters}


def _text(lines: Iterator[str]) -> str:
    return "\n".join([MADE, "", *lines]) + "\n"


def _contents() -> Iterator[str]:
    yield from (f"# {TITLE}", "", WELCOME, "")
    for chapter in CHAPTERS:
        yield f"- [{chapter.title}]({chapter.name}.md) — {chapter.lead}"
    yield from ("", GUIDES_ARE_THERE)


def _chapter(chapter: Chapter, pictures: Collection[str]) -> Iterator[str]:
    yield from (f"# {chapter.title}", "", chapter.lead, "", "[目次に戻る](README.md)")
    # In the order of the roles; two roles may share a guide.
    for guide in dict.fromkeys(GUIDES[role] for role in Role):
        if guide.chapter == chapter.name:
            yield from _guide(guide)
    if chapter.name == "facility":
        yield from _first_steps()
    for name in chapter.pages:
        yield from _page(PAGES[name], pictures)


def _guide(guide: Guide) -> Iterator[str]:
    yield from ("", f"## {guide.title}", "", guide.lead, "")
    for number, step in enumerate(guide.steps, start=1):
        yield f"{number}. **{step.title}**　{step.text}"
    yield from ("", "| 知りたいこと | 開く画面 | 使い方 |", "|---|---|---|")
    for place in guide.places:
        yield f"| {place.want} | {place.place} | {place.text} |"
    yield from ("", "| こんなときは | 連絡先 |", "|---|---|")
    for contact in guide.contacts:
        yield f"| {contact.about} | {contact.whom} |"


def _first_steps() -> Iterator[str]:
    yield from ("", f"## {FIRST_STEPS.title}", "", FIRST_STEPS.lead, "")
    for number, step in enumerate(FIRST_STEPS.steps, start=1):
        yield f"{number}. **{step.title}**　{step.text}"


def _page(page: PageHelp, pictures: Collection[str]) -> Iterator[str]:
    yield from ("", f"## 画面：{page.title}", "", page.purpose)
    if page.image_name in pictures:
        yield from ("", f"![{page.title}の画面](images/{page.image_name})")
    yield from ("", f"### {page.task}", "")
    yield from (f"{number}. {step}" for number, step in enumerate(page.steps, start=1))
    yield from ("", "### こまったとき")
    for question in page.questions:
        yield from ("", f"**{question.ask}**  ", question.answer)
    yield from ("", "### 使う人", "", page.who)
