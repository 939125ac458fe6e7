import re
from datetime import time

import pytest
from django.urls import reverse

from bihuan.core import clock
from bihuan.core.access import rehearsal
from bihuan.core.audit.models import AuditRow
from bihuan.core.notices.models import Notice, Preference


@pytest.fixture
def reader(people):
    user = people("reader")
    return user, rehearsal.logged_in(user, at=clock.now())


def test_the_bell_counts_what_is_unread_and_the_page_shows_it(reader, told):
    user, browser = reader
    told([user], link="/welcome/")
    assert browser.get(reverse("topbar_counts")).json()["notices"] == 1
    page = browser.get(reverse("notices")).content.decode()
    assert "有新任务" in page
    assert "事项" in page
    notice = Notice.objects.get()
    answer = browser.post(reverse("notice-open", args=[notice.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/welcome/")
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert browser.get(reverse("topbar_counts")).json()["notices"] == 0
    assert "没有通知" in browser.get(reverse("notices") + "?show=unread").content.decode()


def test_marking_read_in_place_answers_the_line_and_is_audited_once(reader, told):
    user, browser = reader
    told([user])
    address = reverse("notice-open", args=[Notice.objects.get().pk])
    for _ in range(2):
        answer = browser.post(address, headers={"hx-request": "true"})
        assert answer.content.decode().startswith("<tr")
    assert AuditRow.objects.filter(action="notices.mark_read").count() == 1


def test_a_notice_of_somebody_else_is_not_there(reader, people, told):
    _, browser = reader
    told([people("other")])
    assert browser.post(reverse("notice-open", args=[Notice.objects.get().pk])).status_code == 404
    assert "有新任务" not in browser.get(reverse("notices")).content.decode()


def test_settings_are_chosen_on_their_page(reader):
    user, browser = reader
    page = browser.get(reverse("notice-settings")).content.decode()
    assert 'value="22:00"' in page
    form = {"test.case:webhook": "1", "quiet_from": "21:30", "quiet_until": "06:00", "has_digest": "1"}
    assert browser.post(reverse("notice-settings"), form).status_code == 302
    chosen = Preference.objects.get(user=user)
    assert chosen.channels == {"test.case": ["webhook"]}
    assert (chosen.quiet_from, chosen.quiet_until, chosen.has_digest) == (time(21, 30), time(6), True)
    wrong = browser.post(reverse("notice-settings"), {"quiet_from": "21:30"})
    assert wrong.status_code == 422
    assert "要么都填" in wrong.content.decode()


def test_the_secret_of_a_webhook_is_shown_once_and_never_audited(reader):
    user, browser = reader
    page = browser.post(reverse("notice-webhook"), {"url": "https://hooks.example/x"}).content.decode()
    secret = Preference.objects.get(user=user).webhook_secret
    assert secret in page
    assert len(secret) >= 32
    assert secret not in browser.get(reverse("notice-settings")).content.decode()
    written = b"".join(bytes(r.canonical) for r in AuditRow.objects.all())
    assert secret.encode() not in written
    assert b"hooks.example" not in written
    refused = browser.post(reverse("notice-webhook"), {"url": "http://169.254.169.254/"})
    assert refused.status_code == 422
    assert "https" in refused.content.decode()


def test_every_word_of_the_pages_is_english_where_english_is_read(reader, told):
    user, browser = reader
    type(user).objects.filter(pk=user.pk).update(language="en")
    browser.cookies["bihuan_language"] = "en"
    told([user])
    for name in ("notices", "notice-settings"):
        page = browser.get(reverse(name), headers={"accept-language": "en"}).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        assert not re.findall(r"[\u4e00-\u9fff]+", re.sub(r'<[^>]*lang="zh"[^>]*>[^<]*', "", main)), name
