"""HTTP 接口: one address an action, sessions with CSRF, tokens without, problems in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from bihuan.core.access.identification import digest
from bihuan.core.access.models import ApiToken, Role
from bihuan.core.access.terms import AccessGrants
from bihuan.core.audit.models import AuditRow

pytestmark = pytest.mark.django_db
TELL = "/api/actions/trial.tell"
BODY = {"title": "标题", "on": "2026-11-22"}


@pytest.fixture
def user(trial: Any, make_user: Callable[..., Any]) -> Any:
    return make_user("zhang", "trial.try", AccessGrants.MANAGE_GRANTS)


@pytest.fixture
def client(user: Any, log_in: Callable[..., Any]) -> Client:
    return log_in(user)


@pytest.fixture
def token(user: Any) -> str:
    now = datetime.now(UTC)
    ApiToken.objects.create(
        user=user, name="t", digest=digest("secret-token"), grants=["trial.try"], expires_at=now + timedelta(days=1),
        created_at=now, updated_at=now,
    )  # fmt: skip
    return "secret-token"


def post(client: Client, body: Any = BODY, *, path: str = TELL, **headers: str) -> Any:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(path, content, content_type="application/json", headers=headers)


def done() -> int:
    return AuditRow.objects.filter(action="trial.tell", outcome="done").count()


def test_an_action_answers_its_audit_row_and_result(client: Client) -> None:
    answer = post(client)

    assert answer.status_code == 200
    said = answer.json()
    assert said["repeated"] is False
    assert said["result"]["heard"]["title"] == "标题"
    assert str(AuditRow.objects.get(action="trial.tell").pk) == said["audit"]


def test_a_session_must_prove_where_it_comes_from(user: Any, log_in: Callable[..., Any]) -> None:
    client = log_in(user, enforce_csrf_checks=True)
    refused = post(client)
    assert refused.status_code == 403
    assert refused.json()["code"] == "page_expired"

    page = client.get("/welcome/").content.decode()
    mark = page.split('"X-CSRFToken": "')[1].split('"')[0]
    assert post(client, **{"X-CSRFToken": mark}).status_code == 200


def test_a_token_needs_no_such_proof_and_no_session(token: str) -> None:
    answer = post(Client(enforce_csrf_checks=True), Authorization=f"Bearer {token}")

    assert answer.status_code == 200


def test_a_bad_token_is_nobody_even_beside_a_good_session(client: Client) -> None:
    answer = post(client, Authorization="Bearer wrong")

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert done() == 0


def test_a_repeat_with_the_same_key_answers_the_same(client: Client) -> None:
    first = post(client, **{"Idempotency-Key": "a"}).json()
    second = post(client, **{"Idempotency-Key": "a"}).json()

    assert second == {**first, "repeated": True}
    assert done() == 1


def test_the_same_key_with_another_body_is_a_conflict(client: Client) -> None:
    post(client, **{"Idempotency-Key": "a"})
    answer = post(client, {**BODY, "title": "另一个"}, **{"Idempotency-Key": "a"})

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


def test_a_wrong_input_is_named_in_both_languages(client: Client) -> None:
    answer = post(client, {"title": "好", "on": "2026-02-31", "colour": "red"})
    said = answer.json()

    assert answer.status_code == 422
    assert set(said["where"]) == {"title", "on", "colour"}
    assert said["where"]["on"]["zh"].startswith("不是有效的日期")
    assert said["title"]["en"]
    assert said["detail"]["zh"]
    assert said["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', b"\xff\xfe", "[" * 100_000])
def test_what_is_not_an_object_is_refused(client: Client, body: Any) -> None:
    answer = post(client, body)

    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_refused(client: Client) -> None:
    answer = post(client, json.dumps({"title": "x" * 11_000_000}))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("name", ["trial.quiet", "trial.none", "x", "../x"])
def test_an_action_without_this_face_is_not_there(client: Client, name: str) -> None:
    assert post(client, {}, path=f"/api/actions/{name}").status_code == 404


def test_only_post_acts(client: Client) -> None:
    assert client.get(TELL).status_code == 405


def test_anonymous_actions_are_for_everybody_and_others_for_nobody_else(trial: Any) -> None:
    shout = post(Client(), {"words": "漏气"}, path="/api/actions/trial.shout")
    tell = post(Client())

    assert shout.status_code == 200
    assert (tell.status_code, tell.json()["code"]) == (401, "login_needed")


def test_a_neighbours_row_is_as_absent_as_one_that_never_was(
    client: Client, make_user: Callable[..., Any], log_in: Callable[..., Any]
) -> None:
    role = Role.objects.get(code="role_zhang")
    stranger = log_in(make_user("wang", "trial.try"))
    path = "/api/actions/trial.rename"

    theirs = post(stranger, {"role": {"id": str(role.pk)}, "name": "x"}, path=path)
    nowhere = post(stranger, {"role": {"id": "01900000-0000-7000-8000-000000000000"}, "name": "x"}, path=path)
    own = post(client, {"role": {"id": str(role.pk)}, "name": "x"}, path=path)

    assert own.status_code == 200
    assert theirs.status_code == nowhere.status_code == 404
    assert {**theirs.json(), "request_id": ""} == {**nowhere.json(), "request_id": ""}


def test_the_description_covers_every_action_with_the_face(client: Client) -> None:
    said = client.get("/api/openapi.json").json()

    assert said["openapi"] == "3.1.0"
    assert TELL in said["paths"]
    assert "/api/actions/trial.quiet" not in said["paths"]
    body = said["paths"][TELL]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["required"]) == {"title", "on"}
    assert body["properties"]["title"]["maxLength"] == 20
    assert said["paths"]["/api/actions/trial.shout"]["post"]["security"] == [{}]


def test_every_reference_in_the_description_leads_somewhere(client: Client) -> None:
    said = client.get("/api/openapi.json").json()

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [r for v in node.values() for r in references(v)]
        return [r for v in node for r in references(v)] if isinstance(node, list) else []

    found = references(said)
    assert found
    for reference in found:
        place = said
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_the_readable_page_shows_an_example_call(client: Client) -> None:
    page = client.get("/api/docs").content.decode()

    assert "POST /api/actions/trial.tell" in page
