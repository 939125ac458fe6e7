"""企业台账术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class EnterprisesGrants(Term):
    READ = "enterprises.read", "查看企业台账", "See the register of enterprises"
    EDIT = "enterprises.edit", "维护企业台账", "Keep the register of enterprises"
    SEE_CONTACTS = "enterprises.see_contacts", "查看企业联系人", "See contacts of enterprises"


class EnterpriseType(Term):
    """企业类型, 依据 危险化学品安全管理条例 第二条, 待核."""

    PRODUCTION = "production", "生产", "Production"
    TRADE = "trade", "经营", "Trade"
    STORAGE = "storage", "储存", "Storage"
    USE = "use", "使用", "Use"
    TRANSPORT = "transport", "运输", "Transport"
    PHARMACEUTICAL = "pharmaceutical", "医药化工", "Pharmaceutical chemistry"
    WASTE = "waste", "危险废物处置", "Waste disposal"
    OTHER = "other", "其他", "Other"


class LicenceKind(Term):
    """许可证种类, 待核."""

    NONE = "none", "无", "None"
    SAFE_PRODUCTION = "safe_production", "安全生产许可证", "Licence for safe production"
    TRADE = "trade", "危险化学品经营许可证", "Licence to trade"
    SAFE_USE = "safe_use", "危险化学品安全使用许可证", "Licence for safe use"
