import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel.cas import CasWrong, check_digit, require_cas

FIRST = st.integers(10, 9_999_999)
SECOND = st.integers(0, 99)


@pytest.mark.parametrize(
    ("written", "cas"),
    [("7732-18-5", "7732-18-5"), (" 67–56–1 ", "67-56-1"), ("７７８２-50-5", "7782-50-5"), ("7664 -41-7", "7664-41-7")],
)
def test_it_is_read_as_people_type_it(written, cas):
    assert require_cas(written) == cas


@given(FIRST, SECOND, st.integers(1, 9))
def test_a_wrong_check_digit_is_always_noticed_and_the_right_one_told(first, second, off):
    right = check_digit(f"{first}{second:02d}")
    assert require_cas(f"{first}-{second:02d}-{right}")
    with pytest.raises(CasWrong) as refused:
        require_cas(f"{first}-{second:02d}-{(right + off) % 10}")
    assert f"应为 {right}" in refused.value.text.zh


@pytest.mark.parametrize("written", ["", "67561", "067-56-1", "67-5-1", "67-56-", "甲醇", "12345678-12-1"])
def test_another_form_is_refused(written):
    with pytest.raises(CasWrong):
        require_cas(written)
