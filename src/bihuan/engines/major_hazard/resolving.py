"""先名称: which row of Table 1 a chemical is. 依据 GB 18218-2018 4.1.2 a)."""

from __future__ import annotations

from bihuan.engines.major_hazard.stock import Stock
from bihuan.engines.major_hazard.tables import NamedThreshold, Tables, plain
from bihuan.engines.major_hazard.terms import MixtureRule
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: What is written for "none of the rows".
NOT_IN_TABLE_1 = 0


class NameAmbiguous(Problem):
    """The name, alias or CAS number is that of several rows."""

    code = "name_ambiguous"


class ConditionUnconfirmed(Problem):
    """The row applies to some contents or states only."""

    code = "condition_unconfirmed"


class NameAndCasDisagree(Problem):
    code = "name_and_cas_disagree"


class SerialWrong(Problem):
    code = "serial_wrong"


def resolve(*, stock: Stock, tables: Tables) -> NamedThreshold | None:
    """The row of Table 1, or None where none applies. Whatever needs a person's decision is a problem."""
    if stock.mixture is MixtureRule.NEW_CATEGORY:
        return None
    candidates = _candidates(stock, tables)
    if stock.serial is not None:
        return _chosen(stock, tables, candidates)
    if not candidates:
        return None
    if len(candidates) > 1:
        raise NameAmbiguous(
            Text(
                "“{name}”对应表1的 {n} 项：{rows}。请写明全称，或填写表1序号；都不符合时填“无”。",
                "“{name}” may be {n} rows of Table 1: {rows}. Write the full name or the row's number; 无 where none fits.",
            ).format(name=stock.name, n=len(candidates), rows=_listed(candidates))
        )
    row = candidates[0]
    if row.is_conditional and plain(row.name) != plain(stock.name):
        raise ConditionUnconfirmed(
            Text(
                "表1第{serial}项是“{row}”。“{name}”符合时请填表1序号 {serial}，不符合时填“无”并确认危险性类别。",
                "Row {serial} of Table 1 is “{row}”. If “{name}” is that, give row {serial}; if not, give 无 and its hazard category.",
            ).format(serial=row.serial, row=row.name, name=stock.name)
        )
    return row


def _candidates(stock: Stock, tables: Tables) -> tuple[NamedThreshold, ...]:
    exact = tables.by_full_name.get(plain(stock.name))
    named = (exact,) if exact else tables.by_name.get(plain(stock.name), ())
    numbered = tables.by_cas.get(stock.cas, ()) if stock.cas else ()
    known = {cas for row in named for cas in row.cas}
    if named and stock.cas and known and not _includes(stock, named, tables) and stock.cas not in known:
        raise NameAndCasDisagree(
            Text(
                "名称“{name}”在表1的 CAS 号是 {known}，与填写的 {cas} 不一致。请核对是哪一个。",
                "Table 1 gives “{name}” the CAS number {known}, not {cas}. Check which is meant.",
            ).format(name=stock.name, known="、".join(sorted(known)), cas=stock.cas)
        )
    return named or numbered


def _includes(stock: Stock, named: tuple[NamedThreshold, ...], tables: Tables) -> bool:
    return any(tables.inclusions.get(stock.cas) == row.serial for row in named)


def _chosen(stock: Stock, tables: Tables, candidates: tuple[NamedThreshold, ...]) -> NamedThreshold | None:
    if stock.serial == NOT_IN_TABLE_1:
        certain = next((r for r in candidates if not r.is_conditional), None)
        if certain is not None and stock.mixture is None:
            raise SerialWrong(
                Text(
                    "“{name}”就是表1第{serial}项“{row}”，不能填“无”。先按名称查表1（4.1.2 a）。",
                    "“{name}” is row {serial} of Table 1, “{row}”; 无 is not open to it. Names go first (4.1.2 a).",
                ).format(name=stock.name, serial=certain.serial, row=certain.name)
            )
        return None
    row = tables.by_serial.get(stock.serial or 0)
    if row is None:
        raise SerialWrong(
            Text("表1没有第 {n} 项（共 {all} 项）。", "Table 1 has no row {n} (of {all}).").format(
                n=stock.serial, all=len(tables.named)
            )
        )
    if candidates and row not in candidates:
        raise SerialWrong(
            Text(
                "表1第{n}项是“{row}”，与“{name}”不符；可选：{rows}。",
                "Row {n} of Table 1 is “{row}”, which “{name}” is not; there are: {rows}.",
            ).format(n=stock.serial, row=row.name, name=stock.name, rows=_listed(candidates))
        )
    if stock.cas and row.cas and stock.cas not in row.cas and not _includes(stock, (row,), tables):
        raise NameAndCasDisagree(
            Text(
                "表1第{n}项“{row}”的 CAS 号是 {known}，与填写的 {cas} 不一致。",
                "Row {n} of Table 1, “{row}”, has the CAS number {known}, not {cas}.",
            ).format(n=row.serial, row=row.name, known="、".join(sorted(row.cas)), cas=stock.cas)
        )
    return row


def _listed(rows: tuple[NamedThreshold, ...]) -> str:
    return "；".join(f"{row.serial} {row.name}" for row in rows)
