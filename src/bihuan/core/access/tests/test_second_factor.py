from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyotp
import pytest

from bihuan.core.access import second_factor

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # not a secret: made up
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # a whole step
NOW = int(AT.timestamp()) // 30


@pytest.mark.parametrize(("offset", "step"), [(-2, None), (-1, NOW - 1), (0, NOW), (1, NOW + 1), (2, None)])
def test_a_code_holds_for_its_step_and_the_neighbours(offset, step):
    code = pyotp.TOTP(SECRET).generate_otp(NOW + offset)
    assert second_factor.matching_step(SECRET, code, at=AT, after=0) == step


@pytest.mark.parametrize(("after", "step"), [(NOW - 1, NOW), (NOW, None), (NOW + 1, None)])
def test_a_step_is_used_once_and_never_an_earlier_one(after, step):
    code = pyotp.TOTP(SECRET).generate_otp(NOW)
    assert second_factor.matching_step(SECRET, code, at=AT, after=after) == step


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "1" * 60, "000000 or 1=1"])
def test_what_is_no_code_matches_nothing(code):
    assert second_factor.matching_step(SECRET, code, at=AT + timedelta(seconds=1), after=0) is None


def test_rfc_6238_test_vector():
    # Appendix B: at 59 s the eight digits are 94287082, of which six are shown.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # not a secret: made up
    at = datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)
    assert second_factor.matching_step(secret, "287082", at=at, after=-1) == 1


def test_a_sealed_secret_opens_for_its_own_account_only():
    user = uuid4()
    sealed = second_factor.seal(SECRET, user=user)
    assert SECRET not in sealed
    assert second_factor.unseal(sealed, user=user) == SECRET
    with pytest.raises(second_factor.SecretUnreadable):
        second_factor.unseal(sealed, user=uuid4())


def test_recovery_codes_forgive_spelling_and_are_keyed_by_account():
    codes, user = second_factor.new_recovery_codes(), uuid4()
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    digest = second_factor.recovery_digest(codes[0], user=user)
    assert second_factor.recovery_digest(f" {codes[0].upper().replace('-', '')} ", user=user) == digest
    assert second_factor.recovery_digest(codes[0], user=uuid4()) != digest
