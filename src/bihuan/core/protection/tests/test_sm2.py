"""SM2 by the machine's OpenSSL, against the example of the standard."""

from __future__ import annotations

import pytest

from bihuan.core.protection import ciphers, sm2

pytestmark = pytest.mark.skipif(not sm2.is_available(), reason="this machine's OpenSSL has no SM2")

#: GB/T 32918.5-2017 附录 A: the recommended curve, “message digest”, the usual user.
POINT = bytes.fromhex(
    "04"
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)


def test_the_signature_of_the_standard_is_found_good_and_no_other():
    assert sm2.is_signed(POINT, b"message digest", SIGNATURE)
    assert not sm2.is_signed(POINT, b"message Digest", SIGNATURE)
    for at in (0, 31, 32, 63):
        touched = bytearray(SIGNATURE)
        touched[at] ^= 1
        assert not sm2.is_signed(POINT, b"message digest", bytes(touched))


def test_what_a_key_signs_is_its_own_and_another_signature_each_time():
    key, other = sm2.PrivateKey.generate(), sm2.PrivateKey.generate()
    again = sm2.PrivateKey.load(key.pem)
    assert again.public == key.public != other.public
    first, second = key.sign(b"x"), again.sign(b"x")
    assert len(first) == len(second) == 64
    assert first != second
    assert sm2.is_signed(key.public, b"x", first)
    assert sm2.is_signed(key.public, b"x", second)
    assert not sm2.is_signed(other.public, b"x", first)
    assert sm2.is_signed(key.public, b"", key.sign(b""))


@pytest.mark.parametrize(
    ("public", "signature"),
    [
        (POINT[:-1], SIGNATURE),
        (b"\x04" + bytes(64), SIGNATURE),  # not on the curve
        (b"\x05" + POINT[1:], SIGNATURE),
        (POINT, SIGNATURE[:-1]),
        (POINT, bytes(64)),
        (POINT, b"\xff" * 64),
    ],
)
def test_what_is_no_key_or_no_signature_signed_nothing(public, signature):
    assert not sm2.is_signed(public, b"message digest", signature)


def test_another_key_or_none_is_not_taken_for_one():
    for pem in (b"", b"no key at all\n"):
        with pytest.raises(ValueError, match="no private key"):
            sm2.PrivateKey.load(pem)


def test_a_machine_without_it_says_so_at_the_start(settings, monkeypatch):
    settings.BIHUAN_AUDIT_SIGNATURE = "sm2-sm3"
    ciphers.require_chosen()
    monkeypatch.setattr(ciphers, "has_sm2", lambda: False)
    with pytest.raises(ciphers.AlgorithmMissing, match="BIHUAN_AUDIT_SIGNATURE=sm2-sm3"):
        ciphers.require_chosen()
    settings.BIHUAN_AUDIT_SIGNATURE = "rsa"
    with pytest.raises(ciphers.AlgorithmMissing, match="rsa"):
        ciphers.require_chosen()
