"""Addresses of a facility's documents."""

from django.urls import URLPattern, path

from documents.views import facility

app_name = "documents"

urlpatterns: list[URLPattern] = [
    path("", facility.documents, name="list"),
    path("order/<slug:subject>/<uuid:subject_id>/", facility.order, name="order"),
    path("progress/<slug:subject>/<uuid:subject_id>/", facility.progress, name="progress"),
    path("file/<uuid:document_id>/", facility.download, name="download"),
]
