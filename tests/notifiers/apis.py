"""The other sides: servers that check each request as the real API would, and answer like it.

Each checks what its maker documents: method, path, credentials, content type, fields, lengths,
and that the markup is whole. What is wrong is answered as the real one does, and remembered.
"""

import asyncio
import json
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.outside.world import http_answer, read_request, serving
from watchkeeper.core.fitting import in_bytes, in_utf16

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Wrong(Exception):
    """A request that the real API would not take: its status, and its words for it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        need(self.headers["content-type"] == FORM, 400, "not a form")
        pairs = parse_qsl(self.body, keep_blank_values=True, strict_parsing=True, errors="strict")
        need(len(pairs) == len(dict(pairs)), 400, "a field comes twice")
        return dict(pairs)

    @property
    def json(self) -> dict[str, Any]:
        need(self.headers["content-type"] == JSON, 400, "not JSON")
        told = json.loads(self.body)
        assert isinstance(told, dict)
        return told

    @property
    def basic(self) -> str:
        kind, _, coded = self.headers.get("authorization", "").partition(" ")
        return b64decode(coded).decode() if kind == "Basic" else ""


def need(fact: object, status: int, words: str) -> None:
    if not fact:
        raise Wrong(status, words)


def parsed(request: bytes) -> Asked:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    headers = dict(line.split(": ", 1) for line in lines)
    query = dict(parse_qsl(parts.query))
    return Asked(method, parts.path, query, headers, body.decode())


Check = Callable[[Asked], bytes]
Complaint = Callable[[int, str], bytes]


def post(asked: Asked) -> None:
    need(asked.method == "POST", 405, "only POST")


class Tags(HTMLParser):
    """Reads HTML strictly: only *allowed* tags, each closed in its turn."""

    def __init__(self, *allowed: str) -> None:
        super().__init__(convert_charrefs=False)
        self.allowed, self.open, self.seen = allowed, [""], ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.allowed, tag
        assert all(name == "color" for name, _ in attrs)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert not set(data) & set("<>&"), data
        self.seen += data

    def handle_entityref(self, name: str) -> None:
        self.seen += {"amp": "&", "lt": "<", "gt": ">", "quot": '"'}[name]

    def handle_charref(self, name: str) -> None:
        assert name == "x27"
        self.seen += "'"


def shown(html: str, *allowed: str) -> str:
    """Return what *html* shows; it must be whole."""
    tags = Tags(*allowed)
    tags.feed(html)
    tags.close()
    assert tags.open == [""]
    assert not tags.rawdata
    return tags.seen


def webhook(asked: Asked) -> bytes:
    post(asked)
    need(asked.path == "/hooks/canary", 404, "not found")
    told = asked.json
    need(list(told)[:5] == ["type", "status", "time", "replicas", "page"], 400, "other keys")
    need(asked.headers["idempotency-key"] == told["id"], 400, "another id")
    return http_answer(204)


# Slack, and the narrower limits of Discord, which takes the same hook.
def slack(asked: Asked) -> bytes:
    post(asked)
    need(asked.path == "/slack/hook", 404, "no_service")
    told = asked.json
    need(set(told) <= {"text", "attachments"} and told["text"], 400, "invalid_payload")
    need(len(told["text"]) <= 2_000, 400, "msg_too_long")
    text = told["text"].removeprefix("<!channel> ")
    need(not re.search(r"[<>]|&(?!(amp|lt|gt);)", text), 400, "invalid_payload")
    need(not re.search(r"@(everyone|here|channel|all)\b", text), 400, "rouses somebody")
    for attachment in told["attachments"]:
        need(attachment["color"] in {"good", "warning", "danger"}, 400, "invalid_attachments")
        need(not re.search(r"[<>]|&(?!(amp|lt|gt);)", attachment["fallback"]), 400, "fallback")
        for one in attachment["fields"]:
            need(set(one) == {"title", "value", "short"}, 400, "invalid_attachments")
            need(one["value"] and len(one["value"]) <= 1_024, 400, "invalid_attachments")
            need(not re.search(r"[<>]|&(?!(amp|lt|gt);)", one["value"]), 400, "field")
    return http_answer(200, b"ok")


# Zulip. Its markup has no escape: what would be a mention, a link, code or TeX must not be there.
def zulip(asked: Asked) -> bytes:
    post(asked)
    need(asked.basic == "bot@example.com:ZULIPKEY", 401, "Invalid API key")
    need(asked.path == "/zulip/api/v1/messages", 404, "not found")
    form = asked.form
    need(set(form) == {"type", "to", "topic", "content"}, 400, "Missing 'topic' argument")
    need(form["type"] in {"stream", "channel", "direct", "private"}, 400, "Invalid type")
    need(form["to"] == "vigil", 400, "Channel does not exist")
    need(0 < len(form["topic"]) <= 60, 400, "Topic too long")
    need(0 < len(form["content"]) <= 10_000, 400, "Message too long")
    for line in form["content"].split("\n"):
        own = re.sub(r"^ \*\*(Nodes|Status|Time|Page)\*\*: ", "", line)
        own = re.sub(r"\*([^*]*)\*", r"\1", own, count=1)
        need(not re.search(r"[*`]|~~|\$\$|\]\(", own), 400, f"markup of others: {own}")
    return http_answer(200, b'{"result":"success","msg":"","id":42}')


# Telegram's first markup, as its own parser reads it.
def telegram(asked: Asked) -> bytes:
    post(asked)
    need(asked.path == "/bot1234:TELEGRAMTOKEN/sendMessage", 404, "Not Found")
    told = asked.json
    known = {"chat_id", "message_thread_id", "text", "parse_mode", "disable_web_page_preview"}
    need(set(told) <= known, 400, "unknown field")
    need(told["chat_id"] in {"-100123", 4711, "@ops"}, 400, "Bad Request: chat not found")
    thread = told.get("message_thread_id", 1)
    need(isinstance(thread, int), 400, "Bad Request: message thread not found")
    need(told["parse_mode"].lower() == "markdown", 400, "Bad Request: unsupported parse_mode")
    text = entities(told["text"])
    need(text.strip(), 400, "Bad Request: message text is empty")
    need(in_utf16(text) <= 4_096, 400, "Bad Request: message is too long")
    return http_answer(200, b'{"ok":true,"result":{"message_id":7}}')


def entities(text: str) -> str:
    """Return what Telegram shows of *text*, or refuse it as Telegram does."""
    seen, at = "", 0
    while at < len(text):
        char = text[at]
        if char == "\\" and text[at + 1 : at + 2] in set("_*`["):
            seen, at = seen + text[at + 1], at + 2
        elif char not in "_*`[":
            seen, at = seen + char, at + 1
        else:
            need(char in "*`", 400, f"Bad Request: can't parse entities: a stray {char}")
            end = text.find(char, at + 1)
            need(end > 0, 400, "Bad Request: can't parse entities: Can't find end of the entity")
            seen, at = seen + text[at + 1 : end], end + 1
    return seen


def pushover(asked: Asked) -> bytes:
    post(asked)
    need(asked.path == "/1/messages.json", 404, "not found")
    form = asked.form
    need(form.get("token") == "PUSHOVERTOKEN", 400, "application token is invalid")
    need(form.get("user") in {"userone", "usertwo"}, 400, "user identifier is invalid")
    need(form.get("message"), 400, "message cannot be blank")
    need(len(form["message"]) <= 1_024, 400, "message is too long")
    need(len(form["title"]) <= 250, 400, "title is too long")
    need(len(form.get("url", "")) <= 512, 400, "url is too long")
    need(len(form.get("url_title", "")) <= 100, 400, "url_title is too long")
    need(form.get("priority", "0") in {"-2", "-1", "0", "1"}, 400, "priority is invalid")
    shown(form["message"], "b", "i", "u", "font", "a")
    return http_answer(200, b'{"status":1,"request":"e460545a8b333d0da2f3602aff3133d6"}')


def gotify(asked: Asked) -> bytes:
    post(asked)
    token = asked.query.get("token") or asked.headers.get("x-gotify-key")
    need(token == "GOTIFYTOKEN", 401, "you need to provide a valid access token")
    need(asked.path == "/message", 404, "page not found")
    form = asked.form
    need(form.get("message"), 400, "Field 'message' is required")
    need(int(form.get("priority", "0")) in range(11), 400, "priority")
    return http_answer(200, b'{"id":25,"appid":5}')


def matrix(asked: Asked) -> bytes:
    need(asked.method == "PUT", 405, "M_UNRECOGNIZED")
    need("access_token" not in asked.query, 401, "M_MISSING_TOKEN")
    need(asked.headers.get("authorization") == "Bearer MATRIXTOKEN", 401, "M_UNKNOWN_TOKEN")
    place = "/_matrix/client/v3/rooms/!abc123:example.com/send/m.room.message/"
    need(asked.path.startswith(place) and unquote(asked.path[len(place) :]), 404, "M_NOT_FOUND")
    told = asked.json
    need(isinstance(told["body"], str) and told["body"], 400, "M_BAD_JSON")
    need(told["msgtype"] == "m.text", 400, "M_BAD_JSON")
    need(told["format"] == "org.matrix.custom.html", 400, "M_BAD_JSON")
    need(in_bytes(asked.body) <= 60_000, 413, "M_TOO_LARGE")
    shown(told["formatted_body"], "p", "em", "ul", "li", "code")
    return http_answer(200, b'{"event_id":"$YUwRidLecu:example.com"}')


def webex(asked: Asked) -> bytes:
    post(asked)
    need(asked.headers.get("authorization") == "Bearer WEBEXTOKEN", 401, "invalid credentials")
    need(asked.path == "/webex/v1/messages", 404, "not found")
    told = asked.json
    need(set(told) == {"roomId", "text"} and told["text"], 400, "Message text cannot be blank")
    need(told["roomId"] == "WEBEXROOM", 404, "Could not find a room with provided ID")
    need(in_bytes(told["text"]) <= 7_439, 400, "Message length limited to 7439 bytes")
    return http_answer(200, b'{"id":"Y2lzY29z"}')


def twilio(asked: Asked) -> bytes:
    post(asked)
    need(asked.basic == "ACCOUNTSID:AUTHTOKEN", 401, "Authenticate")
    need(asked.path == "/2010-04-01/Accounts/ACCOUNTSID/Messages.json", 404, "not found")
    form = asked.form
    need(set(form) == {"MessagingServiceSid", "To", "Body"}, 400, "A parameter is missing")
    need(re.fullmatch(r"\+[1-9][0-9]{7,14}", form["To"]), 400, "invalid 'To' phone number")
    need(0 < in_bytes(form["Body"]) <= 1_000, 400, "The message body is too long")
    return http_answer(201, b'{"sid":"SM1","status":"accepted"}')


def _lines(status: int, words: str) -> bytes:
    return http_answer(status, words.encode())


def _zulip_says(status: int, words: str) -> bytes:
    return http_answer(status, json.dumps({"result": "error", "msg": words}).encode())


def _telegram_says(status: int, words: str) -> bytes:
    told = {"ok": False, "error_code": status, "description": words}
    return http_answer(status, json.dumps(told).encode())


def _pushover_says(status: int, words: str) -> bytes:
    return http_answer(status, json.dumps({"status": 0, "errors": [words]}).encode())


APIS: Mapping[str, tuple[Check, Complaint]] = {
    "webhook": (webhook, _lines),
    "slack": (slack, _lines),
    "zulip": (zulip, _zulip_says),
    "telegram": (telegram, _telegram_says),
    "pushover": (pushover, _pushover_says),
    "gotify": (gotify, _lines),
    "matrix": (matrix, _lines),
    "webex": (webex, _lines),
    "twilio": (twilio, _lines),
}
"""How each kind checks a request, and how it complains."""


@dataclass
class Far:
    """The far side of a channel: what it took, and what it would not take."""

    kind: str
    port: int = 0
    taken: list[Asked] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        check, complaint = APIS[self.kind]
        try:
            asked = parsed(await read_request(reader))
            answer = check(asked)
            self.taken.append(asked)
        except Wrong as wrong:
            answer = complaint(wrong.status, str(wrong))
            self.complaints.append(f"{wrong.status} {wrong}")
        except (AssertionError, KeyError, ValueError) as error:
            answer = complaint(400, "malformed")
            self.complaints.append(repr(error))
        writer.write(answer)
        await writer.drain()


@asynccontextmanager
async def far(kind: str) -> AsyncIterator[Far]:
    """Serve the far side of *kind* on a port of its own."""
    side = Far(kind)
    async with serving(side) as side.port:
        try:
            yield side
        except Exception as error:
            error.add_note(f"the far side of {kind} complains: {side.complaints}")
            raise
