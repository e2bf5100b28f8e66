"""Vigil's wire, against a server that really runs."""

import json
from pathlib import Path
from typing import Any

from tests.web.world import World, run, send, serving

RECORDED = json.loads(Path(__file__).with_name("exchanges.json").read_text())


def raw(request: dict[str, Any]) -> bytes:
    body = request["body"]
    if isinstance(body, dict):
        body = body["head"] + body["fill"] * body["times"] + body["tail"]
    lines = [f"{request['method']} {request['path']} HTTP/1.1", "Host: x"]
    if request["auth"]:
        lines.append(f"Authorization: {request['auth']}")
    if body is None:
        return ("\r\n".join(lines) + "\r\n\r\n").encode()
    if request["ctype"]:
        lines.append(f"Content-Type: {request['ctype']}")
    if request["chunked"]:
        half = len(body) // 2
        chunks = "".join(f"{len(part):x}\r\n{part}\r\n" for part in (body[:half], body[half:]))
        return (
            "\r\n".join([*lines, "Transfer-Encoding: chunked"]) + f"\r\n\r\n{chunks}0\r\n\r\n"
        ).encode()
    return ("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + f"\r\n\r\n{body}").encode()


def media_type(headers: dict[str, str]) -> str:
    return headers.get("content-type", "").split(";")[0]


@run
async def test_every_recorded_exchange_is_answered_as_the_ancestor_did() -> None:
    world = World()
    async with serving(world) as server:
        for row in RECORDED:
            request, golden, free = row["request"], row["response"], row["free"]
            is_head = request["method"] == "HEAD"
            reply = await send(server, raw(request), is_head=is_head)
            name = request["name"]
            if "status" not in free:
                assert reply.status == golden["status"], name
            if "headers" not in free:
                challenge = golden["headers"].get("www-authenticate")
                assert reply.headers.get("www-authenticate") == challenge, name
            if reply.status == golden["status"] == 200 and "body" not in free:
                assert reply.text == golden["body"], name
                if golden["body"]:
                    assert media_type(reply.headers) == media_type(golden["headers"]), name
