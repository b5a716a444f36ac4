"""The address that the QR code of a paper says."""

from django.urls import URLPattern, path

from documents.views import checking

app_name = "documents_check"

urlpatterns: list[URLPattern] = [path("<str:number>/", checking.from_paper, name="from_paper")]
