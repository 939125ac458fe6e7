"""Declaration of campaigns."""

from __future__ import annotations

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import Job, Module, RoleSpec
from bihuan.domains.campaign import events, jobs
from bihuan.domains.campaign.actions import opening, publishing, reviewing
from bihuan.domains.campaign.models import evidence_seen_by
from bihuan.domains.campaign.terms import CASE_KIND, CampaignGrants
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.loop.terms import LoopGrants
from bihuan.parties.terms import PartiesGrants

MODULE = Module(
    name="campaign",
    label=Text("专项行动", "Campaigns"),
    grants=CampaignGrants,
    actions=(
        opening.open_campaign,
        opening.take_reading,
        opening.note_unreadable,
        opening.discard,
        reviewing.set_frame,
        reviewing.change_item,
        reviewing.split_item,
        reviewing.merge_item,
        reviewing.drop_item,
        reviewing.restore_item,
        reviewing.add_item,
        reviewing.decide_unit,
        publishing.publish,
        publishing.resume,
        publishing.dispatch_chunk,
        publishing.finish_dispatching,
        publishing.note_stop,
        publishing.close,
    ),
    events=(events.PlanRead, events.CampaignPublished, events.CampaignClosed),
    jobs=(
        Job(
            "campaign.read_document",
            Text("读取方案", "Read a plan"),
            jobs.read_document,
            grants=(CampaignGrants.DISPATCH, PartiesGrants.READ, EvidenceGrants.READ),
        ),
        Job(
            "campaign.dispatch",
            Text("派发任务", "Dispatch the tasks"),
            jobs.dispatch,
            grants=(CampaignGrants.DISPATCH, PartiesGrants.READ, LoopGrants.READ),
        ),
    ),
    roles=(
        RoleSpec(
            "campaign_office",
            Text("专项行动办公室", "Campaign office"),
            (
                *(g for g in CampaignGrants if g is not CampaignGrants.DISPATCH),
                EvidenceGrants.ADD,
                LoopGrants.READ,
                LoopGrants.VERIFY,
                LoopGrants.DIRECT,
                PartiesGrants.READ,
            ),
            needs_second_factor=True,
        ),
        RoleSpec(
            "campaign_clerk",
            Text("方案校核人员", "Plan reviewer"),
            (CampaignGrants.READ, CampaignGrants.DRAFT, EvidenceGrants.ADD, LoopGrants.READ, PartiesGrants.READ),
        ),
        RoleSpec(
            "campaign_reader",
            Text("专项行动查看", "Campaign reader"),
            (CampaignGrants.READ, LoopGrants.READ, PartiesGrants.READ),
        ),
    ),
    declares=(
        CaseKind(
            CASE_KIND,
            Text("专项行动任务", "Campaign task"),
            icon="target",
        ),
        EvidenceReach("campaigns", evidence_seen_by),
    ),
)
