"""Addresses of login, one's own account, and the administrators' pages."""

from __future__ import annotations

from django.urls import path

from bihuan.core.access.web import administration, login, own_account

urlpatterns = [
    path("account/login/", login.log_in, name="login"),
    path("account/login/code/", login.enter_code, name="login_code"),
    path("account/logout/", login.log_out, name="logout"),
    path("account/", own_account.account, name="account"),
    path("account/preferences/", own_account.save_preferences, name="account_preferences"),
    path("account/password/", own_account.change_password, name="account_password"),
    path("account/second-factor/", own_account.set_up_second_factor, name="account_second_factor"),
    path("account/second-factor/qr.svg", own_account.qr_code, name="account_qr"),
    path("account/tokens/", own_account.issue_token, name="account_tokens"),
    path("accounts/", administration.list_accounts, name="accounts"),
    path("accounts/new/", administration.new_account, name="account_new"),
    path("accounts/<uuid:user_id>/", administration.show_account, name="account_page"),
    path("accounts/<uuid:user_id>/password/", administration.reset_password, name="account_reset_password"),
    path("accounts/<uuid:user_id>/invitation/", administration.invite_link, name="account_invite"),
    path("roles/", administration.show_roles, name="roles"),
    path("security-policy/", administration.show_policy, name="security_policy"),
]
