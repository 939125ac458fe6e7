"""HTTP 批量: `POST /v1/batch/{source}` with a bearer token; 200 only when the batch is on our disk."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from aiohttp import web
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from bihuan.streams.bus import layout

MOST_BYTES = 4 << 20


def make_app(js: JetStreamContext, tokens: Mapping[str, str]) -> web.Application:
    """`tokens`: enterprise → secret. `Idempotency-Key` makes a repeated batch one (within the bus's window)."""

    async def take(request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        # Every secret is compared, so that the time taken says nothing of which one was nearly right.
        matching = [code for code, secret in tokens.items() if hmac.compare_digest(given, secret.encode())]
        if not matching:
            return web.json_response({"code": "unauthorised"}, status=401)
        try:
            subject = layout.raw(matching[0], request.match_info["source"])
        except layout.BadName as why:
            return web.json_response({"code": why.code, "message": str(why)}, status=422)
        body = await request.read()
        key = request.headers.get("Idempotency-Key")
        headers = {"Nats-Msg-Id": f"{matching[0]}:{key}"} if key else None
        try:
            ack = await js.publish(subject, body, headers=headers, stream="RAW")
        except (NatsError, APIError, TimeoutError):
            return web.json_response({"code": "not_kept"}, status=503, headers={"Retry-After": "5"})
        return web.json_response({"seq": ack.seq, "duplicate": bool(ack.duplicate)})

    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post("/v1/batch/{source}", take)
    return app
