"""The small grammars, each as a table: units and roles, time phrases, measures, reporting."""

from __future__ import annotations

import pytest

from bihuan.engines.plan_reader.dates import PlanCalendar, is_due, moments, plan_calendar
from bihuan.engines.plan_reader.documents.plain import text_source
from bihuan.engines.plan_reader.indicators import find_indicators
from bihuan.engines.plan_reader.reader import read
from bihuan.engines.plan_reader.stream import make_stream
from bihuan.engines.plan_reader.title import genre_of
from bihuan.engines.plan_reader.units import parse_statement


@pytest.mark.parametrize(
    ("statement", "units"),
    [
        ("市应急局牵头，市公安局、市交通运输局配合", "市应急局:lead 市公安局:coop 市交通运输局:coop"),
        ("市应急局负责，市公安局配合", "市应急局:owner 市公安局:coop"),
        ("市应急局、市公安局等部门按职责分工负责", "市应急局:by_duty 市公安局:by_duty"),
        ("市应急局、市公安局等相关部门单位分工负责", "市应急局:by_duty 市公安局:by_duty"),
        ("市应急局、市公安局按职责", "市应急局:by_duty 市公安局:by_duty"),
        ("市应急局、市公安局分别牵头", "市应急局:lead 市公安局:lead"),
        ("市应急局会同市公安局负责", "市应急局:lead 市公安局:coop"),
        ("由市应急局负责落实", "市应急局:owner"),
        ("市应急局", "市应急局:owner"),
        ("市住房和城乡建设局、市自然资源和规划局负责", "市住房和城乡建设局:owner 市自然资源和规划局:owner"),
        ("市公安局和市交通运输局负责", "市公安局:owner 市交通运输局:owner"),
        ("区委、区政府和各街道办事处负责", "区委:owner 区政府:owner 各街道办事处:owner"),
        ("各有关部门和单位负责", "各有关部门和单位:owner"),
        ("各级党委和政府负责", "各级党委和政府:owner"),
        ("各县（市、区）人民政府负责", "各县（市、区）人民政府:owner"),
        ("市交通运输局（市港航中心）牵头", "市交通运输局（市港航中心）:lead"),
        ("市公安局、市文联、市总工会参与", "市公安局:coop 市文联:coop 市总工会:coop"),
        ("市应急局牵头，市公安局、三大运营中枢配合", "市应急局:lead 市公安局:coop 三大运营中枢:coop"),
        ("市应急局负责，各级安委会负责落实，以下均需各级安委会落实，不再列出", "市应急局:owner 各级安委会:owner"),
        ("市应急局（牵头），市公安局、市交通运输局（配合）", "市应急局:lead 市公安局:owner 市交通运输局:coop"),
        ("试行", ""), ("红色", ""), ("集中", ""), ("市、区", ""), ("单位", ""), ("以下简称《方案》", ""), ("2015年第5号", ""),
        ("具体由事故调查组调查认定", ""), ("含计划生育技术服务机构", ""), ("装货环节", ""),
    ],
)  # fmt: skip
def test_a_responsibility_statement_names_units_with_roles(statement, units):
    found = parse_statement(statement, 0)
    assert " ".join(f"{statement[u.start : u.end]}:{u.role}" for u in found) == units


PLAN_2026 = PlanCalendar(2026)
ACROSS = PlanCalendar(2026, (2026, 9), (2027, 3))


@pytest.mark.parametrize(
    ("words", "plan", "dates"),
    [
        ("6月底前完成", PLAN_2026, "2026-06-30"),
        ("2月底前完成", PlanCalendar(2028), "2028-02-29"),
        ("2月底前完成", ACROSS, "2027-02-28"),
        ("10月底前完成", ACROSS, "2026-10-31"),
        ("年底前完成", ACROSS, "2026-12-31"),
        ("年内建成", PLAN_2026, "2026-12-31"),
        ("2025年底前完成", PLAN_2026, "2025-12-31"),
        ("到2027年底，建成", PLAN_2026, "2027-12-31"),
        ("２０２６年６月３０日前".translate({0xFF10 + i: str(i) for i in range(10)}), PLAN_2026, "2026-06-30"),
        ("二〇二六年六月底前", PLAN_2026, "2026-06-30"),
        ("次年1月底前", PLAN_2026, "2027-01-31"),
        ("今年10月底前", PLAN_2026, "2026-10-31"),
        ("上半年底前", PLAN_2026, "2026-06-30"),
        ("第三季度末前", PLAN_2026, "2026-09-30"),
        ("5月中旬前", PLAN_2026, "2026-05-20"),
        ("2026年2月底前制定，11月底前完成", PlanCalendar(2024), "2026-02-28 2026-11-30"),
        ("2026年11月底前制定，1月底前完成", PlanCalendar(2026, (2026, 9), (2027, 3)), "2026-11-30 2027-01-31"),
        ("2026年2月31日前完成", PLAN_2026, "None"),
        ("2026年13月底前完成", PLAN_2026, "None"),
        ("2026年2月29日前完成", PLAN_2026, "None"),
        ("2028年2月29日前完成", PLAN_2026, "2028-02-29"),
        ("2022年以来发生", PLAN_2026, ""),
        ("《目录（2015版）》2015年第5号", PLAN_2026, ""),
        ("自2026年6月1日起施行", PLAN_2026, ""),
        ("对2020年底前建成的装置", PLAN_2026, ""),
        ("近三年内发生", PLAN_2026, ""),
        ("6月底前", PlanCalendar(None), "None"),
    ],
)  # fmt: skip
def test_time_phrases_get_the_plans_own_year_and_never_a_shifted_day(words, plan, dates):
    found = [m for m in moments(words, 0, len(words), plan) if is_due(words, m)]
    assert " ".join(str(m.due) for m in found) == dates


@pytest.mark.parametrize(
    ("text", "year", "first"),
    [
        ("2026年6月底前完成，2026年9月底前完成", 2026, None),
        ("从2026年9月至2027年3月开展", 2026, (2026, 9)),
        ("2019年1月至2021年12月发生事故5起。2026年6月底前完成，2026年8月底前完成", 2026, None),
        ("没有年份", None, None),
    ],
)
def test_the_year_of_a_plan_is_that_of_its_limits_not_of_its_history(text, year, first):
    plan = plan_calendar(text, "")
    assert (plan.year, plan.first) == (year, first)


@pytest.mark.parametrize(
    ("words", "measures"),
    [
        ("配备不少于10名监管人员", ">= 10 名"),
        ("配比不低于在职执法人员的75%", ">= 75 %"),
        ("占比超过50%", "> 50 %"),
        ("运行时间超过20年的装置", "> 20 年"),
        ("现场人员9人以下", "<= 9 人"),
        ("人数不超过9人", "<= 9 人"),
        ("投资额原则上不低于10亿元", ">= 10 亿元"),
        ("覆盖率达到60%以上", ">= 60 %"),
        ("投保率达到100%", "== 100 %"),
        ("合格率百分之九十以上", ">= 90 %"),
        ("每半年开展一次评估", ">= 1 次/半年"),
        ("每季度至少开展2次检查", ">= 2 次/季度"),
        ("每年复训时间不少于2周", ">= 2 周/年"),
        ("每两年修订一次", ">= 1 次/两年"),
        ("至少配备1名安全管理员", ">= 1 名"),
        ("建成一支救援队伍", ">= 1 支"),
        ("完成全市2个园区的复核", "== 2 个"),
        ("推动4家企业关闭退出", "== 4 家"),
        ("实现双人24小时值守", ">= 2 人, == 24 小时"),
        ("对8类违章行为自动识别", ">= 8 类"),
        ("在30日内整改", "<= 30 日"),
        ("实现企业全覆盖", "== 100 %"),
        ("隐患动态清零", "== 0 "),
        ("推动“四个清零”", ""), ("落实“五必查”", ""), ("建立一企一策方案", ""), ("建立一家一档", ""), ("六类环境治理设施", ""),
        ("降至C类", ""), ("一级、二级重大危险源", ""), ("确定的2家园区试点工作", ""), ("第三方机构", ""), ("形成一批成果", ""), ("12345热线", ""),
        ("建立一个平台", ""), ("《规定》（第5号）", ""), ("2022年3月", ""),
    ],
)  # fmt: skip
def test_numbers_that_decide_are_measures_and_slogans_are_not(words, measures):
    assert ", ".join(f"{m.op} {m.value:g} {m.unit}" for m in find_indicators(words, 0, len(words))) == measures


@pytest.mark.parametrize(
    ("sentence", "who", "to", "due"),
    [
        (
            "各县于3月、6月、9月25日前将进展情况报送市安委会办公室。",
            "各县",
            "市安委会办公室",
            ["03-25", "06-25", "09-25"],
        ),
        ("各区每月5日前将情况报市安委办。", "各区", "市安委办", ["monthly:05"]),
        ("各区每季度末月20日前报送市安委办。", "各区", "市安委办", ["03-20", "06-20", "09-20", "12-20"]),
        ("各区每季度首月10日前报送市安委办。", "各区", "市安委办", ["01-10", "04-10", "07-10", "10-10"]),
        ("各区每季度向市安委办报送进展。", "各区", "市安委办", ["quarterly"]),
        ("各区于2026年12月20日前向市安委办书面报告。", "各区", "市安委办", ["2026-12-20"]),
        ("各区及时向市安委办报送重大情况。", "各区", "市安委办", []),
    ],
)
def test_reporting_duties_say_who_to_whom_and_when(sentence, who, to, due):
    text = f"西河市工作方案\n一、主要任务\n（一）加强巡查。完善制度。（市公安局负责）\n二、工作要求\n（一）加强报送。{sentence}\n"
    reports = read(text_source(text)).reporting
    assert [(r.who, r.to, list(r.due)) for r in reports] == [(who, to, due)]


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("某市安全整治工作方案", "plan"), ("某市实施意见（试行）", "plan"), ("某市2026年工作要点", "plan"),
        ("关于印发《某市整治方案》的通知", "plan"), ("关于印发《某市突发事件应急预案》的通知", "other"),
        ("某市安全生产条例", "other"), ("关于商请支持的函", "other"), ("某市召开会议", "unknown"),
    ],
)  # fmt: skip
def test_the_last_word_of_a_title_tells_the_genre(title, genre):
    assert str(genre_of(title)) == genre


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("( 一 )", "（一）"), ("㈠⒈⑴①", "（一）1.（1）①"), ("１．２％", "1.2%"), ("市\u200b公\u00ad安\u00a0局", "市公安局"),
        ("〔2026〕【甲】", "（2026）（甲）"), ("⼀", "一"), ("a,b;c:d", "a，b；c：d"),
    ],
)  # fmt: skip
def test_widths_shapes_and_invisible_characters_are_made_one(written, seen):
    assert make_stream(text_source(written)).text == seen


def read_tasks(body: str) -> list[tuple]:
    ledger = read(
        text_source(f"西河市工作方案\n一、总体要求\n坚持底线。\n二、任务分工\n{body}\n三、工作要求\n各地要重视。\n")
    )
    return [(t.no, t.text, " ".join(f"{r.unit}:{r.role}" for r in t.responsible)) for t in ledger.tasks]


@pytest.mark.parametrize(
    ("body", "tasks"),
    [
        ("（一）市公安局：负责路面管控。", [("（一）", "市公安局：负责路面管控。", "市公安局:owner")]),
        ("（一）市公安局。负责路面管控，严查违法。", [("（一）", "负责路面管控，严查违法。", "市公安局:owner")]),
        ("1.市公安局牵头负责路面管控，市交通运输局配合。", [("1", "市公安局牵头负责路面管控，市交通运输局配合。", "市公安局:lead 市交通运输局:coop")]),
        ("1.加强路面管控。各区要严查。", []),
        ("（一）加强路面管控。各区要严查违法。市公安局要加强指导。", [("（一）/1", "各区要严查违法。", "各区:owner"), ("（一）/2", "市公安局要加强指导。", "市公安局:owner")]),
        ("（一）加强路面管控（责任单位：市公安局）\n1.严查违法。\n2.劝导宣传。", [("1", "严查违法。", "市公安局:owner"), ("2", "劝导宣传。", "市公安局:owner")]),
        ("（一）加强路面管控。\n1.严查违法；\n2.劝导宣传。（市公安局负责）", [("（一）", "1.严查违法；2.劝导宣传。", "市公安局:owner")]),
        ("（一）加强路面管控。严查违法（含超载、超限）。（市公安局负责）", [("（一）", "严查违法（含超载、超限）。", "市公安局:owner")]),
        ("（一）加强路面管控。严查违法。（市公安局负责，市交通运输局（市港航中心）配合）", [("（一）", "严查违法。", "市公安局:owner 市交通运输局（市港航中心）:coop")]),
        ("（一）加强路面管控。严查违法。（2026年6月底前完成，市公安局负责）", [("（一）", "严查违法。", "市公安局:owner")]),
        ("（一）加强路面管控。严查违法。\n责任单位：市公安局 市交通运输局 各区人民政府", [("（一）", "严查违法。", "市公安局:owner 市交通运输局:owner 各区人民政府:owner")]),
    ],
)  # fmt: skip
def test_assignments_of_every_form_become_tasks(body, tasks):
    assert read_tasks(body) == tasks


def test_a_statement_where_no_tasks_stand_is_a_warning_and_no_task():
    text = "西河市工作方案\n一、主要任务\n（一）巡查。加强巡查。（市公安局负责）\n二、工作要求\n（一）加强领导。成立专班。（市应急局牵头）\n"
    ledger = read(text_source(text))
    assert [t.responsible_raw for t in ledger.tasks] == ["市公安局负责"]
    assert [str(w.doubt) for w in ledger.warnings] == ["unread_assignment"]


def test_a_rhythm_the_ledger_has_no_form_for_is_a_warning():
    text = "西河市工作方案\n一、主要任务\n（一）巡查。加强巡查。（市公安局负责）\n二、工作要求\n各区每周五前向市安委办报送情况。\n"
    ledger = read(text_source(text))
    assert ledger.reporting == ()
    assert [text[w.span.start : w.span.end] for w in ledger.warnings] == ["每周五前向市安委办报送情况"]


def test_a_number_left_out_is_a_warning_at_its_place():
    text = "西河市工作方案\n一、主要任务\n1.加强巡查。（市公安局负责）\n3.加强宣传。（市司法局负责）\n"
    ledger = read(text_source(text))
    assert len(ledger.tasks) == 2
    assert [(str(w.doubt), text[w.span.start : w.span.end]) for w in ledger.warnings] == [("numbering", "3.")]


def test_one_misprinted_number_does_not_break_the_list():
    text = "西河市工作方案\n一、主要任务\n（1）加强巡查。完善制度。（市公安局负责）\n（二）加强宣传。开展活动。（市司法局负责）\n二、工作要求\n各地要重视。\n"
    assert [(t.no, t.section) for t in read(text_source(text)).tasks] == [
        ("（1）", "一、主要任务 > （1）加强巡查"), ("（二）", "一、主要任务 > （二）加强宣传"),
    ]  # fmt: skip
