"""A facility's pages of applications."""

from django.urls import URLPattern, path

from applications.views import entries, item, own_papers, talk, year

app_name = "applications"
ITEM = "<int:fiscal_year>/<str:family>/<str:item_key>/"

urlpatterns: list[URLPattern] = [
    path("", year.year_now, name="year_now"),
    path("entries/", entries.entries, name="entries"),
    path("entries/export/", entries.export, name="entries_export"),
    path("papers/", own_papers.papers, name="papers"),
    path("papers/announce/", own_papers.announce, name="papers_announce"),
    path("papers/covers/", own_papers.covers, name="papers_covers"),
    path("files/<uuid:evidence_id>/", talk.download, name="evidence"),
    path("<int:fiscal_year>/", year.year, name="year"),
    path("<int:fiscal_year>/decline/", year.decline, name="decline"),
    path("<int:fiscal_year>/rounds/<int:round_number>/", year.together, name="together"),
    path("<int:fiscal_year>/rounds/<int:round_number>/submit/", year.send_together, name="send_together"),
    path(ITEM, item.item, name="item"),
    path(f"{ITEM}check/", item.check, name="check"),
    path(f"{ITEM}submit/", item.submit, name="submit"),
    path(f"{ITEM}withdraw/", item.withdraw, name="withdraw"),
    path(f"{ITEM}discard/", item.discard, name="discard"),
    path(f"{ITEM}say/", talk.say, name="say"),
    path(f"{ITEM}attach/", talk.attach, name="attach"),
    path(f"{ITEM}files/<uuid:evidence_id>/remove/", talk.detach, name="detach"),
    path(f"{ITEM}versions/<uuid:version_id>/", item.version, name="version"),
]
