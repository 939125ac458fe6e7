"""口令: rules, hashing and one-time passwords. All of it happens before the door: an action only ever sees a hash."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache

from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from bihuan.core.access import policy
from bihuan.core.access.models import User
from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

LONGEST = 128
#: Without signs that are mistaken for each other on paper: 0 O, 1 l I.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CLASSES = (re.compile(r"[A-Z]"), re.compile(r"[a-z]"), re.compile(r"\d"), re.compile(r"[^A-Za-z0-9]"))


class WeakPassword(Problem):
    code = "weak_password"
    status = 422

    def __init__(self, *reasons: Text) -> None:
        joined = Text("；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons))
        super().__init__(
            Text("新口令不合要求：{r}。", "The new password won't do: {r}.").format(r=joined),
            where={"new_password": joined},
        )


def normalised(password: str) -> str:
    """The same keys give the same password on every keyboard (NFC)."""
    return unicodedata.normalize("NFC", password)


def hash_of(password: str) -> str:
    return make_password(normalised(password))


def is_right(password: str, stored: str | None) -> bool:
    """One verification of the same cost, whether the account exists or not and whether it has a password or not."""
    if not stored or not is_password_usable(stored):
        check_password(normalised(password), nobodys_hash())
        return False
    return check_password(normalised(password), stored)


@cache
def nobodys_hash() -> str:
    """What an unknown name is checked against. Nobody knows its password."""
    return make_password(secrets.token_urlsafe(32))


def one_time() -> str:
    """A password to hand over, good for one login: 100 bits and some, in four groups."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def require_good(password: str, *, user: User, rules: policy.Policy | None = None) -> None:
    """Every rule that is broken is named at once."""
    rules = rules or policy.current()
    password = normalised(password)
    reasons = [*_shape(password, rules), *_guessable(password, user)]
    if not reasons and _was_used(password, user, rules["password_history"]):
        reasons = [Text("最近用过", "it was used lately")]
    if reasons:
        raise WeakPassword(*reasons)


def _shape(password: str, rules: policy.Policy) -> list[Text]:
    reasons = []
    if len(password) < rules["password_length"]:
        reasons.append(Text("至少 {n} 个字符", "at least {n} characters are needed").format(n=rules["password_length"]))
    if len(password) > LONGEST:
        reasons.append(Text("至多 {n} 个字符", "at most {n} characters are allowed").format(n=LONGEST))
    if sum(bool(c.search(password)) for c in _CLASSES) < rules["password_classes"]:
        reasons.append(
            Text(
                "大写字母、小写字母、数字、其他字符中至少要有 {n} 类",
                "at least {n} of upper case, lower case, digits and other signs are needed",
            ).format(n=rules["password_classes"])
        )
    return reasons


def _guessable(password: str, user: User) -> list[Text]:
    low = password.casefold()
    reasons = []
    names = {n.casefold() for n in (user.username, user.display_name, user.email.partition("@")[0]) if len(n) >= 3}
    if any(n in low or n[::-1] in low for n in names):
        reasons.append(Text("含有用户名、姓名或邮箱", "it contains the user name, the name or the mail address"))
    # `Password2026!` is `password` with ornaments.
    bare = re.sub(r"[^a-z]+$|^[^a-z]+", "", low)
    if _is_common(low) or (len(bare) >= 6 and _is_common(bare) and len(bare) * 2 >= len(low)):
        reasons.append(Text("太常见", "it is too common"))
    if len(set(low)) < 5:
        reasons.append(Text("重复字符太多", "it repeats the same few signs"))
    return reasons


def _is_common(password: str) -> bool:
    try:
        _common().validate(password)
    except ValidationError:
        return True
    return False


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def _was_used(password: str, user: User, last: int) -> bool:
    """The present password and those before it, `last` in all."""
    earlier = [user.password, *user.password_records.order_by("-created_at", "-id").values_list("password", flat=True)]
    return any(is_password_usable(h) and check_password(password, h) for h in earlier[:last] if h)
