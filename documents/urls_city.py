"""Addresses of the city's documents."""

from django.urls import URLPattern, path

from documents.views import bundles, checking, city, contact, files

app_name = "documents_city"

urlpatterns: list[URLPattern] = [
    path("", city.overview, name="list"),
    path("order/<slug:subject>/<uuid:subject_id>/", files.order, name="order"),
    path("papers/<slug:subject>/<uuid:subject_id>/", files.papers, name="papers"),
    path("progress/<slug:subject>/<uuid:subject_id>/", files.progress, name="progress"),
    path("file/<uuid:document_id>/", files.download, name="download"),
    path("check/", checking.check, name="check"),
    path("contact/<facility_number:number>/", contact.shown_to_city, name="contact"),
    path("bundles/", city.order_bundle, name="order_bundle"),
    path("bundles/<uuid:bundle_id>/", bundles.bundle_page, name="bundle"),
    path("bundles/<uuid:bundle_id>/progress/", bundles.progress, name="bundle_progress"),
    path("bundles/<uuid:bundle_id>/cancel/", bundles.cancel, name="cancel_bundle"),
    path("bundles/<uuid:bundle_id>/retry/", bundles.retry, name="retry_bundle"),
    path("bundles/<uuid:bundle_id>/file/", bundles.download, name="bundle_file"),
]
