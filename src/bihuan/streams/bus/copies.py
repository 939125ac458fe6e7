"""流的副本: a stream as one file, taken while it is in use, and made anew from it with a new epoch.

The server makes the file itself (`$JS.API.STREAM.SNAPSHOT`), consistent as of one instant, and takes it back
(`$JS.API.STREAM.RESTORE`); here is only the conversation. Consumers are not in it: ours are ordered and keep no state.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from nats.aio.client import Client

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text
from bihuan.streams.bus import layout

#: What can't be had again from elsewhere. RAW has been taken in; leases end by themselves.
COPIED: Final = ("TELEMETRY", "ALARMS", "SNAPSHOTS", "DEAD", f"KV_{layout.POINTERS}")
#: Under `bus/` of the home: what a restore leaves for the next start of the bus.
WAITING: Final = "copies"
CHUNK: Final = 128 * 1024
PATIENCE: Final = 60.0


class CopyFailed(Problem):
    code = "bus.copy_failed"


def _failed(stream: str, said: Any) -> CopyFailed:
    return CopyFailed(
        Text("流 {s} 的副本没有做成：{w}", "The copy of stream {s} failed: {w}").format(s=stream, w=str(said)[:200])
    )


async def take(client: Client, stream: str, target: Path) -> bool:
    """One stream into one file: a line of JSON (configuration and state), then the server's archive. False: no such stream."""
    inbox = client.new_inbox()
    arriving = await client.subscribe(inbox, pending_msgs_limit=-1, pending_bytes_limit=-1)
    try:
        request = {"deliver_subject": inbox, "no_consumers": True, "jsck": False, "chunk_size": CHUNK}
        said = await _ask(client, f"$JS.API.STREAM.SNAPSHOT.{stream}", request)
        if (error := said.get("error")) is not None:
            if error.get("code") == 404:
                return False
            raise _failed(stream, error)
        with target.open("wb") as out:
            out.write(json.dumps({"config": said["config"], "state": said["state"]}).encode() + b"\n")
            while (piece := await arriving.next_msg(timeout=PATIENCE)).data:
                out.write(piece.data)
                if piece.reply:
                    await client.publish(piece.reply, b"")  # the server sends on only when it hears this
            status = (piece.headers or {}).get("Status", "204")
            if status not in ("", "204"):
                raise _failed(stream, piece.headers)
        return True
    except TimeoutError as silent:
        raise _failed(stream, "timeout") from silent
    finally:
        await arriving.unsubscribe()


async def put_back(client: Client, stream: str, source: Path) -> None:
    """Only where there is no such stream. Its epoch is new: sequences beyond the copy may have been given before."""
    with source.open("rb") as file:
        said = json.loads(file.readline())
        config = said["config"]
        layout.require_readable(stream, config.get("metadata"))
        if "epoch" in (metadata := config.get("metadata") or {}):
            config["metadata"] = {**metadata, "epoch": layout.new_epoch()}
        answer = await _ask(client, f"$JS.API.STREAM.RESTORE.{stream}", {"config": config, "state": said["state"]})
        if answer.get("error") or not answer.get("deliver_subject"):
            raise _failed(stream, answer.get("error"))
        subject = answer["deliver_subject"]
        try:
            while piece := file.read(CHUNK):
                heard = await client.request(subject, piece, timeout=PATIENCE)
                if heard.data and b"error" in heard.data:
                    raise _failed(stream, heard.data)
            done = json.loads((await client.request(subject, b"", timeout=PATIENCE)).data)
        except TimeoutError as silent:
            raise _failed(stream, "timeout") from silent
    if done.get("error"):
        raise _failed(stream, done["error"])


async def _ask(client: Client, subject: str, request: dict[str, Any]) -> dict[str, Any]:
    answer = await client.request(subject, json.dumps(request).encode(), timeout=PATIENCE)
    said: dict[str, Any] = json.loads(answer.data)
    return said


async def take_all(client: Client, folder: Path) -> list[str]:
    """Every stream worth keeping, one after another. Answers the names of those that are there."""
    return [name for name in COPIED if await take(client, name, folder / name)]


async def put_back_all(client: Client, folder: Path) -> list[str]:
    """What was copied and is not there. A stream that is there is left alone: it knows more."""
    made = []
    for path in sorted(folder.iterdir()):
        try:
            await put_back(client, path.name, path)
        except CopyFailed:
            if not await _is_there(client, path.name):
                raise
        else:
            made.append(path.name)
    return made


async def _is_there(client: Client, stream: str) -> bool:
    return "error" not in await _ask(client, f"$JS.API.STREAM.INFO.{stream}", {})
