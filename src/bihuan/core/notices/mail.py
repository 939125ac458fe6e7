"""邮件: one message over SMTP, as BIHUAN_MAIL_URL says."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlsplit

SECONDS = 20


class MailRefused(Exception):
    """The server refuses this address or message for good: trying again changes nothing."""


def compose(*, sender: str, to: str, subject: str, text: str, identifier: str, at: float) -> EmailMessage:
    """`identifier` makes the Message-ID, so that a mail sent twice after a crash is one mail to its reader."""
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate(at)
    message["Message-ID"] = f"<{identifier}@{sender.rpartition('@')[2].strip('<> ') or 'bihuan'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def send(message: EmailMessage, *, url: str) -> None:
    """`smtp://user:password@host:port?starttls=1`, or `smtps://` for TLS from the first byte."""
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "localhost", parts.scheme == "smtps"
    try:
        with _connected(host, parts.port or (465 if is_tls else 25), is_tls) as server:
            if not is_tls and parse_qs(parts.query).get("starttls", ["0"])[0] == "1":
                server.starttls(context=ssl.create_default_context())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        raise _sorted_out(code, words) from None
    except smtplib.SMTPResponseException as refused:
        raise _sorted_out(refused.smtp_code, refused.smtp_error) from None


def _connected(host: str, port: int, is_tls: bool) -> smtplib.SMTP:
    if is_tls:
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=SECONDS)


def _sorted_out(code: int, words: bytes | str) -> Exception:
    """RFC 5321 4.2.1: 5xx is for good, 4xx for now. A login refused (535) may be set right: that too is for now."""
    said = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    return MailRefused(said) if 500 <= code < 600 and code not in (530, 534, 535) else ConnectionError(said)
