"""Addresses of logging in and out."""

from django.urls import URLPattern, path

from accounts import views

app_name = "accounts"

urlpatterns: list[URLPattern] = [
    path("login/", views.login_page, name="login"),
    path("login/code/", views.code_page, name="code"),
    path("login/code/resend/", views.resend_code, name="resend_code"),
    path("login/password/", views.choose_password, name="choose_password"),
    path("password/", views.change_password, name="change_password"),
    path("logout/", views.log_out, name="logout"),
    path("session/keep-alive/", views.keep_alive, name="keep_alive"),
]
