"""`bihuan audit verify | export FILE | verify-file FILE`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from bihuan.core.audit import keys, verifying
from bihuan.kernel.text import Text


def audit(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bihuan audit", description=str(Text("审计核验与导出", "Verify and export the audit trail"))
    )
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser(
        "verify", help=str(Text("核验数据库与锚点", "the database against its seals and anchors"))
    )
    verify.add_argument("--anchor", type=Path, help=str(Text("别处保存的锚点文件", "an anchor file kept elsewhere")))
    export = commands.add_parser("export", help=str(Text("导出为可独立核验的文件", "a file that verifies on its own")))
    export.add_argument("file", type=Path)
    apart = commands.add_parser(
        "verify-file", help=str(Text("核验导出的文件，不需要数据库", "an exported file, without the database"))
    )
    apart.add_argument("file", type=Path)
    apart.add_argument("--key", help=str(Text("约定的公钥（十六进制）", "the agreed public key, in hex")))
    apart.add_argument("--anchor", type=Path)
    chosen = parser.parse_args(list(argv))
    if chosen.command == "export":
        count = verifying.export(chosen.file)
        print(  # noqa: T201
            Text("已导出 {n} 次封存，公钥 {k}", "{n} seals exported; public key {k}").format(
                n=count, k=keys.public_key_hex()
            )
        )
        return 0
    if chosen.command == "verify-file":
        return _tell(verifying.verify_file(chosen.file, public_key=chosen.key, anchor=chosen.anchor))
    with _progress() as counted:
        report = verifying.verify_database(anchor=chosen.anchor, progress=counted)
    return _tell(report)


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, on the error stream: the findings stay alone on the other."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(str(Text("核验", "Verifying")), total=verifying.sealed_rows())
        yield lambda rows: bar.update(task, completed=rows)


def _tell(report: Any) -> int:
    for finding in report.findings:
        sys.stdout.write(f"✗ {finding}\n")
    for note in report.notes:
        sys.stdout.write(f"! {note}\n")
    said = Text("{s} 次封存，{r} 条记录，{u} 条尚未封存", "{s} seals, {r} rows, {u} not sealed yet")
    sys.stdout.write(f"{said.format(s=report.seals, r=report.rows, u=report.unsealed)}\n")
    if report.is_clean:
        sys.stdout.write(f"✓ {Text('未发现篡改', 'Nothing was tampered with')}\n")
    return 0 if report.is_clean else 1
