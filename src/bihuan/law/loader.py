"""装入法规数据: reads `regulations/**.yaml` strictly. A fault names its file, its place and what it is.

A file holds provisions by key; a provision its meaning in both languages and its versions:

    grade_floors:
      meaning: {zh: 重大危险源分级的 R 值下限, en: Lower bounds of R for the grades}
      versions:
        - from: 2019-03-01
          source: GB 18218-2018 4.3
          state: 转载待核
          values: {I: 100, II: 50, III: 10}

Instead of `values` a version may name a `table` (a CSV file beside it) with its `columns` and their types. A
row of a table may have a `state` of its own: the version is no surer than its least sure row, and no row
surer than its version.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Hashable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from bihuan.kernel.period import Period, PeriodRunsBackwards
from bihuan.kernel.text import Text
from bihuan.law.provision import Provision, Version
from bihuan.law.state import BY_CHINESE, LawState, weakest

KEY = re.compile(r"[a-z][a-z0-9_]*")
VERSION_FIELDS = {"from", "until", "source", "state", "values", "table", "columns"}
COLUMN_TYPES = {"text", "integer", "decimal", "date", "state"}


class LawDataWrong(Exception):
    """The shipped data is broken: a fault of whoever edited it, found by the tests and at start-up."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


class StrictLoader(yaml.SafeLoader):
    """YAML without its surprises: a key stands once, a number with a point is a Decimal, `on` is a word."""


def _mapping(loader: StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[Hashable] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


def _decimal(loader: StrictLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)))


#: Plain scalars that are not text. YAML 1.1 would also read `on`, `no` as booleans and `12:30` as a number.
_PLAIN = {
    "tag:yaml.org,2002:bool": (r"true|false", ["t", "f"]),
    "tag:yaml.org,2002:null": (r"null|~|", ["n", "~", ""]),
    "tag:yaml.org,2002:int": (r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    "tag:yaml.org,2002:float": (r"-?(?:0|[1-9][0-9]*)\.[0-9]+", list("-0123456789")),
    "tag:yaml.org,2002:timestamp": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", list("0123456789")),
}
StrictLoader.yaml_implicit_resolvers = {}
for _tag, (_pattern, _first) in _PLAIN.items():
    StrictLoader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), _first)

StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
StrictLoader.add_constructor("tag:yaml.org,2002:float", _decimal)


def freeze(value: Any) -> Any:
    """Nobody who asks for the law may change it for the next one."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(inner) for key, inner in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(inner) for inner in value)
    return value


def load(folder: Path) -> dict[tuple[str, str], Provision]:
    """Every provision of every file under `folder`, by (path without suffix, key)."""
    provisions: dict[tuple[str, str], Provision] = {}
    for file in sorted(folder.rglob("*.yaml")):
        path = file.relative_to(folder).with_suffix("").as_posix()
        for provision in load_file(file, path=path):
            provisions[provision.path, provision.key] = provision
    return provisions


def load_file(file: Path, *, path: str) -> Iterator[Provision]:
    try:
        # StrictLoader is a SafeLoader: it builds plain values only.
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=StrictLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError) as error:  # a ValueError is 31 February or a byte that is not UTF-8
        raise LawDataWrong(f"{path}.yaml", " ".join(str(error).split())) from error
    if not isinstance(document, dict) or not document:
        raise LawDataWrong(f"{path}.yaml", "holds no provisions")
    for key, entry in document.items():
        where = f"{path}.yaml#{key}"
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise LawDataWrong(where, "a key is written in small letters, digits and underscores")
        yield read_provision(entry, path=path, key=key, where=where, folder=file.parent)


def read_provision(entry: Any, *, path: str, key: str, where: str, folder: Path) -> Provision:
    require_fields(entry, allowed={"meaning", "versions"}, needed={"meaning", "versions"}, where=where)
    meaning = entry["meaning"]
    require_fields(meaning, allowed={"zh", "en"}, needed={"zh", "en"}, where=f"{where}.meaning")
    if not isinstance(entry["versions"], list) or not entry["versions"]:
        raise LawDataWrong(f"{where}.versions", "is a list with at least one version")
    versions = [
        read_version(version, where=f"{where}.versions[{number}]", folder=folder)
        for number, version in enumerate(entry["versions"])
    ]
    require_order(versions, where=where)
    return Provision(path, key, Text(str(meaning["zh"]), str(meaning["en"])), tuple(versions))


def read_version(version: Any, *, where: str, folder: Path) -> Version:
    require_fields(version, allowed=VERSION_FIELDS, needed={"from", "source", "state"}, where=where)
    if ("values" in version) == ("table" in version):
        raise LawDataWrong(where, "has either `values` or a `table`")
    for field in ("from", "until"):
        if field in version and type(version[field]) is not date:
            raise LawDataWrong(f"{where}.{field}", f"is a day like 2019-03-01, not {version[field]!r}")
    try:
        period = Period(version["from"], version.get("until"))
    except PeriodRunsBackwards as error:
        raise LawDataWrong(where, error.text.en) from error
    source = version["source"]
    if not isinstance(source, str) or not source.strip():
        raise LawDataWrong(f"{where}.source", "names the standard and the clause")
    state = read_state(version["state"], where=f"{where}.state")
    values = version.get("values")
    if "table" in version:
        rows = read_table(version, where=where, folder=folder, at_best=state)
        state = weakest([state, *(row["state"] for row in rows if "state" in row)])
        values = rows
    if values is None:
        raise LawDataWrong(f"{where}.values", "is empty")
    return Version(period, source, state, freeze(values))


def read_state(written: Any, *, where: str) -> LawState:
    if written not in BY_CHINESE:
        raise LawDataWrong(where, f"is one of {' · '.join(BY_CHINESE)}, not {written!r}")
    return BY_CHINESE[written]


def read_table(version: Mapping[str, Any], *, where: str, folder: Path, at_best: LawState) -> list[dict[str, Any]]:
    columns = version.get("columns")
    if not isinstance(columns, dict) or not set(columns.values()) <= COLUMN_TYPES:
        raise LawDataWrong(f"{where}.columns", f"names every column with one of {sorted(COLUMN_TYPES)}")
    file = folder / str(version["table"])
    if not file.is_file():
        raise LawDataWrong(f"{where}.table", f"there is no file {version['table']}")
    with file.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle, strict=True)
        if reader.fieldnames != list(columns):
            raise LawDataWrong(f"{file.name}:1", f"columns are {reader.fieldnames}, declared {list(columns)}")
        rows = [
            read_row(row, columns=columns, where=f"{file.name}:{reader.line_num}", at_best=at_best) for row in reader
        ]
    if not rows:
        raise LawDataWrong(file.name, "holds no rows")
    return rows


def read_row(row: Mapping[Any, Any], *, columns: Mapping[str, str], where: str, at_best: LawState) -> dict[str, Any]:
    if None in row or None in row.values():
        raise LawDataWrong(where, "has more or fewer cells than there are columns")
    read = {name: read_cell(row[name].strip(), kind=kind, where=f"{where} {name}") for name, kind in columns.items()}
    for name, kind in columns.items():
        if kind == "state":
            read[name] = weakest([read[name], at_best])
    return read


def read_cell(written: str, *, kind: str, where: str) -> Any:
    """An empty cell of a number or a day is None; an empty text is an empty text."""
    if kind == "state":
        return read_state(written, where=where)
    if kind == "text":
        return written
    if not written:
        return None
    try:
        if kind == "integer":
            return int(written)
        return Decimal(written) if kind == "decimal" else date.fromisoformat(written)
    except (ValueError, InvalidOperation):
        raise LawDataWrong(where, f"{written!r} is not of type {kind}") from None


def require_fields(entry: Any, *, allowed: set[str], needed: set[str], where: str) -> None:
    if not isinstance(entry, dict):
        raise LawDataWrong(where, f"has the fields {', '.join(sorted(needed))}")
    if unknown := sorted(str(name) for name in set(entry) - allowed):
        raise LawDataWrong(where, f"has unknown fields: {', '.join(unknown)}")
    if missing := sorted(needed - set(entry)):
        raise LawDataWrong(where, f"lacks {', '.join(missing)}")


def require_order(versions: list[Version], *, where: str) -> None:
    """Oldest first, and no day belongs to two of them."""
    for earlier, later in pairwise(versions):
        if later.period.from_ < earlier.period.from_:
            raise LawDataWrong(f"{where}.versions", f"{later.period} stands after {earlier.period}")
        if earlier.period.overlaps(later.period):
            raise LawDataWrong(
                f"{where}.versions",
                f"{earlier.period} and {later.period} share days; give the older an `until`",
            )
