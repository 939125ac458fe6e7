"""Every address without a parameter, as a stranger and as somebody with every grant: headers, cookies, and what a page
needs to be used without eyes or mouse. The accessibility checks are our own, over the answered HTML; what only shows when
drawn (contrast, focus, sizes) is checked in the browser tests by `browser_checks.assert_sound`.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from django.conf import settings as configured
from django.urls import URLPattern, URLResolver, get_resolver
from lxml import html

from bihuan.core.modules import registry

pytestmark = pytest.mark.django_db
#: Addresses that answer with a file or with JSON are told by their answer, not left out here.
#: A scheme alone would let in every host of it; the live events have an origin of their own.
FORBIDDEN_IN_POLICY = ("'unsafe-inline'", "'unsafe-eval'", " *;", " http:;", " http: ", " https:;", " https: ")


def addresses() -> list[str]:
    def walk(resolver: URLResolver, prefix: str) -> list[str]:
        found = []
        for entry in resolver.url_patterns:
            pattern = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                found += walk(entry, pattern)
            elif isinstance(entry, URLPattern) and "<" not in pattern and "(" not in pattern:
                found.append(f"/{pattern.replace('^', '').replace('$', '')}")
        return found

    return sorted(set(walk(get_resolver(), "")))


@pytest.fixture
def everybody(make_user, log_in, client):
    """A stranger, and somebody who holds every grant there is."""
    all_grants = [g for g in registry().grants if not g.endswith((".start_up",))]
    return {"stranger": client, "holder": log_in(make_user("holder", *all_grants))}


def test_every_page_carries_its_headers_and_no_loose_cookie(everybody):
    wrong, seen = [], 0
    for who, browser in everybody.items():
        for address in addresses():
            answer = browser.get(address)
            seen += 1
            wrong += [f"{who} {address}: {w}" for w in headers_wrong(answer, who)]
            wrong += [f"{who} {address}: {w}" for w in cookies_wrong(answer)]
            if answer.status_code >= 500 and answer.status_code != 503:
                wrong.append(f"{who} {address}: {answer.status_code}")
    assert seen > 60
    assert wrong == []


def headers_wrong(answer, who):
    said = answer.headers
    if answer.status_code == 101:
        return
    if said.get("X-Content-Type-Options") != "nosniff":
        yield "X-Content-Type-Options"
    if said.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        yield "Referrer-Policy"
    if "Access-Control-Allow-Origin" in said:
        yield "answers other origins"
    if "Server" in said or "X-Powered-By" in said:
        yield "says what it runs on"
    if answer.get("Content-Type", "").startswith("text/html"):
        policy = said.get("Content-Security-Policy", "")
        if "default-src 'none'" not in policy or "frame-ancestors 'none'" not in policy:
            yield "no policy"
        yield from (f"policy has {bad.strip()}" for bad in FORBIDDEN_IN_POLICY if bad in policy)
        if said.get("X-Frame-Options") != "DENY":
            yield "may be framed"
    if who == "holder" and "no-store" not in said.get("Cache-Control", "") and answer.status_code == 200:
        yield "may be kept by a cache"


def cookies_wrong(answer):
    for name, cookie in answer.cookies.items():
        if not cookie["samesite"]:
            yield f"cookie {name} without SameSite"
        if name == configured.SESSION_COOKIE_NAME and not cookie["httponly"]:
            yield "the session's cookie is open to scripts"
        if cookie["domain"]:
            yield f"cookie {name} for other hosts"


def test_behind_https_every_cookie_says_so(settings, client):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    answer = client.get("/account/login/")
    assert answer.cookies
    assert [n for n, c in answer.cookies.items() if n.endswith(("session", "csrf")) and not c["secure"]] == []


def test_every_page_can_be_used_without_eyes_or_mouse(everybody):
    wrong, pages = [], 0
    for who, browser in everybody.items():
        for language in ("zh", "en"):
            browser.cookies["bihuan_language"] = language
            for address in addresses():
                answer = browser.get(address)
                if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
                    continue
                text = answer.content.decode()
                if "<html" not in text:
                    continue  # a fragment for htmx
                pages += 1
                wrong += [f"{who} {language} {address}: {w}" for w in page_wrong(html.fromstring(text), language)]
    assert pages > 60
    assert sorted(set(wrong)) == []


def page_wrong(page, language):
    lang = page.get("lang", "")
    if not lang.startswith(language):
        yield f"the page says it is in {lang!r}"
    if not (page.findtext(".//title") or "").strip():
        yield "no title"
    if not page.xpath("//main"):
        yield "no main part"
    if len(page.xpath("//h1")) != 1:
        yield f"{len(page.xpath('//h1'))} first headings"
    levels = [int(h.tag[1]) for h in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    if any(later > earlier + 1 for earlier, later in pairwise(levels)):
        yield f"headings skip a level: {levels}"
    double = [name for name, n in Counter(page.xpath("//@id")).items() if n > 1]
    if double:
        yield f"ids stand twice: {double}"
    known = set(page.xpath("//@id"))
    for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
        # An empty dialog gets its heading with its content.
        for said in page.xpath(f"//*[not(self::dialog[not(node()) or not(@open)])]/@{attribute}"):
            if missing := [i for i in said.split() if i not in known]:
                yield f"{attribute} names {missing}, which is not there"
    yield from (f"a picture without words: {html.tostring(i)[:80]!r}" for i in page.xpath("//img[not(@alt)]"))
    for field in page.xpath("//input[not(@type='hidden')]|//select|//textarea"):
        if field.get("type") in ("submit", "button", "image") or named(page, field):
            continue
        yield f"an input without a label: {html.tostring(field)[:100]!r}"
    for thing in page.xpath("//button|//a[@href]|//summary"):
        if not words(thing):
            yield f"nothing to read on it: {html.tostring(thing)[:100]!r}"
    for table in page.xpath("//table[.//td]"):
        if not table.xpath(".//th"):
            yield "a table without headings"
    yield from (
        f"a positive tabindex: {v}" for v in page.xpath("//@tabindex") if v.lstrip("-").isdigit() and int(v) > 0
    )
    inline = page.xpath("//@style|//*[@onclick or @onload or @onsubmit or @onchange]")
    if inline:
        yield f"inline code or style: {inline[:3]}"


def named(page, field):
    return bool(
        field.get("aria-label")
        or field.get("aria-labelledby")
        or field.get("title")
        or field.xpath("ancestor::label")
        or (field.get("id") and page.xpath(f"//label[@for='{field.get('id')}']"))
    )


def words(thing):
    return (
        thing.text_content().strip()
        or thing.get("aria-label")
        or thing.get("title")
        or thing.xpath(".//img[@alt!='']|.//*[@aria-label]|.//*[local-name()='title']")
    )


def test_the_checks_themselves_find_what_is_wrong():
    bad = html.fromstring(
        "<html lang='zh'><body><h1>a</h1><h3>b</h3><img src=x><input id=a><input id=a><button></button>"
        "<p aria-labelledby=none style='x'>t</p><table><tr><td>1</td></tr></table></body></html>"
    )
    found = " ".join(page_wrong(bad, "en"))
    for said in ("it is in", "no title", "no main", "skip a level", "stand twice", "not there", "without words",
                 "without a label", "nothing to read", "without headings", "inline"):  # fmt: skip
        assert said in found
