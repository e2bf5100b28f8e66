"""Rehearsal: a test message to one target, and what the other side answered."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from watchkeeper.core import texts
from watchkeeper.core.delivery import DeliveryError
from watchkeeper.core.lane import SEND_MS
from watchkeeper.core.message import Message, MessageKind
from watchkeeper.core.plan import Page
from watchkeeper.core.status import Status
from watchkeeper.outside.outside import Outside
from watchkeeper.outside.quote import quote
from watchkeeper.outside.sending import Sending
from watchkeeper.speak.mask import masked
from watchkeeper.speak.tongue import Tongue

MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How a rehearsal ended, in *words* for an operator that hold no secret."""

    is_taken: bool
    words: str


def rehearsal_message(page: Page, at: int, language: Mapping[str, str] = texts.ENGLISH) -> Message:
    """Return a message that nobody takes for news; *at* is wall milliseconds."""
    return Message(
        id=str(uuid4()),
        kind=MessageKind.STARTUP,
        status=Status.HEALTHY,
        at=at,
        page_title=language["test.title"].format(title=page.title),
        page_url=page.url.text,
        reasons={},
        notes=(language["test.note"],),
    )


async def rehearse(tongue: Tongue, outside: Outside) -> Rehearsed:
    """Send a test message by *tongue*, once, as the server would send one."""
    sending = Sending(most_body=MOST_SHOWN)
    message = rehearsal_message(tongue.sender.page, outside.clock.wall())
    try:
        async with asyncio.timeout(SEND_MS / 1000):
            await tongue.send(message, tongue.settings, outside.for_sending(sending))
    except DeliveryError as error:
        words, is_taken = f"{type(error).__name__.lower()}: {error}", False
    except TimeoutError:
        words, is_taken = "unreachable: no answer in time", False
    except Exception as error:  # noqa: BLE001 - one broken notifier must not hide the others
        words, is_taken = f"broke: {type(error).__name__}: {error}", False
    else:
        words, is_taken = "taken", True
    return Rehearsed(is_taken, masked(words + _answered(sending), tongue.settings))


def _answered(sending: Sending) -> str:
    answer = sending.answer
    if answer is None:
        return ""
    return f"\n  {answer}: {quote(answer.body, MOST_SHOWN)}" if answer.body else f"\n  {answer}"
