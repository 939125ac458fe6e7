"""个人信息与保存期限: an export of contacts made, one waiting, one refused; a confirmed term and a hold."""

from __future__ import annotations

from bihuan.core.actions.runner import perform
from bihuan.core.exports import actions as exports
from bihuan.core.jobs import queue
from bihuan.core.retention import actions as retention
from bihuan.site.demo.story import Teller


def run(teller: Teller) -> None:
    asker = teller.ctx(teller.city.actor("yingji", at=teller.at(-2)), -2)
    decider = teller.ctx(teller.city.actor("anweihui", at=teller.at(-1)), -1)
    asked = [
        perform(exports.ask, ctx=asker, code="enterprises", form=form, purpose=purpose).value
        for form, purpose in (
            ("xlsx", "核对节日值班应急联络表"),
            ("pdf", "转给第三方服务机构"),
            ("docx", "迎接省级督导，报送企业安全联系人"),
        )
    ]
    perform(exports.approve, ctx=decider, request=asked[0], remark="限本局应急值班使用")
    perform(exports.refuse, ctx=decider, request=asked[1], remark="不得转给第三方")
    queue.drain(at=decider.at)
    keeper = teller.ctx(teller.city.actor("dangan", at=teller.at(-1)), -1)
    perform(retention.confirm_rule, ctx=keeper, code="access.sessions", days=365, basis="本市电子档案管理规定")
    perform(retention.place_hold, ctx=keeper, code="evidence.unused", reason="配合上级核查，暂不清理未引用的证据")
