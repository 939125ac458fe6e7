"""密钥与密文: what lies under old keys, what no key opens, and keys that have served too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.apps import apps

from bihuan.core.protection.fields import UNREADABLE
from bihuan.core.protection.resealing import all_under_key, left_under_old_keys
from bihuan.core.protection.revealing import columns
from bihuan.core.protection.rings import RINGS
from bihuan.kernel.text import Text
from bihuan.site.operations.checks.finding import Finding, bad, fine, warn

#: The product's own advice; no clause we have checked names a term.
SERVES_FOR = timedelta(days=2 * 365)
#: Rows of each table that are tried: a lost key shows in the first of them.
TRIED = 20


def old_keys(at: datetime) -> Iterator[Finding]:
    is_fine = True
    for under in all_under_key():
        if left := left_under_old_keys(under):
            is_fine = False
            yield warn(
                "old_keys",
                Text("{k}：还有 {n} 条在旧密钥下", "{k}: {n} values still lie under old keys").format(k=under.label, n=left),
                Text("请看后台作业“换钥后重新加密”，或运行 bihuan keys reseal。", "See the job that seals anew, or run bihuan keys reseal."),
            )  # fmt: skip
    for ring in RINGS:
        if at - ring.current.made_at > SERVES_FOR:
            is_fine = False
            yield warn(
                "old_keys",
                Text("密钥 {k} 已用两年以上", "The key {k} has served for more than two years").format(k=ring.name),
                Text(
                    "请用 bihuan keys rotate 更换，不停机。", "Change it with bihuan keys rotate; nothing stands still."
                ),
            )
    if is_fine:
        yield fine("old_keys", "没有数据在旧密钥下", "Nothing lies under an old key")


def readable(at: datetime) -> Iterator[Finding]:
    """Key files and database must belong together: after a restore of one of them alone they don't."""
    lost = [
        f"{model._meta.label_lower}.{column.name}"
        for model in apps.get_models()
        for column in columns(model)
        if UNREADABLE in model._base_manager.exclude(**{column.name: ""}).values_list(column.name, flat=True)[:TRIED]
    ]
    if lost:
        yield bad(
            "sealed_numbers",
            Text("有号码无法解密：{c}", "Numbers that no key opens: {c}").format(c=", ".join(lost)),
            Text("密钥文件与数据库不是同一套：请从备份恢复 keys 部分。", "Key files and database don't belong together: restore the part “keys” of a backup."),
        )  # fmt: skip
    else:
        yield fine("sealed_numbers", "号码都能解密", "Every number tried can be opened")
