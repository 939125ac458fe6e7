"""Addresses of the login at an identity provider."""

from __future__ import annotations

from django.urls import path

from bihuan.connectors.oidc import web

urlpatterns = [
    path("login/", web.begin, name="oidc_login"),
    path("return/", web.come_back, name="oidc_return"),
    path("invitation/<str:secret>/", web.accept_invitation, name="oidc_invitation"),
]
