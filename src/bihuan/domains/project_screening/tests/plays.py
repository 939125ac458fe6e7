"""A catalogue entry and a project, for the contract suite."""

from __future__ import annotations

import json
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.actions.runner import perform
from bihuan.domains.project_screening import actions
from bihuan.domains.project_screening.models import PlanLayer, Project
from bihuan.domains.project_screening.module import CATALOGUE
from cast import Cast, context
from plays import Play
from register_plays import plays_of


def registrar(cast: Cast) -> Actor:
    return cast.actor("registrar", "project_registrar", cast.district_emergency, region=cast.district)


def decider(cast: Cast, name: str = "decider", place: Any = None) -> Actor:
    return cast.actor(name, "project_decider", cast.district_emergency, region=place or cast.district)


def wanted(cast: Cast, **said: Any) -> dict[str, Any]:
    values = {
        "number": "XM-2026-001", "name": "年产三万吨甲醇项目", "organisation": cast.works, "region": cast.district, "kind": "new",
        "substances": ["甲醇 67-56-1"], "grade_after": "III", "in_park": "yes", "fits_plans": "yes", "investment": "120000",
    }  # fmt: skip
    return values | said


def a_project(cast: Cast, **said: Any) -> Project:
    return perform(actions.register_project, ctx=context(registrar(cast)), **wanted(cast, **said)).value


def play(cast: Cast, actor: Actor, role: str, **inputs: Any) -> Play:
    stranger = cast.actor(f"{role}_next_door", role, cast.district_emergency, region=cast.next_city)
    return Play(actor, inputs, stranger=stranger)


def square(west: float = 120.0, south: float = 30.0, size: float = 0.1) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def planner(cast: Cast) -> Actor:
    return cast.actor("planner", "restricted_chemicals_keeper", cast.district_emergency, region=cast.district)


def plan_inputs(cast: Cast, **said: Any) -> dict[str, Any]:
    values = {
        "region": cast.district, "name": "国土空间规划·工业用地", "plan": "town", "use": "allows", "document": "云政复〔2025〕8号",
        "from_on": "2026-01-01", "system": "cgcs2000", "areas": [{"name": "一区", "geometry": square()}],
    }  # fmt: skip
    return values | said


def a_layer(cast: Cast, **said: Any) -> PlanLayer:
    return perform(actions.import_plan, ctx=context(planner(cast)), **plan_inputs(cast, **said)).value


def drawn(cast: Cast, project: Project, shape: dict[str, Any]) -> Project:
    inputs = {"project": project, "geometry": json.dumps(shape), "system": "cgcs2000"}
    return perform(actions.draw_site, ctx=context(registrar(cast)), **inputs).value


PLAYS = {
    **plays_of(
        CATALOGUE,
        example=lambda c: {
            "code": "JXK-001", "region": c.district, "restriction": "forbidden", "name": "光气", "document": "禁限控目录（2026年版）",
            "from_on": "2026-01-01",
        },
    ),
    "project_screening.register_project": lambda c: play(c, registrar(c), "project_registrar", **wanted(c)),
    "project_screening.screen_again": lambda c: play(c, registrar(c), "project_registrar", project=a_project(c)),
    "project_screening.decide": lambda c: play(
        c, decider(c), "project_decider", project=a_project(c), decision="refused", reason="不符合产业定位"
    ),
    "project_screening.import_plan": lambda c: play(c, planner(c), "restricted_chemicals_keeper", **plan_inputs(c)),
    "project_screening.end_plan": lambda c: play(
        c, planner(c), "restricted_chemicals_keeper", layer=a_layer(c), until_on="2027-01-01"
    ),
    "project_screening.draw_site": lambda c: play(
        c, registrar(c), "project_registrar", project=a_project(c), geometry=json.dumps(square()), system="cgcs2000"
    ),
}  # fmt: skip
