"""台账操作: the actions every register has, made from its fields: add, change, retire, and the steps of a sheet."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import StringConstraints

from bihuan.core.access.context import Context
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import PERSONAL, UNCHANGED, Action, Label, Ref, action
from bihuan.core.actions.problems import InvalidInput
from bihuan.core.protection.revealing import reveal_action
from bihuan.core.records.fields import Field, WrongCell
from bihuan.core.records.register import Register, Values
from bihuan.core.records.repeating import repeated
from bihuan.core.records.writing import fill_further, write_changes
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text


class AlreadyRetired(Problem):
    code = "already_retired"
    status = 409


def actions_of(register: Register) -> tuple[Action, ...]:
    made = [_add(register), _change(register)]
    if register.retired is not None:
        made.append(_retire(register))
    if register.masks:
        made.append(reveal_action(f"{register.code}.reveal", register.model, needs=register.personal or register.edit))
    return tuple(made)


def _add(register: Register) -> Action:
    def add(*, ctx: Context, **inputs: Any) -> Any:
        values = checked(register, inputs)
        require_answered(register, values, changed=values.keys(), is_sure=inputs.get(SURE, False))
        if (first := register.first(values)) is not None:
            ctx.create(first)
        below, row = register.build(values)
        if below is not None:
            ctx.create(below)
        ctx.create(row)
        fill_further(register, ctx=ctx, row=row, values=values)
        return row

    def place(*, ctx: Context, **inputs: Any) -> Place:
        # Before anything is checked the row is only looked at for where it would lie.
        return register.place_of({f.name: _stored(inputs[f.name]) for f in register.fields})

    parameters = {f.name: _parameter(f, required=bool(f.required)) for f in register.fields}
    _describe(add, parameters | _sure(register), returns=register.model)
    return action(
        f"{register.code}.add",
        label=Text(f"新增{register.label.zh}", f"Add to {register.label.en}"),
        needs=register.edit,
        scope=place,
        faces=("http", "form", "cli"),
        icon="plus",
    )(add)


def _change(register: Register) -> Action:
    changeable = [f for f in register.fields if not f.fixed]

    def change(*, ctx: Context, row: Any, **inputs: Any) -> Any:
        said = {name: value for name, value in inputs.items() if value is not UNCHANGED}
        before = register.values_of(row)
        values = checked(register, {**before, **said}, row=row)
        changed = [name for name, value in values.items() if value != before[name]]
        require_answered(register, values, changed=changed, is_sure=said.get(SURE, False), row=row)
        return write_changes(register, ctx=ctx, row=row, values=values)

    parameters: dict[str, tuple[Any, Any]] = {"row": (reference_to(register.model), inspect.Parameter.empty)}
    parameters |= {f.name: (_parameter(f, required=False)[0], UNCHANGED) for f in changeable}
    _describe(change, parameters | _sure(register), returns=register.model)
    return action(
        f"{register.code}.change",
        label=Text(f"修改{register.label.zh}", f"Change in {register.label.en}"),
        needs=register.edit,
        faces=("http", "form", "cli"),
        icon="pencil",
    )(change)


def _retire(register: Register) -> Action:
    assert register.retired is not None
    path, value = register.retired

    def retire(*, ctx: Context, row: Any, reason: str) -> Any:
        lower, own = register.split({path: value})
        holder, changes = (register.base_of(row), lower) if lower else (row, own)
        if all(getattr(holder, name) == new for name, new in changes.items()):
            raise AlreadyRetired(Text("这一条已经注销过了。", "This row has been retired before."))
        ctx.change(holder, **changes)
        return row if holder is row else ctx.change(row)

    parameters = {
        "row": (reference_to(register.model), inspect.Parameter.empty),
        "reason": (
            Annotated[str, Label("原因", "Reason", widget="textarea"), StringConstraints(min_length=2, max_length=500)],
            inspect.Parameter.empty,
        ),
    }
    _describe(retire, parameters, returns=register.model)
    return action(
        f"{register.code}.retire",
        label=Text(f"注销{register.label.zh}", f"Retire from {register.label.en}"),
        needs=register.edit,
        confirm=Text("注销后不再参与统计与派发，历史保留。确定吗？", "It no longer counts; its history stays. Go on?"),
        icon="trash",
        tone="danger",
    )(retire)


#: The input by which the writer of a rare value says that it is meant.
SURE = "is_sure"
_SURE = Annotated[
    bool,
    Label(
        "数值已核对无误", "I checked the unusual values",
        hint=Text("仅在系统询问少见的数值时勾选。", "Only when you are asked about an unusual value."),
    ),
]  # fmt: skip


def _sure(register: Register) -> dict[str, tuple[Any, Any]]:
    return {SURE: (_SURE, False)} if register.can_ask else {}


def require_answered(
    register: Register, values: Values, *, changed: Collection[str], is_sure: bool, row: Any = None
) -> None:
    """What is possible but rare is asked about once: whoever means it says so."""
    if not register.can_ask or is_sure is True:
        return
    asked = register.asked_of(values, changed=changed)
    besides = [] if row is None else [row.pk]
    repeats = repeated(register, values, besides=besides, certain=False)
    asked |= {name: words for name, words in repeats.items() if row is None or name in changed}
    if asked:
        sure = Text(
            "确认无误请勾选此项后再提交；填错了请改正标出的各项。",
            "Tick this and submit again if they are right; otherwise correct the marked ones.",
        )
        raise InvalidInput(
            Text("有数值少见，请核对标出的各项。", "Some values are unusual: please check the marked ones."),
            where=asked | {SURE: sure},
        )


def checked(register: Register, inputs: Mapping[str, Any], *, row: Any = None) -> Values:
    """The values, each as its field wants it, and together as the register wants them."""
    values: Values = {}
    where: dict[str, Text] = {}
    for f in register.fields:
        try:
            values[f.name] = _settle(f, inputs.get(f.name))
        except WrongCell as wrong:
            where[f.name] = wrong.text
    if not where:
        where = register.wrong_in(values)
    if not where and register.once:
        where = repeated(register, values, besides=[] if row is None else [row.pk], certain=True)
    if where:
        raise InvalidInput(
            Text("填写有误，请改正标出的各项。", "Some inputs are wrong; please correct the marked ones."), where=where
        )
    return values


def _settle(field: Field, value: Any) -> Any:
    if field.kind == "reference" and value is not None:
        return value
    return field.read(value)


def _stored(value: Any) -> Any:
    return None if value is UNCHANGED else value


def reference_to(model: Any) -> Any:
    """`Ref[…]` of a table that is only known at run time."""
    made: Any = Ref
    return made[model]


_TYPES: dict[str, Any] = {
    "text": str,
    "long_text": str,
    "number": Decimal,
    "date": date,
    "bool": bool,
}


def _parameter(field: Field, *, required: bool) -> tuple[Any, Any]:
    """The annotation and default of the input that stands for a field."""
    label = Label(
        field.heading.zh, field.heading.en, widget="textarea" if field.kind == "long_text" else "", hint=field.hint
    )
    if field.kind == "reference":
        kind: Any = reference_to(field.to)
        kind = kind if required else kind | None
    elif field.kind == "choice":
        kind = field.terms if required else field.terms | None  # type: ignore[operator]
    else:
        kind = _TYPES[field.kind]
        if not required and field.kind != "bool":
            kind = kind | None
    marks = (label, PERSONAL) if field.personal else (label,)
    default = inspect.Parameter.empty if required else (False if field.kind == "bool" else None)
    return Annotated[(kind, *marks)], default


def _describe(function: Callable[..., Any], parameters: Mapping[str, tuple[Any, Any]], *, returns: Any) -> None:
    """Give a function that takes `**inputs` the signature its register declares."""
    said = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
        for name, (_, default) in parameters.items()
    ]
    ctx = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY)
    function.__signature__ = inspect.Signature([ctx, *said])  # type: ignore[attr-defined]
    function.__annotations__ = {
        "ctx": Context, **{name: kind for name, (kind, _) in parameters.items()}, "return": returns,
    }  # fmt: skip
