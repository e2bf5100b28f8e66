"""Messages and settings that the tests of all notifiers share."""

from dataclasses import fields, replace
from typing import Any

from watchkeeper.core.message import AlertNews, Message, MessageKind, Recovered
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.notifiers import (
    gotify,
    matrix,
    pushover,
    slack,
    telegram,
    twilio,
    webex,
    webhook,
    zulip,
)

AT = 1_795_219_108_250  # 2026-11-20 23:58:28.250 UTC
API = ReplicaName("web", "api", "http://127.0.0.1:8126/up")
CORE = ReplicaName("web", "core", "tcp://edge-3.example.com:80")
MAIL = ReplicaName("mail", "smtp", "1")
BACK = Recovered(
    replica=CORE, dead_at=AT - 60_000, back_at=AT, seconds=60, told=True, why="recovered"
)
UNTOLD = Recovered(
    replica=MAIL, dead_at=AT - 90_000, back_at=AT, seconds=90, told=False, why="recovered"
)
NASTY = (
    "<!channel> & <b>bold</b> &amp;",
    "@everyone @channel @**all** #**general**",
    "_a_ *b* `c` [d](http://evil.example/) \\_e\\",
    "``` ~~strike~~ $$x$$ ||hidden||",
    "</p><script>alert(1)</script>\"'",
    "\N{PILE OF POO}" * 40,
    "half a \ud83d character",
    "ü" * 180,
)


def message(**parts: object) -> Message:
    given: dict[str, object] = {
        "id": "0b6f",
        "kind": MessageKind.CHANGED,
        "status": Status.DEAD,
        "at": AT,
        "page_title": "Example Status",
        "page_url": "https://status.example.com/",
        "reasons": {},
    }
    return Message(**{**given, **parts})  # type: ignore[arg-type]


def alert(**parts: object) -> AlertNews:
    given: dict[str, object] = {
        "id": "a1",
        "subject": "page",
        "since_at": AT - 60_000,
        "dead": (),
        "recovered": (),
        "is_closed": False,
    }
    return AlertNews(**{**given, **parts})  # type: ignore[arg-type]


def outage(*names: ReplicaName, **parts: object) -> Message:
    """A message about *names*, which are dead."""
    return message(replicas=names, alerts=(alert(dead=names, died=names),), **parts)


def storm(count: int = 1_000) -> Message:
    """A message about *count* dead replicas, each with a reason."""
    names = [ReplicaName("web", f"node-{n % 20}", f"http://10.0.0.{n}/") for n in range(count)]
    return outage(*names, reasons={str(name): "timed out" for name in names})


def nasty() -> list[Message]:
    """Messages in which everything that others wrote is written to break out of its markup."""
    names = tuple(ReplicaName(text, text, text) for text in NASTY)
    return [
        outage(name, page_title=str(name), page_url=f"https://x.example/a_b*c`[<&\"'>{'_' * n}")
        for n, name in enumerate(names)
    ] + [
        outage(*names, reasons={str(name): name.node for name in names}, notes=NASTY),
        message(
            status=Status.HEALTHY,
            alerts=(alert(recovered=(BACK, UNTOLD)),),
            notes=NASTY,
            page_title="<&" * 200,
        ),
        message(resumed=(BACK,), is_unrecorded=True),
        storm(),
    ]


def settings(port: int, scheme: str = "http") -> dict[str, Any]:
    """The settings of each kind, as in the file of the recorded run, but at *port*."""
    base = f"{scheme}://127.0.0.1:{port}"
    return {
        "webhook": webhook.Settings(hook_url=Url.parse(f"{base}/hooks/canary")),
        "slack": slack.Settings(hook_url=Url.parse(f"{base}/slack/hook"), mention_channel=True),
        "zulip": zulip.Settings(
            bot_email="bot@example.com",
            bot_api_key=Secret("ZULIPKEY"),
            channel="vigil",
            api_url=Url.parse(f"{base}/zulip/api/v1/"),
        ),
        "telegram": telegram.Settings(
            bot_token=Secret("1234:TELEGRAMTOKEN"), chat_id="-100123", api_url=Url.parse(base)
        ),
        "pushover": pushover.Settings(
            app_token=Secret("PUSHOVERTOKEN"),
            user_keys=(Secret("userone"),),
            api_url=Url.parse(f"{base}/1/"),
        ),
        "gotify": gotify.Settings(app_url=Url.parse(base), app_token=Secret("GOTIFYTOKEN")),
        "matrix": matrix.Settings(
            homeserver_url=Url.parse(base),
            access_token=Secret("MATRIXTOKEN"),
            room_id="!abc123:example.com",
        ),
        "webex": webex.Settings(
            endpoint_url=Url.parse(f"{base}/webex/v1/messages"),
            token=Secret("WEBEXTOKEN"),
            room_id="WEBEXROOM",
        ),
        "twilio": twilio.Settings(
            to=("+33600000001",),
            service_sid="SERVICESID",
            account_sid="ACCOUNTSID",
            auth_token=Secret("AUTHTOKEN"),
            api_url=Url.parse(f"{base}/2010-04-01/"),
        ),
    }


def with_canaries(kind: str, port: int, canary: str = "canary") -> Any:
    """The settings of *kind* with *canary* wherever a secret may be."""
    given = settings(port)[kind]
    changed: dict[str, object] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if isinstance(value, Secret):
            changed[field.name] = Secret(canary)
        elif field.metadata.get("secret"):
            changed[field.name] = Url.parse(f"http://u:canary@127.0.0.1:{port}/canary?k=canary")
        elif isinstance(value, tuple) and isinstance(value[0], Secret):
            changed[field.name] = (Secret(canary),)
    assert changed
    return replace(given, **changed)
