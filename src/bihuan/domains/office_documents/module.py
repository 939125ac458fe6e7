"""Declaration of instructions and documents."""

from __future__ import annotations

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import ChoiceSource, Look
from bihuan.domains.office_documents import actions, queries
from bihuan.domains.office_documents.models import OfficeDocument, evidence_seen_by
from bihuan.domains.office_documents.terms import (
    INSTRUCTION_KIND,
    InstructionStep,
    OfficeDocumentsGrants,
    Openness,
)
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseButton, CaseKind
from bihuan.loop.terms import LoopGrants
from bihuan.parties.terms import PartiesGrants

MODULE = Module(
    name="office_documents",
    label=Text("办文", "Documents"),
    grants=OfficeDocumentsGrants,
    actions=(
        actions.instruct,
        actions.register_instruction,
        actions.propose,
        actions.feed_back,
        actions.send,
        actions.sign_for,
    ),
    roles=(
        RoleSpec(
            "instructing_leader",
            Text("批示领导", "Leader who instructs"),
            (OfficeDocumentsGrants.INSTRUCT, LoopGrants.READ, PartiesGrants.READ),
        ),
        RoleSpec(
            "documents_office",
            Text("办文人员", "Document office"),
            (
                OfficeDocumentsGrants.READ,
                OfficeDocumentsGrants.KEEP,
                LoopGrants.READ,
                PartiesGrants.READ,
                EvidenceGrants.ADD,
            ),
        ),
    ),
    menu=(
        MenuItem(
            Text("办文", "Documents"),
            "office-documents",
            "file-text",
            OfficeDocument.view_grants(),
            section="parties",
            order=25,
        ),
    ),
    urls="bihuan.domains.office_documents.urls",
    url_prefix="",
    declares=(
        actions.DOCUMENTS,
        actions.INSTRUCTIONS,
        CaseButton(actions.instruct.name),
        ChoiceSource("office_documents.offices", queries.offices),
        CaseKind(
            INSTRUCTION_KIND,
            Text("领导批示", "Leader's instruction"),
            icon="file-text",
            panel=queries.instruction_panel,
            panel_template="office_documents/instruction_panel.html",
        ),
        EvidenceReach("office_documents", evidence_seen_by),
        Look(Openness.ACTIVE, "green", "eye"),
        Look(Openness.ON_REQUEST, "blue", "message"),
        Look(Openness.CLOSED, "neutral", "eye-off"),
        Look(InstructionStep.REGISTERED, "yellow", "inbox"),
        Look(InstructionStep.CARRIED_OUT, "blue", "pencil"),
        Look(InstructionStep.TO_FEED_BACK, "orange", "message"),
        Look(InstructionStep.FED_BACK, "green", "circle-check"),
    ),
)
