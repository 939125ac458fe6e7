"""报警管理: chatter, repeats, floods and first-out, counted on the tick clock so that a replay says the
same.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bihuan.engines.alarms.settings import Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    group: str
    first_out: bool  # 首出报警: nothing of its group was active when it came
    repeats: int  # 重复报警: earlier raises of the same limit in the window
    recent: int
    chattering: bool  # told once per spell
    flood: bool
    in_window: int


@dataclass(slots=True)
class Group:
    raises: deque[int] = field(default_factory=deque)
    active: int = 0
    flooding: bool = False


class Watch:
    """Remembers raises: per limit for chatter and repeats, per group for floods and first-out."""

    def __init__(self, patterns: Patterns) -> None:
        self.patterns = patterns
        self.raises: dict[int, deque[int]] = {}
        self.chattering: set[int] = set()
        self.groups: dict[str, Group] = {}
        self.counted: dict[int, str] = {}  # active alarms and the group each counts in

    def raised(self, limit: int, group: str, *, tick: int, hidden: bool) -> Seen:
        p = self.patterns
        mine = self.raises.setdefault(limit, deque(maxlen=1000))
        while mine and tick - mine[0] > p.repeat_within_ms:
            mine.popleft()
        repeats = len(mine)
        mine.append(tick)
        recent = 1 if repeats == 0 else sum(1 for x in mine if tick - x <= p.chatter_within_ms)
        chattering = recent >= p.chatter_count and limit not in self.chattering
        if recent >= p.chatter_count:
            self.chattering.add(limit)
        else:
            self.chattering.discard(limit)
        g = self.groups.setdefault(group, Group())
        first_out = g.active == 0 and not hidden
        flood = False
        if not hidden:
            g.active += 1
            self.counted[limit] = group
            g.raises.append(tick)
            self._forget(g, tick)
            flood = not g.flooding and len(g.raises) > p.flood_from
            g.flooding = g.flooding or flood
        return Seen(
            group=group,
            first_out=first_out,
            repeats=repeats,
            recent=recent,
            chattering=chattering and not hidden,
            flood=flood,
            in_window=len(g.raises),
        )

    def cleared(self, limit: int) -> None:
        group = self.counted.pop(limit, None)
        if group is not None:
            self.groups[group].active -= 1

    def floods_over(self, *, tick: int) -> list[tuple[str, int]]:
        over = []
        for name, g in sorted(self.groups.items()):
            if not g.flooding:
                continue
            self._forget(g, tick)
            if len(g.raises) < self.patterns.flood_until:
                g.flooding = False
                over.append((name, len(g.raises)))
        return over

    def _forget(self, group: Group, tick: int) -> None:
        while group.raises and tick - group.raises[0] > self.patterns.flood_window_ms:
            group.raises.popleft()
