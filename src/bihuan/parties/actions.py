"""What people do to regions, organisations, people and parameters."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Annotated

from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.models import User
from bihuan.core.access.scope import Place
from bihuan.core.actions.action import PERSONAL, Label, Ref, action
from bihuan.kernel.credit_code import require_credit_code
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.parties import rules
from bihuan.parties.models import (
    CalendarDay,
    Membership,
    Organisation,
    Parameter,
    Person,
    Post,
    Region,
    Thing,
)
from bihuan.parties.terms import OrganisationKind, PartiesGrants, RegionKind


class Abolished(Problem):
    code = "organisation_abolished"


class AlreadyThere(Problem):
    code = "region_already_there"


AboveThem = Annotated[Ref[Region], Label("上级区域", "Above them")]


def _place_of_region(*, ctx: Context, region: Region, **_: object) -> Place:
    return region.place


def _place_of_parent(*, ctx: Context, parent: Region | None = None, **_: object) -> Place:
    return parent.place if parent is not None else Place("")


@action(
    "parties.add_region",
    label=Text("新增区域", "Add a region"),
    needs=PartiesGrants.MANAGE_PLACES,
    scope=_place_of_parent,
    icon="map-pin",
)
def add_region(
    *,
    ctx: Context,
    code: Annotated[str, Label("区域代码", "Code")],
    name: Annotated[str, Label("名称", "Name")],
    kind: Annotated[RegionKind, Label("级别", "Kind")],
    parent: Ref[Region] | None = None,
    boundary: Annotated[dict[str, object] | None, Label("边界", "Boundary")] = None,
) -> Region:
    """新增区域（行政区划、村（社区）、网格或园区）. 代码依据 GB/T 2260."""
    return _region(ctx, code=code, name=name, kind=kind, parent=parent, boundary=boundary)


def _region(
    ctx: Context,
    *,
    code: str,
    name: str,
    kind: RegionKind,
    parent: Region | None,
    boundary: dict[str, object] | None = None,
) -> Region:
    rules.require_below(kind=kind, parent=RegionKind(parent.kind) if parent else None, name=name)
    path = rules.region_path(parent_path=parent.path if parent else "", code=code)
    return ctx.create(Region(code=code, name=name, kind=kind.value, parent=parent, path=path, boundary=boundary))


@action(
    "parties.add_regions",
    label=Text("批量新增区域", "Add many regions"),
    needs=PartiesGrants.MANAGE_PLACES,
    scope=_place_of_parent,
    icon="upload",
    tone="secondary",
)
def add_regions(
    *,
    ctx: Context,
    parent: AboveThem,
    lines: Annotated[
        list[str],
        Field(max_length=2_000),
        Label(
            "区域（一行一个）",
            "Regions, one a line",
            widget="lines",
            hint=Text(
                "代码，名称，级别，上级代码；从表格复制的也可以。上级不写的，直接属于上级区域。",
                "Code, name, kind, parent's code; pasted from a sheet too. Without a parent they lie right below.",
            ),
        ),
    ],
) -> Region:
    """批量新增区域: villages, communities and grids of a town at once; a parent may stand in the same list. 依据 B13."""
    read = rules.read_regions(lines)
    known: dict[str, Region] = {r.code: r for r in Region.objects.filter(path__startswith=parent.path)}
    for line in read:
        if line.code in known:
            raise AlreadyThere(
                Text("区域代码“{c}”已经有了。", "There is a region “{c}” already.").format(c=line.code),
                where={"lines": Text("代码重复。", "A code twice.")},
            )
        above = known.get(line.parent) if line.parent else parent
        if above is None:
            raise rules.BadRegionLine(
                Text(
                    "“{name}”的上级代码“{c}”不在“{place}”之内，也不在前面的行里。",
                    "The parent “{c}” of “{name}” is neither in “{place}” nor on an earlier line.",
                ).format(name=line.name, c=line.parent, place=parent.name),
                where={"lines": Text("上级不对。", "Wrong parent.")},
            )
        known[line.code] = _region(ctx, code=line.code, name=line.name, kind=line.kind, parent=above)
    ctx.about(parent)
    return parent


@action(
    "parties.add_organisation",
    label=Text("新增单位", "Add an organisation"),
    needs=PartiesGrants.MANAGE,
    scope=_place_of_region,
    icon="building",
)
def add_organisation(
    *,
    ctx: Context,
    code: Annotated[str, Label("单位编码", "Code")],
    name: Annotated[str, Label("名称", "Name")],
    kind: Annotated[OrganisationKind, Label("类别", "Kind")],
    region: Ref[Region],
    parent: Ref[Organisation] | None = None,
    short_names: Annotated[list[str] | None, Label("简称", "Short names")] = None,
    credit_code: Annotated[str | None, Label("统一社会信用代码", "Unified social credit code")] = None,
) -> Organisation:
    """新增单位. 统一社会信用代码按 GB 32100-2015 核对校验码."""
    return ctx.create(
        Organisation(
            code=code,
            name=name,
            kind=kind.value,
            region=region,
            region_path=region.path,
            parent=parent,
            short_names=short_names or [],
            credit_code=require_credit_code(credit_code) if credit_code else None,
        )
    )


@action(
    "parties.change_organisation",
    label=Text("修改单位", "Change an organisation"),
    needs=PartiesGrants.MANAGE,
    icon="pencil",
)
def change_organisation(
    *,
    ctx: Context,
    organisation: Ref[Organisation],
    name: Annotated[str, Label("名称", "Name")],
    short_names: Annotated[list[str] | None, Label("简称", "Short names")] = None,
    credit_code: Annotated[str | None, Label("统一社会信用代码", "Unified social credit code")] = None,
) -> Organisation:
    """修改单位名称、简称、信用代码；单位编码不变."""
    return ctx.change(
        organisation,
        name=name,
        short_names=short_names or [],
        credit_code=require_credit_code(credit_code) if credit_code else None,
    )


@action(
    "parties.abolish_organisation",
    label=Text("撤销单位", "Abolish an organisation"),
    needs=PartiesGrants.MANAGE,
    confirm=Text("撤销后不能再向该单位派发事项，确定吗？", "Nothing can be dispatched to it afterwards. Go on?"),
    icon="x",
    tone="danger",
)
def abolish_organisation(
    *,
    ctx: Context,
    organisation: Ref[Organisation],
    on: Annotated[date, Label("撤销日期", "Abolished on")],
    successor: Ref[Organisation] | None = None,
) -> Organisation:
    """撤销单位（机构改革）. Its rows stay; open cases are handed over to the successor by the loop."""
    if organisation.abolished_on is not None:
        raise Abolished(Text("该单位已于 {d} 撤销。", "It was abolished on {d}.").format(d=organisation.abolished_on))
    return ctx.change(organisation, abolished_on=on, successor=successor)


@action("parties.add_person", label=Text("新增人员", "Add a person"), needs=PartiesGrants.MANAGE, icon="user")
def add_person(
    *,
    ctx: Context,
    organisation: Ref[Organisation],
    name: Annotated[str, Label("姓名", "Name"), PERSONAL],
    phone: Annotated[str, Label("电话", "Telephone"), PERSONAL] = "",
    user: Ref[User] | None = None,
) -> Person:
    """新增人员."""
    return ctx.create(
        Person(
            name=name,
            phone=phone,
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            user=user,
        )
    )


@action("parties.add_post", label=Text("新增岗位", "Add a post"), needs=PartiesGrants.MANAGE, icon="user")
def add_post(
    *,
    ctx: Context,
    organisation: Ref[Organisation],
    name: Annotated[str, Label("岗位", "Post")],
    duties: Annotated[str, Label("职责", "Duties", widget="textarea")] = "",
) -> Post:
    """新增岗位."""
    return ctx.create(
        Post(
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            name=name,
            duties=duties,
        )
    )


@action(
    "parties.appoint",
    label=Text("任命", "Appoint"),
    needs=PartiesGrants.MANAGE,
    scope=lambda *, ctx, organisation, **_: organisation.place,
    icon="user",
)
def appoint(
    *,
    ctx: Context,
    person: Ref[Person],
    organisation: Ref[Organisation],
    from_on: Annotated[date, Label("任职日期", "From")],
    post: Ref[Post] | None = None,
    role: Annotated[str, Label("身份", "Role")] = "",
) -> Membership:
    """任命: a person takes a post, or a seat in a committee."""
    return ctx.create(
        Membership(
            person=person,
            organisation=organisation,
            organisation_code=organisation.code,
            region_path=organisation.region_path,
            post=post,
            role=role,
            from_on=from_on,
        )
    )


@action("parties.end_appointment", label=Text("免去", "End an appointment"), needs=PartiesGrants.MANAGE, icon="x")
def end_appointment(
    *, ctx: Context, membership: Ref[Membership], until_on: Annotated[date, Label("离任日期", "Until")]
) -> Membership:
    """免去: from `until_on` on the person no longer holds the post."""
    if until_on <= membership.from_on:
        raise Abolished(Text("离任日期应晚于任职日期。", "The end must come after the beginning."))
    return ctx.change(membership, until_on=until_on)


@action(
    "parties.set_parameter",
    label=Text("设置地方参数", "Set a place parameter"),
    needs=PartiesGrants.MANAGE_PLACES,
    scope=_place_of_region,
    icon="settings",
)
def set_parameter(
    *,
    ctx: Context,
    region: Ref[Region],
    name: Annotated[str, Label("参数", "Parameter")],
    value: Annotated[int | str | bool, Label("取值", "Value")],
    from_on: Annotated[date, Label("生效日期", "From")],
    basis: Annotated[str, Label("依据", "Basis")],
) -> Parameter:
    """设置地方参数. A later value never edits an earlier one."""
    return ctx.create(
        Parameter(name=name, region=region, region_path=region.path, from_on=from_on, value=value, basis=basis)
    )


@action(
    "parties.set_calendar_day",
    label=Text("设置工作日", "Set a calendar day"),
    needs=PartiesGrants.MANAGE_PLACES,
    scope=_place_of_region,
    icon="calendar",
)
def set_calendar_day(
    *,
    ctx: Context,
    region: Ref[Region],
    day: Annotated[date, Label("日期", "Day")],
    is_working: Annotated[bool, Label("上班", "Working day")],
    basis: Annotated[str, Label("依据", "Basis")],
) -> CalendarDay:
    """设置工作日（调休、地方放假）."""
    return ctx.create(CalendarDay(day=day, region=region, region_path=region.path, is_working=is_working, basis=basis))


def new_thing(
    *,
    ctx: Context,
    code: str,
    kind: str,
    name: str,
    organisation: Organisation,
    region: Region | None = None,
    **particulars: object,
) -> Thing:
    """A thing for a register's own action to hang its satellite on. Not a door: callers are actions of registers."""
    place = region or organisation.region
    return ctx.create(
        Thing(
            code=code,
            kind=kind,
            name=name,
            organisation=organisation,
            organisation_code=organisation.code,
            region=place,
            region_path=place.path,
            scan_key=secrets.token_urlsafe(18),
            **particulars,
        )
    )
