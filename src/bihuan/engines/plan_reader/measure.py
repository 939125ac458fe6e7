"""评测: how well a ledger that was read agrees with one made by hand.

Tasks are matched one to one where their texts agree to 85 %; units, deadlines and indicators count within
matched tasks and
against unmatched ones; reporting dates and phase ends count over the document. F1 is pooled over
documents, kind by kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

KINDS = ("tasks", "responsible", "deadlines", "indicators", "reporting", "phases")
_IGNORED = frozenset(" \t\r\n\u3000，,。；;、：:（）()“”\"'")
_SAME_ENOUGH = 0.85


@dataclass(slots=True)
class Tally:
    """Hits, how many were read and how many are right, for each kind."""

    counts: dict[str, list[int]] = field(default_factory=lambda: {k: [0, 0, 0] for k in KINDS})
    misses: list[str] = field(default_factory=list)

    def add(self, kind: str, read: Counter[Any], gold: Counter[Any]) -> None:
        row = self.counts[kind]
        row[0] += sum((read & gold).values())
        row[1] += sum(read.values())
        row[2] += sum(gold.values())

    def f1(self, kind: str) -> float | None:
        """F1 of one kind; None where neither side has any."""
        hit, n_read, n_gold = self.counts[kind]
        if not n_read and not n_gold:
            return None
        return 2 * hit / (n_read + n_gold)

    @property
    def overall(self) -> float:
        """The mean over the kinds that occur."""
        values = [v for k in KINDS if (v := self.f1(k)) is not None]
        return sum(values) / len(values) if values else 1.0


def measure(pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Tally:
    """The pooled tally of (read, made by hand) ledgers."""
    tally = Tally()
    for read, gold in pairs:
        _one(tally, read, gold)
    return tally


def _one(tally: Tally, read: Mapping[str, Any], gold: Mapping[str, Any]) -> None:
    matches = _match([_bare(t["text"]) for t in read["tasks"]], [_bare(t["text"]) for t in gold["tasks"]])
    name = gold.get("title", "")
    tally.add("tasks", Counter(range(len(matches))), Counter(range(len(matches))))
    tally.counts["tasks"][1] += len(read["tasks"]) - len(matches)
    tally.counts["tasks"][2] += len(gold["tasks"]) - len(matches)
    nothing: Mapping[str, Any] = {}
    rows = [(read["tasks"][i], gold["tasks"][j]) for i, j in matches.items()]
    rows += [(t, nothing) for i, t in enumerate(read["tasks"]) if i not in matches]
    rows += [(nothing, t) for j, t in enumerate(gold["tasks"]) if j not in matches.values()]
    for ours, theirs in rows:
        if not ours or not theirs:
            side = "missing" if theirs else "too many"
            tally.misses.append(f"{name}: task {side}: {(theirs or ours)['text'][:40]}")
        for kind in ("responsible", "deadlines", "indicators"):
            a, b = _facts(ours, kind), _facts(theirs, kind)
            tally.add(kind, a, b)
            if a != b and ours and theirs:
                tally.misses.append(f"{name}: {kind} of {theirs.get('no')}: read {dict(a)} gold {dict(b)}")
    for kind, of in (("reporting", _dues), ("phases", _ends)):
        tally.add(kind, of(read), of(gold))
        if of(read) != of(gold):
            tally.misses.append(f"{name}: {kind}: read {dict(of(read))} gold {dict(of(gold))}")


def _bare(text: str) -> str:
    return "".join(c for c in text if c not in _IGNORED)


def _match(read: list[str], gold: list[str]) -> dict[int, int]:
    candidates: list[tuple[float, int, int]] = []
    for i, a in enumerate(read):
        for j, b in enumerate(gold):
            score = 1.0 if a == b else _likeness(a, b)
            if score >= _SAME_ENOUGH:
                candidates.append((-score, j, i))
    matched: dict[int, int] = {}
    for _, j, i in sorted(candidates):
        if i not in matched and j not in matched.values():
            matched[i] = j
    return matched


def _likeness(a: str, b: str) -> float:
    if not a or not b or min(len(a), len(b)) / max(len(a), len(b)) < 0.6:
        return 0.0
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _SAME_ENOUGH else 0.0


def _facts(task: Mapping[str, Any], kind: str) -> Counter[Any]:
    rows = task.get(kind, ())
    if kind == "responsible":
        return Counter((_bare(r["unit"]), str(r["role"])) for r in rows)
    if kind == "deadlines":
        return Counter((d["date"], bool(d["ongoing"])) for d in rows)
    return Counter((i["op"], float(i["value"])) for i in rows)


def _dues(ledger: Mapping[str, Any]) -> Counter[str]:
    return Counter(str(due) for row in ledger.get("reporting", ()) for due in row["due"])


def _ends(ledger: Mapping[str, Any]) -> Counter[str]:
    return Counter(str(p["end"]) for p in ledger.get("phases", ()))
