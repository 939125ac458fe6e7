"""专项行动的表: all of them by name, since Django looks for the tables of an app in its module `models`."""

from bihuan.domains.campaign.models.dates import CalendarFeed, PhaseProduct, TaskMilestone
from bihuan.domains.campaign.models.family import PlanFiling, PlanRelation, TaskCover
from bihuan.domains.campaign.models.indicators import Indicator, IndicatorException, Measurement
from bihuan.domains.campaign.models.plans import (
    Campaign,
    CampaignTask,
    PlanItem,
    PlanText,
    PlanUnit,
    evidence_seen_by,
)
from bihuan.domains.campaign.models.reports import Report, Reporter, ReportSignature, ReportSnapshot

__all__ = (
    "CalendarFeed",
    "Campaign",
    "CampaignTask",
    "Indicator",
    "IndicatorException",
    "Measurement",
    "PhaseProduct",
    "PlanFiling",
    "PlanItem",
    "PlanRelation",
    "PlanText",
    "PlanUnit",
    "Report",
    "ReportSignature",
    "ReportSnapshot",
    "Reporter",
    "TaskCover",
    "TaskMilestone",
    "evidence_seen_by",
)
