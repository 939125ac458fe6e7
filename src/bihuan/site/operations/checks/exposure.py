"""暴露面: debug mode, host names, TLS, proxies, certificate, keys, demo accounts."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings

from bihuan.core.access.models import User
from bihuan.kernel.text import Text
from bihuan.site.environment import setting
from bihuan.site.operations.checks.finding import Finding, bad, fine, warn
from bihuan.site.operations.monitor import is_own_machine

SOON = timedelta(days=30)
#: A session key shorter than this, or of fewer different characters, was typed by somebody.
KEY_LENGTH, KEY_LETTERS = 40, 16


def is_exposed() -> bool:
    """Others than this machine can reach the pages."""
    return not is_own_machine(setting("BIHUAN_BIND")) or bool(settings.BIHUAN_PUBLIC_URL) or settings.BIHUAN_PROXIES > 0


def debug(at: datetime) -> Iterator[Finding]:
    if settings.DEBUG:
        yield bad(
            "debug",
            Text("调试模式开着：出错时会向访问者显示内部信息", "Debug mode is on: errors show strangers the inside"),
            Text("请去掉 BIHUAN_DEBUG，重启。", "Take BIHUAN_DEBUG away and restart."),
        )
    else:
        yield fine("debug", "调试模式关闭", "Debug mode is off")


def hosts(at: datetime) -> Iterator[Finding]:
    names = settings.ALLOWED_HOSTS
    public = urlsplit(settings.BIHUAN_PUBLIC_URL).hostname
    if "*" in names or not names:
        yield bad(
            "hosts",
            Text("接受任何主机名，链接可被伪造", "Any host name is accepted, so links can be forged"),
            Text("请在 BIHUAN_HOSTS 中列出本系统的域名。", "List the names of this site in BIHUAN_HOSTS."),
        )
    elif public and public not in names and not any(n.startswith(".") and public.endswith(n) for n in names):
        yield bad(
            "hosts",
            Text("对外网址的主机名 {h} 不在允许之列，访问者会看到“请求有误”", "The public address's host {h} is not served: visitors are refused").format(h=public),
            Text("请把它加入 BIHUAN_HOSTS。", "Add it to BIHUAN_HOSTS."),
        )  # fmt: skip
    elif not is_own_machine(setting("BIHUAN_BIND")) and all(is_own_machine(n.strip("[]")) for n in names):
        yield warn(
            "hosts",
            Text(
                "对外监听，却只接受本机名：别人打不开", "It listens to others but serves only this machine's own names"
            ),
            Text("请在 BIHUAN_HOSTS 中列出本系统的域名。", "List the names of this site in BIHUAN_HOSTS."),
        )
    else:
        yield fine("hosts", "允许的主机名已列明", "The host names served are listed")


def https(at: datetime) -> Iterator[Finding]:
    behind = bool(settings.SESSION_COOKIE_SECURE)
    if is_exposed() and not behind:
        yield bad(
            "https",
            Text("别人可以访问，却没有启用 HTTPS：口令会明文传输", "Others can reach it without HTTPS: passwords travel in the clear"),
            Text("请在前面放置启用 TLS 的反向代理（见 docs/howto/install.md），并设 BIHUAN_HTTPS=1、BIHUAN_PROXIES=1。",
                 "Put a reverse proxy with TLS in front (docs/howto/install.md) and set BIHUAN_HTTPS=1, BIHUAN_PROXIES=1."),
        )  # fmt: skip
    elif behind and urlsplit(settings.BIHUAN_PUBLIC_URL).scheme == "http":
        yield warn(
            "https",
            Text("启用了 HTTPS，对外网址却以 http 开头", "HTTPS is on but the public address begins with http"),
            Text("请改正 BIHUAN_PUBLIC_URL。", "Correct BIHUAN_PUBLIC_URL."),
        )
    else:
        yield fine("https", "HTTPS 设置与访问方式相符", "HTTPS fits how it is reached")


def proxy(at: datetime) -> Iterator[Finding]:
    """With HTTPS on, `X-Forwarded-Proto` is believed: only a proxy may be able to send it."""
    if settings.SESSION_COOKIE_SECURE and not settings.BIHUAN_PROXIES:
        yield bad(
            "proxy",
            Text("启用了 HTTPS，却没有说明前面有代理：登录限速会把所有人当成一个地址", "HTTPS is on but no proxy is declared: everybody counts as one address for the login limits"),
            Text("请把 BIHUAN_PROXIES 设为代理层数（通常为 1）。", "Set BIHUAN_PROXIES to the number of proxies (usually 1)."),
        )  # fmt: skip
    elif settings.BIHUAN_PROXIES and not is_own_machine(setting("BIHUAN_BIND")):
        yield warn(
            "proxy",
            Text("说明前面有代理，网页却对所有地址监听：绕过代理者可伪造来源地址", "A proxy is declared, yet the pages listen to everybody: who goes around it can forge its address"),
            Text("代理在本机时请设 BIHUAN_BIND=127.0.0.1，否则用防火墙只放行代理。", "Set BIHUAN_BIND=127.0.0.1 if the proxy is here; otherwise let the firewall admit only the proxy."),
        )  # fmt: skip
    else:
        yield fine("proxy", "代理设置相符", "The proxy settings fit")


def certificate(at: datetime) -> Iterator[Finding]:
    if not settings.BIHUAN_CERTIFICATE:
        if settings.SESSION_COOKIE_SECURE:
            yield warn(
                "certificate",
                Text("不知道代理用哪份证书，无法提前提醒到期", "The proxy's certificate is unknown, so nobody is warned before it ends"),
                Text("请把 BIHUAN_CERTIFICATE 设为证书文件路径。", "Name the certificate file in BIHUAN_CERTIFICATE."),
            )  # fmt: skip
        return
    try:
        ends = x509.load_pem_x509_certificate(Path(settings.BIHUAN_CERTIFICATE).read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        yield bad(
            "certificate",
            Text("证书文件 {p} 读不了", "The certificate {p} can't be read").format(p=settings.BIHUAN_CERTIFICATE),
            Text("请核对路径和权限。", "Check the path and who may read it."),
        )
        return
    day = ends.astimezone(UTC).date().isoformat()
    renew = Text("请换上新证书并重新加载代理。", "Put a new certificate in place and reload the proxy.")
    if ends <= at:
        yield bad("certificate", Text("证书已于 {d} 到期", "The certificate ended on {d}").format(d=day), renew)
    elif ends <= at + SOON:
        yield warn("certificate", Text("证书将于 {d} 到期", "The certificate ends on {d}").format(d=day), renew)
    else:
        yield fine("certificate", "证书有效期至 {d}", "The certificate is good until {d}", d=day)


def keys(at: datetime) -> Iterator[Finding]:
    """Key files others can read are no secret any more."""
    home = Path(settings.BIHUAN_HOME)
    private = [*(home / "keys").glob("*"), home / "bus" / "users.json"]
    loose = [p.name for p in private if p.is_file() and stat.S_IMODE(p.stat().st_mode) & 0o077]
    if loose:
        yield bad(
            "keys",
            Text("密钥文件别人可读：{n}", "Key files others can read: {n}").format(n=", ".join(loose)),
            Text("请 chmod 600；若曾有外人登录本机，请更换密钥。", "chmod 600 them; if strangers had this machine, replace the keys."),
        )  # fmt: skip
    else:
        yield fine("keys", "密钥只有本账号可读", "Keys are readable by this account only")


def secret(at: datetime) -> Iterator[Finding]:
    key = str(settings.SECRET_KEY)
    if len(key) < KEY_LENGTH or len(set(key)) < KEY_LETTERS:
        yield bad(
            "secret",
            Text("会话密钥太弱，别人可以伪造登录", "The session key is weak: a login can be forged"),
            Text("请停止系统，删除 keys/session.key 后启动，会自动生成新的（所有人须重新登录）。",
                 "Stop it, delete keys/session.key and start: a new one is made (everybody logs in again)."),
        )  # fmt: skip
    else:
        yield fine("secret", "会话密钥足够强", "The session key is strong")


def demo(at: datetime) -> Iterator[Finding]:
    count = User.objects.filter(is_demo=True).count()
    if count and not settings.BIHUAN_DEMO:
        yield bad(
            "demo",
            Text("正式环境里有 {n} 个演示账号，口令是公开的", "{n} demo accounts in production; their password is public").format(n=count),
            Text("请换用新的状态目录。", "Use a fresh folder of state."),
        )  # fmt: skip
    elif settings.BIHUAN_DEMO and is_exposed():
        yield bad(
            "demo",
            Text("演示模式对外开放，口令是公开的", "Demo mode is open to others; its password is public"),
            Text("演示只应在本机打开：请去掉 BIHUAN_DEMO 或只监听 127.0.0.1。", "Show it on this machine only: drop BIHUAN_DEMO or listen on 127.0.0.1."),
        )  # fmt: skip
    else:
        yield fine("demo", "没有不该有的演示账号", "No demo accounts where they don't belong")


def first_login(at: datetime) -> Iterator[Finding]:
    path = Path(settings.BIHUAN_HOME) / "first-login.txt"
    if path.exists() and not User.objects.filter(must_change_password=True).exists():
        yield warn(
            "first_login",
            Text("首次登录口令文件还在：{p}", "The file of first passwords is still there: {p}").format(p=path),
            Text("三员都已改过口令，请删除它。", "All three administrators have changed theirs: delete it."),
        )
    else:
        yield fine("first_login", "没有遗留的首次口令文件", "No file of first passwords left behind")
