"""Addresses of the city's papers, below /c/papers/."""

from django.urls import URLPattern, path

from applications.views import papers

app_name = "papers"

urlpatterns: list[URLPattern] = [
    path("", papers.papers, name="papers"),
    path("receive/", papers.receive, name="receive"),
    path("export/", papers.export, name="export"),
    path("<uuid:paper_id>/", papers.paper, name="paper"),
    path("<uuid:paper_id>/check/", papers.check, name="check"),
    path("<uuid:paper_id>/file/", papers.refile, name="refile"),
    path("<uuid:paper_id>/back/", papers.set_back, name="set_back"),
    path("<uuid:paper_id>/spare/", papers.spare, name="spare"),
]
