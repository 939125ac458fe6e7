"""许可证术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class LicencesGrants(Term):
    READ = "licences.read", "查看许可证台账", "See the register of licences"
    EDIT = "licences.edit", "维护许可证台账", "Keep the register of licences"


class LicenceType(Term):
    """行政许可的种类, 待核."""

    SAFE_PRODUCTION = "safe_production", "安全生产许可证", "Licence for safe production"
    TRADE = "trade", "危险化学品经营许可证", "Licence to trade"
    SAFE_USE = "safe_use", "危险化学品安全使用许可证", "Licence for safe use"
    REGISTRATION = "registration", "危险化学品登记证", "Registration certificate"
    TRANSPORT = "transport", "道路危险货物运输许可", "Licence for road transport"
    WASTE = "waste", "危险废物经营许可证", "Licence for hazardous waste"
    PORT = "port", "港口危险货物作业附证", "Licence for goods in ports"
    HIGHLY_TOXIC = "highly_toxic", "剧毒化学品购买许可", "Permit to buy highly toxic chemicals"
    DRUG_PRECURSOR = "drug_precursor", "易制毒化学品许可（备案）", "Permit for drug precursors"
    EXPLOSIVE_PRECURSOR = "explosive_precursor", "易制爆化学品备案", "Filing of explosive precursors"
    OTHER = "other", "其他许可", "Other"
