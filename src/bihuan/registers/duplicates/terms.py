"""查重术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class DuplicatesGrants(Term):
    READ = "duplicates.read", "查看疑似重复单位", "See suspected duplicates"
    PROPOSE = "duplicates.propose", "查重并提出合并", "Look for duplicates and propose merges"
    MERGE = "duplicates.merge", "确认合并单位", "Confirm merges of organisations"
    NOTE = "duplicates.note", "记录疑似重复", "Note suspected duplicates"


class Verdict(Term):
    """疑似重复的结论."""

    FOUND = "found", "待判断", "To be judged"
    PROPOSED = "proposed", "待确认合并", "Merge to be confirmed"
    MERGED = "merged", "已合并", "Merged"
    APART = "apart", "不是重复", "Not the same"
    UNDOING = "undoing", "待确认撤销合并", "Taking back to be confirmed"
    UNDONE = "undone", "合并已撤销", "Merge taken back"


class Fate(Term):
    """转移明细的去向: what became of a row that a merge moved."""

    MOVED = "moved", "已转到保留的单位", "Went over"
    BACK = "back", "已退回", "Went back"
    CHANGED = "changed", "合并后又改过归属，留在现处", "Its owner changed again since: it stays where it is"
    REPEATS = "repeats", "原单位已有相同记录，留在现处", "The other has the same by now: it stays where it is"
    GONE = "gone", "已不存在", "It is no longer there"
