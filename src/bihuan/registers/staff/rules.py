"""监管人员的人数与占比: the two bases of the 75 % and the heads, over plain facts. 依据 D02–D04."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bihuan.registers.staff.terms import Duty

#: 实践经验: at least so many years. The plans say 实践经验 without a number; a place may set another (待核).
PRACTICE_YEARS = Decimal(1)
PRACTICE_PARAMETER = "从业实践年限下限"


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """One serving person as the counting sees them."""

    duty: Duty
    is_full_time: bool = False
    is_dedicated: bool = False
    has_relevant_degree: bool = False
    practice_years: Decimal = Decimal(0)
    #: None without a qualification; the last day belongs to it.
    qualified_until: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`; no share without a whole."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        """Rounded down to a hundredth: 74.999 % does not reach 75."""
        return (Decimal(10_000 * self.part // self.whole) / 100) if self.whole else None


def is_full_time_inspector(one: StaffFacts) -> bool:
    """专职监管人员: 安全总监 is named beside them and is not one of the ten. 依据 000 §4."""
    return one.duty is Duty.INSPECTOR and one.is_full_time


def is_professional(one: StaffFacts, *, on: date, practice: Decimal) -> bool:
    """专业监管人员: a relevant degree, a qualification in force, or practice. The plans leave the word open (待核)."""
    qualified = one.qualified_until is not None and one.qualified_until >= on
    return one.has_relevant_degree or qualified or one.practice_years >= practice


def professionals(staff: Iterable[StaffFacts], *, on: date, practice: Decimal) -> Share:
    """专业监管人员占专职人员的比例. 依据 000 §4、003 §4."""
    return _share(staff, is_full_time_inspector, lambda s: is_professional(s, on=on, practice=practice))


def professional_enforcers(staff: Iterable[StaffFacts], *, on: date, practice: Decimal) -> Share:
    """具有相关学历且有实践经验的执法人员占在职执法人员的比例: degree *and* practice. 依据 001 （十九）1."""
    return _share(
        staff,
        lambda s: s.duty is Duty.ENFORCER,
        lambda s: s.has_relevant_degree and s.practice_years >= practice,
    )


def dedicated(staff: Iterable[StaffFacts]) -> Share:
    """专岗专用: of the full-time inspectors, how many do nothing else. 依据 000 §4."""
    return _share(staff, is_full_time_inspector, lambda s: s.is_dedicated)


def heads(staff: Iterable[StaffFacts]) -> int:
    """专职监管人员数. 依据 000 §4: ≥ 10 for a park, ≥ 6 for a concentrated zone."""
    return sum(map(is_full_time_inspector, staff))


def _share(
    staff: Iterable[StaffFacts], base: Callable[[StaffFacts], bool], part: Callable[[StaffFacts], bool]
) -> Share:
    counted = [s for s in staff if base(s)]
    return Share(sum(map(part, counted)), len(counted))
