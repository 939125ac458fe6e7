"""谁主管谁负责术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class SupervisorsGrants(Term):
    READ = "supervisors.read", "查看行业主管分工", "See who supervises what"
    EDIT = "supervisors.edit", "维护行业主管分工", "Keep who supervises what"


class Sector(Term):
    """使用单位的十二条行业线, 依据 地方使用安全专项治理方案 四."""

    PRINTING = "printing", "印刷、出版", "Printing and publishing"
    ENERGY = "energy", "能源（煤炭除外）、化工、修造船、粮食", "Energy (not coal), chemicals, ships, grain"
    SCHOOLS = "schools", "学校实验室、文化娱乐演出", "School laboratories, entertainment and shows"
    RESEARCH = "research", "科研院所", "Research institutes"
    BUILDING = "building", "建筑、市政、园林、环卫、港口", "Building, municipal works, gardens, sanitation, ports"
    FARMING = "farming", "农业、渔业、屠宰、水务", "Agriculture, fishery, slaughter, water works"
    TRADE = "trade", "商贸服务", "Trade and services"
    MEDICAL = "medical", "医疗卫生（含计生）", "Medical (with family planning)"
    INDUSTRY = (
        "industry",
        "医药、冶金、有色、建材、机械、轻工、纺织",
        "Pharmaceuticals, metals, materials, machinery, light industry, textiles",
    )
    POLICE = "police", "剧毒、易制毒、易制爆", "Highly toxic, drug and explosive precursors"
    WASTE = "waste", "废弃处置", "Waste disposal"
    REPAIR = "repair", "机动车维修", "Vehicle repair"


class SupervisorRole(Term):
    """三管三必须: 管行业、管业务、审批."""

    SECTOR = "sector", "行业主管", "Sector supervisor"
    BUSINESS = "business", "业务主管", "Business supervisor"
    APPROVAL = "approval", "审批部门", "Approver"
