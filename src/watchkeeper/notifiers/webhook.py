"""Webhook: a JSON document, sent by POST to any URL."""

from dataclasses import dataclass, field

from watchkeeper.core.alert import Leaving
from watchkeeper.core.flap import Flapped
from watchkeeper.core.message import AlertNews, Message, Recovered
from watchkeeper.core.moment import timestamp
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.core.wording import time_of_day
from watchkeeper.outside.outside import Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where to send."""

    hook_url: Url = field(
        metadata={"doc": "where every message is sent to, by POST", "secret": True}
    )


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message*; a receiver that knows its `Idempotency-Key` has seen it before."""
    await outside.http.send_json(
        settings.hook_url,
        headers={"idempotency-key": message.id},
        json=document(message),
    )


def document(message: Message) -> dict[str, object]:
    """Return the body of *message*: the ancestors' keys in their order, then our own."""
    newest = message.alerts[-1] if message.alerts else None
    body: dict[str, object] = {
        "type": message.kind.value,
        "status": message.status.word,
        "time": time_of_day(message.at),
        "replicas": [str(name) for name in message.replicas],
        "page": {"title": message.page_title, "url": message.page_url},
        "id": message.id,
        "alert": newest.id if newest else None,
        "since": _exact(newest.since_at) if newest else None,
        "alerts": [_alert(message, alert) for alert in message.alerts],
        "recovered": [_recovered(back) for back in message.recovered],
        "reasons": dict(message.reasons),
    }
    if message.turned:
        body["turned"] = [_recovered(back) for back in message.turned]
    if message.flapping:
        body["flapping"] = [_flapping(one) for one in message.flapping]
    if message.stable:
        body["stable"] = [
            {"replica": str(one.replica), "status": one.status.word} for one in message.stable
        ]
    if message.notes:
        body["notes"] = list(message.notes)
    if message.is_unrecorded:
        body["unrecorded"] = True
    return body


def _alert(message: Message, alert: AlertNews) -> dict[str, object]:
    said: dict[str, object] = {
        "alert": alert.id,
        "since": _exact(alert.since_at),
        "dead": [str(name) for name in alert.dead if name not in message.sick],
        "recovered": [str(back.replica) for back in alert.recovered],
    }
    if sick := [str(name) for name in alert.dead if name in message.sick]:
        said["sick"] = sick
    return said


def _recovered(back: Recovered) -> dict[str, object]:
    was_dead = back.status is Status.DEAD
    said: dict[str, object] = {
        "replica": str(back.replica),
        "dead_at" if was_dead else "sick_at": _exact(back.dead_at),
        "back_at": _exact(back.back_at),
        "seconds": back.seconds,
        "told": back.told,
    }
    if not was_dead:
        said["status"] = back.status.word
    if back.why not in {Leaving.RECOVERED, Leaving.TURNED}:
        said["why"] = str(back.why)
    return said


def _flapping(one: Flapped) -> dict[str, object]:
    seconds = one.span_ms // 1000
    return {"replica": str(one.replica), "changes": one.changes, "seconds": seconds}


def _exact(at: int) -> str:
    return timestamp(at, exactly=True)
