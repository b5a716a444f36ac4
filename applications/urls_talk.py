"""Addresses of the city's side of conversations about applications, below /c/questions/."""

from django.urls import URLPattern, path

from applications.views import city_talk

app_name = "application_talk"

urlpatterns: list[URLPattern] = [
    path("", city_talk.questions, name="questions"),
    path("<uuid:application_id>/", city_talk.conversation, name="conversation"),
    path("<uuid:application_id>/say/", city_talk.say, name="say"),
    path("files/<uuid:evidence_id>/", city_talk.download, name="download"),
]
