"""核对与撤回."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.actions.problems import InvalidInput
from bihuan.core.lawbook import queries
from bihuan.core.lawbook.models import ProvisionCheck
from bihuan.core.lawbook.terms import LawbookGrants
from bihuan.kernel.text import Text

Check = Annotated[Ref[ProvisionCheck], Label("核对记录", "Check", widget="hidden")]
Reason = Annotated[
    str, Field(min_length=2, max_length=400), Label("撤回原因", "Why it is withdrawn", widget="textarea")
]


def _everywhere(*, ctx: Context, **_: object) -> Place:
    """There is one law for the whole installation."""
    return Place("")


class ChecksNothing(InvalidInput):
    code = "lawbook.nothing_to_check"


@action(
    "lawbook.check_in",
    label=Text("核对入库", "Check in"),
    needs=LawbookGrants.CHECK,
    scope=_everywhere,
    signs_off=True,
    icon="file-check",
)
def check_in(
    *,
    ctx: Context,
    path: Annotated[str, Label("条文文件", "Regulation", widget="hidden")],
    key: Annotated[str, Label("条文", "Provision", widget="hidden")],
    held_from: Annotated[date, Label("施行日期", "In force from", widget="hidden")],
    fingerprint: Annotated[str, Label("内容指纹", "Fingerprint of the values", widget="hidden")],
    basis: Annotated[
        str,
        Field(min_length=4, max_length=400),
        Label(
            "核对依据",
            "Basis of the check",
            widget="textarea",
            hint=Text(
                "写明对照的官方文本：文号或标准号、版次、来源和页码",
                "The official text it was compared with: number, edition, where it was had, page",
            ),
        ),
    ],
) -> ProvisionCheck:
    """核对入库: compared with the official text and the same. From then on it counts as law in this installation."""
    version = queries.version_of(path=path, key=key, held_from=held_from)
    if version is None:
        raise ChecksNothing(
            Text(
                "没有这一版条文，请回到列表重新打开。",
                "There is no such version; go back to the list and open it again.",
            )
        )
    if version.fingerprint != fingerprint:
        raise ChecksNothing(
            Text(
                "条文内容在您打开页面之后变了，请重新打开并再核对一遍。",
                "The values changed after you opened the page; open it again and compare once more.",
            )
        )
    if version.state.counts_as_law or queries.checks().filter(
        path=path, key=key, held_from=held_from, fingerprint=fingerprint
    ):
        raise ChecksNothing(Text("这一版已经核对过。", "This version was checked already."))
    return ctx.create(
        ProvisionCheck(
            path=path,
            key=key,
            held_from=held_from,
            fingerprint=fingerprint,
            basis=basis,
            checked_by=ctx.actor.name,
        )
    )


@action(
    "lawbook.withdraw",
    label=Text("撤回核对", "Withdraw the check"),
    needs=LawbookGrants.CHECK,
    scope=_everywhere,
    signs_off=True,
    icon="arrow-back-up",
    tone="danger",
)
def withdraw(*, ctx: Context, check: Check, because: Reason) -> ProvisionCheck:
    """撤回: the check was wrong. What was decided meanwhile keeps the state it was decided under."""
    if check.withdrawn_at is not None:
        raise ChecksNothing(Text("这条核对已经撤回。", "This check was withdrawn already."))
    return ctx.change(check, withdrawn_at=ctx.at, withdrawn_because=because)
