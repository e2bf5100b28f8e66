"""Vigil's manager wire (section 7 of its protocol), against a server that really runs."""

import json
from typing import Any

import pytest

from tests.web.world import (
    GOOD,
    MANAGER,
    NOON,
    World,
    connected,
    posting,
    receive,
    run,
    send,
    serving,
)
from watchkeeper.core.announcement import MOST_TEXT_BYTES, MOST_TITLE_BYTES, Announcement
from watchkeeper.core.secret import Secret
from watchkeeper.store.errors import StoreRefused
from watchkeeper.web.listener import Listener

LIST = "/manager/announcements/"
ONE = "/manager/announcement/"
IGNORED = "/manager/prober/alerts/ignored/"
NEWS = Announcement(id="6f", title="Work", text="Tonight", at=NOON)


async def ask(
    server: Listener, method: str, path: str, body: Any = None, auth: str = MANAGER
) -> tuple[int, str]:
    raw = "" if body is None else json.dumps(body)
    data = posting(raw, path=path, auth=auth).replace(b"POST", method.encode(), 1)
    reply = await send(server, data, is_head=method == "HEAD")
    return reply.status, reply.text


@run
async def test_an_announcement_is_written_listed_and_taken_back() -> None:
    world = World()
    async with serving(world) as server:
        assert await ask(server, "GET", LIST) == (200, "[]")
        status, text = await ask(server, "POST", ONE, {"title": "T", "text": "a\nb"})
        identity = json.loads(text)["id"]
        assert (status, len(identity), identity.lower()) == (200, 36, identity)
        assert await ask(server, "GET", LIST) == (200, f'[{{"id":"{identity}","title":"T"}}]')
        assert await ask(server, "DELETE", ONE + identity) == (200, "")
        assert await ask(server, "DELETE", ONE + identity) == (404, "")
    assert world.desk.actors == {"manager"}


@run
async def test_an_announcement_may_have_times_which_are_listed_and_shown() -> None:
    world = World()
    times = {"starts_at": "2026-11-21T14:00:00+02:00", "expires_at": "2026-11-21T12:00:01Z"}
    async with serving(world) as server:
        status, _ = await ask(server, "POST", ONE, {"title": "T", "text": "x", **times})
        assert status == 200
        entry = json.loads((await ask(server, "GET", LIST))[1])[0]
    assert entry["starts_at"] == "2026-11-21T12:00:00+00:00"
    assert entry["expires_at"] == "2026-11-21T12:00:01+00:00"
    assert world.desk.written[0].starts_at == NOON


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"text": ""},
        {"title": None},
        {"title": 1},
        {"title": "t" * (MOST_TITLE_BYTES + 1)},
        {"text": "é" * (MOST_TEXT_BYTES // 2 + 1)},
        {"text": "\x00"},
        {"title": "\x1b[2J"},
        {"starts_at": "tomorrow"},
        {"starts_at": "2026-11-21T14:00:00"},
        {"starts_at": 1_795_262_400},
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"starts_at": "9999-12-31T23:59:59-14:00"},
        {"expires_at": "2026-11-21T11:59:59Z"},
        {"starts_at": "2027-01-02T00:00:00Z", "expires_at": "2027-01-01T00:00:00Z"},
    ],
)
def test_what_is_no_announcement_is_400(wrong: dict[str, Any]) -> None:
    @run
    async def scene() -> None:
        world = World()
        async with serving(world) as server:
            status, _ = await ask(server, "POST", ONE, {"title": "T", "text": "x", **wrong})
        assert (status, world.desk.written) == (400, [])

    scene()


@run
async def test_an_announcement_whose_answer_was_lost_has_one_id_when_it_is_sent_again() -> None:
    async with serving(World()) as server:
        data = posting(json.dumps({"title": "T", "text": "x"}), path=ONE, auth=MANAGER)
        keys = (b"idempotency-key: 1\r\n", b"idempotency-key: 1\r\n", b"idempotency-key: 2\r\n")
        texts = [(await send(server, data.replace(b"\r\n", b"\r\n" + key, 1))).text for key in keys]
        ids = [json.loads(text)["id"] for text in texts]
    assert ids[0] == ids[1] != ids[2]


@run
async def test_announcements_have_a_bound() -> None:
    world = World()
    world.desk.room = 0
    async with serving(world) as server:
        assert (await ask(server, "POST", ONE, {"title": "T", "text": "x"}))[0] == 429


@run
async def test_the_replicas_in_trouble_are_listed_in_the_order_of_the_file() -> None:
    async with serving(World()) as server:
        nobody = '{"dead":[],"sick":[]}'
        assert await ask(server, "GET", "/manager/prober/alerts/") == (200, nobody)
        for replica, cpu in (("b", 2.0), ("a", 2.0), ("well", 0.1)):
            load = {"cpu": cpu, "ram": 0.1}
            await send(
                server, posting(json.dumps({"replica": replica, "interval": 9, "load": load}))
            )
        body = {"replica": "gw", "interval": 9, "health": "dead"}
        await send(server, posting(json.dumps(body), path="/reporter/internal/gateway"))
        alerts = json.loads((await ask(server, "GET", "/manager/prober/alerts/"))[1])
    relay = {"probe": "relay", "node": "socket-client"}
    assert alerts == {
        "dead": [{"probe": "internal", "node": "gateway", "replica": "gw"}],
        "sick": [{**relay, "replica": "b"}, {**relay, "replica": "a"}],
    }


@pytest.mark.parametrize("clears", [{}, {"reminders_seconds": None}, {"reminders_seconds": 0}])
def test_reminders_are_ignored_for_a_while_or_no_longer(clears: dict[str, Any]) -> None:
    @run
    async def scene() -> None:
        async with serving(World()) as server:
            assert await ask(server, "GET", IGNORED) == (200, '{"reminders_seconds":null}')
            assert await ask(server, "PUT", IGNORED, {"reminders_seconds": 65_535}) == (200, "")
            assert await ask(server, "GET", IGNORED) == (200, '{"reminders_seconds":65535}')
            assert await ask(server, "PUT", IGNORED, clears) == (200, "")
            assert await ask(server, "GET", IGNORED) == (200, '{"reminders_seconds":null}')

    scene()


@run
async def test_reminders_are_not_ignored_for_what_is_no_time() -> None:
    world = World()
    async with serving(world) as server:
        for wrong in (65_536, -1, 1.5, "600", True):
            assert (await ask(server, "PUT", IGNORED, {"reminders_seconds": wrong}))[0] == 400
    assert world.desk.muted == 0


@run
async def test_only_the_managers_token_opens_the_manager() -> None:
    world = World()
    async with serving(world) as server:
        for method, path in (("GET", LIST), ("POST", ONE), ("DELETE", ONE + "x"), ("PUT", IGNORED)):
            assert (await ask(server, method, path, {}, auth=GOOD))[0] == 403, method
            assert (await ask(server, method, path, {}, auth="basic x"))[0] == 401, method
        world.manager_token = Secret("")
        assert (await ask(server, "GET", LIST, auth="Basic Og=="))[0] == 403


@run
async def test_any_other_method_or_path_of_the_manager_is_unknown() -> None:
    async with serving(World()) as server:
        for method, path in (("POST", LIST), ("GET", ONE), ("PUT", "/manager/prober/alerts")):
            assert (await ask(server, method, path, {}))[0] == 404


@run
async def test_head_is_answered_where_get_is_without_a_body() -> None:
    async with serving(World()) as server:
        for path in (LIST, "/manager/prober/alerts", IGNORED):
            assert await ask(server, "HEAD", path) == (200, "")


@run
async def test_what_cannot_be_kept_is_503() -> None:
    world = World()
    world.desk.refuses = StoreRefused("no")
    async with serving(world) as server:
        assert (await ask(server, "POST", ONE, {"title": "T", "text": "x"}))[0] == 503
        assert (await ask(server, "PUT", IGNORED, {"reminders_seconds": 1}))[0] == 503


@run
async def test_a_head_for_what_must_be_waited_for_has_no_body_in_turn_either() -> None:
    world = World()
    world.desk.written = [NEWS]
    head = posting("", path=LIST, auth=MANAGER).replace(b"POST", b"HEAD", 1)
    get = head.replace(b"HEAD", b"GET", 1)
    async with serving(world) as server, connected(server) as (reader, writer):
        writer.write(head + head + get)
        for is_head in (True, True, False):
            reply = await receive(reader, is_head=is_head)
            assert reply.headers["content-length"] == str(len('[{"id":"6f","title":"Work"}]'))
