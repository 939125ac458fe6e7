"""The rehearsal module among the shipped ones, and processes that can be killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.db import connection

import bihuan
from bihuan.core import modules
from bihuan.core.jobs.tests import rehearsal

PROGRAM = """
import django
django.setup()
from bihuan.core import modules
from bihuan.core.jobs.tests import rehearsal
modules._registry = rehearsal.registry()
{body}
"""


@pytest.fixture(autouse=True)
def rehearsed(monkeypatch):
    monkeypatch.setattr(modules, "_registry", rehearsal.registry())


@pytest.fixture
def in_a_process():
    """Run these lines in a process of its own, on the database of the test."""

    def run(body, **environment):
        package = Path(bihuan.__file__).parents[1]
        tests = package.parent / "tests"
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(body=body)],
            env={
                **os.environ,
                **environment,
                "PYTHONPATH": os.pathsep.join([str(package), str(tests)]),
                "DJANGO_SETTINGS_MODULE": "settings_for_live",
                "BIHUAN_TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
                "BIHUAN_HOME": str(site_settings.BIHUAN_HOME),
            },
            stderr=subprocess.DEVNULL,
        )

    return run
