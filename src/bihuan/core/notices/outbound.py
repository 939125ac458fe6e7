"""对外请求: a POST to an address somebody typed in, that can reach nothing of ours (no SSRF).

The name is resolved once, every address it has must be public, and the connection goes to the address that was
checked: a name that changes its mind in between gains nothing. No redirects, no proxies, limits on size and time.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

SECONDS = 10.0
ANSWER_BYTES = 64 * 1024
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(Problem):
    """Refused by rule, and so refused again next time."""

    code = "outbound_refused"


@dataclass(frozen=True, slots=True)
class Rules:
    """`allowed`: host names or networks that may be reached although they are not public. `plain_http`: no TLS needed."""

    allowed: tuple[str, ...] = ()
    plain_http: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str


def target_of(url: str, rules: Rules) -> Target:
    """Check everything that can be checked without asking anybody."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        raise Unreachable(Text("网址无法识别。", "The address can't be read.")) from None
    if parts.scheme not in ("https", "http") or not host or any(c.isspace() or ord(c) < 32 for c in url):
        raise Unreachable(Text("网址须以 https:// 开头。", "The address must begin with https://."))
    if parts.username is not None or parts.password is not None:
        raise Unreachable(Text("网址中不能带用户名或口令。", "The address must not carry a user name or password."))
    if parts.scheme == "http" and not rules.plain_http:
        raise Unreachable(
            Text(
                "只允许 https 网址（可由运维人员放开）。",
                "Only https addresses are allowed (the operator may open http).",
            )
        )
    port = port or (443 if parts.scheme == "https" else 80)
    if port not in (80, 443) and port < 1024:
        raise Unreachable(
            Text("该端口属于其他服务，不能推送。", "That port belongs to other services and is not posted to.")
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        path.encode("ascii")
        host.encode("idna")
    except UnicodeError:
        raise Unreachable(
            Text("网址中含有未编码的字符。", "The address holds characters that are not encoded.")
        ) from None
    return Target(parts.scheme, host, port, path)


def resolve(target: Target, rules: Rules) -> list[Address]:
    """Every address of the name; one that isn't public spoils them all, so that a mixed answer can't be a gamble."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as gone:
        raise ConnectionError(f"{target.host} has no address: {gone}") from gone
    addresses = [ipaddress.ip_address(str(f[4][0]).partition("%")[0]) for f in found]
    if target.host in rules.allowed:
        return addresses
    for address in addresses:
        if not is_public(address) and not _is_allowed(address, rules):
            raise Unreachable(
                Text(
                    "网址指向内部或保留的网络地址（{a}），不能推送。确需推送到内网的，请运维人员列入允许名单。",
                    "The address leads to an internal or reserved network address ({a}) and is not posted to. The operator may list it as allowed.",
                ).format(a=address)
            )
    return addresses


def is_public(address: Address) -> bool:
    """Public by the registry, also what is wrapped inside: IPv4 in IPv6, 6to4, NAT64 and Teredo."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None:
            return False
        if address in ipaddress.ip_network("::/96"):
            return False
    return address.is_global and not address.is_multicast


def _is_allowed(address: Address, rules: Rules) -> bool:
    for entry in rules.allowed:
        try:
            if address in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            continue  # a host name
    return False


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked, and speaks of the name: in SNI, certificate and Host."""

    def __init__(self, target: Target, address: Address) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self._target, self._address = target, address
        self._line: socket.socket | None = None
        self._is_over = False

    def connect(self) -> None:
        self._line = self.sock = socket.create_connection((str(self._address), self._target.port), self.timeout)
        if self._target.scheme == "https":
            wrapped = tls_context().wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self._line = self.sock = wrapped
            wrapped.do_handshake()

    def cut(self) -> None:
        self._is_over = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    @property
    def is_over(self) -> bool:
        return self._is_over


def tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def post(url: str, *, body: bytes, headers: Mapping[str, str], rules: Rules) -> int:
    """The status the other side answered. `Unreachable` by rule; `OSError` or `HTTPException` when the line fails."""
    target = target_of(url, rules)
    connection = _Pinned(target, resolve(target, rules)[0])
    # The limit is on the whole, not on each read: a server that drips a byte a second gets no longer than any other.
    watch = threading.Timer(SECONDS, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read(ANSWER_BYTES)
    except (OSError, http.client.HTTPException):
        if connection.is_over:
            raise TimeoutError(f"{target.host} took longer than {SECONDS:g} s") from None
        raise
    finally:
        watch.cancel()
        connection.close()
    if connection.is_over:
        raise TimeoutError(f"{target.host} took longer than {SECONDS:g} s")
    return answer.status
