"""Clients: reporters and local daemons that act at random, and remember what was acknowledged."""

import asyncio
import base64
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rig import wire
from rig.history import Health, History, Reported
from rig.moment import now
from rig.wire import Place

TOKEN = "rig-reporter-token"
CREDENTIALS = base64.b64encode(f":{TOKEN}".encode())
MANAGER_TOKEN = "rig-manager-token"
MANAGER = base64.b64encode(f":{MANAGER_TOKEN}".encode())
INTERVAL_MS = 1_000
_AGAIN_S = 0.2
_MOODS = {
    "push": (Health.HEALTHY, Health.HEALTHY, Health.SICK, Health.SILENT, Health.GONE),
    "local": (Health.HEALTHY, Health.SICK, Health.DEAD, Health.SILENT, Health.GONE),
}


@dataclass(slots=True)
class Reporter:
    """One replica of a `push` or `local` node, which reports once a second in some mood.

    Every report promises an interval of its own, a millisecond more than the one before:
    so the store can be asked which report it kept.
    """

    history: History
    dice: random.Random
    places: Callable[[], Sequence[Place]]
    mode: str
    name: str
    mood: Health = Health.HEALTHY
    restless: bool = True
    number: int = 0
    _was_heard: bool = False

    @property
    def replica(self) -> str:
        """Return the name of its replica."""
        return f"reporters:{self.mode}:{self.name}"

    async def run(self) -> None:
        """Report until cancelled."""
        await asyncio.sleep(self.dice.random())
        while True:
            done = await self._act()
            if self.restless and self.dice.random() < 0.15:
                self.mood = self.dice.choice(_MOODS[self.mode])
            await asyncio.sleep(INTERVAL_MS / 1000 if done else _AGAIN_S)

    async def _act(self) -> bool:
        if self.mood is Health.SILENT:
            return await self._fall_silent()
        if self.mood is not Health.GONE:
            return await self._report(self.mood)
        if await self._flush():
            self.mood = Health.HEALTHY if self.restless else Health.GONE
            return True
        return False

    async def _fall_silent(self) -> bool:
        """Say nothing; but who is silent for good must have been heard, to be missed."""
        if self.restless or self._was_heard:
            return True
        self._was_heard = await self._report(Health.HEALTHY)
        return self._was_heard

    async def _report(self, mood: Health) -> bool:
        self.number += 1
        document: dict[str, Any] = {"replica": self.name, "interval": _interval(self.number)}
        if self.mode == "push":
            document["load"] = {"cpu": 0.5, "ram": 0.99 if mood is Health.SICK else 0.5}
        else:
            document["health"] = str(mood)
        return await self._send("POST", f"/reporter/reporters/{self.mode}", document, mood)

    async def _flush(self) -> bool:
        path = f"/reporter/reporters/{self.mode}/{self.name}"
        return await self._send("DELETE", path, None, Health.GONE)

    async def _send(self, method: str, path: str, document: object, health: Health) -> bool:
        place = self.dice.choice(self.places())
        began, number = now(), self.number
        answer = await wire.ask(place, method, path, document, CREDENTIALS)
        is_gone = health is Health.GONE and answer.status == 404
        acked = now() if answer.is_good or is_gone else None
        self.history.note(
            Reported(began, acked, self.replica, health, number, str(place), str(answer.status))
        )
        return acked is not None


def _interval(number: int) -> float:
    """Return the promised seconds that carry *number*, half a millisecond off any rounding."""
    return (INTERVAL_MS + number + 0.5) / 1000


def number_in(valid_ms: int, grace_ms: int) -> int:
    """Return the number of the report that promised *valid_ms*, grace included."""
    return valid_ms - grace_ms - INTERVAL_MS
