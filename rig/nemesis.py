"""The nemesis: the ways in which a process ends, at random and aimed."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from rig.program import Program
from rig.world import Receiver

_PATIENCE_S = 6.0
_LOOK_S = 0.05


class Aim(Enum):
    """Where a kill is aimed."""

    RANDOM = "at random"
    BOOT = "during the start"
    DELIVERY = "in the middle of a delivery"
    ANSWER = "just after the answer to a delivery"
    SYNC = "inside a sync"

    @property
    def is_at_speech(self) -> bool:
        """Return whether it waits until the program speaks."""
        return self in {Aim.DELIVERY, Aim.ANSWER}


AIMS = tuple(Aim)


@dataclass(slots=True)
class Nemesis:
    """Kills programs. *lives* are spans of seconds, one of which a random kill leaves.

    *speaks* says whether a program is the one that speaks on a channel now.
    """

    dice: random.Random
    receivers: Sequence[Receiver]
    sync: str = "fdatasync"
    lives: Sequence[tuple[float, float]] = ((0, 1), (3, 6))
    speaks: Callable[[Program, str], bool] = lambda _, __: True

    async def start(self, program: Program, aim: Aim) -> bool:
        """Start *program* so that *aim* can be taken; return whether it came to serve."""
        program.start(self._inside_sync() if aim is Aim.SYNC else ())
        if aim is not Aim.BOOT:
            return await program.ready()
        await asyncio.sleep(self.dice.uniform(0.05, 1.2))
        program.kill(aim.value)
        return False

    async def end(self, programs: Sequence[Program], aim: Aim) -> None:
        """End one of *programs* as *aim* says, else the last one at random."""
        if aim.is_at_speech:
            await self._at_speech(programs, aim)
        elif aim is Aim.SYNC:
            await self._inside_the_sync(programs[-1])
        else:
            await asyncio.sleep(self.dice.uniform(*self.dice.choice(self.lives)))
            programs[-1].kill(aim.value)

    def _inside_sync(self) -> tuple[str, ...]:
        number = self.dice.choice((self.dice.randint(2, 12), self.dice.randint(10, 60)))
        fault = f"inject={self.sync}:signal=SIGKILL:when={number}"
        return ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={self.sync}", "-e", fault)

    async def _inside_the_sync(self, program: Program) -> None:
        for _ in range(int(_PATIENCE_S / _LOOK_S)):
            if not program.is_running:
                break
            await asyncio.sleep(_LOOK_S)
        program.kill("at random, for no sync came" if program.is_running else Aim.SYNC.value)

    async def _at_speech(self, programs: Sequence[Program], aim: Aim) -> None:
        met = asyncio.Event()
        loop = asyncio.get_running_loop()

        def strike(program: Program) -> None:
            if program.is_running and not met.is_set():
                program.kill(aim.value)
                met.set()

        def on_request(channel: str) -> None:
            for program in programs:
                if program.is_running and self.speaks(program, channel):
                    if aim is Aim.DELIVERY:
                        strike(program)
                    else:
                        loop.call_later(self.dice.choice((0.0, 0.001, 0.003)), strike, program)

        await asyncio.sleep(self.dice.uniform(0, 3))
        self._listen(on_request)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await met.wait()
        except TimeoutError:
            programs[-1].kill("at random, for no delivery came")
        finally:
            self._listen(lambda _: None)

    def _listen(self, on_request: Callable[[str], None]) -> None:
        for receiver in self.receivers:
            receiver.on_request = on_request
