"""What the supervisor of a case does: somebody else than its owner."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, action
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.loop import moves, rules
from bihuan.loop.actions.scopes import EvidenceList, Note, TheCase, pieces, verified_at
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants, Move, ProofRhythm
from bihuan.parties.queries import calendar_at


@action(
    "case.close_out",
    label=Text("核验销号", "Verify and close out"),
    needs=LoopGrants.VERIFY,
    scope=verified_at,
    signs_off=True,
    confirm=Text("核验通过并销号，确定吗？", "Verify this case and close it out?"),
    icon="shield",
)
def close_out(*, ctx: Context, case: TheCase, note: Note = "", evidence: EvidenceList | None = None) -> Case:
    """核验销号. 谁办理谁不得核验."""
    return close_out_case(ctx=ctx, case=case, note=note, evidence=evidence or [])


def close_out_case(*, ctx: Context, case: Case, note: str, evidence: list[UUID], **more: Any) -> Case:
    """The inside of closing out, for kinds that bring their own action. An ongoing case only has its proof accepted."""
    rules.require_independent_verifier(
        owner=case.organisation_code,
        submitted_by=case.submitted_by,
        verifier=ctx.actor.id,
        verifier_unit=ctx.actor.organisation,
    )
    given = pieces(ctx=ctx, ids=evidence)
    if case.is_ongoing:
        rhythm = ProofRhythm(case.proof_rhythm)
        today = day_of(ctx.at)
        after = rules.next_proof(
            rhythm=rhythm, after=max(case.due_on or today, today), calendar=calendar_at(case.region_path)
        )
        changes = moves.reset_deadline(case=case, due_on=after)
        return moves.advance(
            ctx=ctx, case=case, move=Move.ACCEPT_PROOF, note=note, evidence=given, submitted_by="", **changes, **more
        )
    return moves.advance(ctx=ctx, case=case, move=Move.CLOSE_OUT, note=note, evidence=given, closed_at=ctx.at, **more)


@action(
    "case.send_back",
    label=Text("退回", "Send back"),
    needs=LoopGrants.VERIFY,
    scope=verified_at,
    signs_off=True,
    icon="arrow-back-up",
    tone="warning",
)
def send_back(
    *, ctx: Context, case: TheCase, note: Annotated[str, Label("退回理由", "Why", widget="textarea")]
) -> Case:
    """退回: what is missing is said."""
    rules.require_independent_verifier(
        owner=case.organisation_code,
        submitted_by=case.submitted_by,
        verifier=ctx.actor.id,
        verifier_unit=ctx.actor.organisation,
    )
    return moves.advance(
        ctx=ctx, case=case, move=Move.SEND_BACK, note=note, times_sent_back=case.times_sent_back + 1, submitted_by=""
    )
