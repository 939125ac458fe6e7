"""危险化学品术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ChemicalsGrants(Term):
    READ = "chemicals.read", "查看化学品台账", "See the register of chemicals"
    EDIT = "chemicals.edit", "维护化学品台账", "Keep the register of chemicals"


class Handling(Term):
    """用途: what the enterprise does with it."""

    PRODUCED = "produced", "生产", "Produced"
    USED = "used", "使用", "Used"
    STORED = "stored", "储存", "Stored"
    TRADED = "traded", "经营", "Traded"
    CARRIED = "carried", "运输", "Carried"


class Listing(Term):
    """名录."""

    HIGHLY_TOXIC = "highly_toxic", "剧毒", "Highly toxic"
    EXPLOSIVE_PRECURSOR = "explosive_precursor", "易制爆", "Explosive precursor"
    DRUG_PRECURSOR = "drug_precursor", "易制毒", "Drug precursor"
    KEY_SUPERVISED = "key_supervised", "重点监管", "Key supervised"
    NAMED_THRESHOLD = "named_threshold", "重大危险源表1", "Table 1 of major hazards"


class Property(Term):
    """理化与安全性质."""

    FLASH_POINT = "flash_point", "闪点", "Flash point"
    AUTOIGNITION = "autoignition", "自燃温度", "Autoignition temperature"
    LOWER_EXPLOSIVE_LIMIT = "lower_explosive_limit", "爆炸下限", "Lower explosive limit"
    UPPER_EXPLOSIVE_LIMIT = "upper_explosive_limit", "爆炸上限", "Upper explosive limit"
    BOILING_POINT = "boiling_point", "沸点", "Boiling point"
    MELTING_POINT = "melting_point", "熔点", "Melting point"
    EXPOSURE_8_H = "exposure_limit_8_h", "时间加权平均容许浓度（8 h）", "Exposure limit, 8 h"
    EXPOSURE_15_MIN = "exposure_limit_15_min", "短时间接触容许浓度（15 min）", "Exposure limit, 15 min"
