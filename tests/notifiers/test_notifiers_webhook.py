import json
from dataclasses import replace

from tests.loop import in_loop
from tests.notifiers.notifier_samples import API, AT, BACK, CORE, alert, message
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.core.message import MessageKind, Recovered
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.notifiers import webhook
from watchkeeper.outside.outside import real


def test_12_12_the_ancestors_keys_come_first_and_in_their_order() -> None:
    assert list(webhook.document(message())) == [
        *("type", "status", "time", "replicas", "page"),
        *("id", "alert", "since", "alerts", "recovered", "reasons"),
    ]


def test_the_ancestors_keys_say_what_they_always_said() -> None:
    body = webhook.document(message(replicas=(API,)))
    ancestral = dict(list(body.items())[:5])
    assert json.dumps(ancestral, separators=(",", ":")) == (
        '{"type":"changed","status":"dead","time":"23:58:28 UTC+00:00",'
        '"replicas":["web:api:http://127.0.0.1:8126/up"],'
        '"page":{"title":"Example Status","url":"https://status.example.com/"}}'
    )


def test_a_startup_is_about_no_alert() -> None:
    body = webhook.document(message(kind=MessageKind.STARTUP, status=Status.HEALTHY))
    assert (body["type"], body["alert"], body["since"], body["alerts"]) == (
        *("startup", None, None),
        [],
    )


def test_the_alert_is_the_newest_where_a_message_carries_several() -> None:
    alerts = (alert(), alert(id="a2", since_at=AT, dead=(API,)))
    body = webhook.document(message(alerts=alerts, replicas=(API,)))
    assert (body["alert"], body["since"]) == ("a2", "2026-11-20T23:58:28.250Z")
    assert body["alerts"] == [
        {"alert": "a1", "since": "2026-11-20T23:57:28.250Z", "dead": [], "recovered": []},
        {"alert": "a2", "since": "2026-11-20T23:58:28.250Z", "dead": [str(API)], "recovered": []},
    ]


def test_a_recovery_has_no_replicas_and_says_who_is_back_and_for_how_long_it_was_dead() -> None:
    body = webhook.document(message(status=Status.HEALTHY, alerts=(alert(recovered=(BACK,)),)))
    assert body["replicas"] == []
    assert body["recovered"] == [
        {
            "replica": str(CORE),
            "dead_at": "2026-11-20T23:57:28.250Z",
            "back_at": "2026-11-20T23:58:28.250Z",
            "seconds": 60,
            "told": True,
        }
    ]


def test_who_left_otherwise_is_not_said_to_be_well() -> None:
    flushed = Recovered(replica=CORE, dead_at=AT, back_at=AT, seconds=0, told=True, why="flushed")
    body = webhook.document(message(alerts=(alert(recovered=(flushed,)),)))
    assert [back["why"] for back in body["recovered"]] == ["flushed"]  # type: ignore[attr-defined]


def test_each_alert_says_who_is_dead_and_who_is_sick() -> None:
    told = message(replicas=(API, CORE), alerts=(alert(dead=(API, CORE)),), sick=frozenset({CORE}))
    body = webhook.document(told)
    assert body["replicas"] == [str(API), str(CORE)]
    assert body["alerts"] == [
        {
            "alert": "a1",
            "since": "2026-11-20T23:57:28.250Z",
            "dead": [str(API)],
            "recovered": [],
            "sick": [str(CORE)],
        }
    ]


def test_who_was_sick_has_no_moment_of_death_and_who_turned_did_not_recover() -> None:
    was_sick = replace(BACK, status=Status.SICK)
    turned = replace(was_sick, why="turned")
    body = webhook.document(message(alerts=(alert(recovered=(was_sick,), turned=(turned,)),)))
    said = {
        "replica": str(CORE),
        "sick_at": "2026-11-20T23:57:28.250Z",
        "back_at": "2026-11-20T23:58:28.250Z",
        "seconds": 60,
        "told": True,
        "status": "sick",
    }
    assert (body["recovered"], body["turned"]) == ([said], [said])


def test_notes_and_unrecorded_are_there_only_when_they_say_something() -> None:
    body = webhook.document(message(notes=("recording works again",), is_unrecorded=True))
    assert list(body)[-2:] == ["notes", "unrecorded"]
    assert (body["notes"], body["unrecorded"]) == (["recording works again"], True)


@in_loop
async def test_it_is_posted_as_json_with_the_id_by_which_a_repeat_is_known() -> None:
    receiver = Answers(http_answer(204))
    async with serving(receiver) as port:
        settings = webhook.Settings(hook_url=Url.parse(f"http://127.0.0.1:{port}/hook?key=1"))
        await webhook.send(message(replicas=(API,)), settings, real())
    head, _, body = receiver.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hook?key=1 HTTP/1.1"
    assert "idempotency-key: 0b6f" in lines
    assert "content-type: application/json" in lines
    assert json.loads(body) == webhook.document(message(replicas=(API,)))
