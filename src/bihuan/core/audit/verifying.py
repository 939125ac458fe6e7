"""核验: what `bihuan audit verify` and the verifying of an exported file have in common, and what each adds."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bihuan.core.audit import keys
from bihuan.core.audit.canonical import FORMAT, leaf_hash, merkle_root
from bihuan.core.audit.models import AuditRow, Seal
from bihuan.core.audit.sealing import FIRST, anchor_path, link_of, read_anchors, read_restores, seal_message, spell
from bihuan.kernel.text import Text

EXPORT_FORMAT = 1


@dataclass(slots=True)
class Report:
    """What a verification found. Clean means: nothing found."""

    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    findings: list[Text] = field(default_factory=list)
    #: What a reader must know and is no tampering: a restore from a backup.
    notes: list[Text] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.findings

    def find(self, zh: str, en: str, **values: object) -> None:
        self.findings.append(Text(zh, en).format(**values))


def verify_database(*, anchor: Path | None = None, progress: Callable[[int], None] | None = None) -> Report:
    """Every row against its bytes, every seal against its rows, the chain, the signature and the anchors."""
    report = Report()
    anchors = {a["number"]: a for a in read_anchors(anchor or anchor_path())}
    chain, signer = keys.chain(), 0
    _check_changes(report, chain)
    previous, expected = FIRST, 1
    for seal in Seal.objects.order_by("number").iterator():
        rows = list(AuditRow.objects.filter(seal=seal).order_by("position"))
        _check_rows(report, rows, place=f"#{seal.number}", check_mac=True)
        if seal.number != expected:
            report.find(
                "封存序号不连续：应为 {a}，实为 {b}",
                "Seal numbers have a gap: {a} expected, {b} found",
                a=expected,
                b=seal.number,
            )
        if [r.position for r in rows] != list(range(seal.count)):
            report.find(
                "封存 {n} 的记录数与封存时不符：封存 {a} 条，现有 {b} 条",
                "Seal {n} holds {b} rows where {a} were sealed",
                n=seal.number,
                a=seal.count,
                b=len(rows),
            )
        signer = _check_seal(report, _as_mapping(seal), [r.leaf for r in rows], previous, chain, since=signer)
        _check_anchor(report, _as_mapping(seal), anchors.get(seal.number))
        previous, expected = link_of(seal), seal.number + 1
        report.seals += 1
        report.rows += len(rows)
        if progress:
            progress(report.rows)
    last = expected - 1
    if beyond := [n for n in anchors if n > last]:
        report.find(
            "外部锚点有封存 {a}–{b}，数据库中没有：尾部被截断，或恢复了旧副本",
            "The anchor outside the database knows seals {a}–{b} that the database lacks: its tail was cut or an old copy restored",
            a=min(beyond), b=max(beyond),
        )  # fmt: skip
    for mark in read_restores(anchor or anchor_path()):
        said = Text(
            "{t} 从备份恢复：封存 {a}–{b} 及其记录已放弃", "{t}: restored from a backup; seals {a}–{b} were given up"
        )
        report.notes.append(said.format(t=mark["restored_at"], a=mark["number"] + 1, b=mark["given_up"]))
    waiting = list(AuditRow.objects.filter(seal__isnull=True).order_by("id").iterator())
    _check_rows(report, waiting, place="unsealed", check_mac=True)
    report.unsealed = len(waiting)
    return report


def sealed_rows() -> int:
    """How many rows a verification will go through: what a progress bar counts to."""
    return AuditRow.objects.filter(seal__isnull=False).count()


def verify_row(row: AuditRow, *, anchor: Path | None = None) -> Report:
    """One row, the seal it lies in with all its rows, and that seal's anchor: what the page of a row shows."""
    report = Report(rows=1)
    _check_rows(report, [row], place=f"#{row.seal_id}" if row.seal_id else "unsealed", check_mac=True)
    if row.seal is None:
        report.unsealed = 1
        return report
    seal, before = row.seal, Seal.objects.filter(number=row.seal.number - 1).first()
    leaves = list(AuditRow.objects.filter(seal=seal).order_by("position").values_list("leaf", flat=True))
    previous = link_of(before) if before else FIRST
    _check_seal(report, _as_mapping(seal), leaves, previous, keys.chain())
    _check_anchor(report, _as_mapping(seal), _anchor_of(seal.number, anchor or anchor_path()))
    report.seals = 1
    return report


def _anchor_of(number: int, path: Path) -> Mapping[str, Any] | None:
    return next((a for a in read_anchors(path) if a["number"] == number), None)


def _check_rows(report: Report, rows: list[AuditRow], *, place: str, check_mac: bool) -> None:
    for row in rows:
        canonical = bytes(row.canonical)
        said = _parsed(canonical)
        if (format := said.get("format", FORMAT)) != FORMAT:
            report.find(
                "记录 {id}（{p}）的格式 {f} 由较新的版本写成，请用该版本核验",
                "Row {id} ({p}) has format {f} of a newer release; verify with that release",
                id=row.pk,
                p=place,
                f=format,
            )
            continue
        if leaf_hash(canonical) != row.leaf:
            report.find(
                "记录 {id}（{p}）的内容与其散列不符：内容被改动",
                "Row {id} ({p}) does not match its hash: it was edited",
                id=row.pk,
                p=place,
            )
        if check_mac and not keys.is_marked(canonical, row.mac):
            report.find(
                "记录 {id}（{p}）没有本系统的标记：由他人写入或改动",
                "Row {id} ({p}) does not carry this system's mark: somebody else wrote or edited it",
                id=row.pk,
                p=place,
            )
        columns = {
            "id": str(row.pk),
            "at": spell(row.at),
            "actor": row.actor,
            "action": row.action,
            "outcome": row.outcome,
        }
        if any(said.get(name) != value for name, value in columns.items()):
            report.find(
                "记录 {id}（{p}）的索引列与其内容不符",
                "The columns of row {id} ({p}) disagree with its bytes",
                id=row.pk,
                p=place,
            )


def _parsed(canonical: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(canonical)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _as_mapping(seal: Seal) -> dict[str, Any]:
    return {
        "number": seal.number, "previous": seal.previous, "root": seal.root, "count": seal.count,
        "sealed_at": spell(seal.sealed_at), "algorithm": seal.algorithm, "signature": seal.signature,
    }  # fmt: skip


def _check_seal(
    report: Report, seal: Mapping[str, Any], leaves: list[str], previous: str, chain: keys.Chain, *, since: int = 0
) -> int:
    """Answers which key of the chain signed it: the next seal is signed by that one or a later one."""
    number = seal["number"]
    if seal["previous"] != previous:
        report.find("封存 {n} 与前一封存不相接", "Seal {n} does not continue the seal before it", n=number)
    if merkle_root(leaves) != seal["root"]:
        report.find("封存 {n} 的根与其记录不符", "The root of seal {n} does not match its rows", n=number)
    message = seal_message(**{k: seal[k] for k in _SIGNED})
    signer = chain.signer(number, message, seal["signature"], since=since)
    if signer is None:
        report.find(
            "封存 {n} 的签名无效：封存被伪造或改动",
            "The signature of seal {n} is invalid: it was forged or edited",
            n=number,
        )
        return since
    return signer


def _check_changes(report: Report, chain: keys.Chain) -> None:
    if (wrong := chain.wrong()) is not None:
        report.find(
            "第 {n} 把签名密钥不是由前一把密钥签名交接的：密钥文件被改动",
            "Signing key number {n} was not named by the key before it: the key files were altered",
            n=wrong.number,
        )
    for change in chain.changes:
        said = Text(
            "{t} 更换签名密钥，自封存 {n} 起由新密钥签名",
            "{t}: the signing key was changed; the new one signs from seal {n}",
        )
        report.notes.append(said.format(t=change.at, n=change.from_seal))


_SIGNED = ("number", "previous", "root", "count", "sealed_at", "algorithm")


def _check_anchor(report: Report, seal: Mapping[str, Any], anchor: Mapping[str, Any] | None) -> None:
    if anchor is None:
        report.find("封存 {n} 没有外部锚点", "Seal {n} is not anchored outside the database", n=seal["number"])
    elif any(anchor.get(name) != seal[name] for name in (*_SIGNED, "signature")):
        report.find(
            "封存 {n} 与外部锚点不符：历史被重写",
            "Seal {n} differs from its anchor: history was rewritten",
            n=seal["number"],
        )


def export(path: Path) -> int:
    """All sealed rows as lines of JSON, with seals and public key: verifies without the database. Returns the rows."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in _export_lines():
            count += "canonical" in line
            file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
    return count


def _export_lines() -> Iterator[dict[str, Any]]:
    chain = keys.chain()
    yield {"bihuan_audit_export": EXPORT_FORMAT, "public_key": chain.first}
    for change in chain.changes:
        yield {"key_change": change.as_data()}
    number, link = 0, FIRST
    for seal in Seal.objects.order_by("number").iterator():
        yield {"seal": _as_mapping(seal)}
        number, link = seal.number, link_of(seal)
        for row in AuditRow.objects.filter(seal=seal).order_by("position").iterator():
            yield {"leaf": row.leaf, "canonical": base64.b64encode(bytes(row.canonical)).decode("ascii")}
    # Signed, so that a file whose end was cut off can't pass for a whole one.
    yield {"end": {"number": number, "signature": keys.sign(_end_message(number, link))}}


def _end_message(number: int, link: str) -> bytes:
    return f"bihuan-audit-export-end\n{number}\n{link}".encode()


def verify_file(path: Path, *, public_key: str | None = None, anchor: Path | None = None) -> Report:
    """An exported file by itself. `public_key` (hex), where given, must be one of those the file names.

    Each key after the first is named by the one before it. An agreed key that is not the first vouches for what lies
    before it by the links of the chain: every seal carries the digest of its predecessor.
    """
    report = Report()
    anchors = {a["number"]: a for a in read_anchors(anchor)} if anchor else None
    chain, groups, end = _read_export(path, report)
    if public_key and public_key not in chain.keys:
        report.find("文件所附公钥不是约定的公钥", "The file's public key is not the agreed one")
    if len(chain.first) != 64:
        report.find("文件没有可用的公钥", "The file holds no usable public key")
        return report
    _check_changes(report, chain)
    signer, previous, expected = 0, FIRST, 1
    for seal, rows in groups:
        if seal["number"] != expected:
            report.find(
                "封存序号不连续：应为 {a}，实为 {b}",
                "Seal numbers have a gap: {a} expected, {b} found",
                a=expected,
                b=seal["number"],
            )
        for leaf, canonical in rows:
            if leaf_hash(canonical) != leaf:
                report.find(
                    "封存 {n} 中一条记录的内容与其散列不符",
                    "A row of seal {n} does not match its hash",
                    n=seal["number"],
                )
        if len(rows) != seal["count"]:
            report.find(
                "封存 {n} 应有 {a} 条，文件中有 {b} 条",
                "Seal {n} should hold {a} rows, the file has {b}",
                n=seal["number"],
                a=seal["count"],
                b=len(rows),
            )
        signer = _check_seal(report, seal, [leaf_hash(c) for _, c in rows], previous, chain, since=signer)
        if anchors is not None:
            _check_anchor(report, seal, anchors.get(seal["number"]))
        previous = _link(seal)
        expected = seal["number"] + 1
        report.seals += 1
        report.rows += len(rows)
    _check_end(report, end, expected - 1, previous, chain.current)
    if anchors and max(anchors) >= expected:
        report.find(
            "外部锚点有封存 {a}–{b}，文件中没有",
            "The anchor knows seals {a}–{b} that the file lacks",
            a=expected,
            b=max(anchors),
        )
    return report


def _check_end(report: Report, end: Mapping[str, Any] | None, last: int, link: str, key: str) -> None:
    """The last line says which seal was the last when the file was written."""
    said = end if end is not None else {}
    whole = said.get("number") == last and keys.is_signed(key, _end_message(last, link), str(said.get("signature", "")))
    if not whole:
        report.find(
            "文件没有完整的结尾：末尾被截断，或拼接而成", "The file has no whole end: it was cut off or pieced together"
        )


def _link(seal: Mapping[str, Any]) -> str:
    return hashlib.sha256(seal_message(**{k: seal[k] for k in _SIGNED})).hexdigest()


def _read_export(
    path: Path, report: Report
) -> tuple[keys.Chain, list[tuple[dict[str, Any], list[tuple[str, bytes]]]], dict[str, Any] | None]:
    key = ""
    changes: list[keys.KeyChange] = []
    end: dict[str, Any] | None = None
    groups: list[tuple[dict[str, Any], list[tuple[str, bytes]]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            said = json.loads(line)
            if end is not None:
                raise ValueError
            if "public_key" in said:
                if said.get("bihuan_audit_export") != EXPORT_FORMAT:
                    report.find(
                        "文件的格式由较新的版本写成，请用该版本核验",
                        "The file's format is of a newer release; verify with that release",
                    )
                key = said["public_key"]
            elif "key_change" in said:
                changes.append(keys.KeyChange.of(said["key_change"]))
            elif "end" in said:
                end = said["end"]
            elif "seal" in said:
                groups.append((said["seal"], []))
            else:
                groups[-1][1].append((said["leaf"], base64.b64decode(said["canonical"])))
        except (ValueError, KeyError, IndexError, TypeError):
            report.find("第 {n} 行读不懂", "Line {n} can't be read", n=number)
    return keys.Chain(str(key), tuple(changes)), groups, end
