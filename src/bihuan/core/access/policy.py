"""安全策略: the numbers an office may set within bounds: passwords, lockout, sessions, tokens.

Defaults follow common practice for 网络安全等级保护 (GB/T 22239-2019 8.1.4.1, 8.1.4.2); the standard itself names no
numbers we could check, so every one of them is 待核 and says so on its page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bihuan.core.access.models import PolicyValue
from bihuan.kernel.text import Text

BASIS = Text(
    "GB/T 22239-2019 8.1.4.1 身份鉴别的通行做法，待核", "Common practice for GB/T 22239-2019 8.1.4.1, unchecked"
)


@dataclass(frozen=True, slots=True)
class PolicySpec:
    """One number: its default and the bounds within which an office may set it."""

    name: str
    label: Text
    default: int
    least: int
    most: int
    unit: Text
    basis: Text = BASIS


_CHARACTERS = Text("个字符", "characters")
_MINUTES = Text("分钟", "minutes")
_HOURS = Text("小时", "hours")
_DAYS = Text("天", "days")
_TIMES = Text("次", "times")

SETTINGS: Mapping[str, PolicySpec] = {
    spec.name: spec
    for spec in (
        PolicySpec("password_length", Text("口令最短长度", "Shortest password"), 12, 8, 64, _CHARACTERS),
        PolicySpec(
            "password_classes",
            Text("口令至少含几类字符（大写、小写、数字、其他）", "Kinds of characters (upper, lower, digit, other)"),
            3, 1, 4, Text("类", "kinds"),
        ),
        PolicySpec("password_history", Text("不得重复最近几次口令", "Earlier passwords refused"), 5, 1, 24, _TIMES),
        PolicySpec(
            "password_days", Text("口令有效期（0 为不限）", "Days a password holds (0: no limit)"), 90, 0, 365, _DAYS
        ),
        PolicySpec("lockout_after", Text("连续失败几次后锁定账号", "Failures that lock an account"), 5, 3, 10, _TIMES),
        PolicySpec(
            "lockout_minutes", Text("首次锁定时长，以后逐次加倍", "First lock; each further one doubles"), 15, 1, 1440, _MINUTES
        ),
        PolicySpec(
            "address_failures",
            Text("同一网络地址 15 分钟内允许的失败次数", "Failures allowed to one address in 15 minutes"),
            50, 10, 1000, _TIMES,
        ),
        PolicySpec("idle_minutes", Text("会话空闲多久后结束", "Idle time that ends a session"), 30, 5, 480, _MINUTES),
        PolicySpec("session_hours", Text("会话最长时长", "Longest session"), 8, 1, 24, _HOURS),
        PolicySpec("sessions_at_once", Text("一人同时会话数", "Sessions of one person at once"), 5, 1, 50, Text("个", "")),
        PolicySpec("token_days", Text("接口令牌最长有效期", "Longest life of an API token"), 365, 1, 365, _DAYS),
        PolicySpec("invitation_hours", Text("绑定邀请有效期", "Life of a link invitation"), 24, 1, 168, _HOURS),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """All values as they hold now, read once."""

    values: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.values[name]


def current() -> Policy:
    set_here = dict(PolicyValue.objects.values_list("name", "value"))
    return Policy({name: set_here.get(name, spec.default) for name, spec in SETTINGS.items()})
