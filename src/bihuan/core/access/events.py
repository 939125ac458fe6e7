"""What happened to accounts. Open pages and live connections hear these and close within seconds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """登录会话已结束: by its owner, by an administrator, or because the account changed."""

    session_id: UUID
    user_id: UUID

    @property
    def subject(self) -> str:
        return f"access.user:{self.user_id}"


@dataclass(frozen=True, slots=True)
class GrantsChanged:
    """授权已变更: somebody may now do more, or less."""

    user_id: UUID

    @property
    def subject(self) -> str:
        return f"access.user:{self.user_id}"
