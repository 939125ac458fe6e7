"""Reads of chemicals. The catalogue is public law; who handles what is within the actor's scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse

from bihuan.core.access.context import Context
from bihuan.core.pages.declared import Hit
from bihuan.kernel.calendar import day_of
from bihuan.kernel.text import Text
from bihuan.law import law
from bihuan.law.provision import Held
from bihuan.registers.chemicals.models import Chemical
from bihuan.registers.chemicals.rules.catalogue import Catalogue, Entry, catalogue_at
from bihuan.registers.chemicals.rules.mixtures import MixtureVerdict, judge_mixture, read_components
from bihuan.registers.chemicals.rules.properties import STATE, properties_of

CATALOGUE = Text("危险化学品目录", "Catalogue of hazardous chemicals")
MOST = 50


def catalogue(*, ctx: Context) -> Catalogue:
    return catalogue_at(day_of(ctx.at))


def handled(*, ctx: Context, entry: Entry) -> Iterable[Chemical]:
    """Who handles this entry, as far as the actor may see it."""
    rows = Chemical.objects.visible_to(ctx.actor).select_related("thing", "thing__organisation")
    return rows.filter(serial=entry.serial).order_by("thing__organisation_code", "thing__code")[:MOST]


def hits(*, ctx: Context, text: str, limit: int) -> Iterable[Hit]:
    """For the global search."""
    for entry in catalogue(ctx=ctx).find(text)[:limit]:
        yield Hit(
            entry.name,
            reverse("catalogue-entry", kwargs={"serial": entry.serial}),
            CATALOGUE,
            "、".join(entry.cas),
            "flask",
        )


def panel_of_chemical(*, ctx: Context, row: Chemical) -> Mapping[str, Any] | None:
    """目录与名录: what law and reference data say of a chemical of the register."""
    book = catalogue(ctx=ctx)
    entries = book.by_serial.get(row.serial, ()) if row.serial else book.by_cas.get(row.cas, ())
    return {
        "entries": [(entry, book.listed(entry)) for entry in entries[:MOST]],
        "properties": properties_of(row.cas) if row.cas else {},
        "state": STATE,
    }


def key_processes(*, ctx: Context) -> Held:
    return law.at(day_of(ctx.at)).value("hazardous-chemicals/lists", "key_processes")


def mixture_floor(*, ctx: Context) -> Held:
    return law.at(day_of(ctx.at)).value("hazardous-chemicals/catalogue", "mixture_share")


def judge(*, ctx: Context, lines: str) -> MixtureVerdict:
    """混合物判定 of what somebody typed."""
    floor = Decimal(mixture_floor(ctx=ctx).value)
    return judge_mixture(components=read_components(lines), catalogue=catalogue(ctx=ctx), floor=floor)
