"""The pages of the catalogue, and the register row with what the law says of it."""

from __future__ import annotations

import pytest

from bihuan.registers.chemicals.module import REGISTER
from bihuan.registers.chemicals.terms import ChemicalsGrants
from bihuan.registers.chemicals.tests.plays import PLAYS
from cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return Cast.build()


def test_the_catalogue_is_searched_and_says_what_it_lacks(make_user, log_in):
    client = log_in(make_user("zhang", ChemicalsGrants.READ, region="990100/"))
    page = client.get("/catalogue/", {"q": "jc"}).content.decode()
    assert "甲醇" in page
    assert "增补的 5 种名单尚未录入" in page
    assert client.get("/catalogue/", {"q": "没有这个"}).status_code == 200
    assert client.get("/catalogue/1022/").status_code == 200
    assert client.get("/catalogue/2829/").status_code == 404


def test_an_entry_shows_who_handles_it_only_to_whom_it_concerns(cast, make_user, log_in):
    play = PLAYS["chemicals.change"](cast)
    path = play.inputs["row"].thing.region_path
    ours = log_in(make_user("zhang", ChemicalsGrants.READ, region=path))
    assert cast.works.name in ours.get("/catalogue/1022/").content.decode()
    next_door = log_in(make_user("li", ChemicalsGrants.READ, region=cast.next_city.path))
    assert cast.works.name not in next_door.get("/catalogue/1022/").content.decode()
    page = ours.get(f"/registers/{REGISTER.code}/{play.inputs['row'].pk}/").content.decode()
    assert "IEC 60079-20-1 (2010)" in page
    assert "重点监管" in page


def test_the_global_search_finds_the_catalogue(make_user, log_in):
    client = log_in(make_user("zhang", ChemicalsGrants.READ, region="990100/"))
    assert "/catalogue/1022/" in client.get("/search/", {"q": "甲醇"}).content.decode()


def test_a_un_number_finds_what_it_stands_for_and_says_what_it_does_not_know(make_user, log_in):
    client = log_in(make_user("zhang", ChemicalsGrants.READ, region="990100/"))
    page = client.get("/catalogue/", {"q": "UN 1230"}).content.decode()
    assert "/catalogue/1022/" in page
    assert "逐字对照" in page
    unknown = client.get("/catalogue/", {"q": "UN 1993"}).content.decode()
    assert "Flammable liquids, n.o.s." in unknown
    assert "没有找到" in unknown


def test_key_processes_and_the_mixture_rule_have_their_pages(make_user, log_in):
    client = log_in(make_user("zhang", ChemicalsGrants.READ, region="990100/"))
    assert client.get("/catalogue/processes/").content.decode().count('scope="row"') == 18
    at_the_bound = client.get("/catalogue/mixture/", {"components": "甲醇；70\n水 30"}).content.decode()
    below = client.get("/catalogue/mixture/", {"components": "甲醇；69.9\n水 30"}).content.decode()
    assert "按危险化学品管理" in at_the_bound
    assert "不因本条" not in at_the_bound
    assert "不因本条" in below
    assert "合计不超过 100%" in client.get("/catalogue/mixture/", {"components": "甲醇；70\n水 31"}).content.decode()
    assert "第 1 行" in client.get("/catalogue/mixture/", {"components": "甲醇"}).content.decode()
