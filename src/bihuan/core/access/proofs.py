"""凭据核验结果: a signed note that a password was checked, so that the costly hashing is done before the transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing

from bihuan.core.access.identification import digest
from bihuan.core.access.models import User
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

GOOD_FOR = timedelta(minutes=5)
_SALT = "bihuan.access.proof"


class ProofMissing(Problem):
    code = "proof_missing"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Text("口令核验已过期，请重新输入口令。", "The password check has run out: enter the password again.")
        )


def prove(user: User, *, purpose: str, at: datetime) -> str:
    """Bound to the account, its present password and what it is for. Never leaves the server."""
    return signing.dumps(_content(user, purpose) | {"at": at.isoformat()}, salt=_SALT)


def require_proof(note: str, *, user: User, purpose: str, at: datetime) -> None:
    try:
        said = signing.loads(note, salt=_SALT)
        made_at = datetime.fromisoformat(said.pop("at"))
    except (signing.BadSignature, KeyError, ValueError):
        raise ProofMissing from None
    if said != _content(user, purpose) or not timedelta(0) <= at - made_at < GOOD_FOR:
        raise ProofMissing


def _content(user: User, purpose: str) -> dict[str, str]:
    return {"user": str(user.pk), "for": purpose, "stamp": digest(user.password)[:24]}
