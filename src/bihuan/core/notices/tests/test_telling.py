import threading
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy

import pytest
from django.db import connection

from bihuan.core.access.context import Context, service_actor
from bihuan.core.jobs import queue
from bihuan.core.jobs.models import Task
from bihuan.core.modules import DeclarationError
from bihuan.core.notices import sending
from bihuan.core.notices.models import Delivery, Notice, Preference
from bihuan.core.notices.telling import tell
from bihuan.core.notices.terms import Channel, DeliveryState, NoticeLevel
from bihuan.kernel.text import Text

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)  # 07:00 of the 23rd


def prefers(user, **said):
    return Preference.objects.create(user=user, created_at=NOON, updated_at=NOON, **said)


def read(mail):
    return message_from_bytes(mail["body"], policy=policy.default)


def test_people_are_told_in_the_product_and_by_mail_after_the_commit(people, told, post_office):
    user = people("zhang")
    told([user], link="/cases/1/")
    assert Notice.objects.get().read_at is None
    assert not post_office.mails
    queue.drain(at=NOON)
    mail = read(post_office.mails[0])
    assert post_office.mails[0]["to"] == ["zhang@example.com"]
    assert mail["Subject"] == "有新任务"
    assert "https://bihuan.example/cases/1/" in mail.get_content()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.sent_at) == (DeliveryState.SENT, 1, NOON)


def test_a_mail_speaks_the_language_of_its_reader(people, told, post_office):
    told([people("smith", language="en")])
    queue.drain(at=NOON)
    assert read(post_office.mails[0])["Subject"] == "A new task"


def test_nobody_hears_of_what_was_rolled_back(people, told, post_office):
    with pytest.raises(ValueError, match="fails"):
        told([people("zhang")], fails=True)
    queue.drain(at=NOON)
    assert not Notice.objects.exists()
    assert not post_office.mails


def test_outside_an_action_nobody_is_told(people):
    ctx = Context(actor=service_actor("test"), at=NOON)
    with pytest.raises(RuntimeError):
        tell(ctx, recipients=[people("zhang").pk], topic="test.case", text=Text("一", "one"))


def test_an_undeclared_topic_or_a_link_to_elsewhere_stops_in_the_test(people, told):
    user = people("zhang")
    with pytest.raises(DeclarationError):
        told([user], topic="test.unheard_of")
    for link in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="this site"):
            told([user], link=link)


def test_a_key_tells_each_person_once_however_often_it_is_said(people, told, post_office):
    one, two = people("one"), people("two")
    told([one, one], key="case:1")
    told([one, two], key="case:1")
    queue.drain(at=NOON)
    assert sorted(Notice.objects.values_list("recipient__username", flat=True)) == ["one", "two"]
    assert sorted(m["to"][0] for m in post_office.mails) == ["one@example.com", "two@example.com"]
    told([one], key="case:2")
    assert Notice.objects.filter(recipient=one).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_say_the_same_at_once_tell_once(people, told, transactional_db):
    user = people("zhang")
    wrong = []

    def say():
        try:
            told([user], key="the same")
        except Exception as problem:  # a thread must not take its failure with it
            wrong.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=say) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 1)


def test_an_account_that_is_closed_is_not_told(people, told, post_office):
    told([people("gone", is_active=False)])
    assert not Notice.objects.exists()


def test_an_account_closed_before_the_mail_left_gets_none(people, told, post_office):
    user = people("zhang")
    told([user])
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    queue.drain(at=NOON)
    assert not post_office.mails
    assert Delivery.objects.get().state == DeliveryState.SKIPPED


def test_at_night_only_the_urgent_is_sent(people, told, post_office):
    user = people("zhang")
    told([user], at=NIGHT)
    told([user], at=NIGHT, level=NoticeLevel.URGENT, text=Text("泄漏", "Leak"))
    queue.drain(at=NIGHT)
    assert [read(m)["Subject"] for m in post_office.mails] == ["泄漏"]
    queue.drain(at=MORNING - timedelta(seconds=1))
    assert len(post_office.mails) == 1
    queue.drain(at=MORNING)
    assert [read(m)["Subject"] for m in post_office.mails] == ["泄漏", "有新任务"]


def test_a_digest_gathers_what_is_ordinary(people, told, post_office):
    user = people("zhang")
    prefers(user, has_digest=True)
    for number in range(3):
        told([user], text=Text(f"第{number}条", f"No {number}"))
    told([user], level=NoticeLevel.IMPORTANT, text=Text("重要", "Important"))
    queue.drain(at=NOON)
    assert [read(m)["Subject"] for m in post_office.mails] == ["重要"]
    queue.drain(at=MORNING + timedelta(minutes=30))
    digest = read(post_office.mails[1])
    assert digest["Subject"] == "闭环：3 条通知"
    assert all(f"第{n}条" in digest.get_content() for n in range(3))
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    queue.drain(at=MORNING + timedelta(days=2))
    assert len(post_office.mails) == 2


def test_one_chooses_channels_by_topic(people, told, post_office):
    user = people("zhang")
    prefers(user, channels={"test.case": []}, quiet_from=time(1), quiet_until=time(2))
    told([user])
    assert not Delivery.objects.exists()
    assert Notice.objects.count() == 1


def test_without_an_address_or_a_server_the_ledger_says_so(people, told, post_office, settings):
    told([people("nomail", email="")])
    queue.drain(at=NOON)
    settings.BIHUAN_MAIL_URL = ""
    told([people("zhang")])
    queue.drain(at=NOON)
    assert {(d.state, bool(d.error)) for d in Delivery.objects.all()} == {(DeliveryState.SKIPPED, True)}
    assert set(Task.objects.values_list("state", flat=True)) == {"done"}


def test_a_refusal_for_now_is_tried_again_later_and_one_for_good_is_not(people, told, post_office):
    post_office.refusals = ["451 later"]
    told([people("zhang")])
    queue.drain(at=NOON)
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == (DeliveryState.WAITING, 1)
    assert "451" in row.error
    queue.drain(at=NOON + timedelta(hours=1))
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == (DeliveryState.SENT, 2, "")
    post_office.refusals = ["550 no such user"]
    told([people("li")])
    queue.drain(at=NOON + timedelta(hours=1))
    row = Delivery.objects.get(notice__recipient__username="li")
    assert (row.state, row.attempts) == (DeliveryState.FAILED, 1)
    assert "550 no such user" in row.error


def test_a_server_that_stays_away_is_given_up_in_the_end(people, told, settings):
    settings.BIHUAN_MAIL_URL = "smtp://127.0.0.1:1"  # nobody listens there
    told([people("zhang")])
    at = NOON
    for _ in range(sending.MOST_ATTEMPTS + 2):
        queue.drain(at=at)
        at += timedelta(hours=2)
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == (DeliveryState.FAILED, sending.MOST_ATTEMPTS)
    assert "ConnectionRefusedError" in row.error


def test_a_mail_sent_twice_after_a_crash_is_one_mail_to_its_reader(people, told, post_office):
    told([people("zhang")])
    queue.drain(at=NOON)
    Delivery.objects.update(state=DeliveryState.WAITING)  # as if the worker died before it noted the sending
    sending.deliver(ctx=Context(actor=service_actor("t"), at=NOON), delivery=str(Delivery.objects.get().pk))
    first, second = (read(m)["Message-ID"] for m in post_office.mails)
    assert first == second


def test_a_line_break_in_a_title_forges_no_header(people, told, post_office):
    told([people("zhang")], text=Text("标题\r\nBcc: evil@example.com", "x"))
    queue.drain(at=NOON)
    assert read(post_office.mails[0])["Bcc"] is None
    assert post_office.mails[0]["to"] == ["zhang@example.com"]


def test_three_hundred_are_told_in_a_fixed_number_of_statements(people, told, django_assert_max_num_queries):
    users = [people(f"u{n}") for n in range(40)]
    with django_assert_max_num_queries(12 + len(users)):  # one task a mail, the rest in bulk
        told(users)
    assert Channel.MAIL in set(Delivery.objects.values_list("channel", flat=True))
