"""个人信息: what is held about one person, and erasing it where the person has gone. 依据《个人信息保护法》第四十五条、第四十七条，待核.

An erasure keeps every row, every signature and the audit chain: names, numbers and addresses go, the account's
identifier stays. The salts of the audit's digests go too, so that nobody can compare a guess with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from django.apps import apps
from pydantic import Field

from bihuan.core.access.context import Context
from bihuan.core.access.models import LoginSession, User
from bihuan.core.access.rows import Row
from bihuan.core.access.terms import AccessGrants
from bihuan.core.actions import runner
from bihuan.core.actions.action import Label, Ref, action
from bihuan.core.audit.actions import erase_personal
from bihuan.core.audit.models import AuditRow, PersonalSalt
from bihuan.core.evidence.models import Evidence, Upload
from bihuan.core.notices.models import Preference
from bihuan.core.protection.revealing import columns
from bihuan.core.sync.models import SyncConflict
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.parties.models import Person

ERASED = "已擦除"


class StillInService(Problem):
    code = "personal.still_in_service"
    status = 409


def rows_of(user: User) -> Iterator[Row]:
    """The rows whose marked fields speak of this person."""
    yield user
    yield from Person.objects.filter(user=user)
    yield from LoginSession.objects.filter(user=user)
    yield from Preference.objects.filter(user=user)
    yield from SyncConflict.objects.filter(owner=user)
    yield from Upload.objects.filter(owner=f"user:{user.pk}")
    yield from Evidence.objects.filter(uploaded_by=f"user:{user.pk}")


def held(user: User) -> dict[str, Any]:
    """个人信息查询: every marked value, and how often the person appears where only the identifier stands."""
    actor = f"user:{user.pk}"
    return {
        "account": str(user.pk),
        "personal": [
            {"table": row._meta.label_lower, "id": str(row.pk), **_values(row)} for row in rows_of(user) if _values(row)
        ],
        "by_identifier": {
            "audit_rows": AuditRow.objects.filter(actor=actor).count(),
            "audit_digests": PersonalSalt.objects.filter(subject__in=[r.subject for r in rows_of(user)]).count(),
            "evidence_uploaded": Evidence.objects.filter(uploaded_by=actor).count(),
            "grants": user.assignments.count(),
        },
    }


def standing_in(number: str) -> list[dict[str, str]]:
    """按号码查找: every row of every table whose sealed column holds this number, found along its index."""
    return [
        {"table": model._meta.label_lower, "column": column.name, "id": str(key)}
        for model in apps.get_models()
        for column in columns(model)
        for key in model._base_manager.filter(**{column.name: number}).values_list("pk", flat=True)
    ]


def _values(row: Row) -> dict[str, str]:
    found = {name: getattr(row, name) for name in sorted(row.personal_fields)}
    return {name: str(value) for name, value in found.items() if value not in (None, "")}


@action(
    "operations.erase_person",
    label=Text("擦除个人信息", "Erase a person's data"),
    needs=AccessGrants.MANAGE_USERS,
    signs_off=True,
    icon="trash",
    tone="red",
    confirm=Text(
        "姓名、电话、邮箱、登录记录中的地址和本人上传文件的名称将永久消失，审计中的散列也无法再核对。确定擦除？",
        "Name, telephone, mail, the addresses of logins and the names of files this person uploaded go for ever, and the digests in the audit can't be compared any more. Erase?",
    ),
)
def erase_person(
    *,
    ctx: Context,
    user: Ref[User],
    basis: Annotated[str, Field(min_length=2, max_length=300), Label("依据", "Basis", widget="textarea")],
) -> User:
    """擦除: only of somebody whose account is closed; what he did stays, without who he was."""
    if user.is_active:
        raise StillInService(
            Text("账号仍在使用，请先停用再擦除。", "The account is in use; close it before its data is erased.")
        )
    subjects = []
    for row in rows_of(user):
        subjects.append(row.subject)
        ctx.change(row, **_blank(row))
    for subject in subjects:
        ctx.enqueue("operations.forget_salts", key=f"forget:{subject}:{ctx.request_id}", subject=subject)
    return user


def _blank(row: Row) -> dict[str, Any]:
    if isinstance(row, User):
        gone = {"username": f"erased-{row.pk.hex[-20:]}", "display_name": ERASED, "oidc_subject": None}
        secrets = {"password": "!", "second_factor_secret": "", "second_factor_pending": ""}
        return {**gone, **secrets, "email": "", "phone": ""}
    if isinstance(row, Person):
        return {"name": ERASED, "phone": ""}
    if isinstance(row, Preference):
        return {"webhook_url": "", "webhook_secret": ""}
    if isinstance(row, SyncConflict):
        return {"input": {}}
    if isinstance(row, Upload):
        return {"name": _unnamed(row.name)}
    if isinstance(row, Evidence):
        # The file stays: it proves what was done, and its digest is in the audit. What it was called goes.
        return {"file_name": _unnamed(row.file_name), "title": ERASED}
    return {"address": None, "agent": ""}


def _unnamed(name: str) -> str:
    ending = name.rpartition(".")[2] if "." in name else ""
    return f"{ERASED}.{ending}" if ending else ERASED


def forget_salts(*, ctx: Context, subject: str) -> None:
    """After the erasure is committed: its own row told the values once more, as digests, and those go with the others."""
    runner.perform(
        erase_personal, ctx=ctx, once=f"forget:{ctx.cause}", subject=subject, basis="operations.erase_person"
    )
