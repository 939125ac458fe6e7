"""使用单位术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class PlacesOfUseGrants(Term):
    READ = "places_of_use.read", "查看使用单位台账", "See places of use"
    EDIT = "places_of_use.edit", "维护使用单位台账", "Keep places of use"


class PlaceType(Term):
    """使用场所."""

    LABORATORY = "laboratory", "实验室", "Laboratory"
    WORKSHOP = "workshop", "生产车间", "Workshop"
    STORE = "store", "储存室", "Store room"
    WATER_WORKS = "water_works", "水厂（污水厂）", "Water works"
    COLD_STORE = "cold_store", "涉氨制冷", "Ammonia cold store"
    HOSPITAL = "hospital", "医疗机构", "Medical institution"
    SITE = "site", "施工现场", "Building site"
    SHOP = "shop", "经营服务场所", "Shop"
    OTHER = "other", "其他", "Other"


class WayOfUse(Term):
    """使用方式."""

    REACTION = "reaction", "参与反应", "In a reaction"
    SOLVENT = "solvent", "溶剂、清洗", "As a solvent or for cleaning"
    DISINFECTION = "disinfection", "消毒", "For disinfection"
    REFRIGERATION = "refrigeration", "制冷", "For refrigeration"
    FUEL = "fuel", "燃料", "As fuel"
    ANALYSIS = "analysis", "实验、分析", "For experiments and analysis"
    TREATMENT = "treatment", "表面处理", "For surface treatment"
    OTHER = "other", "其他", "Other"


PLACE_KIND = "place_of_use"
