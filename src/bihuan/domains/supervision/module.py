"""Declaration of supervision."""

from __future__ import annotations

from bihuan.core.evidence.reach import EvidenceReach
from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import ChoiceSource, Look, RowSource
from bihuan.domains.supervision.actions import chain, checks, circulars, examining, planning, practices, problems
from bihuan.domains.supervision.queries import checks as check_reads
from bihuan.domains.supervision.queries import examinations
from bihuan.domains.supervision.queries import problems as reads
from bihuan.domains.supervision.queries.choices import find_cases
from bihuan.domains.supervision.terms import (
    CHECK_KIND,
    EXAMINATION_KIND,
    PLANNED_KIND,
    PROBLEM_KIND,
    RULING_KIND,
    WARNING_KIND,
    Answer,
    CheckKind,
    ItemAnswer,
    PracticeState,
    Result,
    SupervisionGrants,
    WarningStep,
)
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.loop.models import Case
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.terms import PartiesGrants

CONDUCTS = tuple(SupervisionGrants)
#: Y01–Y27: whichever problem of the catalogue a plan lists is put to the units in the plan's own words.
POINTS = {
    f"Y{number:02}": Text(
        "督导检查 → 对照自查 → 按方案布置自查：方案写有这一问题的，按原编号、类别、原文逐条布置并对上目录；各单位逐条对照，“存在”的登记问题或对应任务；单位 × 问题点一览，Excel",
        "Checks → Self-examination → by a plan: where a plan lists this problem, it is put to the units with its own number, group and words and told apart by the catalogue; what is present becomes a problem or leads to a task; units by points, Excel",
    )
    for number in range(1, 28)
}

MODULE = Module(
    name="supervision",
    label=Text("督导检查", "Supervision"),
    grants=SupervisionGrants,
    actions=(
        checks.open_check,
        checks.exclude,
        checks.draw,
        checks.record_result,
        problems.report_problem,
        problems.count_in,
        problems.take_on,
        problems.cancel_problem,
        chain.warn,
        chain.record_talk,
        chain.promise,
        chain.ask_ruling,
        chain.give_ruling,
        circulars.publish_circular,
        examining.examine_plan,
        examining.start_examination,
        examining.check_items,
        examining.correct_point,
        examining.answer_point,
        examining.tick_item,
        examining.admit_point,
        planning.plan_inspection,
        practices.recommend,
        practices.review_practice,
        practices.publish_practice,
        practices.make_standing,
    ),
    roles=(
        RoleSpec(
            "supervision_office",
            Text("督导检查人员", "Supervision office"),
            (
                *SupervisionGrants,
                LoopGrants.READ,
                LoopGrants.HANDLE,
                LoopGrants.VERIFY,
                LoopGrants.DIRECT,
                PartiesGrants.READ,
                EvidenceGrants.ADD,
            ),
            needs_second_factor=True,
        ),
    ),
    menu=(
        MenuItem(Text("问题清单", "Problems"), "problems", "flag", reads.LOOKS, section="campaign", order=50),
        MenuItem(Text("督导检查", "Checks"), "supervision", "search", CONDUCTS, section="campaign", order=55),
    ),
    serves={
        "A13": Text(
            "督导检查 → 新建检查（定期对表）：从办理中的事项抽取，逐项记录属实、滞后、不符",
            "Checks → Set up a check (table check): drawn from the open cases, each found as reported, lagging or not so",
        ),
        "A14": Text(
            "问题清单：责任人、时限、措施齐全才能提交；他人复查后按编号销号；筛选、Excel",
            "Problems: person, limit and measures before submitting; cancelled by number after another's re-check; filters, Excel",
        ),
        "A15": Text(
            "督导检查 → “回头看”：抽取已销号事项复查，反弹的自动重新打开，页面给出反弹率",
            "Checks → Look-back: closed cases drawn and looked at again; relapses reopen; the page gives the relapse rate",
        ),
        "A17": Text(
            "问题清单 → 书面请示：牵头部门请示，联席会议办公室或联席会议、政府、编办裁定，责任单位另有落实事项",
            "Problems → Rulings: a lead department asks; the office, the conference, the government or the staffing commission rules; the unit ruled onto gets a case",
        ),
        "A20": Text(
            "问题清单 → 典型经验：推荐、评审、推广、固化为制度",
            "Problems → Good practice: recommended, reviewed, published, made a standing rule",
        ),
        "A21": Text(
            "登记问题时勾选所属专项行动；问题清单按专项行动统计，一个问题只登记一次",
            "Tick the campaigns when a problem is reported; the ledger counts by campaign, each problem recorded once",
        ),
        "C10": Text(
            "督导检查 → 督导轮次：名单、分组、逐个记录，发现的问题进入问题清单",
            "Checks → Supervision round: list, groups, results; what is found goes to the problem ledger",
        ),
        "C11": Text(
            "部分：部门以本单位名义新建检查，各部门检查一览；督查指导制度文本未单列登记",
            "Partly: a department sets up checks in its own name and they are listed; the text of its system isn't registered apart",
        ),
        "C12": Text(
            "督导检查 → 双随机：名单先定格，种子由系统生成并留存，检查页可见重算是否一致；排除须写理由",
            "Checks → Random draw: the list is frozen first, the seed is made by the system and kept, the page draws again and compares; exclusions need a reason",
        ),
        "C13": Text(
            "问题清单 → 通报与警示：当前排名；发布通报定格数字、通知单位，Word 按公文版式，名次与上期比较",
            "Problems → Circulars: the ranking now; a circular freezes it and tells the units; Word in the official layout; places beside the last ones",
        ),
        "C14": Text(
            "通报与警示：对逾期单位发警示函、记录约谈、单位承诺；承诺未齐不能提交核验",
            "Circulars and warnings: warn a unit that lags, record the talk, its promise; no submitting before",
        ),
        **POINTS,
        "B16": Text(
            "对照自查 → 布置主体责任自查：重点事项默认清单（待核，可增删改）逐家逐项勾选，未落实的登记问题整改；Excel",
            "Self-examination → main responsibility: the default items (unverified, can be changed) are ticked one by one by each enterprise; what is not done becomes a problem; Excel",
        ),
        "C17": Text(
            "问题清单 → 年度检查计划：逐月列入，每行是一个事项；单位与专项行动覆盖矩阵",
            "Problems → Yearly plans: month by month, each line a case; the matrix of units by campaigns",
        ),
    },
    urls="bihuan.domains.supervision.urls",
    url_prefix="",
    declares=(
        circulars.CIRCULARS,
        CaseKind(
            PROBLEM_KIND,
            Text("问题整改", "Problem"),
            icon="flag",
            rules={Move.SUBMIT: problems.require_measures},
            guarded=frozenset({Move.CLOSE_OUT}),
            panel=reads.problem_panel,
            panel_template="supervision/problem_panel.html",
        ),
        CaseKind(
            CHECK_KIND,
            Text("督导检查", "Supervision check"),
            icon="search",
            required_evidence=0,
            rules={Move.SUBMIT: checks.require_results},
            panel=reads.check_panel,
            panel_template="supervision/check_panel.html",
        ),
        CaseKind(
            WARNING_KIND,
            Text("警示约谈", "Warning"),
            icon="alert-triangle",
            rules={Move.SUBMIT: chain.require_promise},
            panel=reads.warning_panel,
            panel_template="supervision/warning_panel.html",
        ),
        CaseKind(
            RULING_KIND,
            Text("书面请示", "Request for a ruling"),
            icon="gavel",
            required_evidence=0,
            guarded=frozenset({Move.SUBMIT}),
            panel=reads.ruling_panel,
            panel_template="supervision/ruling_panel.html",
        ),
        CaseKind(
            EXAMINATION_KIND,
            Text("对照自查", "Self-examination"),
            icon="list",
            required_evidence=0,
            rules={Move.SUBMIT: examining.require_answers},
            panel=examinations.examination_panel,
            panel_template="supervision/examination_panel.html",
        ),
        CaseKind(
            PLANNED_KIND,
            Text("计划检查", "Planned inspection"),
            icon="calendar-event",
            panel=reads.planned_panel,
            panel_template="supervision/planned_panel.html",
        ),
        EvidenceReach("practices", reads.evidence_seen_by),
        ChoiceSource("supervision.sources", check_reads.source_choices),
        ChoiceSource("supervision.topics", examinations.topic_choices),
        RowSource(Case, find_cases),
        Look(CheckKind.TABLE, "blue", "table"),
        Look(CheckKind.RANDOM, "purple", "arrows-join"),
        Look(CheckKind.ROUND, "teal", "users-group"),
        Look(CheckKind.LOOK_BACK, "orange", "eye"),
        Look(Result.AS_REPORTED, "green", "check"),
        Look(Result.LAGGING, "yellow", "clock"),
        Look(Result.UNTRUE, "red", "alert-triangle"),
        Look(Result.PROBLEM, "orange", "flag"),
        Look(Result.HELD, "green", "check"),
        Look(Result.RELAPSED, "red", "refresh"),
        Look(WarningStep.TALK, "orange", "message"),
        Look(WarningStep.PROMISE, "yellow", "certificate"),
        Look(WarningStep.KEEP, "blue", "clock"),
        Look(PracticeState.RECOMMENDED, "blue", "send"),
        Look(PracticeState.DECLINED, "neutral", "x"),
        Look(PracticeState.ACCEPTED, "teal", "check"),
        Look(PracticeState.PUBLISHED, "green", "speakerphone"),
        Look(PracticeState.STANDING, "purple", "book"),
        Look(Answer.PRESENT, "red", "alert-triangle"),
        Look(Answer.ABSENT, "green", "check"),
        Look(Answer.NOT_CONCERNED, "neutral", "minus"),
        Look(ItemAnswer.NOT_DONE, "red", "alert-triangle"),
        Look(ItemAnswer.DONE, "green", "check"),
        Look(ItemAnswer.NOT_CONCERNED, "neutral", "minus"),
    ),
)
