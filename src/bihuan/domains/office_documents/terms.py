"""办文术语."""

from __future__ import annotations

from bihuan.kernel.term import Term

INSTRUCTION_KIND = "instruction"


class OfficeDocumentsGrants(Term):
    READ = "office_documents.read", "查看办文", "See instructions and documents"
    KEEP = "office_documents.keep", "办文", "Handle instructions and documents"
    INSTRUCT = "office_documents.instruct", "批示", "Instruct"


class Openness(Term):
    """公开属性, 《政府信息公开条例》: how a document is open to the public."""

    ACTIVE = "active", "主动公开", "Published of its own accord"
    ON_REQUEST = "on_request", "依申请公开", "On request"
    CLOSED = "closed", "不予公开", "Not open"


class InstructionStep(Term):
    """领导批示 → 拟办 → 承办 → 反馈."""

    REGISTERED = "registered", "待拟办", "To be assigned"
    CARRIED_OUT = "carried_out", "承办中", "Being carried out"
    TO_FEED_BACK = "to_feed_back", "待反馈", "Feedback to come"
    FED_BACK = "fed_back", "已反馈", "Fed back"
