"""网络地址: who a request comes from, behind as many trusted proxies as the setting says and no more."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The entry the outermost trusted proxy wrote; anything further left was sent by the client and may be a lie."""
    address = request.META.get("REMOTE_ADDR", "")
    layers = settings.BIHUAN_PROXIES
    if layers:
        forwarded = [p.strip() for p in request.headers.get("X-Forwarded-For", "").split(",") if p.strip()]
        if forwarded:
            address = forwarded[-min(layers, len(forwarded))]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""
