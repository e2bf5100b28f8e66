"""Mouth: all of a process that speaks, wired together."""

import asyncio
from pathlib import Path

from watchkeeper.app.kinds import tongues
from watchkeeper.app.works import Works
from watchkeeper.core.hearing import Departed
from watchkeeper.core.plan import Plan
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.recording import Recording
from watchkeeper.speak.speaker import Speaker
from watchkeeper.speak.unrecorded import Unrecorded
from watchkeeper.watch.workers import Workers


class Mouth:
    """All who speak, on one *ground*; *settled* is set when the first verdicts are in.

    *unrecorded* is the file of what was said while the store refused.
    """

    def __init__(
        self,
        ground: Ground,
        workers: Workers,
        recording: Recording,
        unrecorded: Path,
        settled: asyncio.Event,
    ) -> None:
        self._installation = ground.installation
        self._speaker = Speaker(ground, workers.speaks)
        self._unrecorded = Unrecorded(ground, self._speaker, recording, unrecorded, settled.wait)

    def adopt(self, plan: Plan, departed: Departed) -> None:
        """Speak as *plan* says from now on; nobody else hears of the end of who has *departed*."""
        spoken = self._speaker.tongues
        self._speaker.tongues = tongues(plan, self._installation, spoken, departed)

    def works(self) -> Works:
        """Return what runs until the end."""
        return {
            "the speaker": self._speaker.run(),
            "the speaker of what is unrecorded": self._unrecorded.run(),
        }

    async def finish(self) -> None:
        """Let what is being sent arrive, and begin nothing new."""
        await self._speaker.finish()
