"""判定内核: judges rows one after another, compiled. `oracle.py` says the same in plain Python; a test holds
them together.

Rules worth knowing before changing a line:
- silence is not recovery: an off-delay ends by a sample only, never by the clock; an on-delay ends by either;
- a bad sample holds every level as it is; NOT_CONNECTED is no sign of life;
- a row not newer than what was judged, or too late, is not judged here: its fate says so and the caller keeps
it;
- the tick clock counts only while ticks arrive, so a stopped bus or a jumping server clock makes nobody
silent.
"""

from __future__ import annotations

from typing import Any

import numba as nb

from bihuan.engines.alarms import terms as t

ROOM = 24  # what one row or one point can emit at most, with some to spare
TICK_MS = 1000  # a timer started between two ticks may have started just before the later one

SLOTS, H, HH, L, LL, RATE, STUCK, BAD, LOST = t.SLOTS, t.H, t.HH, t.L, t.LL, t.RATE, t.STUCK, t.BAD, t.LOST
CLEAR, PENDING, ACTIVE, RETURNING, LATCHED = t.CLEAR, t.PENDING, t.ACTIVE, t.RETURNING, t.LATCHED
RAISED, CLEARED, RETURNED, AGAIN = t.RAW_RAISED, t.RAW_CLEARED, t.RAW_RETURNED, t.RAW_AGAIN
INPUT_LOST, INPUT_BACK = t.RAW_INPUT_LOST, t.RAW_INPUT_BACK
JUDGED, DUPLICATE, CONFLICT, LATE, FUTURE, UNKNOWN = (
    t.JUDGED,
    t.DUPLICATE,
    t.CONFLICT,
    t.LATE,
    t.FUTURE,
    t.UNKNOWN,
)
BAD_FROM, BAD_QUALITY, NOT_CONNECTED = t.BAD_FROM, t.BAD_QUALITY, t.NOT_CONNECTED
NEVER = -(2**63)
WATCHFUL = (1 << t.RATE) | (1 << t.STUCK)
NOTHING = 255


@nb.njit(cache=True, inline="never")
def emit(out: Any, n: int, row: int, limit: int, what: int, line: Any, at: int, value: float) -> int:
    o = out[n]
    o.row = row
    o.limit = limit
    o.what = what
    o.occurrence = line.occurrence
    o.at = at
    o.began = line.since
    o.value = value
    return n + 1


@nb.njit(cache=True)
def step(line: Any, over: bool, back: bool, at: int, began: int, tick: int) -> int:
    """One condition, one sample. Answers what happened; the caller keeps `busy` in step."""
    phase = line.phase
    if phase == CLEAR:
        if not (over and line.enabled == 1):
            return NOTHING
        line.since = began
        line.since_tick = tick
        if at - began < line.on_delay:
            line.phase = PENDING
            return NOTHING
        return enter(line)
    if phase == PENDING:
        if not (over and line.enabled == 1):
            line.phase = CLEAR
            return NOTHING
        if at - line.since < line.on_delay:
            return NOTHING
        return enter(line)
    if phase == ACTIVE:
        if not back:
            return NOTHING
        if line.off_delay > 0:
            line.phase = RETURNING
            line.since = at
            return NOTHING
        line.since = at
        return leave(line)
    if phase == RETURNING:
        if not back:
            line.phase = ACTIVE
            return NOTHING
        if at - line.since < line.off_delay:
            return NOTHING
        return leave(line)
    if over and line.enabled == 1:  # LATCHED
        line.phase = ACTIVE
        line.since = at
        return AGAIN
    return NOTHING


@nb.njit(cache=True)
def enter(line: Any) -> int:
    line.phase = ACTIVE
    line.occurrence += 1
    line.held_back = line.back
    line.acked = 0
    return RAISED


@nb.njit(cache=True)
def leave(line: Any) -> int:
    if line.latch == 1 and line.acked == 0:
        line.phase = LATCHED
        return RETURNED
    line.phase = CLEAR
    return CLEARED


@nb.njit(cache=True)
def found(point: Any, limits: Any, base: int, row: int, at: int, value: float, out: Any, n: int) -> int:
    """The input is back: every alarm that was active without input says so, then the LOST alarm ends."""
    point.lost = 0
    point.busy -= 1
    for slot in range(LOST):
        line = limits[base + slot]
        if line.phase >= ACTIVE:
            n = emit(out, n, row, base + slot, INPUT_BACK, line, at, value)
    line = limits[base + LOST]
    if line.phase == ACTIVE:
        line.since = at
        what = leave(line)
        if what == CLEARED:
            point.busy -= 1
        n = emit(out, n, row, base + LOST, what, line, at, value)
    return n


@nb.njit(cache=True)
def examine(
    point: Any,
    limits: Any,
    base: int,
    row: int,
    at: int,
    value: float,
    good: bool,
    out: Any,
    n: int,
    tick: int,
) -> int:
    """Every condition of the point that this sample may move, in the order of the slots.

    A line that is CLEAR and not reached is not even looked at: the lines of all points are larger than a cache.
    """
    last, last_at = point.value, point.value_at
    idle = point.busy == 0
    for slot in range(LOST):
        if slot != BAD and not good:
            continue
        if idle:
            if slot in (H, HH):
                if value < point.quiet_hi:
                    continue
            elif slot in (L, LL):
                if value > point.quiet_lo:
                    continue
            elif point.extra & (1 << slot) == 0:
                continue
        line = limits[base + slot]
        if line.enabled == 0 and line.phase == CLEAR:
            continue
        began = at
        if slot == BAD:
            over = not good
            back = good
        elif slot in (H, HH):
            over = value >= line.value
            back = value < line.held_back
        elif slot in (L, LL):
            over = value <= line.value
            back = value > line.held_back
        elif slot == RATE:
            if last_at == NEVER:
                continue
            rate = abs(value - last) * 1000.0 / (at - last_at)
            over = rate >= line.value
            back = rate < line.held_back
        else:
            # STUCK: held_back carries the anchor, the value from which the point has not moved by more than
            # the tolerance
            over = point.changed_at != NEVER and abs(value - line.held_back) <= line.value
            back = not over
            if back:
                point.changed_at = at
            began = point.changed_at
        anchor = line.held_back
        was = line.phase
        what = step(line, over, back, at, began, tick)
        if slot == STUCK:
            line.held_back = value if back else anchor
        if was == CLEAR and line.phase != CLEAR:
            point.busy += 1
        elif was != CLEAR and line.phase == CLEAR:
            point.busy -= 1
        if what != NOTHING:
            n = emit(out, n, row, base + slot, what, line, at, value)
    return n


@nb.njit(cache=True)
def judge(
    points: Any,
    limits: Any,
    index_of: Any,
    number: Any,
    at: Any,
    value: Any,
    quality: Any,
    received: int,
    lateness: int,
    future: int,
    tick: int,
    start: int,
    fate: Any,
    out: Any,
) -> Any:
    """Rows from `start` on, until all are judged or `out` is nearly full. Answers (next row, emitted)."""
    n = 0
    full = len(out) - ROOM
    oldest = received - lateness
    newest = received + future
    known = len(index_of)
    for i in range(start, len(number)):
        if n > full:
            return i, n
        k = number[i]
        p = index_of[k] if 0 <= k < known else -1
        if p < 0:
            fate[i] = UNKNOWN
            continue
        point = points[p]
        t_i = at[i]
        v = value[i]
        if t_i <= point.last_at:
            if t_i < point.last_at:
                fate[i] = LATE
            elif t_i == point.value_at and (v == point.value or (v != v and point.value != point.value)):
                fate[i] = DUPLICATE
            else:
                fate[i] = CONFLICT
            continue
        if t_i < oldest:
            fate[i] = LATE
            continue
        if t_i > newest:
            fate[i] = FUTURE
            continue
        fate[i] = JUDGED
        q = quality[i]
        point.last_at = t_i
        point.quality = q
        good = q < BAD_FROM and v == v
        if q != NOT_CONNECTED:
            point.heard = tick
        if good and point.busy == 0 and point.quiet_lo < v < point.quiet_hi and point.extra & WATCHFUL == 0:
            point.value = v
            point.value_at = t_i
            continue
        base = p * SLOTS
        if point.lost == 1 and q != NOT_CONNECTED:
            n = found(point, limits, base, i, t_i, v, out, n)
        n = examine(point, limits, base, i, t_i, v, good, out, n, tick)
        if good:
            point.value = v
            point.value_at = t_i
    return len(number), n


@nb.njit(cache=True)
def pass_time(points: Any, limits: Any, count: int, tick: int, start: int, out: Any) -> Any:
    """One clock tick over all points: silence, and on-delays that ran out without a further sample."""
    n = 0
    full = len(out) - ROOM
    for p in range(start, count):
        if n > full:
            return p, n
        point = points[p]
        base = p * SLOTS
        if point.lost == 0 and tick - point.heard > limits[base + LOST].on_delay:
            point.lost = 1
            point.busy += 1
            for slot in range(LOST):
                line = limits[base + slot]
                if line.phase >= ACTIVE:
                    n = emit(out, n, -1, base + slot, INPUT_LOST, line, point.last_at, point.value)
            line = limits[base + LOST]
            if line.phase == CLEAR and line.enabled == 1:
                line.since = point.last_at
                point.busy += 1
                n = emit(out, n, -1, base + LOST, enter(line), line, point.last_at, point.value)
            elif line.phase == LATCHED and line.enabled == 1:
                line.phase = ACTIVE
                n = emit(out, n, -1, base + LOST, AGAIN, line, point.last_at, point.value)
        if point.busy > 0:
            for slot in range(LOST):
                if slot in (RATE, STUCK):
                    continue  # these are said by samples only: silence has no rate and stands still by nature
                line = limits[base + slot]
                if line.phase == PENDING and line.enabled == 1 and tick >= line.since_tick + TICK_MS + line.on_delay:
                    what = enter(line)
                    n = emit(out, n, -1, base + slot, what, line, line.since + line.on_delay, point.value)
    return count, n
