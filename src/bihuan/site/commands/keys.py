"""`bihuan keys list | rotate KIND | reseal`: change keys while everybody works; old ones go on reading."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bihuan.core import clock
from bihuan.core.audit import keys as audit_keys
from bihuan.core.protection import ciphers, resealing
from bihuan.core.protection.rings import AUDIT_MARKS, keys_folder
from bihuan.core.protection.rotating import KeyKind, rotate
from bihuan.core.secrets import PREVIOUS
from bihuan.kernel.text import Text


def keys(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bihuan keys", description=str(Text("密钥的查看与更换", "See and change keys"))
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "list", help=str(Text("有哪些密钥，旧密钥下还有多少数据", "the keys, and what lies under old ones"))
    )
    change = commands.add_parser("rotate", help=str(Text("换一把新的", "a new one, at once")))
    change.add_argument("kind", choices=[k.value for k in KeyKind])
    commands.add_parser(
        "reseal", help=str(Text("立即重新加密旧密钥下的数据", "seal anew what lies under old keys, now"))
    )
    chosen = parser.parse_args(list(argv))
    if chosen.command == "rotate":
        return _rotate(KeyKind.of(chosen.kind))
    if chosen.command == "reseal":
        done = resealing.reseal(at=clock.now(), cause="command line")
        _say(Text("已重新加密 {n} 条", "{n} values sealed anew").format(n=done))
        return 0
    return _list()


def _say(text: Text) -> None:
    print(text)  # noqa: T201  # speaks to a terminal


def _rotate(kind: KeyKind) -> int:
    rotate(kind, at=clock.now(), cause="command line")
    _say(Text("{k}密钥已更换，立即生效。", "{k}: the key is new from now on.").format(k=kind.label))
    if kind is KeyKind.SESSION:
        _say(
            Text(
                "已登录的人不受影响。怀疑旧密钥泄露时，请隔八小时再换一次。",
                "Nobody is logged out. If the old one leaked, rotate again after eight hours.",
            )
        )
    elif kind is KeyKind.AUDIT:
        _say(
            Text(
                "约定的公钥现为 {k}，请告知持有导出文件的人。",
                "The agreed public key is now {k}: tell whoever holds exports.",
            ).format(k=audit_keys.public_key_hex())
        )
    else:
        _say(
            Text(
                "旧密钥仍可读；后台作业正在重新加密，可用 bihuan keys list 查看。请随后做一次备份。",
                "Old keys still read; a job seals everything anew, see bihuan keys list. Make a backup afterwards.",
            )
        )
    return 0


def _list() -> int:
    has_previous = (keys_folder() / PREVIOUS).exists()
    _say(Text("会话：{n} 把", "Sessions: {n}").format(n=1 + has_previous))
    for under in resealing.all_under_key():
        present = under.ring.current
        _say(
            Text(
                "{k}：第 {n} 把在用（{d}），共 {a} 把；旧密钥下还有 {left} 条",
                "{k}: number {n} in use (since {d}), {a} in all; {left} values under old ones",
            ).format(
                k=under.label, n=present.number, d=present.made_at.date(), a=len(under.ring.known),
                left=resealing.left_under_old_keys(under),
            )
        )  # fmt: skip
    chain = audit_keys.chain()
    _say(
        Text(
            "审计签名：第 {n} 把在用，公钥 {k}；行标记 {m} 把", "Audit: number {n} signs, public key {k}; {m} for marks"
        ).format(n=len(chain.keys), k=chain.current, m=len(AUDIT_MARKS.known))
    )
    yes, no = Text("有", "yes"), Text("无", "no")
    _say(
        Text(
            "密码库 {lib}：SM4-GCM {a}，SM3 {b}，SM2 签名 {c}", "{lib}: SM4-GCM {a}, SM3 {b}, SM2 signatures {c}"
        ).format(
            lib=ciphers.library(),
            a=yes if ciphers.has_cipher("sm4-gcm") else no,
            b=yes if ciphers.has_digest("sm3") else no,
            c=yes if ciphers.has_sm2() else no,
        )
    )
    return 0


def rotate_session(argv: Sequence[str]) -> int:
    """The name this had before there were other kinds."""
    argparse.ArgumentParser(prog="bihuan rotate-session-key").parse_args(list(argv))
    return _rotate(KeyKind.SESSION)
