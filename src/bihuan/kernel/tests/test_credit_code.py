import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.kernel.credit_code import (
    ALPHABET,
    CreditCodeWrong,
    check_character,
    make_credit_code,
    organisation_check_character,
    require_credit_code,
)

PUBLISHED = "91350100M000100Y43"  # the worked example that accompanies GB 32100-2015
FIRST = st.text(ALPHABET, min_size=17, max_size=17)


def test_the_published_example_is_right():
    assert require_credit_code(PUBLISHED) == PUBLISHED
    assert organisation_check_character(PUBLISHED[8:16]) == PUBLISHED[16]


@pytest.mark.parametrize("written", ["９１350100M000100Y43", " 91350100m000100y43 ", "91350100-M000100Y4-3"])
def test_it_is_read_as_people_type_it(written):
    assert require_credit_code(written) == PUBLISHED


@given(FIRST, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(first, position, other):
    code = first + check_character(first)
    wrong = code[:position] + other + code[position + 1 :]
    if wrong == code:
        assert require_credit_code(wrong) == code
    else:
        with pytest.raises(CreditCodeWrong):
            require_credit_code(wrong)


@given(FIRST, st.integers(0, 15))
def test_two_swapped_neighbours_are_always_noticed(first, position):
    code = first + check_character(first)
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    if swapped != code:
        with pytest.raises(CreditCodeWrong):
            require_credit_code(swapped)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("91350100M000100Y4", "17 位"),
        ("91350100I000100Y43", "I"),
        ("91350100M000100Y44", "校验码"),
        ("", "0 位"),
    ],
)
def test_a_wrong_code_is_told_why(written, said):
    with pytest.raises(CreditCodeWrong) as refused:
        require_credit_code(written)
    assert said in refused.value.text.zh


@given(st.text("0123456789", min_size=6, max_size=6), st.text(ALPHABET, min_size=8, max_size=8))
def test_a_made_code_is_accepted(region, organisation):
    code = make_credit_code(authority="91", region=region, organisation=organisation)
    assert require_credit_code(code) == code
