"""Logs name the request, the job and the case, and no person: canaries go through the doors people use."""

import io
import json
import logging

import pytest
from django.db import DataError, OperationalError

from bihuan.core import logs
from bihuan.core.actions import runner
from bihuan.core.audit.models import AuditRow
from bihuan.core.jobs import queue
from bihuan.core.modules import Job, Module
from bihuan.kernel.text import Text
from bihuan.loop.actions import directing
from cast import AT, Cast, context

NAME, PHONE, IDENTITY, MAIL = "欧阳金丝雀", "13912345678", "330106199003071234", "canary@example.org"
CANARIES = (NAME, PHONE, IDENTITY, MAIL, "ouyang")


@pytest.fixture
def lines():
    """What the product's own formatter writes, as objects."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def assert_no_canary(said):
    text = json.dumps(said, ensure_ascii=False)
    assert text != "[]"
    assert not [c for c in CANARIES if c in text], text


@pytest.mark.django_db
def test_no_door_lets_a_person_into_the_log(client, make_user, log_in, lines):
    ouyang = make_user("ouyang", "access.manage_users")
    client.post("/account/login/", {"username": "ouyang", "password": PHONE})
    inside = log_in(ouyang, raise_request_exception=False)
    inside.get("/search/", {"q": NAME})
    inside.get(f"/nowhere/{IDENTITY}/")
    inside.get("/nowhere/ouyang/")
    inside.get("/accounts/", {"q": MAIL})
    inside.post("/api/actions/access.create_user", {"username": NAME, "phone": PHONE}, content_type="application/json")
    assert len([x for x in lines() if x["message"] == "request"]) == 6
    assert_no_canary(lines())


@pytest.mark.django_db
def test_an_error_says_where_and_not_what(make_user, log_in, lines, monkeypatch):
    def broken(**_):
        raise DataError(f"value too long: Key (display_name)=({NAME}) {PHONE}")

    monkeypatch.setattr("bihuan.core.pages.navigation.home_url", broken)
    response = log_in(make_user("ouyang"), raise_request_exception=False).get("/")
    assert response.status_code == 500
    (error,) = [x for x in lines() if x["level"] == "error" and "exception" in x]
    assert error["exception"] == "DataError"
    assert error["frames"][-1].endswith(" broken")
    assert error["request_id"] == response.headers["X-Request-ID"]
    assert_no_canary(lines())


@pytest.mark.django_db
def test_a_failed_job_names_itself_and_nobody(with_module, lines):
    def handle(*, ctx, **_):
        raise ValueError(f"{NAME} {PHONE}")

    with_module(Module(name="trial", label=Text("试", "Trial"), jobs=(Job("trial.fail", Text("试", "Trial"), handle),)))
    queue.enqueue(job="trial.fail", payload={"name": NAME}, key="k", at=AT)
    assert queue.work_one(at=AT, worker="w")
    (error,) = [x for x in lines() if "exception" in x]
    assert (error["job"], error["exception"]) == ("trial.fail", "ValueError")
    assert error["cause"].startswith("job:")
    assert_no_canary(lines())


@pytest.mark.django_db
def test_an_action_names_the_case_it_moved(lines):
    cast = Cast.build()
    done = runner.perform(
        directing.issue,
        ctx=context(cast.officer),
        title=f"{NAME}整改",
        region=cast.park,
        owner=cast.works,
        supervisor=cast.emergency,
    )
    (line,) = [x for x in lines() if x.get("action") == directing.issue.name]
    assert line["case_ids"] == [done.result["id"]]
    assert AuditRow.objects.filter(pk=done.audit_row).exists()
    assert_no_canary(lines())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (OperationalError("connection refused"), "OperationalError: connection refused"),
        (OperationalError(f"no row {PHONE}"), f"OperationalError: no row {logs.MASK}"),
        (
            FileNotFoundError(2, "No such file or directory", f"{NAME}.docx"),
            "FileNotFoundError: No such file or directory",
        ),
        (ValueError(NAME), "ValueError"),
    ],
)
def test_only_machines_troubles_are_told_in_words(wrong, said, lines):
    logging.getLogger("bihuan.trial").warning("it failed: %s", wrong)
    assert lines()[-1]["message"] == f"it failed: {said}"


@pytest.mark.parametrize("number", [PHONE, IDENTITY, f"+86 {PHONE}", "0571-87654321", MAIL])
def test_numbers_and_addresses_of_people_are_masked_anywhere(number):
    assert logs.masked(f"a {number} b") == f"a {logs.MASK} b"


def test_identifiers_and_moments_are_left_alone():
    said = "seal 139 of 2026-11-22T05:48:10 took 123 ms, 0192f0c1-7b1a-7c3e-9d2f-13912345678a"
    assert logs.masked("seal 139 of 2026-11-22 took 123 ms") == "seal 139 of 2026-11-22 took 123 ms"
    assert "2026-11-22T05:48:10" in logs.masked(said)


def test_a_terminal_reads_lines_and_a_program_json(lines):
    record = logging.makeLogRecord({"msg": "hello %s", "args": ("you",), "name": "bihuan.x", "levelname": "INFO"})
    assert json.loads(logs.JsonFormatter().format(record))["message"] == "hello you"
    assert logs.LineFormatter().format(record).endswith("INFO bihuan.x hello you")
    assert logs.configuration("line")["formatters"]["ours"]["()"].endswith("LineFormatter")
