"""监管人员的公式: what an indicator may be computed from, unit by unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from bihuan.core.access.rows import below
from bihuan.kernel.text import Text
from bihuan.loop.kinds import Computed, Formula
from bihuan.parties.queries import parameter
from bihuan.registers.staff import rules
from bihuan.registers.staff.models import StaffMember
from bihuan.registers.staff.rules import Share, StaffFacts
from bihuan.registers.staff.terms import Duty

PERCENT = "%"
HEADS = "名"


def _by_unit(*, region_path: str, on: date) -> dict[str, list[StaffFacts]]:
    """One query. A unit without anybody in the register is not measured: nobody has said anything about it."""
    rows = StaffMember.objects.filter(StaffMember.arrived(), StaffMember.serving(on), below("region_path", region_path))
    found: dict[str, list[StaffFacts]] = {}
    for member in rows.order_by("organisation_code"):
        found.setdefault(member.organisation_code, []).append(member.facts())
    return found


def has_director(*, code: str, on: date) -> bool:
    """安全总监 in post at a unit on a day. 依据 D02."""
    rows = StaffMember._base_manager.filter(StaffMember.serving(on), organisation_code=code, duty=Duty.DIRECTOR.value)
    return bool(rows.exists())


def _practice(region_path: str, on: date) -> Decimal:
    said = parameter(name=rules.PRACTICE_PARAMETER, region_path=region_path, on=on)
    return Decimal(str(said.value)) if said is not None else rules.PRACTICE_YEARS


def _shares(count: Callable[..., Share]) -> Callable[..., Iterable[Computed]]:
    def compute(*, region_path: str, on: date) -> Iterable[Computed]:
        practice = _practice(region_path, on)
        for code, staff in _by_unit(region_path=region_path, on=on).items():
            share = count(staff, on=on, practice=practice)
            if share.percent is not None:
                yield Computed(code, share.percent, f"{share.part}/{share.whole}")

    return compute


def _dedicated(staff: Sequence[StaffFacts], *, on: date, practice: Decimal) -> Share:
    return rules.dedicated(staff)


def _heads(*, region_path: str, on: date) -> Iterable[Computed]:
    for code, staff in _by_unit(region_path=region_path, on=on).items():
        yield Computed(code, Decimal(rules.heads(staff)), f"{len(staff)} 人在岗")


FORMULAS = (
    Formula("staff.inspectors", Text("专职监管人员数", "Full-time inspectors"), HEADS, _heads),
    Formula(
        "staff.professionals",
        Text("专业监管人员占专职人员比例", "Professionals among full-time inspectors"),
        PERCENT,
        _shares(rules.professionals),
    ),
    Formula(
        "staff.professional_enforcers",
        Text("学历与实践兼备者占在职执法人员比例", "Degree and practice among serving enforcement officers"),
        PERCENT,
        _shares(rules.professional_enforcers),
    ),
    Formula(
        "staff.dedicated",
        Text("专岗专用的专职监管人员比例", "Full-time inspectors used for nothing else"),
        PERCENT,
        _shares(_dedicated),
    ),
)
