"""Addresses of logging in and out."""

from django.urls import URLPattern, path

from accounts import views

app_name = "accounts"

urlpatterns: list[URLPattern] = [
    path("login/", views.login, name="login"),
    path("login/code/", views.code, name="code"),
    path("login/code/resend/", views.resend_code, name="resend_code"),
    path("logout/", views.logout, name="logout"),
    path("session/keep-alive/", views.keep_alive, name="keep_alive"),
]
