"""Declaration of responsibilities."""

from __future__ import annotations

from bihuan.core.evidence.terms import EvidenceGrants
from bihuan.core.modules import MenuItem, Module, RoleSpec
from bihuan.core.pages.declared import ChoiceSource, Look, RowSource
from bihuan.domains.responsibilities.actions import basis, division, lists, papers
from bihuan.domains.responsibilities.models import Clause
from bihuan.domains.responsibilities.queries import division as reads
from bihuan.domains.responsibilities.queries.basis import find_clauses
from bihuan.domains.responsibilities.queries.choices import find_posts
from bihuan.domains.responsibilities.queries.lists import gap_panel, leader_panel
from bihuan.domains.responsibilities.terms import GAP_KIND, LEADER_KIND, PaperState, Part, ResponsibilitiesGrants
from bihuan.kernel.text import Text
from bihuan.loop.kinds import CaseKind
from bihuan.loop.terms import LoopGrants, Move
from bihuan.parties.models import Post
from bihuan.parties.terms import PartiesGrants

MODULE = Module(
    name="responsibilities",
    label=Text("职责与责任链", "Responsibilities"),
    grants=ResponsibilitiesGrants,
    actions=(
        division.declare,
        division.ask_to_fill,
        division.add_clause,
        division.name_person,
        division.end_clause,
        division.set_leader_item,
        lists.publish_list,
        lists.pass_on,
        papers.draft_paper,
        papers.write_paper,
        papers.publish_paper,
        papers.revise_paper,
        basis.rest_on,
    ),
    roles=(
        RoleSpec(
            "responsibilities_office",
            Text("职责划分人员", "Divides responsibilities"),
            (*ResponsibilitiesGrants, LoopGrants.READ, LoopGrants.DIRECT, PartiesGrants.READ, EvidenceGrants.ADD),
        ),
        RoleSpec(
            "responsibilities_keeper",
            Text("本单位职责管理员", "Keeps a unit's responsibilities"),
            (ResponsibilitiesGrants.READ, ResponsibilitiesGrants.KEEP, LoopGrants.READ, PartiesGrants.READ),
        ),
    ),
    menu=(
        MenuItem(
            Text("职责", "Responsibilities"),
            "responsibilities",
            "hierarchy",
            Clause.view_grants(),
            section="parties",
            order=20,
        ),
    ),
    serves={
        "A06": Text(
            "职责 → 单位：工作职责清单与年度任务清单，逐行到人，缺人提示；发布定格编版次；Word、Excel",
            "Responsibilities → a unit: both lists of the year named to the person, missing ones marked; published by version; Word, Excel",
        ),
        "A07": Text(
            "职责 → 单位：单位 → 岗位 → 责任人，各有多少未结、逾期；交接页显示数量，确认后一次转给接手人",
            "Responsibilities → a unit: unit, post, person with what is open and overdue; hand-over shows the counts and passes all on at once",
        ),
        "B06": Text(
            "职责 → 单位 → 任务依据：每项未结任务指明依据的职责条款，系统按文字推荐；未指明的排在最前，单位一览有数",
            "Responsibilities → a unit → Basis of tasks: each open task names the clause it rests on, likely ones are offered; those without stand first and are counted per unit",
        ),
        "B07": Text(
            "职责 → 职责与制度文件 → 起草：《危险化学品安全监管工作职责》按职责目录逐单位生成，修改后带文号、施行日期发布，新版替代旧版，各版留存；Word",
            "Responsibilities → Papers → Draft: the duty paper opens with the catalogue, unit by unit; published with number and day, the next version replaces it, all stay; Word",
        ),
        "B08": Text(
            "职责划分：六个环节 × 部门，没有主管的环节标红，一键交办兜底单位，补齐才能办结",
            "Division: six links by department; a link without anybody in charge is red, becomes the backstop's case, and closes once filled",
        ),
        "B09": Text(
            "职责划分：十二条行业线 × 部门，与环节同一张表",
            "Division: twelve sector lines by department, in the same table",
        ),
        "B10": Text(
            "每个环节、行业有主管与配合，空格由兜底单位负责；逐个对象的三重主管见“谁主管谁负责”页",
            "Every link and sector has who is in charge, an empty one has a backstop; the three supervisors of each single object stand on the page Who supervises what",
        ),
        "B11": Text(
            "职责 → 领导干部清单：每项到人到期，提交履职记录，由他人核验",
            "Responsibilities → Leaders' lists: each item has its leader and day; the record of it is verified by another",
        ),
        "C11": Text(
            "职责 → 职责与制度文件：各部门督查指导制度的正文、文号、施行日期与版次；主管行业而没有制度的部门列在页首",
            "Responsibilities → Papers: the text, number, day and versions of each department's system of guidance; departments in charge of a sector without one are listed first",
        ),
    },
    urls="bihuan.domains.responsibilities.urls",
    url_prefix="",
    declares=(
        CaseKind(
            GAP_KIND,
            Text("职责空格", "Empty cell of the division"),
            icon="table",
            required_evidence=0,
            rules={Move.SUBMIT: division.require_filled},
            panel=gap_panel,
            panel_template="responsibilities/gap_panel.html",
        ),
        CaseKind(
            LEADER_KIND,
            Text("领导干部重点工作", "Leader's item"),
            icon="user",
            panel=leader_panel,
            panel_template="responsibilities/leader_panel.html",
        ),
        ChoiceSource("responsibilities.lines", reads.line_choices),
        RowSource(Post, find_posts),
        RowSource(Clause, find_clauses),
        Look(Part.IN_CHARGE, "blue", "flag"),
        Look(Part.COOPERATES, "teal", "users"),
        Look(Part.NOT_CONCERNED, "neutral", "minus"),
        Look(Part.UNDECIDED, "orange", "help"),
        Look(PaperState.DRAFT, "yellow", "pencil"),
        Look(PaperState.COMING, "blue", "clock"),
        Look(PaperState.IN_FORCE, "green", "check"),
        Look(PaperState.ENDED, "neutral", "history"),
    ),
)
