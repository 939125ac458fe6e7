"""The statements drawn once a table say what Django's own say."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from bihuan.core.access import statements
from bihuan.core.access.models import Role
from bihuan.core.audit.models import AuditRow, AuditSubject
from bihuan.kernel.identity import new_id

AT = datetime(2026, 11, 22, 2, 0, 0, 123456, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def role(code: str, **more) -> Role:
    return Role(code=code, name_zh="甲", name_en="A%s", grants=["x.y", "甲"], created_at=AT, updated_at=AT, **more)


def test_a_row_comes_back_as_it_was_put_in():
    one = role("a")
    assert statements.insert([one]) == 1
    assert not one._state.adding
    found = Role.objects.get(code="a")
    assert {f.attname: getattr(found, f.attname) for f in Role._meta.concrete_fields} == {
        f.attname: getattr(one, f.attname) for f in Role._meta.concrete_fields
    }


def test_many_rows_take_as_many_statements_as_needed(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(statements, "VALUES_TOGETHER", 4 * len(Role._meta.concrete_fields))
    before = Role.objects.count()
    with django_assert_num_queries(3):
        assert statements.insert([role(f"r{n}") for n in range(10)]) == 10
    assert Role.objects.count() == before + 10
    assert statements.insert([]) == 0


def test_a_number_that_the_database_gives_is_left_to_it():
    row = AuditRow(id=new_id(), at=AT, actor="a", action="b", outcome="done", canonical=b"\x00x", leaf="l", mac="m")
    statements.insert([row])
    statements.insert([AuditSubject(row=row, subject=s) for s in ("x", "y")])
    assert bytes(AuditRow.objects.get(pk=row.pk).canonical) == b"\x00x"
    assert sorted(row.subjects.values_list("subject", flat=True)) == ["x", "y"]


def test_a_conflict_is_refused_or_passed_over():
    statements.insert([role("a")])
    assert statements.insert([role("a")], pass_over_conflicts=True) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        statements.insert([role("a")])
    assert Role.objects.filter(code="a").count() == 1


def test_only_the_version_that_was_read_is_changed():
    one = role("a")
    statements.insert([one])
    assert statements.change_by_version(one, at=AT, changes={"name_zh": "乙", "grants": ["z"]})
    assert not statements.change_by_version(one, at=AT, changes={"name_zh": "丙"})
    found = Role.objects.get(code="a")
    assert (found.name_zh, found.grants, found.version) == ("乙", ["z"], 2)
    assert statements.change_by_version(found, at=AT, changes={"name_en": F("name_zh")})
    assert Role.objects.get(code="a").name_en == "乙"


def test_each_of_many_rows_gets_its_own_values():
    rows = [role(f"r{n}") for n in range(3)]
    statements.insert(rows)
    for n, row in enumerate(rows):
        row.name_zh, row.grants = f"名{n}", [str(n)]
    statements.change_each(rows, "name_zh", "grants")
    statements.change_each([], "name_zh")
    assert [(r.name_zh, r.grants) for r in Role.objects.filter(code__startswith="r").order_by("code") if r in rows] == [
        (f"名{n}", [str(n)]) for n in range(3)
    ]
