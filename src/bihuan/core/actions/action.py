"""操作: one function per thing a user does, and the decorator that makes it a door."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args, get_origin
from uuid import UUID

from django.db import models
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from bihuan.core.access.scope import Place
from bihuan.core.actions.problems import InvalidInput
from bihuan.kernel.text import Text

RowT = TypeVar("RowT")
Face = Literal["http", "cli", "form"]


@dataclass(frozen=True, slots=True)
class Label:
    """`Annotated[str, Label("说明", "Note")]`: how a form and the API documentation name an input.

    `widget` is one of the form kinds of core/pages (`textarea`, `date`, `evidence`, `hidden`, `choice:<source>` …).
    """

    zh: str
    en: str
    widget: str = ""
    hint: Text | None = None

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)


class PersonalMark:
    """`Annotated[str, Label(…), PERSONAL]`: enters the audit as a salted digest only."""


class SecretMark:
    """`Annotated[str, Label(…), SECRET]`: never enters the audit, nor the fingerprint of an idempotency key in the clear."""


PERSONAL = PersonalMark()
SECRET = SecretMark()


class Unsaid(Enum):
    """The default of an input that keeps what is there when it is left out; said empty, it clears it."""

    UNCHANGED = "unchanged"

    def __str__(self) -> str:
        return ""

    def __bool__(self) -> bool:
        return False


UNCHANGED = Unsaid.UNCHANGED


class Reference(BaseModel):
    """A row as the outside names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: UUID
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RefMark:
    model: type[models.Model]


if TYPE_CHECKING:
    Ref = Annotated[RowT, "a row, named by reference"]
else:

    class Ref:
        """`Ref[Case]` as the type of an input: the outside sends a reference, the action gets the row, or nobody gets anything.

        The runner resolves the reference through the scoped query, locks the row, checks `expected_version`, and
        passes the row itself. To the type checker `Ref[Case]` is `Case`.
        """

        def __class_getitem__(cls, model: type[models.Model]) -> Any:
            return Annotated[model, RefMark(model)]


class Nothing(BaseModel):
    """The result of an action that answers nothing but that it was done."""


@dataclass(frozen=True, slots=True)
class InputField:
    """One input of an action, as faces need it."""

    name: str
    annotation: Any
    label: Label | None
    ref: RefMark | None
    many: bool
    required: bool
    default: Any
    personal: bool
    secret: bool


ScopeOf = Callable[..., Place]


@dataclass(slots=True, eq=False)
class Action:
    """The declaration. `runner.perform` walks through the door: checks, transaction, audit, events."""

    name: str
    function: Callable[..., Any]
    needs: tuple[str, ...]
    scope: ScopeOf | None
    faces: tuple[Face, ...]
    label: Text
    signs_off: bool
    anonymous: bool
    confirm: Text | None
    icon: str
    tone: str
    keeps_result: bool = True
    fields: dict[str, InputField] = field(default_factory=dict)
    input_model: type[BaseModel] = BaseModel
    result_type: Any = None

    @property
    def slug(self) -> str:
        return self.name.replace(".", "-")

    def __repr__(self) -> str:
        return f"<action {self.name}>"


def action(
    name: str,
    *,
    label: Text,
    needs: str | tuple[str, ...] = (),
    scope: ScopeOf | None = None,
    faces: tuple[Face, ...] = ("http", "form"),
    signs_off: bool = False,
    anonymous: bool = False,
    confirm: Text | None = None,
    icon: str = "check",
    tone: str = "primary",
    keeps_result: bool = True,
    labels: Mapping[str, Label] | None = None,
) -> Callable[[Callable[..., Any]], Action]:
    """Make a function an action.

    `needs`: a grant, or several any of which will do, held where `scope` says. `scope(ctx=…, **inputs)` answers the
    `Place`; left out, it is the place of the first row among the inputs. `signs_off` asks for a second factor.
    `labels` names the inputs that are references: `Ref[…]` can't be annotated further for the type checker.
    `keeps_result=False`: the answer is never stored for a repeat, because it says what must lie nowhere in the clear.
    `anonymous` actions (log in, tip off) need no grant. `confirm` is what the form asks before it hurts.
    """
    needed = (needs,) if isinstance(needs, str) else needs
    if not needed and not anonymous:
        raise ValueError(f"{name}: an action needs a grant, or says that it is anonymous")

    def make(function: Callable[..., Any]) -> Action:
        made = Action(
            name=name, function=function, needs=tuple(map(str, needed)), scope=scope, faces=faces, label=label,
            signs_off=signs_off, anonymous=anonymous, confirm=confirm, icon=icon, tone=tone, keeps_result=keeps_result,
        )  # fmt: skip
        _read_signature(made, labels or {})
        return made

    return make


def _read_signature(made: Action, labels: Mapping[str, Label]) -> None:
    signature = inspect.signature(made.function)
    hints = typing.get_type_hints(made.function, include_extras=True)
    made.result_type = hints.get("return")
    definitions: dict[str, Any] = {}
    for parameter in signature.parameters.values():
        if parameter.kind is not parameter.KEYWORD_ONLY:
            raise TypeError(f"{made.name}: write `*` first, every input of an action is keyword-only")
        if parameter.name == "ctx":
            continue
        required = parameter.default is parameter.empty
        said = _read_field(parameter.name, hints[parameter.name], required, parameter.default)
        if parameter.name in labels:
            said = replace(said, label=labels[parameter.name])
        made.fields[said.name] = said
        definitions[said.name] = (_outer_type(said), ... if required else parameter.default)
    if unknown := set(labels) - set(made.fields):
        raise TypeError(f"{made.name}: labels for inputs it does not have: {sorted(unknown)}")
    made.input_model = create_model(
        "".join(part.capitalize() for part in made.name.replace(".", "_").split("_")) + "Input",
        __config__=ConfigDict(extra="forbid", str_strip_whitespace=True, arbitrary_types_allowed=True),
        **definitions,
    )


def _read_field(name: str, hint: Any, required: bool, default: Any) -> InputField:
    marks = _marks(hint)
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if NoneType in get_args(bare):  # `… | None` around a labelled list of references
        inner = next(part for part in get_args(bare) if part is not NoneType)
        marks = (*marks, *_marks(inner))
        listed = get_args(inner)[0] if get_origin(inner) is Annotated else inner
        bare = listed if get_origin(listed) is list else bare
    many = get_origin(bare) is list
    # The reference may stand by itself, in a list, or in `… | None`.
    candidates = [*marks, *(mark for part in get_args(bare) for mark in _marks(part))]
    ref = next((m for m in candidates if isinstance(m, RefMark)), None)
    return InputField(
        name=name,
        annotation=hint,
        label=next((m for m in candidates if isinstance(m, Label)), None),
        ref=ref,
        many=many and ref is not None,
        required=required,
        default=None if required else default,
        personal=any(isinstance(m, PersonalMark) for m in candidates),
        secret=any(isinstance(m, SecretMark) for m in candidates),
    )


def _marks(hint: Any) -> tuple[Any, ...]:
    return tuple(hint.__metadata__) if get_origin(hint) is Annotated else ()


def _outer_type(said: InputField) -> Any:
    """What the outside sends for this input: a reference where the action gets a row."""
    if said.ref is None:
        return said.annotation
    if said.many:
        return list[Reference] if said.required else list[Reference] | None
    return Reference if said.required else Reference | None


def parse(made: Action, body: Mapping[str, Any]) -> BaseModel:
    """The typed input, or an `InvalidInput` that names each field and says what is wrong with it."""
    if unfit := [name for name, value in body.items() if not _can_be_stored(value)]:
        words = Text("含有无法保存的字符或过大的数字。", "Holds characters or a number that can't be stored.")
        raise InvalidInput(
            Text("填写有误，请改正标出的各项。", "Some inputs are wrong; please correct the marked ones."),
            where=dict.fromkeys(unfit, words),
        )
    try:
        return made.input_model.model_validate(dict(body))
    except ValidationError as wrong:
        where = {}
        for error in wrong.errors(include_url=False, include_context=False, include_input=False):
            name = ".".join(str(p) for p in error["loc"])
            where[name] = explain(str(error["type"]), str(error["msg"]))
        raise InvalidInput(
            Text("填写有误，请改正标出的各项。", "Some inputs are wrong; please correct the marked ones."),
            where=where,
        ) from None


def _can_be_stored(value: Any) -> bool:
    """No database takes a zero character, half a surrogate pair, or an integer of more than 64 bits."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, int):
        return -(1 << 63) <= value < 1 << 63
    if isinstance(value, Mapping):
        return all(_can_be_stored(k) and _can_be_stored(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return all(_can_be_stored(v) for v in value)
    return True


_EXPLAINED = {
    "missing": "此项必填。",
    "extra_forbidden": "没有这一项。",
    "string_too_short": "内容太短。",
    "string_too_long": "内容太长。",
    "date_from_datetime_parsing": "不是有效的日期，请按 2026-11-22 的格式填写。",
    "date_parsing": "不是有效的日期，请按 2026-11-22 的格式填写。",
    "date_type": "不是有效的日期，请按 2026-11-22 的格式填写。",
    "datetime_parsing": "不是有效的时间。",
    "decimal_parsing": "不是有效的数字。",
    "int_parsing": "不是有效的整数。",
    "uuid_parsing": "不是有效的编号。",
    "enum": "不在可选项之内。",
    "literal_error": "不在可选项之内。",
    "bool_parsing": "只能是“是”或“否”。",
    "greater_than_equal": "数值太小。",
    "less_than_equal": "数值太大。",
}


def explain(kind: str, english: str) -> Text:
    return Text(_EXPLAINED.get(kind, f"填写有误（{english}）。"), english)
