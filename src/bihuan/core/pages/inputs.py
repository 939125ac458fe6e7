"""表单项: how each input of an action is shown, and how what was typed becomes the action's input again."""

from __future__ import annotations

import json
import secrets
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from django.http import QueryDict
from pydantic import BaseModel

from bihuan.core.access.context import Context
from bihuan.core.actions.action import UNCHANGED, Action, InputField
from bihuan.core.actions.problems import NotFound
from bihuan.core.modules import registry
from bihuan.core.pages.declared import ChoiceSource, RowSource
from bihuan.core.pages.wording import LOCAL, label
from bihuan.kernel.term import Term
from bihuan.kernel.text import Text

#: What a person says about an input nobody has labelled is its name with spaces: seen in review, never shipped.
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "bool"),
    (datetime, "datetime"),
    (date, "date"),
    (time, "time"),
    (int, "integer"),
    (float, "number"),
    (Decimal, "number"),
    (UUID, "text"),
    (str, "text"),
)


@dataclass(slots=True)
class FormField:
    """One input as a template draws it. `values` are strings, as the browser sends them."""

    name: str
    label: str
    kind: str
    required: bool
    hint: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    many: bool = False
    source: str = ""
    #: Two forms of one page may ask for the same input: labels must find the right one.
    prefix: str = "field"

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def lines(self) -> str:
        return "\n".join(self.values)

    @property
    def id(self) -> str:
        return f"{self.prefix}-{self.name}"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.values, self.shown, strict=False))

    @property
    def is_hidden(self) -> bool:
        return self.kind == "hidden"


def fields_of(made: Action, *, ctx: Context, given: QueryDict) -> list[FormField]:
    """Every input, filled from `given`."""
    limits = made.input_model.model_json_schema().get("properties", {})
    fields = [_field(f, ctx=ctx, given=given, limits=limits.get(f.name, {})) for f in made.fields.values()]
    prefix = f"f{secrets.token_hex(3)}"
    for field_ in fields:
        field_.prefix = prefix
    return fields


def _field(said: InputField, *, ctx: Context, given: QueryDict, limits: Mapping[str, Any]) -> FormField:
    bare, many = _bare(said)
    shown = FormField(
        name=said.name,
        label=str(said.label.text) if said.label else _spelled(said.name),
        kind=_kind(said, bare, many),
        required=said.required,
        hint=str(said.label.hint) if said.label and said.label.hint else "",
        many=many,
        attributes=_limits(limits),
        values=[v for v in given.getlist(said.name) if v != ""],
    )
    if shown.kind == "evidence":
        shown.many = many
    if not shown.values and said.name not in given and said.default not in (None, "", UNCHANGED):
        shown.values = _as_strings(said.default)
    if said.ref is not None:
        _fill_rows(shown, said, ctx)
    elif shown.kind.startswith("choice"):
        shown.choices = _choices(said, bare, ctx)
        shown.kind = "choices" if many else "choice"
    return shown


def _spelled(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _bare(said: InputField) -> tuple[Any, bool]:
    """The type without `Annotated` and `| None`, and whether there may be several."""
    hint = _strip(said.annotation)
    if get_origin(hint) in (list, tuple, set, frozenset):
        return _strip(get_args(hint)[0]), True
    return hint, False


def _strip(hint: Any) -> Any:
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif get_origin(hint) in (Union, types.UnionType):
            inner = [a for a in get_args(hint) if a is not type(None)]
            if len(inner) != 1:
                return hint
            hint = inner[0]
        else:
            return hint


def _kind(said: InputField, bare: Any, many: bool) -> str:
    widget = said.label.widget if said.label else ""
    if said.ref is not None:
        return "hidden" if widget == "hidden" else "row"
    if said.secret and not widget:
        return "password"
    if widget:
        return widget
    if (isinstance(bare, type) and issubclass(bare, Term)) or get_origin(bare) is Literal:
        return "choice"
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return "json"
    if many:
        return "lines"
    return next((kind for known, kind in _KINDS if isinstance(bare, type) and issubclass(bare, known)), "json")


def _limits(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Limits the browser can check too: the same as the action checks."""
    options = [schema, *(o for o in schema.get("anyOf", []) if o.get("type") != "null")]
    names = {"maxLength": "maxlength", "minLength": "minlength", "minimum": "min", "maximum": "max"}
    return {there: o[here] for o in options for here, there in names.items() if here in o}


def _choices(said: InputField, bare: Any, ctx: Context) -> list[tuple[str, str]]:
    widget = said.label.widget if said.label else ""
    if widget.startswith("choice:"):
        name = widget.partition(":")[2]
        source = next((s for s in registry().declared(ChoiceSource) if s.name == name), None)
        if source is None:
            raise LookupError(f"no module declares the choice source {name!r}")
        return [(str(value), label(words)) for value, words in source.choices(ctx=ctx)]
    if isinstance(bare, type) and issubclass(bare, Term):
        return [(str(m.value), str(m.label)) for m in bare]
    return [(str(v), str(v)) for v in get_args(bare)]


def _as_strings(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["on"] if value else []
    if isinstance(value, Term):
        return [str(value.value)]
    if isinstance(value, list | tuple | set | frozenset):
        return [s for v in value for s in _as_strings(v)]
    if isinstance(value, datetime):
        return [f"{value.astimezone(LOCAL):%Y-%m-%dT%H:%M}"]
    return [str(value)]


def row_mark(row: Any) -> str:
    """A row in a form or an address: its id and the version that was on the screen."""
    return f"{row.pk}@{row.version}"


def _fill_rows(shown: FormField, said: InputField, ctx: Context) -> None:
    assert said.ref is not None
    model: Any = said.ref.model
    source = next((s for s in registry().declared(RowSource) if s.model is model), None)
    shown.source = model._meta.label_lower if source else ""
    marks, words = [], []
    for value in shown.values:
        row = visible_row(model, value, ctx=ctx)
        marks.append(value if "@" in value else row_mark(row))
        words.append(str(row))
    if not shown.values and shown.kind == "hidden" and said.required:
        raise NotFound  # a hidden row is named by the page that leads here
    shown.values, shown.shown = marks, words


def visible_row(model: Any, mark: str, *, ctx: Context) -> Any:
    try:
        key = UUID(mark.partition("@")[0])
    except ValueError:
        raise NotFound from None
    row = model.objects.visible_to(ctx.actor).filter(pk=key).one_or_none()
    if row is None:
        raise NotFound
    return row


def read(made: Action, given: QueryDict) -> dict[str, Any]:
    """What was typed, as the action's input. What was left empty is left out, so that defaults and 此项必填 apply."""
    body: dict[str, Any] = {}
    for said in made.fields.values():
        bare, many = _bare(said)
        kind = _kind(said, bare, many)
        values = [v for v in given.getlist(said.name) if v.strip() != ""]
        if kind == "bool":
            body[said.name] = bool(values)
        elif said.ref is not None:
            _put(body, said, [_reference(v) for v in values], many or said.many)
        elif kind == "lines":
            _put(body, said, [line.strip() for v in values for line in v.splitlines() if line.strip()], True)
        elif kind == "json":
            _put(body, said, [_json(v) for v in values], False)
        elif kind == "datetime":
            _put(body, said, [_zoned(v) for v in values], many)
        else:
            _put(body, said, values, many)
        if said.default is UNCHANGED and not values and (said.personal or said.name not in given):
            # A personal value isn't put into the form it could be cleared from: left empty, it stays.
            body.pop(said.name, None)
    return body


def _put(body: dict[str, Any], said: InputField, values: list[Any], many: bool) -> None:
    if values and many:
        body[said.name] = values
    elif values:
        body[said.name] = values[0]
    elif said.required and many:
        body[said.name] = []  # an empty list reaches the action, whose own rule says how many are needed
    elif not said.required and said.default not in (None, "") and not many:
        body[said.name] = "" if isinstance(said.default, str) else None


def _reference(mark: str) -> dict[str, Any]:
    key, _, version = mark.partition("@")
    return {"id": key, "expected_version": int(version) if version.isdigit() else None}


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _zoned(value: str) -> str:
    """What a person types is local time."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).isoformat()


def mark_errors(fields: Iterable[FormField], where: Mapping[str, Text]) -> list[str]:
    """Each complaint at its field; those without a field come back, to stand above the form."""
    by_name = {f.name: f for f in fields}
    homeless = []
    for name, text in where.items():
        found = by_name.get(name) or by_name.get(name.partition(".")[0])
        if found is None or found.is_hidden:
            homeless.append(f"{name}: {text}")
        else:
            found.errors.append(str(text))
    return homeless
