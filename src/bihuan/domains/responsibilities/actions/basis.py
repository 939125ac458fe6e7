"""任务依据: a task is told to rest on a clause of its owner's duties. 依据 B06."""

from __future__ import annotations

from typing import Annotated

from bihuan.core.access.context import Context
from bihuan.core.actions.action import Label, Ref, action
from bihuan.domains.responsibilities import rules
from bihuan.domains.responsibilities.models import Clause, TaskBasis
from bihuan.domains.responsibilities.terms import ResponsibilitiesGrants
from bihuan.kernel.text import Text
from bihuan.loop.actions.scopes import handled_at
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants

TheTask = Annotated[Ref[Case], Label("任务", "Task", widget="hidden")]
ItsClause = Annotated[Ref[Clause], Label("依据的职责条款", "Clause it rests on")]


@action(
    "responsibilities.rest_on",
    label=Text("指明依据", "Name its basis"),
    needs=(ResponsibilitiesGrants.KEEP, ResponsibilitiesGrants.DIVIDE, LoopGrants.HANDLE),
    scope=handled_at,
    icon="link",
    tone="secondary",
)
def rest_on(*, ctx: Context, case: TheTask, clause: ItsClause) -> TaskBasis:
    """指明依据: which clause of its owner's duties a task rests on; naming another replaces it."""
    if clause.organisation_code != case.organisation_code:
        raise rules.WrongClause(
            Text("只能选承办单位自己的职责条款。", "Choose a clause of the unit that owns the task."),
            where={"clause": Text("不是本单位的条款。", "Not of this unit.")},
        )
    known: TaskBasis | None = TaskBasis.objects.filter(case=case).first()
    return ctx.change(known, clause=clause) if known is not None else ctx.create(TaskBasis(case=case, clause=clause))
