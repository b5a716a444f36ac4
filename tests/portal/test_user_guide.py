"""The user guide is made of the help texts: what is committed is what the pages say."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from portal.help.texts import CHAPTERS, PAGES

USER_GUIDE = Path(settings.BASE_DIR) / "docs" / "user-guide"
PAGES_ONCE = {page.name: page for page in PAGES.values()}


def test_every_help_stands_in_a_chapter():
    assert {name for chapter in CHAPTERS for name in chapter.pages} == set(PAGES_ONCE)


def test_the_committed_user_guide_says_what_the_pages_say(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    for picture in (USER_GUIDE / "images").glob("*.png"):
        (images / picture.name).touch()

    call_command("build_user_guide", folder=tmp_path, verbosity=0)

    made = {file.name: file.read_text() for file in tmp_path.glob("*.md")}
    committed = {file.name: file.read_text() for file in USER_GUIDE.glob("*.md")}
    assert made == committed, "run: make user-guide"
    assert set(made) == {"README.md", *(f"{chapter.name}.md" for chapter in CHAPTERS)}


def test_every_picture_is_small_and_of_a_page_that_wants_one():
    pictures = list((USER_GUIDE / "images").glob("*.png"))

    wanted = {page.image_name for page in PAGES_ONCE.values() if page.picture}
    assert {picture.name for picture in pictures} <= wanted
    assert all(picture.stat().st_size <= 60 * 1024 for picture in pictures)


def test_every_link_of_the_user_guide_leads_somewhere():
    for chapter in USER_GUIDE.glob("*.md"):
        for link in re.findall(r"\]\(([^)]+)\)", chapter.read_text()):
            assert (USER_GUIDE / link).exists(), f"{chapter.name}: {link}"
