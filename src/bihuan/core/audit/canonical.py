"""规范字节: one value, one sequence of bytes, for ever. Format 1: UTF-8 JSON, NFC, sorted keys, no spaces."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

FORMAT = 1


def plain(value: Any) -> Any:
    """Any value of ours as what JSON has. Floats are refused: they have no one spelling."""
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int():
            return value
        case str():
            return unicodedata.normalize("NFC", value)
        case Decimal():
            return format(value, "f")
        case float():
            return repr(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes():
            return {"sha256": hashlib.sha256(value).hexdigest()}
        case Mapping():
            return {str(plain(k)): plain(v) for k, v in value.items()}
        case set() | frozenset():
            return sorted(plain(v) for v in value)
        case Sequence():
            return [plain(v) for v in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_bytes(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def leaf_hash(canonical: bytes) -> str:
    """RFC 6962 2.1: a leaf is hashed with a zero byte in front, a node with a one, so that neither passes as the other."""
    return hashlib.sha256(b"\x00" + canonical).hexdigest()


def merkle_root(leaves: Sequence[str]) -> str:
    """The Merkle tree hash of RFC 6962 2.1 over hex leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    level = [bytes.fromhex(leaf) for leaf in leaves]
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        # RFC 6962 splits at the largest power of two; carrying the odd node up gives the same tree.
        level = paired + level[len(paired) * 2 :]
    return level[0].hex()
