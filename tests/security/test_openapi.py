"""The API as its own description says it: schemathesis draws inputs from the OpenAPI document, in a fixed order.

Whatever is sent, nothing breaks (no 5xx), every refusal is `application/problem+json`, and every status is one the document
names. `./run soak tests/security/test_openapi.py` draws many more.
"""

from __future__ import annotations

import json
import os
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase
from schemathesis.core import NotSet

from bihuan.core.modules import registry
from bihuan.core.pages.openapi import document

#: Here few examples of each operation, so that the run stays within seconds.
FEW, MANY = 2, 60


@pytest.fixture
def browser(make_user: Any, log_in: Any) -> Client:
    """Somebody with every grant and a second factor: behind each door something is really done."""
    grants = [g for g in registry().grants if not g.endswith(".start_up")]
    client: Client = log_in(make_user("holder", *grants))
    client.raise_request_exception = False
    return client


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document(), default=str)))
    return [found.ok() for found in schema.get_all_operations()]


def send(browser: Client, case: Any) -> Any:
    body = None if isinstance(case.body, NotSet) else case.body
    query = {k: v for k, v in (case.query or {}).items() if v is not None}
    content = json.dumps(body, default=str).encode() if not isinstance(body, bytes | None) else (body or b"")
    # Who asks is said by the session: a made-up token would only be refused before the door.
    headers = {
        k: str(v)
        for k, v in (case.headers or {}).items()
        if k not in ("Authorization", "Cookie") and str(v).isascii() and str(v).isprintable()
    }
    return browser.generic(
        case.method, case.formatted_path, content, content_type="application/json", query_params=query, headers=headers
    )


def try_all(browser: Client, chosen: list[Any], examples: int) -> tuple[int, list[str]]:
    wrong: list[str] = []
    asked = sum(try_one(browser, operation, examples, wrong) for operation in chosen)
    return asked, wrong


def try_one(browser: Client, operation: Any, examples: int, wrong: list[str]) -> int:
    documented = set(operation.definition.raw.get("responses", {}))
    where = f"{operation.method.upper()} {operation.path}"
    asked = 0

    @hypothesis.settings(
        max_examples=examples, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy())
    def one(case: Any) -> None:
        nonlocal asked
        answer = send(browser, case)
        asked += 1
        status, kind = answer.status_code, answer.headers.get("Content-Type", "")
        if status >= 500:
            wrong.append(f"{where}: {status} for {str(case.body)[:200]}")
        elif status >= 400 and "problem+json" not in kind:
            wrong.append(f"{where}: {status} answered as {kind}")
        elif documented and not {str(status), "default", f"{status // 100}XX"} & documented:
            wrong.append(f"{where}: {status} is not among {sorted(documented)}")

    one()
    return asked


@pytest.mark.django_db
@pytest.mark.long
def test_whatever_the_document_allows_is_answered_as_it_says(browser: Client) -> None:
    chosen = operations()
    asked, wrong = try_all(browser, chosen, FEW)
    assert asked >= len(chosen) > 100
    assert sorted(set(wrong)) == []


@pytest.mark.soak
@pytest.mark.django_db
def test_many_more_of_them(browser: Client) -> None:
    asked, wrong = try_all(browser, operations(), int(os.environ.get("BIHUAN_SOAK_EXAMPLES", MANY)))
    assert asked >= MANY
    assert sorted(set(wrong)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("nasty", ["a\x00b", "\ud800", {"x": "\udfff"}, ["\x00"], 1 << 63, -(1 << 63) - 1])
def test_what_no_database_can_keep_is_refused_by_name(browser: Client, nasty: Any) -> None:
    body = json.dumps({"name": nasty, "code": "990199", "kind": "district"})
    answer = browser.post("/api/actions/parties.add_region", body, content_type="application/json")
    assert answer.status_code == 422
    assert "name" in answer.json()["where"]


@pytest.mark.django_db
def test_the_largest_number_that_can_be_kept_is_no_error_of_ours(browser: Client) -> None:
    body = json.dumps({"code": "access.sessions", "days": (1 << 63) - 1, "basis": "依据"})
    answer = browser.post("/api/actions/retention.confirm_rule", body, content_type="application/json")
    assert answer.status_code == 422
