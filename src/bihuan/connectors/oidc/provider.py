"""身份提供方: its metadata, its keys, the exchange of the code, the check of what it says (OpenID Connect Core 3.1).

Authorization code with PKCE (RFC 7636), state and nonce. Every address is https, or this very machine.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: Signatures by a key only the provider has. Never `none`, and never an HMAC somebody could make from a public key.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
TIMEOUT = httpx.Timeout(5.0)
LARGEST = 256 * 1024
KEEP_SECONDS = 600
#: Clocks of two machines differ a little.
LEEWAY = 60


class ProviderUnavailable(Problem):
    code = "identity_provider_unavailable"
    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(
            Text(
                "统一身份平台暂时不可用（{r}）。请稍后再试，或用口令登录。",
                "The identity provider is not available just now ({r}). Try later, or log in with the password.",
            ).format(r=reason)
        )


class IdentityNotProved(Problem):
    code = "identity_not_proved"
    status = 403

    def __init__(self, reason: str) -> None:
        super().__init__(
            Text(
                "统一身份平台的答复没有通过核验（{r}），登录未完成。请从登录页重新开始。",
                "The identity provider's answer did not pass the checks ({r}), so nobody was logged in. "
                "Start again from the login page.",
            ).format(r=reason)
        )


@dataclass(frozen=True, slots=True)
class Errand:
    """What one login remembers between going and coming back. Used once."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        hashed = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode("ascii")


@dataclass(slots=True)
class Provider:
    """One issuer and our registration with it. Metadata and keys are kept for ten minutes."""

    issuer: str
    client: str
    secret: str
    _kept: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def authorization_address(self, errand: Errand, *, redirect_uri: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": redirect_uri,
            "scope": "openid",
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": errand.challenge,
            "code_challenge_method": "S256",
        }
        address = self._endpoint("authorization_endpoint")
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    def identify(self, *, code: str, errand: Errand, redirect_uri: str, at: datetime) -> str:
        """`issuer|subject`, after every check has passed."""
        answer = self._request(
            "POST",
            self._endpoint("token_endpoint"),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "client_id": self.client,
                "code_verifier": errand.verifier,
            },
            auth=(self.client, self.secret) if self.secret else None,
        )
        note = answer.get("id_token")
        if not isinstance(note, str):
            raise IdentityNotProved("no id_token")
        claims = self._signed(note)
        self._check(claims, nonce=errand.nonce, at=at)
        return f"{self.issuer}|{claims['sub']}"

    def _signed(self, note: str) -> Mapping[str, Any]:
        """The claims, if the provider's own key signed them. A key just rotated in is fetched once."""
        for fresh in (False, True):
            try:
                return jwt.decode(note, self._keys(fresh=fresh), algorithms=list(ALGORITHMS)).claims
            except (JoseError, ValueError, KeyError, TypeError) as wrong:
                reason = type(wrong).__name__
        raise IdentityNotProved(f"signature: {reason}")

    def _check(self, claims: Mapping[str, Any], *, nonce: str, at: datetime) -> None:
        """OpenID Connect Core 3.1.3.7."""
        now = int(at.timestamp())
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        subject, expires, issued = claims.get("sub"), claims.get("exp"), claims.get("iat")
        checks = (
            ("iss", claims.get("iss") == self.issuer),
            ("aud", self.client in audiences),
            ("azp", claims.get("azp", self.client) == self.client and (len(audiences) == 1 or "azp" in claims)),
            ("exp", isinstance(expires, int | float) and now < expires + LEEWAY),
            ("iat", isinstance(issued, int | float) and issued - LEEWAY <= now),
            ("nonce", secrets.compare_digest(str(claims.get("nonce", "")), nonce)),
            ("sub", isinstance(subject, str) and 0 < len(subject) <= 255),
        )
        if failed := [name for name, passed in checks if not passed]:
            raise IdentityNotProved(", ".join(failed))

    def _endpoint(self, name: str) -> str:
        metadata = self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.issuer:
            raise ProviderUnavailable("issuer")
        address = metadata.get(name)
        if not isinstance(address, str) or not is_safe(address):
            raise ProviderUnavailable(name)
        return address

    def _keys(self, *, fresh: bool) -> KeySet:
        return KeySet.import_key_set(self._get(self._endpoint("jwks_uri"), fresh=fresh))  # type: ignore[arg-type]

    def _get(self, address: str, *, fresh: bool = False) -> dict[str, Any]:
        kept = self._kept.get(address)
        if kept and not fresh and time.monotonic() - kept[0] < KEEP_SECONDS:
            found: dict[str, Any] = kept[1]
            return found
        found = self._request("GET", address)
        self._kept[address] = (time.monotonic(), found)
        return found

    def _request(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """No redirects, a limit on time and size, and nothing but a JSON object."""
        if not is_safe(address):
            raise ProviderUnavailable("https")
        if more.get("auth", ...) is None:
            del more["auth"]
        try:
            with (
                httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
                client.stream(method, address, headers={"Accept": "application/json"}, **more) as answer,
            ):
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LARGEST:
                        raise ProviderUnavailable("size")
                if answer.status_code == httpx.codes.BAD_REQUEST and method == "POST":
                    raise IdentityNotProved("code")
                if answer.status_code != httpx.codes.OK:
                    raise ProviderUnavailable(str(answer.status_code))
                said = httpx.Response(200, content=body).json()
        except httpx.HTTPError as broken:
            raise ProviderUnavailable(type(broken).__name__) from None
        except ValueError:
            raise ProviderUnavailable("JSON") from None
        if not isinstance(said, dict):
            raise ProviderUnavailable("JSON")
        return said


def is_safe(address: str) -> bool:
    """https; plain http only to this machine, where tests and side-by-side installations live."""
    parts = urlsplit(address)
    if not parts.hostname or parts.username or parts.fragment:
        return False
    if parts.scheme == "https":
        return True
    if parts.scheme != "http":
        return False
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"
