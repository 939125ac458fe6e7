"""云州市的一家企业登记了两次: by another office, under another code and with its name spelled otherwise. Made up."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bihuan.core.access.actions import grants
from bihuan.core.access.context import Context, service_actor
from bihuan.core.access.models import Role, User
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions.runner import perform
from bihuan.core.jobs import queue
from bihuan.core.modules import registry
from bihuan.parties import actions as parties
from bihuan.parties.terms import OrganisationKind, PartiesGrants
from bihuan.registers.duplicates.queries.merging import FIND_JOB
from bihuan.registers.enterprises.terms import EnterprisesGrants, EnterpriseType
from bihuan.site.demo.building import City, Say

KEEPER: Final = service_actor("demo.duplicates", *EnterprisesGrants, *PartiesGrants, AccessGrants.MANAGE_GRANTS)
FIRST, SECOND, CITY = "YZ-E003", "YZ-E903", "990100"


def run(city: City, *, at: datetime, say: Say) -> None:
    """Who looks for duplicates proposes the merge; somebody else confirms it."""
    ctx = Context(actor=KEEPER, at=at)
    first = city.units[FIRST]
    name = first.name.replace("有限公司", "有限责任公司")
    second = perform(
        parties.add_organisation, ctx=ctx, code=SECOND, name=name, kind=OrganisationKind.ENTERPRISE, region=first.region
    ).value
    perform(
        registry().actions["enterprises.add"], ctx=ctx, code=f"{SECOND}-Q", name=name, organisation=second,
        type=EnterpriseType.PRODUCTION,
    )  # fmt: skip
    perform(parties.add_person, ctx=ctx, organisation=second, name="蒋文")
    for username, role in (("yingji", "duplicates_clerk"), ("anwei", "duplicates_chief")):
        user = User.objects.get(pk=city.users[username].pk)
        perform(
            grants.grant_role, ctx=ctx, user=user, role=Role.objects.get(code=role),
            region_path=city.regions[CITY].path, organisation_code=None,
        )  # fmt: skip
    queue.enqueue(job=FIND_JOB, payload={}, key="demo", at=at)
    say("duplicates", 1)
