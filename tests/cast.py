"""The fixed cast that plays everywhere: a city, its office, its departments, two enterprises, and their people.

`Cast.build()` makes them straight in the database: the doors under test are others.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from bihuan.core.access.context import Actor, Context, Held
from bihuan.core.access.models import User
from bihuan.core.access.scope import Scope
from bihuan.core.evidence.models import Evidence, EvidenceFile
from bihuan.core.modules import registry
from bihuan.parties.models import Organisation, Person, Region, Thing

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def saved(row: Any, at: datetime = AT) -> Any:
    row.created_at = row.updated_at = at
    row.save(force_insert=True)
    return row


def context(actor: Actor, *, at: datetime = AT, **more: Any) -> Context:
    return Context(actor=actor, at=at, **more)


@dataclass
class Cast:
    city: Region
    district: Region
    park: Region
    next_city: Region
    office: Organisation
    emergency: Organisation
    industry: Organisation
    district_emergency: Organisation
    works: Organisation
    neighbour: Organisation
    users: dict[str, User] = field(default_factory=dict)

    @classmethod
    def build(cls) -> Cast:
        def region(code: str, name: str, kind: str, parent: Region | None = None) -> Region:
            path = f"{parent.path if parent else ''}{code}/"
            return saved(Region(code=code, name=name, kind=kind, parent=parent, path=path))

        province = region("990000", "云省", "province")
        city = region("990100", "云州市", "city", province)
        district = region("990102", "东湖区", "district", city)
        park = region("990100-P1", "云州化工园区", "park", district)
        next_city = region("990200", "邻州市", "city", province)

        def unit(code: str, name: str, kind: str, place: Region, *short: str) -> Organisation:
            return saved(
                Organisation(
                    code=code, name=name, kind=kind, region=place, region_path=place.path, short_names=list(short)
                )
            )

        return cls(
            city=city,
            district=district,
            park=park,
            next_city=next_city,
            office=unit("AWB", "云州市安全生产委员会办公室", "office", city, "市安委办"),
            emergency=unit("YJ", "云州市应急管理局", "department", city),
            industry=unit("GX", "云州市工业和信息化局", "department", city),
            district_emergency=unit("DH-YJ", "东湖区应急管理局", "department", district),
            works=unit("E-WORKS", "云州东方化工有限公司", "enterprise", park),
            neighbour=unit("E-NEXT", "云州西方化工有限公司", "enterprise", park),
        )

    def user(self, username: str, unit: Organisation) -> User:
        if username not in self.users:
            self.users[username] = saved(
                User(
                    username=username,
                    display_name=f"{unit.name[:4]}{username}",
                    organisation_code=unit.code,
                    region_path=unit.region_path,
                    password="!",
                )
            )
        return self.users[username]

    def actor(self, username: str, role: str, unit: Organisation, *, region: Region | None = None) -> Actor:
        """Somebody of a unit in a declared role: over the unit alone, or over a whole region."""
        user = self.user(username, unit)
        scope = Scope(region_path=region.path) if region else Scope(organisation=unit.code)
        return Actor(
            kind="user",
            id=f"user:{user.pk}",
            name=user.display_name,
            held=tuple(Held(str(g), scope) for g in registry().roles[role].grants),
            organisation=unit.code,
            second_factor=True,
        )

    # The five who play in most tests.
    @property
    def safety_manager(self) -> Actor:
        """企业安全管理人员."""
        return self.actor("works", "handler", self.works)

    @property
    def stranger(self) -> Actor:
        """另一家企业的人."""
        return self.actor("stranger", "handler", self.neighbour)

    @property
    def officer(self) -> Actor:
        """市安委办工作人员，管全市."""
        return self.actor("officer", "committee_office", self.office, region=self.city)

    @property
    def department_clerk(self) -> Actor:
        """市工信局经办人."""
        return self.actor("clerk", "handler", self.industry)

    @property
    def verifier(self) -> Actor:
        """市应急局核验人."""
        return self.actor("verifier", "verifier", self.emergency)

    @property
    def regulator_next_door(self) -> Actor:
        """邻市安委办."""
        unit = Organisation.objects.filter(code="NEXT-AWB").first() or saved(
            Organisation(
                code="NEXT-AWB",
                name="邻州市安委办",
                kind="office",
                region=self.next_city,
                region_path=self.next_city.path,
            )
        )
        return self.actor("next_door", "committee_office", unit, region=self.next_city)

    def evidence(self, actor: Actor, unit: Organisation, title: str = "整改照片") -> Evidence:
        """One piece of evidence as if uploaded by this actor."""
        digest = secrets.token_hex(32)
        file = saved(EvidenceFile(digest=digest, size=3, media_type="image/png"))
        return saved(
            Evidence(
                title=title,
                kind="photo",
                file=file,
                file_name="photo.png",
                effective_on=TODAY,
                organisation_code=unit.code,
                region_path=unit.region_path,
                uploaded_by=actor.id,
            )
        )

    def person(self, unit: Organisation, name: str = "张三") -> Person:
        return saved(Person(name=name, organisation=unit, organisation_code=unit.code, region_path=unit.region_path))

    def thing(self, unit: Organisation, code: str = "T-1", kind: str = "tank") -> Thing:
        return saved(
            Thing(
                code=code,
                kind=kind,
                name=f"储罐 {code}",
                organisation=unit,
                organisation_code=unit.code,
                region=unit.region,
                region_path=unit.region_path,
                scan_key=secrets.token_hex(12),
            )
        )
