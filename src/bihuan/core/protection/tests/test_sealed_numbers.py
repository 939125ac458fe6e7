"""Identity and telephone numbers in the database: sealed, found as a whole, masked, and nowhere in the clear."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import connection

from bihuan.core.access.models import User
from bihuan.core.actions import runner
from bihuan.core.audit.models import AuditRow
from bihuan.core.protection import ciphers, envelopes, masks
from bihuan.core.protection.fields import UNREADABLE, IdentityField, KeyLost, PhoneField
from bihuan.core.protection.migrating import open_columns, seal_columns
from bihuan.core.protection.rings import FIELDS, RINGS, keys_folder
from bihuan.core.records.models import SheetRow
from bihuan.core.sync.models import IdempotencyKey
from bihuan.parties.models import Person
from bihuan.parties.module import REVEAL_PERSON
from bihuan.parties.tests.plays import clerks
from cast import Cast, context

NUMBER = "13912345678"
ABOUT = "parties.person.phone"


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.BIHUAN_HOME = tmp_path


@pytest.fixture
def cast(db):
    return Cast.build()


@pytest.fixture
def person(cast):
    found = cast.person(cast.works)
    found.phone = NUMBER
    found.save()
    return found


def stored(model, name="phone"):
    """What really stands in the column, around the model."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {model._meta.db_table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("cipher", [c.name for c in ciphers.CIPHERS if ciphers.has_cipher(c.name)])
@pytest.mark.parametrize("digest", [d.name for d in ciphers.DIGESTS if ciphers.has_digest(d.name)])
def test_what_is_sealed_opens_for_its_own_column_only(settings, cipher, digest):
    settings.BIHUAN_FIELD_CIPHER, settings.BIHUAN_FIELD_DIGEST = cipher, digest
    sealed = envelopes.seal(NUMBER, about=ABOUT)
    assert NUMBER not in sealed
    assert envelopes.open_sealed(sealed, about=ABOUT) == NUMBER
    assert any(sealed.startswith(first) for first in envelopes.beginnings("+86 139-1234-5678", about=ABOUT))
    with pytest.raises(envelopes.Unreadable):
        envelopes.open_sealed(sealed, about="access.user.phone")
    # Chosen anew, the other algorithms read and find it as before.
    settings.BIHUAN_FIELD_CIPHER, settings.BIHUAN_FIELD_DIGEST = "aes-256-gcm", "sha256"
    assert envelopes.open_sealed(sealed, about=ABOUT) == NUMBER
    assert any(sealed.startswith(first) for first in envelopes.beginnings(NUMBER, about=ABOUT))


def test_a_changed_envelope_does_not_open():
    sealed = envelopes.seal(NUMBER, about=ABOUT)
    for place in range(sealed.rindex(":") + 1, len(sealed) - 2, 7):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(envelopes.Unreadable):
            envelopes.open_sealed(sealed[:place] + other + sealed[place + 1 :], about=ABOUT)


def test_the_national_algorithms_agree_with_their_published_examples():
    """GB/T 32905-2016 A.1 for SM3; GB/T 32907-2016 A.1 for the block of SM4 that GCM is built of."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if not (ciphers.has_digest("sm3") and ciphers.has_cipher("sm4-gcm")):
        pytest.skip("the cryptographic library here has no national algorithms")
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    assert digest.finalize().hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    block = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # one block, as the standard's example has it
    assert (block.update(key) + block.finalize()).hex() == "681edf34d206965e86b3e94f536e4246"


def test_an_algorithm_the_library_lacks_is_said_at_the_start(settings, monkeypatch):
    settings.BIHUAN_FIELD_CIPHER = "sm4-gcm"
    monkeypatch.setattr(ciphers, "has_cipher", lambda name: False)
    with pytest.raises(ciphers.AlgorithmMissing, match="BIHUAN_FIELD_CIPHER=sm4-gcm"):
        ciphers.require_chosen()
    settings.BIHUAN_FIELD_CIPHER = "rot13"
    with pytest.raises(ciphers.AlgorithmMissing, match="rot13"):
        ciphers.require_chosen()


def test_the_database_holds_no_number_and_the_row_is_found_by_it(person):
    assert stored(Person)[0].startswith("s1:")
    assert NUMBER not in stored(Person)[0]
    assert Person.objects.get(phone="+86 139 1234 5678").phone == NUMBER
    assert list(Person.objects.filter(phone__in=[NUMBER, "1"])) == [person]
    assert not Person.objects.filter(phone="13912345679").exists()
    assert not Person.objects.filter(phone__in=[]).exists()


def test_every_telephone_and_identity_number_of_a_person_is_a_sealed_column():
    named = [
        model._meta.get_field(name)
        for model in apps.get_models()
        for name in getattr(model, "personal_fields", ())
        if any(word in name for word in ("phone", "mobile", "identity", "id_number"))
    ]
    assert len(named) >= 5
    assert [str(f) for f in named if not isinstance(f, PhoneField | IdentityField)] == []


def test_a_number_is_found_along_the_index(person):
    plan = Person.objects.filter(phone=NUMBER).order_by().explain()
    assert connection.vendor != "sqlite" or "person_by_phone" in plan


@pytest.mark.parametrize("lookup", ["contains", "startswith", "gt", "iexact", "regex"])
def test_a_part_of_a_number_finds_nothing(lookup):
    with pytest.raises(FieldError):
        Person.objects.filter(**{f"phone__{lookup}": "139"})


def test_an_empty_number_stays_empty(person):
    Person.objects.update(phone="")
    assert stored(Person) == [""]
    assert Person.objects.filter(phone="").exists()


def test_a_lost_key_is_told_and_never_written_over(person):
    for path in keys_folder().glob("field*.key"):
        path.unlink()
    lost = Person.objects.get()
    assert lost.phone == UNREADABLE
    with pytest.raises(KeyLost):
        lost.save()


def test_old_values_stay_readable_and_found_after_a_new_key(person):
    FIELDS.rotate()
    assert Person.objects.get(phone=NUMBER).phone == NUMBER
    User.objects.update(phone=NUMBER)
    assert {envelopes.key_number(s) for s in stored(Person)} == {1}
    person.save()
    assert {envelopes.key_number(s) for s in stored(Person)} == {2}
    assert Person.objects.get(phone=NUMBER) == person


def test_two_rotations_at_once_make_one_key_each_and_lose_none():
    for ring in RINGS:
        first = ring.current
        second, third = ring.rotate(), ring.rotate()
        assert [k.number for k in ring.known] == [3, 2, 1]
        assert len({first.secret, second.secret, third.secret}) == 3
        assert third.path.stat().st_mode & 0o077 == 0


def test_plain_values_are_sealed_by_the_migration_and_opened_when_it_is_undone(person):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE parties_person SET phone = %s", [NUMBER])
    assert Person.objects.get().phone == NUMBER
    editor = SimpleNamespace(connection=connection)
    for _ in range(2):  # stopped half-way it goes on, done it does nothing
        seal_columns("parties", "Person", "phone")(apps, editor)
        assert NUMBER not in stored(Person)[0]
    assert Person.objects.get(phone=NUMBER) == person
    open_columns("parties", "Person", "phone")(apps, editor)
    assert stored(Person) == [NUMBER]


def test_the_rows_of_an_uploaded_sheet_lie_sealed_too(db, cast):
    from bihuan.registers.enterprises.tests.plays import PLAYS

    PLAYS["enterprises.take_in_rows"](cast)
    row = SheetRow.objects.get()
    row.values = {**row.values, "contact_phone": NUMBER}
    row.save()
    assert NUMBER not in stored(SheetRow, '"values"')[0]
    assert SheetRow.objects.get().values["contact_phone"] == NUMBER


@pytest.mark.parametrize(
    ("number", "shown"),
    [(NUMBER, "139****5678"), ("010-65001234", "010*****1234"), ("65001234", "******34"), ("110", "***"), ("", "")],
)
def test_a_telephone_is_shown_masked(number, shown):
    assert masks.phone(number) == shown


def test_an_identity_number_shows_neither_place_nor_birthday():
    assert masks.identity("11010519491231002X") == "1****************X"


def test_showing_the_whole_number_leaves_an_audit_row_and_no_number(cast, person):
    ours, _ = clerks(cast)
    done = runner.run(REVEAL_PERSON, ctx=context(ours), inputs={"row": person}, key="once")
    assert done.result == {"numbers": {"phone": NUMBER}}
    written = AuditRow.objects.get(action="parties.reveal_person")
    assert f"parties.person:{person.pk}" in written.subjects.values_list("subject", flat=True)
    assert NUMBER not in bytes(written.canonical).decode()
    assert NUMBER not in json.dumps(list(IdempotencyKey.objects.values_list("result", flat=True)))


def test_pages_show_it_masked_until_asked(make_user, log_in, cast, person):
    from bihuan.core.access.terms import AccessGrants

    User.objects.filter(username=make_user("zhang").username).update(phone=NUMBER)
    client = log_in(make_user("admin", AccessGrants.MANAGE_USERS))
    subject = User.objects.get(username="zhang")
    page = client.get(f"/accounts/{subject.pk}/").content.decode()
    assert NUMBER not in page
    assert "139****5678" in page
    revealed = client.post(f"/reveal/access.user/{subject.pk}/")
    assert NUMBER in revealed.content.decode()
    assert "no-store" in revealed["Cache-Control"]
    assert client.get(f"/reveal/access.user/{subject.pk}/").status_code == 405
    assert client.post(f"/reveal/access.role/{subject.pk}/").status_code == 404
    assert AuditRow.objects.filter(action="access.reveal_user").count() == 1


def test_a_form_that_leaves_the_number_out_keeps_it(make_user, log_in, cast):
    from bihuan.core.access.terms import AccessGrants

    subject = make_user("zhang")
    subject.phone = NUMBER
    subject.save()
    client = log_in(make_user("admin", AccessGrants.MANAGE_USERS))
    page = client.get(f"/accounts/{subject.pk}/").content.decode()
    assert "phone=" not in page
    client.post(
        "/do/access-change_user/", {"user": f"{subject.pk}@{subject.version}", "display_name": "张三", "phone": ""}
    )
    found = User.objects.get(pk=subject.pk)
    assert (found.display_name, found.phone) == ("张三", NUMBER)
