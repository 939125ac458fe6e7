"""The pages of accounts in a browser: sound in both languages, wide and on a phone."""

import pytest

import browser_checks
from bihuan.core.access.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADMINISTRATION = ("access.manage_users", "access.manage_grants", "access.read_audit")


@pytest.mark.parametrize(
    ("language", "width", "theme"), [("zh", 1280, "light"), ("en", 360, "dark"), ("zh", 360, "light")]
)
def test_every_page_of_accounts_is_sound(open_page, make_user, language, width, theme):
    reader = make_user("reader", *ADMINISTRATION)
    User.objects.filter(pk=reader.pk).update(must_change_password=False)
    addresses = (
        "/account/", "/account/password/", "/account/second-factor/", "/accounts/", "/accounts/new/",
        f"/accounts/{reader.pk}/", "/roles/", "/security-policy/", "/audit/",
    )  # fmt: skip
    stranger = open_page(None, language=language, width=width, theme=theme)
    stranger.goto("/account/login/")
    browser_checks.assert_sound(stranger)
    page = open_page(reader, language=language, width=width, theme=theme)
    for address in addresses:
        page.goto(address)
        browser_checks.assert_sound(page)


def test_a_device_is_set_up_with_the_picture_shown(open_page, make_user):
    page = open_page(make_user("wang"))
    page.goto("/account/second-factor/")
    page.get_by_role("button", name="开始绑定").click()
    page.wait_for_function("() => document.querySelector('.ac-qr')?.naturalWidth > 0")
    browser_checks.assert_sound(page)
