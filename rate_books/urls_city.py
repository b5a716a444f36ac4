"""The city's pages of rate books."""

from django.urls import URLPattern, path

from rate_books.views import city

app_name = "rate_books"

urlpatterns: list[URLPattern] = [
    path("", city.books, name="books"),
    path("load/", city.load, name="load"),
    path("templates/<str:kind>/", city.template, name="template"),
    path("shipped/<str:shipped>/", city.shipped_page, name="shipped_page"),
    path("shipped/<str:shipped>/files/<str:kind>/", city.shipped_file, name="shipped_file"),
    path("<uuid:book_id>/", city.book_page, name="book_page"),
    path("<uuid:book_id>/release/", city.release, name="release"),
    path("<uuid:book_id>/discard/", city.discard, name="discard"),
    path("<uuid:book_id>/changes/", city.changes, name="changes"),
    path("<uuid:book_id>/files/<str:kind>/", city.file, name="file"),
]
