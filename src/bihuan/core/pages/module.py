"""Declaration of the pages."""

from __future__ import annotations

from bihuan.core.modules import Module
from bihuan.core.pages.declared import Look
from bihuan.kernel.schemes import (
    Doc19Colour,
    EnterpriseGrade,
    ParkGrade,
    RiskColour,
    SafetyCodeColour,
    Scheme,
    SupervisionColour,
    WarningColour,
)
from bihuan.kernel.text import Text

_FOUR = ("red", "orange", "yellow", "blue")
_THREE = ("red", "yellow", "green")
_SCHEMES: tuple[tuple[type[Scheme], tuple[str, ...]], ...] = (
    (Doc19Colour, _FOUR),
    (ParkGrade, _FOUR),
    (EnterpriseGrade, _FOUR),
    (RiskColour, _FOUR),
    (WarningColour, _FOUR),
    (SupervisionColour, _THREE),
    (SafetyCodeColour, _THREE),
)
_ICONS = ("alert-triangle", "alert-circle", "flag", "shield-check")

MODULE = Module(
    name="pages",
    label=Text("页面", "Pages"),
    urls="bihuan.core.pages.urls",
    url_prefix="",
    declares=tuple(
        Look(member, tone, icon if tone != "green" else "shield-check")
        for scheme, tones in _SCHEMES
        for member, tone, icon in zip(scheme, tones, _ICONS, strict=False)
    ),
)
