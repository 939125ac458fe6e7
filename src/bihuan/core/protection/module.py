"""Declaration of the protection of personal data."""

from __future__ import annotations

from bihuan.core.modules import Job, Module
from bihuan.core.protection import actions, jobs
from bihuan.core.protection.resealing import NUMBERS
from bihuan.core.protection.rotating import RESEAL_JOB
from bihuan.kernel.text import Text

MODULE = Module(
    name="protection",
    label=Text("个人信息保护", "Protection of personal data"),
    actions=(actions.note_key,),
    jobs=(Job(RESEAL_JOB, Text("换钥后重新加密", "Seal anew after a change of keys"), jobs.reseal),),
    declares=(NUMBERS,),
    urls="bihuan.core.protection.urls",
    url_prefix="",
)
