"""重新提交: the owner of a conflict has seen what is there now, and sends theirs again as themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bihuan.core.access.context import Context
from bihuan.core.actions import runner
from bihuan.core.actions.action import Action
from bihuan.core.modules import registry
from bihuan.core.sync import actions
from bihuan.core.sync.models import SyncConflict


def apply_anyway(*, ctx: Context, conflict: SyncConflict, seen: Mapping[str, int]) -> SyncConflict:
    """`seen`: the version on the screen, by row. A row that moved again since then is a stale version again, not a loss.

    The key makes it once: after a crash between the two steps the first is only remembered, and the second made good.
    """
    if not conflict.is_open:
        raise actions.AlreadySettled
    made = registry().actions[conflict.action]
    inputs = with_versions(made, conflict.input, seen)
    spelled = ",".join(f"{row}={version}" for row, version in sorted(seen.items()))
    done = runner.run(made, ctx=ctx, inputs=inputs, key=f"conflict:{conflict.pk}:{spelled}"[:200])
    settled = runner.perform(actions.apply_anyway, ctx=ctx, conflict=conflict, audit_row=done.audit_row)
    result: SyncConflict = settled.value
    return result


def with_versions(made: Action, sent: Mapping[str, Any], seen: Mapping[str, int]) -> dict[str, Any]:
    def renewed(reference: Any) -> Any:
        if not isinstance(reference, Mapping) or reference.get("expected_version") is None:
            return reference
        return {**reference, "expected_version": seen.get(str(reference["id"]), reference["expected_version"])}

    inputs = dict(sent)
    for name, said in made.fields.items():
        if said.ref is not None and name in inputs:
            value = inputs[name]
            inputs[name] = [renewed(v) for v in value] if isinstance(value, list) else renewed(value)
    return inputs
