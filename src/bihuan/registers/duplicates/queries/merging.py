"""Reads of duplicates: what hangs on each of two organisations, what would stand in the way, where an old code leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from bihuan.core.access.context import Context
from bihuan.core.actions.problems import NotFound
from bihuan.core.modules import registry
from bihuan.core.records.models import RegisterRow
from bihuan.core.records.register import Register
from bihuan.kernel.text import Text
from bihuan.parties.models import Organisation, Post, Region, Thing
from bihuan.parties.references import Link, by_table, links_to
from bihuan.parties.terms import AUTHORITIES, ThingState
from bihuan.registers.duplicates import rules
from bihuan.registers.duplicates.models import Forwarding, Moved, Pair
from bihuan.registers.duplicates.terms import DuplicatesGrants, Verdict
from bihuan.registers.enterprises.models import Enterprise

PAGE = 50
#: The satellites of an enterprise's own thing meet; what else each has moves as it is.
KIND = "enterprise"
FIND_JOB = "duplicates.find"
#: What a merge writes down about itself.
OWN = (Pair, Forwarding, Moved)


# — the search for pairs —


def candidates() -> tuple[list[rules.Candidate], dict[str, str]]:
    """Every living organisation that isn't a public body, and where each lies."""
    rows = Organisation._base_manager.filter(abolished_on__isnull=True).exclude(kind__in=AUTHORITIES).order_by("code")
    said = list(rows.values_list("pk", "name", "credit_code", "region_path"))
    return (
        [rules.Candidate(str(pk), name, credit or "") for pk, name, credit, _ in said],
        {str(pk): path for pk, _, _, path in said},
    )


def suspected() -> list[rules.Likeness]:
    """疑似重复 that nobody has judged or noted yet."""
    found, _ = candidates()
    known = {frozenset(map(str, pair)) for pair in Pair._base_manager.values_list("first_id", "second_id")}
    places = Region._base_manager.values_list("name", flat=True)
    return [one for one in rules.alike(found, places=places) if frozenset((one.first, one.second)) not in known]


# — what hangs on one —


@dataclass(frozen=True, slots=True)
class Hanging:
    """So many rows of one table refer to it."""

    label: Text
    number: int


#: What tables that are no registers are called on the page.
NAMES: Mapping[str, Text] = {
    "parties.thing": Text("对象", "Things"),
    "parties.organisation": Text("单位", "Organisations"),
    "parties.person": Text("人员", "People"),
    "parties.post": Text("岗位", "Posts"),
    "parties.membership": Text("任职", "Memberships"),
    "access.user": Text("账号", "Accounts"),
    "access.assignment": Text("授权", "Grants"),
    "evidence.evidence": Text("证据", "Evidence"),
    "loop.case": Text("事项", "Cases"),
    "loop.caseparty": Text("参与的事项", "Parts in cases"),
    "major_hazards.calculation": Text("重大危险源计算", "Calculations"),
}


def label_of(model: type[models.Model]) -> Text:
    for register in registry().declared(Register):
        if register.model is model:
            return register.label
    name = str(model._meta.verbose_name)
    return NAMES.get(model._meta.label_lower, Text(name, name))


def hanging_on(unit: Organisation) -> list[Hanging]:
    found = []
    for model, links in by_table(links_to(Organisation)).items():
        if model in OWN:
            continue
        if number := model._base_manager.filter(pointing(links, {Organisation: {unit.pk: None}}, unit.code)).count():
            found.append(Hanging(label_of(model), number))
    return sorted(found, key=lambda h: -h.number)


def pointing(links: Iterable[Link], lost: Mapping[type[models.Model], Mapping[Any, Any]], code: str) -> Q:
    condition = Q(pk__in=[])
    for link in links:
        if link.by_code:
            condition |= Q(**{link.column: code})
        elif lost.get(link.to):
            condition |= Q(**{f"{link.column}__in": list(lost[link.to])})
    return condition


# — what a merge would do —


@dataclass(frozen=True, slots=True)
class Twin:
    """A row of the lost one that the kept one has as well: what refers to it refers to the other from then on."""

    model: type[models.Model]
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Moving:
    """One row and the columns that change; `repeats` where the kept one has the same already."""

    row: Any
    changes: Mapping[str, Any]
    repeats: bool = False


def twins(*, kept: Organisation, lost: Organisation) -> list[Twin]:
    """The organisation itself, its enterprise with its thing, and posts of the same name."""
    found = [Twin(Organisation, lost, kept)]
    theirs = list(Enterprise._base_manager.filter(thing__organisation=lost).select_related("thing").order_by("pk"))
    ours = list(
        Enterprise._base_manager.filter(thing__organisation=kept)
        .exclude(thing__state=ThingState.RETIRED)
        .select_related("thing")
        .order_by("pk")
    )
    if ours:
        for old in theirs:
            found += [Twin(Thing, old.thing, ours[0].thing), Twin(Enterprise, old, ours[0])]
    posts = {post.name: post for post in Post._base_manager.filter(organisation=kept)}
    for post in Post._base_manager.filter(organisation=lost):
        if post.name in posts:
            found.append(Twin(Post, post, posts[post.name]))
    return found


def movings(*, kept: Organisation, lost: Organisation, twins: Sequence[Twin]) -> list[Moving]:
    """Every row that refers to what is lost, with what it is to say instead."""
    to: dict[type[models.Model], dict[Any, Any]] = {}
    for twin in twins:
        to.setdefault(twin.model, {})[twin.old.pk] = twin.new
    own = {(twin.model, twin.old.pk) for twin in twins if twin.model is not Thing}
    found = []
    for model, links in by_table(links_to(*to)).items():
        if model in OWN:
            continue
        for row in model._base_manager.filter(pointing(links, to, lost.code)).order_by("pk"):
            # The lost enterprise and posts stay as they were; its thing only goes over to be seen by those in charge.
            if (model, row.pk) in own or (model is Organisation and row.pk == kept.pk):
                continue
            changes = dict(changes_of(row, links, to, kept=kept, lost=lost))
            found.append(Moving(row, changes, repeats=repeats(row, changes)))
    return found


def changes_of(
    row: Any, links: Iterable[Link], to: Mapping[Any, Mapping[Any, Any]], *, kept: Organisation, lost: Organisation
) -> Iterable[tuple[str, Any]]:
    of_the_organisation = False
    for link in links:
        if link.by_code:
            if getattr(row, link.column) == lost.code:
                yield link.column, kept.code
        elif (new := to.get(link.to, {}).get(getattr(row, f"{link.column}_id"))) is not None:
            yield link.column, new
            of_the_organisation |= link.column == "organisation"
    # A row that lies where its organisation does goes with it; one with a region of its own stays there.
    columns = {column.name for column in row._meta.concrete_fields}
    lies_there = (
        of_the_organisation and "region" not in columns and getattr(row, "region_path", None) == lost.region_path
    )
    if lies_there and kept.region_path != lost.region_path:
        yield "region_path", kept.region_path


def repeats(row: Any, changes: Mapping[str, Any]) -> bool:
    """Whether a unique constraint would refuse the row as it is to be."""
    model: Any = type(row)
    for name, value in changes.items():
        if (
            value is not None
            and model._meta.get_field(name).unique
            and model._base_manager.filter(**{name: value}).exists()
        ):
            return True
    for constraint in model._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint) or not set(constraint.fields) & set(changes):
            continue
        said = {name: changes.get(name, getattr(row, name)) for name in constraint.fields}
        if any(value is None for value in said.values()):
            continue
        same = model._base_manager.filter(**said).exclude(pk=row.pk)
        if constraint.condition is not None:
            if not model._base_manager.filter(constraint.condition, pk=row.pk).exists():
                continue
            same = same.filter(constraint.condition)
        if same.exists():
            return True
    return False


def standing_in_the_way(found: Iterable[Moving]) -> list[Moving]:
    """What both have in a register: a person must say first which of the two it is."""
    return [m for m in found if m.repeats and isinstance(m.row, RegisterRow)]


def counted(found: Iterable[Moving]) -> dict[str, dict[str, int]]:
    moved: Counter[str] = Counter()
    stayed: Counter[str] = Counter()
    for moving in found:
        (stayed if moving.repeats else moved)[type(moving.row)._meta.label_lower] += 1
    return {"moved": dict(moved), "stayed": dict(stayed)}


def told(outcome: Mapping[str, Mapping[str, int]], part: str) -> list[Hanging]:
    """What a merge moved or left, in words."""
    tables = {model._meta.label_lower: model for model in _tables()}
    return [
        Hanging(label_of(tables[name]) if name in tables else Text(name, name), number)
        for name, number in sorted(outcome.get(part, {}).items(), key=lambda pair: -pair[1])
    ]


def _tables() -> Collection[type[models.Model]]:
    return {link.model for link in links_to(Organisation, Thing, Enterprise, Post)}


# — pages —


def require_any(*, ctx: Context) -> None:
    if not any(ctx.actor.has(grant) for grant in DuplicatesGrants):
        raise NotFound


def pairs(*, ctx: Context, verdict: str) -> QuerySet[Pair]:
    require_any(ctx=ctx)
    rows: QuerySet[Pair] = Pair.objects.visible_to(ctx.actor).select_related("first__region", "second__region", "kept")
    wanted = Verdict.of(verdict) if verdict in {v.value for v in Verdict} else None
    if wanted is not None:
        return rows.filter(verdict=wanted)
    return rows.filter(verdict__in=(Verdict.FOUND, Verdict.PROPOSED, Verdict.UNDOING)).order_by(
        "-verdict", "-score", "id"
    )


def get_pair(*, ctx: Context, pair_id: Any) -> Pair:
    require_any(ctx=ctx)
    found: Pair | None = (
        Pair.objects.visible_to(ctx.actor)
        .select_related("first__region", "second__region", "kept")
        .filter(pk=pair_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def find_pairs(*, ctx: Context, text: str) -> QuerySet[Pair]:
    rows: QuerySet[Pair] = Pair.objects.visible_to(ctx.actor).select_related("first", "second")
    return rows.filter(Q(first__name__contains=text) | Q(second__name__contains=text)) if text else rows


def forwarding_of(*, kind: str, code: str) -> Forwarding | None:
    """去向: where an old code leads. A code that was forwarded twice leads to the last one."""
    found: Forwarding | None = Forwarding._base_manager.filter(kind=kind, code=code, is_ended=False).first()
    return found


def _leading(**said: Any) -> QuerySet[Forwarding]:
    rows: QuerySet[Forwarding] = Forwarding._base_manager.filter(kind=KIND, is_ended=False, **said)
    return rows


def panel_of_thing(*, ctx: Context, row: Any) -> Mapping[str, Any] | None:
    """合并 on the page of an enterprise: where it went, or what came to it."""
    thing = getattr(row, "thing", row)
    if thing.kind != KIND:
        return None
    onward = _leading(old_id=thing.pk).select_related("pair__kept").first()
    came = list(_leading(new_id=thing.pk).select_related("pair")[:20])
    if onward is None and not came:
        return None
    enterprise = Enterprise.objects.visible_to(ctx.actor).filter(thing=onward.new_id).first() if onward else None
    may_explain = any(ctx.actor.has(grant) for grant in DuplicatesGrants)
    return {"onward": onward, "enterprise": enterprise, "came": came, "may_explain": may_explain}


def facts_of(unit: Organisation) -> dict[str, Any]:
    """What stands on each side of the page."""
    enterprises = Enterprise._base_manager.filter(thing__organisation=unit).select_related("thing").order_by("pk")
    return {"unit": unit, "enterprises": list(enterprises[:5]), "hanging": hanging_on(unit)}
