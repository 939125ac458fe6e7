"""The shell through HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_page_that_is_not_there_says_so_in_both_languages(client: Client) -> None:
    chinese = client.get("/nowhere/")
    english = client.get("/nowhere/", headers={"accept-language": "en"})

    assert (chinese.status_code, english.status_code) == (404, 404)
    assert "没有找到" in chinese.content.decode()
    assert "Not found" in english.content.decode()


def test_a_stranger_is_sent_to_the_login_with_the_way_back(client: Client) -> None:
    answer = client.get("/search/?q=1")

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("?next=%2Fsearch%2F%3Fq%3D1")
