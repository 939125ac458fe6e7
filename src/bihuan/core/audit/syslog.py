"""Syslog 锚点: each anchor also to a log server, one UDP datagram (RFC 5424, RFC 5426). Nothing waits for it."""

from __future__ import annotations

import logging
import os
import socket
from urllib.parse import urlsplit

from django.conf import settings

log = logging.getLogger("bihuan.audit")
#: Facility 13 (log audit), severity 5 (notice).
PRIORITY = 13 * 8 + 5


def send(line: str) -> None:
    """The anchor file is the one that counts: a log server that is away is only noted in our own log."""
    said = settings.BIHUAN_AUDIT_SYSLOG
    if not said:
        return
    try:
        parts = urlsplit(f"//{said}")
        family, kind, protocol, _, address = socket.getaddrinfo(
            parts.hostname, parts.port or 514, type=socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind, protocol) as sender:
            sender.sendto(message(line), address)
    except (OSError, ValueError) as failed:
        log.warning("audit: the syslog server %s did not get an anchor: %s", said, failed)


def message(line: str) -> bytes:
    return f"<{PRIORITY}>1 - {socket.gethostname()} bihuan {os.getpid()} audit-anchor - {line}".encode()
