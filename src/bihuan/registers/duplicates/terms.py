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
