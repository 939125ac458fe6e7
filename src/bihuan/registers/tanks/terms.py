"""储罐台账术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class TanksGrants(Term):
    READ = "tanks.read", "查看储罐台账", "See the register of tanks"
    EDIT = "tanks.edit", "维护储罐台账", "Keep the register of tanks"


class TankType(Term):
    """储罐型式, 依据 GB 50341, 待核."""

    FIXED_ROOF = "fixed_roof", "固定顶", "Fixed roof"
    FLOATING_ROOF = "floating_roof", "浮顶", "Floating roof"
    INTERNAL_FLOATING = "internal_floating", "内浮顶", "Internal floating roof"
    SPHERICAL = "spherical", "球罐", "Spherical"
    HORIZONTAL = "horizontal", "卧罐", "Horizontal"
