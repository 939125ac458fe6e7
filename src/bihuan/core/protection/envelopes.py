"""信封: what stands in the database instead of a number. `s1:KEY+DIGEST:SEARCH:CIPHER:SEALED`, all of it plain ASCII.

SEARCH is a keyed digest of the number as people mean it (no spaces, no +86): whoever knows the number and the key finds the
row by the beginning of the column, along its index; whoever holds the database alone can compare two rows of one column
and nothing more. SEALED is bound to the column: copied into another one it doesn't open.
"""

from __future__ import annotations

import secrets
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag

from bihuan.core.protection import ciphers
from bihuan.core.protection.rings import FIELDS, Key

PREFIX = "s1:"
#: 128 bits: two numbers out of all that exist don't meet by chance.
SEARCH_BYTES = 16


class Unreadable(Exception):
    """The key is not here, or what stands there was not sealed by us about this."""


def is_sealed(stored: str) -> bool:
    return stored.startswith(PREFIX)


def seal(plain: str, *, about: str, searchable: bool = True) -> str:
    key, cipher = FIELDS.current, ciphers.chosen_cipher()
    nonce = secrets.token_bytes(ciphers.NONCE)
    secret = ciphers.derived(key.secret, f"bihuan field {cipher.name}", cipher.key_length)
    sealed = nonce + cipher.seal(secret, nonce, plain.encode(), about.encode())
    digest = ciphers.chosen_digest()
    search = _search(plain, key, digest, about) if searchable else ""
    return f"{PREFIX}{key.number}{digest.mark}:{search}:{cipher.mark}:{urlsafe_b64encode(sealed).decode()}"


def open_sealed(stored: str, *, about: str) -> str:
    try:
        _, key_and_digest, _, mark, said = stored.split(":")
        key = FIELDS.find(int(key_and_digest[:-1]))
        cipher = next(c for c in ciphers.CIPHERS if c.mark == mark)
        raw = urlsafe_b64decode(said)
    except (ValueError, StopIteration):
        raise Unreadable from None
    if key is None:
        raise Unreadable
    secret = ciphers.derived(key.secret, f"bihuan field {cipher.name}", cipher.key_length)
    try:
        return cipher.open(secret, raw[: ciphers.NONCE], raw[ciphers.NONCE :], about.encode()).decode()
    except (InvalidTag, UnicodeDecodeError):
        raise Unreadable from None


def key_number(stored: str) -> int:
    """Which key of the ring wrote it."""
    return int(stored.split(":")[1][:-1])


def beginnings(plain: str, *, about: str) -> Iterator[str]:
    """What a stored value of this number may begin with: one for each key and digest that may have written it."""
    for key in FIELDS.known:
        for digest in ciphers.DIGESTS:
            if ciphers.has_digest(digest.name):
                yield f"{PREFIX}{key.number}{digest.mark}:{_search(plain, key, digest, about)}:"


def under_key(number: int) -> tuple[str, ...]:
    """What everything written with one key begins with."""
    return tuple(f"{PREFIX}{number}{digest.mark}:" for digest in ciphers.DIGESTS)


def meant(plain: str) -> str:
    """The number as people mean it, however it was typed."""
    text = unicodedata.normalize("NFKC", plain).upper()
    bare = "".join(c for c in text if c.isalnum() or c == "+")
    return bare.removeprefix("+86").lstrip("+")


def _search(plain: str, key: Key, digest: ciphers.KeyedDigest, about: str) -> str:
    secret = ciphers.derived(key.secret, f"bihuan field search {digest.name}", 32)
    found = digest.of(secret, f"{about}\x00{meant(plain)}".encode())
    return urlsafe_b64encode(found[:SEARCH_BYTES]).decode().rstrip("=")
