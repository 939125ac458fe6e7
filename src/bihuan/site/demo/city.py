"""云州市: the regions, departments and enterprises of the demo. All of it made up; code 99 belongs to no province."""

from __future__ import annotations

from dataclasses import dataclass

from bihuan.kernel.credit_code import make_credit_code


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    kind: str
    parent: str = ""
    #: West, south, east, north in degrees, CGCS2000.
    box: tuple[float, float, float, float] | None = None


PLACES = (
    Place("990000", "云省", "province"),
    Place("990100", "云州市", "city", "990000", (119.60, 30.00, 120.40, 30.60)),
    Place("990102", "东湖区", "district", "990100", (120.05, 30.00, 120.40, 30.32)),
    Place("990103", "西山区", "district", "990100", (119.60, 30.00, 120.05, 30.32)),
    Place("990104", "北港区", "district", "990100", (119.60, 30.32, 120.40, 30.60)),
    Place("990100-P1", "云州化工园区", "park", "990102", (120.22, 30.18, 120.30, 30.24)),
    Place("990100-P2", "北港化工园区", "park", "990104", (119.90, 30.46, 120.00, 30.53)),
)


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: str
    kind: str
    region: str
    short_names: tuple[str, ...] = ()
    parent: str = ""


UNITS = (
    Unit("YZ-ZF", "云州市人民政府", "government", "990100", ("市政府",)),
    Unit("YZ-AWH", "云州市安全生产委员会", "committee", "990100", ("市安委会",), "YZ-ZF"),
    Unit("YZ-AWB", "云州市安全生产委员会办公室", "office", "990100", ("市安委办", "市安委会办公室"), "YZ-AWH"),
    Unit("YZ-YJ", "云州市应急管理局", "department", "990100", (), "YZ-ZF"),
    Unit("YZ-GX", "云州市工业和信息化局", "department", "990100", ("市工信局",), "YZ-ZF"),
    Unit("YZ-FG", "云州市发展和改革委员会", "department", "990100", ("市发改委",), "YZ-ZF"),
    Unit("YZ-GA", "云州市公安局", "department", "990100", (), "YZ-ZF"),
    Unit("YZ-JT", "云州市交通运输局", "department", "990100", (), "YZ-ZF"),
    Unit("YZ-HJ", "云州市生态环境局", "department", "990100", (), "YZ-ZF"),
    Unit("YZ-SJ", "云州市市场监督管理局", "department", "990100", ("市市场监管局",), "YZ-ZF"),
    Unit("YZ-ZG", "云州市自然资源和规划局", "department", "990100", ("市资规局",), "YZ-ZF"),
    Unit("YZ-ZJ", "云州市住房和城乡建设局", "department", "990100", ("市住建局",), "YZ-ZF"),
    Unit("YZ-WJ", "云州市卫生健康委员会", "department", "990100", ("市卫健委", "市卫生健康委"), "YZ-ZF"),
    Unit("YZ-JY", "云州市教育局", "department", "990100", (), "YZ-ZF"),
    Unit("YZ-KJ", "云州市科学技术局", "department", "990100", ("市科技局",), "YZ-ZF"),
    Unit("YZ-SW", "云州市商务局", "department", "990100", (), "YZ-ZF"),
    Unit("YZ-RS", "云州市人力资源和社会保障局", "department", "990100", ("市人力资源社会保障局", "市人社局"), "YZ-ZF"),
    Unit("YZ-XF", "云州市消防救援支队", "department", "990100", ("市消防救援支队",), "YZ-ZF"),
    Unit("YZ-BB", "中共云州市委机构编制委员会办公室", "department", "990100", ("市委编办",)),
    Unit("YZ-TJ", "云州市特种设备检验研究院", "institution", "990100", ("市特种设备检验研究院",), "YZ-SJ"),
    Unit("DH-ZF", "东湖区人民政府", "government", "990102", ("东湖区政府",)),
    Unit("XS-ZF", "西山区人民政府", "government", "990103", ("西山区政府",)),
    Unit("BG-ZF", "北港区人民政府", "government", "990104", ("北港区政府",)),
    Unit("DH-YJ", "东湖区应急管理局", "department", "990102", (), "DH-ZF"),
    Unit("XS-YJ", "西山区应急管理局", "department", "990103", (), "XS-ZF"),
    Unit("BG-YJ", "北港区应急管理局", "department", "990104", (), "BG-ZF"),
    Unit("P1-GWH", "云州化工园区管理委员会", "park_administration", "990100-P1", ("云州化工园区管委会",)),
    Unit("P2-GWH", "北港化工园区管理委员会", "park_administration", "990100-P2", ("北港化工园区管委会",)),
)

#: Ten in each park, the others across the districts.
_STEMS = (
    "东岚", "海川", "瑞康", "启明", "新源", "天和", "恒润", "金澜", "华驰", "安泰",
    "北辰", "远航", "嘉禾", "宏图", "盛景", "江帆", "博雅", "正阳", "鼎信", "云帆",
    "翠屏", "山湖", "松原", "绿野", "飞鹤", "青石", "长风", "星河", "紫金", "白沙",
    "滨湖", "西岭", "明珠", "大成", "晨光", "永丰", "万象", "同心", "春江", "秋实",
)  # fmt: skip
_TRADES = (
    "化工有限公司",
    "新材料有限公司",
    "精细化学有限公司",
    "仓储有限公司",
    "气体有限公司",
    "涂料有限公司",
    "医药化工有限公司",
    "危险品物流有限公司",
)


def enterprises() -> list[tuple[str, str, str, str]]:
    """Code, name, region and unified social credit code of forty enterprises."""
    places = ["990100-P1"] * 10 + ["990100-P2"] * 10 + ["990102"] * 7 + ["990103"] * 7 + ["990104"] * 6
    made = []
    for number, (stem, region) in enumerate(zip(_STEMS, places, strict=True), 1):
        name = f"云州{stem}{_TRADES[number % len(_TRADES)]}"
        credit = make_credit_code(authority="91", region=region[:6], organisation=f"DEM{number:05d}")
        made.append((f"YZ-E{number:03d}", name, region, credit))
    return made


@dataclass(frozen=True, slots=True)
class Somebody:
    """One account of the demo: its role over its own unit, or over a region.

    `role@place` is granted over that place; `registers` is to read every register there is.
    """

    username: str
    name: str
    unit: str
    roles: tuple[str, ...]
    region: str = ""
    what: str = ""
    what_en: str = ""


PEOPLE = (
    Somebody("anwei", "周敏", "YZ-AWB", ("campaign_office", "committee_office", "supervision_office", "responsibilities_office", "bodies_office", "assessment_office", "documents_office", "parties_clerk", "registers", "risk_reader", "checks_reader", "project_registrar"), "990100", "安委办：读方案、派任务、督办、看板", "committee office: reads plans, dispatches, supervises, sees the board"),
    Somebody("anweihui", "苗远", "YZ-AWH", ("verifier", "registers@990100", "export_approver@990100"), "", "市安委会：核验安委办自己的任务", "safety committee: verifies the office's own tasks"),
    Somebody("yingji", "陈立", "YZ-YJ", ("handler", "verifier", "law_clerk@*", "registers@990100", "enterprises_keeper@990100", "tanks_keeper@990100", "vehicles_keeper@990100", "hazard_filing_officer@990100", "hazard_responsibility_reader@990100", "risk_assessor@990100", "checks_reader@990100", "project_decider@990100", "restricted_chemicals_keeper@990100", "boundary_drawer@990100"), "", "市应急管理局：办理本局任务，核验别人的", "emergency bureau: handles its own, verifies others'"),
    Somebody("gongxin", "林涛", "YZ-GX", ("handler",), "", "市工信局经办人", "handler of the industry bureau"),
    Somebody("jiaotong", "吴江", "YZ-JT", ("handler",), "", "市交通运输局经办人", "handler of the transport bureau"),
    Somebody("huanjing", "许静", "YZ-HJ", ("handler",), "", "市生态环境局经办人", "handler of the environment bureau"),
    Somebody("shijian", "郑凯", "YZ-SJ", ("handler",), "", "市市场监管局经办人", "handler of the market-supervision bureau"),
    Somebody("fagai", "孙宁", "YZ-FG", ("handler", "project_registrar@990100"), "", "市发改委经办人", "handler of the development commission"),
    Somebody("donghu", "何芳", "DH-YJ", ("handler", "verifier", "reader", "registers"), "990102", "东湖区应急管理局：看全区", "Donghu district emergency bureau: sees its district"),
    Somebody("yuanqu", "高远", "P1-GWH", ("handler", "verifier", "reader", "registers", "tanks_keeper", "boundary_drawer", "risk_reader", "checks_reader"), "990100-P1", "云州化工园区管委会：看本园区", "administration of the Yunzhou park: sees its park"),
    Somebody("qiye", "马强", "YZ-E001", ("handler", "registers", "tanks_keeper", "vehicles_keeper", "chemicals_keeper", "hazard_stock_keeper", "hazard_enterprise", "hazard_appointer", "products_keeper", "label_printer", "code_keeper"), "", "企业安全管理人员（云州东岚）", "safety manager of an enterprise (Donglan)"),
    Somebody("linqi", "罗丹", "YZ-E002", ("handler", "registers"), "", "隔壁企业：看不到东岚的任何事项", "the enterprise next door: sees nothing of Donglan's"),
    Somebody("lingdao", "沈建国", "YZ-ZF", ("reader", "campaign_reader", "registers", "report_signer", "instructing_leader"), "990100", "分管市领导：看全市，签批报告，作批示", "deputy mayor in charge: sees the city, signs reports, instructs"),
    Somebody("xitong", "系统管理员", "YZ-AWB", ("system_administrator",), "*", "系统管理员（三员之一）：账号与运行", "system administrator: accounts and operation"),
    Somebody("anquan", "安全管理员", "YZ-AWB", ("security_administrator",), "*", "安全管理员（三员之一）：角色与授权", "security administrator: roles and grants"),
    Somebody("dangan", "档案管理员", "YZ-AWB", ("records_administrator",), "*", "档案管理员：确认保存期限、设置留存", "keeper of records: confirms how long they are kept, holds them back"),
    Somebody("shenji", "审计管理员", "YZ-AWB", ("audit_administrator",), "*", "审计管理员（三员之一）：只读审计", "audit administrator: reads the audit trail"),
)  # fmt: skip
