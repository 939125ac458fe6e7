"""导出审批术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ExportsGrants(Term):
    APPROVE = "exports.approve", "审批个人信息导出", "Approve exports of personal data"
    MAKE = "exports.make", "生成导出文件（仅作业）", "Make the approved file (jobs only)"


class ExportState(Term):
    ASKED = "asked", "待审批", "To be approved"
    APPROVED = "approved", "生成中", "Being made"
    REFUSED = "refused", "未批准", "Refused"
    READY = "ready", "可下载", "Ready"
    FAILED = "failed", "未能生成", "Could not be made"
    EXPIRED = "expired", "已过期", "Expired"


class ExportForm(Term):
    XLSX = "xlsx", "Excel 工作簿", "Excel workbook"
    DOCX = "docx", "Word 文档", "Word document"
    PDF = "pdf", "PDF", "PDF"
