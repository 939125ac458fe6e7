"""What the door answers when it stays shut."""

from __future__ import annotations

from collections.abc import Mapping

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class InvalidInput(Problem):
    code = "invalid_input"
    status = 422


class NotFound(Problem):
    """Not there, or outside your scope: the answer is the same, so that nobody learns which."""

    code = "not_found"
    status = 404

    def __init__(self, text: Text | None = None) -> None:
        super().__init__(
            text
            or Text(
                "没有找到：可能不存在，或不在您的管辖范围内。",
                "Not found: it doesn't exist or lies outside your scope.",
            )
        )


class Denied(Problem):
    code = "denied"
    status = 403


class LoginNeeded(Problem):
    code = "login_needed"
    status = 401

    def __init__(self) -> None:
        super().__init__(Text("请先登录。", "Please log in first."))


class SecondFactorNeeded(Problem):
    code = "second_factor_needed"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Text(
                "这一步需要双因素验证：请在「我的账号」中绑定动态口令，然后重新登录。",
                "This step needs a second factor: set up a one-time code under My account, then log in again.",
            )
        )


class StaleVersion(Problem):
    """Somebody was faster."""

    code = "stale_version"
    status = 409

    def __init__(self, *, expected: int | None = None, found: int | None = None) -> None:
        where: Mapping[str, Text] = {}
        super().__init__(
            Text(
                "别人刚刚改过这条记录，您的操作没有执行。请刷新后核对再试。",
                "Somebody has just changed this record, so nothing was done. Reload, check, and try again.",
            ),
            where=where,
        )
        self.expected, self.found = expected, found


class KeyReused(Problem):
    code = "idempotency_key_reused"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            Text(
                "同一个幂等键曾用于另一份内容。新的操作请用新的键。",
                "This idempotency key was used with another body. Use a new key for a new operation.",
            )
        )


class UnknownAction(Problem):
    code = "unknown_action"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(Text("没有名为“{name}”的操作。", "There is no action called “{name}”.").format(name=name))
