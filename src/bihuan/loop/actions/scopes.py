"""Where the steps of a case may be taken, and the inputs they share."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref
from bihuan.core.actions.problems import NotFound
from bihuan.core.evidence.models import Evidence
from bihuan.kernel.text import Text
from bihuan.loop.models import Case
from bihuan.loop.terms import PartyRole
from bihuan.parties.models import Region

TheCase = Annotated[Ref[Case], Label("事项", "Case", widget="hidden")]
Note = Annotated[str, Label("说明", "Note", widget="textarea")]
EvidenceList = Annotated[list[UUID], Label("佐证材料", "Evidence", widget="evidence")]

_HANDLING = (PartyRole.OWNER, PartyRole.LEAD, PartyRole.SEPARATE_LEAD)


def handled_at(*, ctx: Context, case: Case, **_: Any) -> Place:
    """Where a case is handled: its owner and those that lead."""
    roles = [r.value for r in _HANDLING]
    return Place(
        case.region_path, frozenset(case.parties.filter(role__in=roles).values_list("organisation_code", flat=True))
    )


def verified_at(*, ctx: Context, case: Case, **_: Any) -> Place:
    return Place(case.region_path, frozenset([case.supervisor_code]))


def directed_at(*, ctx: Context, case: Case, **_: Any) -> Place:
    """Who directs a case: whoever issued it, and its supervisor."""
    issuers = case.parties.filter(role=PartyRole.ISSUER).values_list("organisation_code", flat=True)
    return Place(case.region_path, frozenset([case.supervisor_code, *issuers]))


def place_of_region(*, ctx: Context, region: Region, **_: Any) -> Place:
    return region.place


def pieces(*, ctx: Context, ids: list[UUID]) -> list[Evidence]:
    """The evidence rows named, each of which the actor must be able to see."""
    if not ids:
        return []
    found = list(Evidence.objects.visible_to(ctx.actor).filter(pk__in=ids))
    if len(found) != len(set(ids)):
        raise NotFound(
            Text(
                "有佐证材料没有找到：可能未上传成功，请重新上传。",
                "Some evidence was not found; it may not have been uploaded. Upload it again.",
            )
        )
    return found
