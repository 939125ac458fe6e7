"""The scan for secrets, over bad samples that are put together here, so that this file does not find itself."""

import pytest
from tools import lints

HEX = "0123456789abcdef" * 4
PLANTED = [
    "-----BEGIN " + "PRIVATE KEY-----",
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "BIHUAN-BACKUP-IDENTITY-1" + ":" + HEX,
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "ghp_" + HEX[:36],
    "eyJ" + HEX + ".eyJ" + HEX + "." + HEX,
    'password = "' + HEX[:30] + '"',
    'API_KEY: "' + HEX[:40] + '=="',
    "postgresql://bihuan:" + HEX[:20] + "@db/bihuan",
]
HARMLESS = [
    'password = "change me"',
    "postgresql://bihuan:PASSWORD@127.0.0.1/bihuan",
    "--hash=sha256:" + HEX,
    'digest = "' + HEX + '"',
    'token = "' + HEX[:32] + '"  # not a secret: made up',
    "smtp://user:password@host:port",
]


@pytest.mark.parametrize("line", PLANTED)
def test_a_planted_secret_is_found(line):
    ((number, words),) = lints.secret_in_the_open(f"first\n{line}\n")
    assert number == 2
    assert line not in words


@pytest.mark.parametrize("line", HARMLESS)
def test_what_only_looks_like_one_is_passed(line):
    assert list(lints.secret_in_the_open(line)) == []
