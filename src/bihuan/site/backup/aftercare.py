"""恢复之后: the audit learns of it, its anchors are continued, and everything is looked at again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

from django.conf import settings
from pydantic import BaseModel

from bihuan.core.access.context import Context, service_actor
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.actions.action import Label, action
from bihuan.core.audit import sealing, verifying
from bihuan.core.audit.models import Seal
from bihuan.core.evidence import store
from bihuan.core.evidence.models import EvidenceFile
from bihuan.core.evidence.problems import AlteredFile
from bihuan.kernel.text import Text
from bihuan.site.operations import diary

RESTORER = service_actor("operations.restore", AccessGrants.START_UP)


class Noted(BaseModel):
    point: str


@action(
    "operations.note_restore",
    label=Text("记录恢复", "Note a restore"),
    needs=AccessGrants.START_UP,
    faces=(),
)
def note_restore(
    *,
    ctx: Context,
    point: Annotated[str, Label("恢复点", "Recovery point")],
    made_at: Annotated[datetime, Label("备份时刻", "When it was backed up")],
    parts: Annotated[list[str], Label("恢复的部分", "Parts restored")],
    given_up: Annotated[int, Label("放弃的封存数", "Seals given up")],
) -> Noted:
    """恢复记录: which point came back, and how many seals that were anchored are gone with what they sealed."""
    return Noted(point=point)


@dataclass(slots=True)
class Verdict:
    """What a look at the restored installation found. `wrong`: each in words."""

    rows: int = 0
    seals: int = 0
    evidence: int = 0
    history: int = 0
    wrong: list[Text] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.wrong


def tell(*, at: datetime, point: str, made_at: datetime, parts: list[str], seconds: float) -> int:
    """One audit row, sealed at once; the anchors say where the chain goes on. Returns the seals given up."""
    given_up = 0
    if "records" in parts:
        last = Seal.objects.order_by("-number").first()
        given_up = sealing.continue_from(last.number if last else 0, at=at)
    runner.perform(
        note_restore,
        ctx=Context(actor=RESTORER, at=at, cause="command line"),
        point=point,
        made_at=made_at,
        parts=parts,
        given_up=given_up,
    )
    while sealing.seal_pending(at=at):
        pass
    diary.note("restore", at=at, seconds=seconds, point=point, parts=parts, given_up=given_up)
    return given_up


def verify() -> Verdict:
    """Audit against its anchors, every file that records name, every file that history names."""
    found = Verdict()
    report = verifying.verify_database()
    found.rows, found.seals, found.wrong = report.rows, report.seals, list(report.findings)
    for digest in EvidenceFile.objects.order_by("digest").values_list("digest", flat=True).iterator():
        found.evidence += 1
        try:
            store.require_unaltered(digest)
        except AlteredFile:
            found.wrong.append(
                Text("证据文件 {d} 缺失或被改动", "The evidence file {d} is missing or altered").format(d=digest[:16])
            )
    folder = Path(settings.BIHUAN_HOME) / "history"
    if (folder / "manifest").is_dir():
        # late: the stream extra may be left out of an installation
        from bihuan.streams.history.store import Store

        history = Store(folder)
        found.history = len(history.version.files)
        for name in history.verify():
            found.wrong.append(
                Text("历史文件 {n} 缺失或被改动", "The history file {n} is missing or altered").format(n=name)
            )
    return found
