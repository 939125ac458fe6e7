"""操作表单: the form drawn from an action's signature, and what happens when it is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from bihuan.core.access.models import Role
from bihuan.core.access.terms import AccessGrants
from bihuan.core.audit.models import AuditRow

pytestmark = pytest.mark.django_db

FILLED = {"title": "标题", "on": "2026-11-22", "_key": "k1", "shade": "dark", "size": "m", "words": "甲\n乙\n"}


@pytest.fixture
def user(trial: Any, make_user: Any) -> Any:
    return make_user("zhang", "trial.try", AccessGrants.MANAGE_GRANTS)


@pytest.fixture
def client(user: Any, log_in: Any) -> Client:
    return log_in(user)


def done(name: str) -> int:
    return AuditRow.objects.filter(action=name, outcome="done").count()


def test_a_form_shows_every_input_with_its_label_limits_and_choices(client: Client) -> None:
    page = client.get("/do/trial-tell/").content.decode()

    assert 'maxlength="20"' in page
    assert 'type="date"' in page
    assert 'type="datetime-local"' in page
    assert re.search(r'<option value="dark">\s*深', page)
    assert re.search(r'<option value="n">\s*北', page)
    assert "<textarea" in page
    assert 'type="checkbox" name="urgent"' in page


def test_the_same_form_is_english_for_an_english_reader(user: Any, log_in: Any) -> None:
    page = log_in(user, language="en").get("/do/trial-tell/").content.decode()

    form = page[page.index('<form class="bh-form"') :]
    assert "Shade" in form
    assert not re.search(r"[\u4e00-\u9fff]", form[: form.index("</form>")])


def test_what_is_typed_arrives_typed(client: Client) -> None:
    answer = client.post("/do/trial-tell/", {**FILLED, "urgent": "on", "at": "2026-11-22T08:00", "amount": "1.50"})

    assert answer.status_code == 302
    row = AuditRow.objects.get(action="trial.tell")
    said = bytes(row.canonical).decode()
    assert "2026-11-22T00:00:00" in said  # what was typed is local time
    assert '"乙"' in said


def test_an_empty_required_field_is_marked_and_keeps_the_rest(client: Client) -> None:
    answer = client.post("/do/trial-tell/", {**FILLED, "title": "", "note": "保留"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "此项必填" in page
    assert "保留" in page
    assert done("trial.tell") == 0


def test_sending_twice_does_it_once(client: Client) -> None:
    first = client.post("/do/trial-tell/", FILLED)
    second = client.post("/do/trial-tell/", FILLED)

    assert (first.status_code, second.status_code) == (302, 302)
    assert done("trial.tell") == 1
    assert "没有重复执行" in client.get("/welcome/").content.decode()


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "\\\\evil.example", "/\\evil.example", "javascript:alert(1)", "evil"],
)
def test_after_the_form_nobody_is_sent_to_another_site(client: Client, elsewhere: str) -> None:
    answer = client.post("/do/trial-tell/", {**FILLED, "next": elsewhere})

    assert answer.headers["Location"] == "/"


def test_after_the_form_one_is_back_where_one_was(client: Client) -> None:
    assert client.post("/do/trial-tell/", {**FILLED, "next": "/welcome/?a=1"}).headers["Location"] == "/welcome/?a=1"
    page = client.get("/welcome/").content.decode()
    assert "已完成：报送" in page


def test_a_form_without_the_token_of_its_page_does_nothing(user: Any, log_in: Any) -> None:
    answer = log_in(user, enforce_csrf_checks=True).post("/do/trial-tell/", FILLED)

    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()
    assert done("trial.tell") == 0


def test_somebody_without_the_grant_sees_no_form(trial: Any, make_user: Any, log_in: Any) -> None:
    assert log_in(make_user("li")).get("/do/trial-tell/").status_code == 403


def test_an_action_without_the_face_has_no_form(client: Client) -> None:
    assert client.get("/do/trial-quiet/").status_code == 404
    assert client.get("/do/no-such/").status_code == 404


def test_a_refusal_is_told_above_the_form(client: Client) -> None:
    answer = client.post("/do/trial-refuse/", {"_key": "k"})

    assert answer.status_code == 409
    assert "今天不行" in answer.content.decode()


def test_a_row_changed_meanwhile_is_not_changed_again(client: Client) -> None:
    role = Role.objects.get(code="role_zhang")
    old = f"{role.pk}@{role.version}"
    Role.objects.filter(pk=role.pk).update(version=role.version + 1)

    answer = client.post("/do/trial-rename/", {"role": old, "name": "新名", "_key": "k"})

    assert answer.status_code == 409
    assert "别人刚刚改过" in answer.content.decode()


def test_a_dialog_is_told_where_to_go(client: Client) -> None:
    fragment = client.get("/do/trial-tell/", headers={"HX-Request": "true"}).content.decode()
    sent = client.post("/do/trial-tell/", {**FILLED, "next": "/welcome/"}, headers={"HX-Request": "true"})

    assert "<html" not in fragment
    assert "hx-post" in fragment
    assert (sent.status_code, sent.headers["HX-Redirect"]) == (204, "/welcome/")


def test_rows_are_found_within_the_scope_only(client: Client, make_user: Any, log_in: Any) -> None:
    stranger = log_in(make_user("wang", "trial.try"))

    found = client.get("/do/rows/access.role/?q=zhang").json()["rows"]
    assert [row["text"] for row in found] == ["zhang"]
    assert stranger.get("/do/rows/access.role/?q=zhang").json()["rows"] == []
    assert client.get("/do/rows/audit.auditrow/").status_code == 404


def test_a_form_for_a_row_outside_the_scope_is_as_absent_as_one_that_never_was(
    client: Client, make_user: Any, log_in: Any
) -> None:
    stranger = log_in(make_user("wang", "trial.try"))
    role = Role.objects.get(code="role_zhang")

    there = stranger.get(f"/do/trial-rename/?role={role.pk}")
    nowhere = stranger.get("/do/trial-rename/?role=01900000-0000-7000-8000-000000000000")

    assert client.get(f"/do/trial-rename/?role={role.pk}").status_code == 200
    assert (there.status_code, nowhere.status_code) == (404, 404)


def test_an_action_for_everybody_has_a_form_for_everybody(trial: Any) -> None:
    page = Client().get("/do/trial-shout/")

    assert page.status_code == 200
    assert Client().get("/do/trial-tell/").status_code == 302
