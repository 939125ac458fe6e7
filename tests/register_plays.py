"""The plays of a register's generated actions, for the contract suite: a register brings only one example row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bihuan.core.access.context import Actor
from bihuan.core.jobs.models import Task
from bihuan.core.records.models import Sheet, SheetRow
from bihuan.core.records.register import Register
from bihuan.core.records.sheets.checking import plain_values
from bihuan.core.records.terms import SheetState
from cast import AT, Cast, saved
from plays import Maker, Play


def plays_of(register: Register, *, example: Callable[[Cast], Mapping[str, Any]]) -> dict[str, Maker]:
    """`example(cast)` answers the inputs of `add` for a row of `cast.works`."""
    code = register.code

    def keeper(cast: Cast, place: Any = None) -> Actor:
        return cast.actor("keeper", f"{code}_keeper", cast.district_emergency, region=place or cast.district)

    def next_door(cast: Cast) -> Actor:
        return cast.actor("keeper_next_door", f"{code}_keeper", cast.district_emergency, region=cast.next_city)

    def row(cast: Cast) -> Any:
        values = {f.name: f.empty for f in register.fields}
        for name, value in example(cast).items():
            field = register.by_name[name]
            values[name] = value if field.kind == "reference" else field.read(value)
        below, made = register.build(values)
        if below is not None:
            saved(below)
        return saved(made)

    def sheet(cast: Cast, state: SheetState, **counts: int) -> Sheet:
        place = cast.district
        return saved(
            Sheet(
                register=code, uploaded_by=keeper(cast).user_id, file_name="a.xlsx", spool="0" * 32,
                state=state.value, counts=counts, region_path=place.path,
            )
        )  # fmt: skip

    def play(cast: Cast, **inputs: Any) -> Play:
        return Play(keeper(cast), inputs, stranger=next_door(cast))

    def take_in(cast: Cast) -> Play:
        made = sheet(cast, SheetState.APPLYING, new=1)
        values = {
            name: value if register.by_name[name].kind == "reference" else register.by_name[name].read(value)
            for name, value in example(cast).items()
        }
        SheetRow.objects.create(
            sheet=made, number=2, state="new", key=str(values[register.key]), values=plain_values(register, values)
        )
        return play(cast, sheet=made, at_most=10)

    def give_up(cast: Cast) -> Play:
        made = sheet(cast, SheetState.APPLYING, new=1)
        Task.objects.create(
            job="records.apply_sheet", key=f"sheet:{made.pk}:apply", state="failed", run_at=AT, created_at=AT
        )  # fmt: skip
        return play(cast, sheet=made)

    def take_back(cast: Cast) -> Play:
        made, brought = sheet(cast, SheetState.GIVING_UP, written=1), row(cast)
        SheetRow.objects.create(sheet=made, number=2, state="written", key="x", row_id=brought.pk)
        return play(cast, sheet=made, at_most=10)

    made: dict[str, Maker] = {
        "add": lambda cast: play(cast, **example(cast)),
        "change": lambda cast: play(cast, row=row(cast), **{register.title: "改后的名称"}),
        "upload_sheet": lambda cast: replace(play(cast, spool="0" * 32, file_name="a.xlsx"), stranger_may=True),
        "report_sheet": lambda cast: play(cast, sheet=sheet(cast, SheetState.CHECKING), verdict={"counts": {"new": 1}}),
        "accept_sheet": lambda cast: play(cast, sheet=sheet(cast, SheetState.CHECKED, new=1)),
        "drop_sheet": lambda cast: play(cast, sheet=sheet(cast, SheetState.CHECKED, new=1)),
        "take_in_rows": take_in,
        "give_up_sheet": give_up,
        "take_back_rows": take_back,
    }
    if register.masks:
        made["reveal"] = lambda cast: play(cast, row=row(cast))
    if register.retired is not None:
        made["retire"] = lambda cast: play(cast, row=row(cast), reason="已拆除")
    return {f"{code}.{verb}": maker for verb, maker in made.items()}
