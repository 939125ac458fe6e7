"""台账行的检查: number, catalogue entry, category and basis of one chemical must fit each other."""

from __future__ import annotations

import re
from datetime import date

from bihuan.engines.major_hazard.categories import require_categories
from bihuan.engines.major_hazard.tables import plain, tables_at
from bihuan.kernel.cas import require_cas
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.registers.chemicals.rules.catalogue import catalogue_at

_UN = re.compile(r"[0-9]{4}")
_SPLIT = re.compile(r"[;；,，、\s]+")
NO_CATEGORY = "无"

#: A row is held against the newest edition entered; it keeps what was right when it was written.
NEWEST = date(2999, 12, 31)


def symbols_of(written: str) -> tuple[str, ...]:
    """W5.3；J5 → the symbols. 无 is none of them."""
    return tuple(s.upper() for s in _SPLIT.split(written.strip()) if s and s != NO_CATEGORY)


def wrong_cas(value: str) -> Text | None:
    try:
        require_cas(value)
    except Problem as problem:
        return problem.text
    return None


def wrong_un(value: str) -> Text | None:
    if _UN.fullmatch(value.upper().removeprefix("UN").strip()):
        return None
    return Text("UN 编号是四位数字，如 1230。", "A UN number has four digits, such as 1230.")


def wrong_symbols(value: str) -> Text | None:
    if value.strip() == NO_CATEGORY:
        return None
    try:
        require_categories(symbols=symbols_of(value), tables=tables_at(NEWEST))
    except Problem as problem:
        return problem.text
    return None


def meant_by(name: str) -> dict[int, str]:
    """名称有歧义: the entries a bare name may be, by number; empty where it is none or certainly one."""
    entries = catalogue_at(NEWEST).by_name.get(plain(name), ())
    known = {entry.serial: entry.name for entry in entries}
    exact = {serial for serial, full in known.items() if plain(full) == plain(name)}
    return known if len(known) > 1 and len(exact) != 1 else {}


def wrong_together(*, serial: int | None, cas: str, symbols: str, basis: str, name: str = "") -> dict[str, Text]:
    """What single fields can't see."""
    found: dict[str, Text] = {}
    if symbols and not basis:
        found["basis"] = Text(
            "危险性类别由人确认，请写明依据（如安全技术说明书版本与第2部分）。",
            "A category is confirmed by a person: give the basis, such as section 2 of the data sheet.",
        )
    if serial is None:
        if name and not cas and (meant := meant_by(name)):
            found["name"] = Text(
                "“{name}”在目录中对应 {n} 项：{rows}。请填目录序号或 CAS 号，说明是哪一项。",
                "“{name}” may be {n} entries of the catalogue: {rows}. Give its catalogue or CAS number.",
            ).format(name=name, n=len(meant), rows="；".join(f"{n} {words}" for n, words in list(meant.items())[:6]))
        return found
    rows = catalogue_at(NEWEST).by_serial.get(serial)
    if rows is None:
        found["serial"] = Text("目录没有第 {n} 号。", "The catalogue has no number {n}.").format(n=serial)
        return found
    known = sorted({number for row in rows for number in row.cas})
    if cas and known and cas not in known:
        found["cas"] = Text(
            "目录第 {n} 号“{name}”的 CAS 号是 {known}，与填写的不一致。",
            "Number {n} of the catalogue, “{name}”, has the CAS number {known}, not this one.",
        ).format(n=serial, name=rows[0].name, known="、".join(known))
    return found
