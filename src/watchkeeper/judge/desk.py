"""Desk: what people write for the public, and what they order; saved behind the gate."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

from watchkeeper.core.announcement import Announcement
from watchkeeper.judge import climb
from watchkeeper.judge.climb import Decision
from watchkeeper.judge.ground import Ground
from watchkeeper.outside.clock import this_moment
from watchkeeper.store import audit, gate, notice
from watchkeeper.store.audit import Deed
from watchkeeper.store.cursor import Cursor, Undo

MOST_ANNOUNCEMENTS = 100


class Desk:
    """Takes the words of people; whatever it answers is on disk, else it raises StoreRefused."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def announce(self, new: Announcement, actor: str) -> bool:
        """Show *new* to the public; return False, having done nothing, where there is no room."""
        return await self._decide(partial(_announce, new=new, actor=actor))

    async def retract(self, identity: str, actor: str) -> bool:
        """Take an announcement back; return whether it was there."""
        return await self._decide(_Retraction(identity, actor))

    async def announcements(self) -> list[Announcement]:
        """Return all that are shown or will be, in the order of writing."""
        at, page_no = self._ground.clock.wall(), self._ground.page_no
        living = await self._ground.store.read(partial(notice.living, page_no=page_no))
        return [one.announcement for one in living if not one.announcement.is_over(at)]

    async def mute(self, seconds: int, actor: str) -> None:
        """Remind nobody for *seconds* from now; 0 ends a mute."""
        until = self._ground.clock.steady() + seconds * 1_000 if seconds else 0
        await self._decide(partial(_mute, until=until, actor=actor))

    async def muted_s(self) -> int:
        """Return for how many seconds more nobody is reminded, 0 where there is no mute."""
        page = await self._ground.store.read(partial(gate.read, page_no=self._ground.page_no))
        return _seconds_left(page.muted_until, self._ground.clock.steady())

    async def _decide(self, decide: Callable[[Decision], bool]) -> bool:
        now = this_moment(self._ground.clock)

        def transaction(cursor: Cursor) -> bool:
            return decide(climb.enter(cursor, self._ground.page_no, now))

        answer = await self._ground.store.write(transaction)
        self._ground.follower.hurry()
        return answer


def _announce(decision: Decision, new: Announcement, actor: str) -> bool:
    cursor, at = decision.cursor, decision.now.at
    if notice.is_known(cursor, new.id):
        raise Undo(value=True)
    living = notice.living(cursor, decision.page_no)
    over = [one for one in living if one.announcement.is_over(at)]
    if len(living) - len(over) >= MOST_ANNOUNCEMENTS:
        raise Undo(value=False)
    notice.take_back(cursor, over, at, decision.page.revision)
    notice.insert(cursor, decision.page_no, new, decision.page.revision)
    audit.add(cursor, decision.now, Deed(actor, "announce", after=asdict(new)))
    return True


@dataclass(slots=True)
class _Retraction:
    """What takes an announcement back. Run again, it knows its own deed."""

    identity: str
    actor: str
    was_done: bool = False

    def __call__(self, decision: Decision) -> bool:
        living = notice.living(decision.cursor, decision.page_no)
        mine = [one for one in living if one.announcement.id == self.identity]
        if not mine:
            raise Undo(self.was_done)
        notice.take_back(decision.cursor, mine, decision.now.at, decision.page.revision)
        before = asdict(mine[0].announcement)
        audit.add(decision.cursor, decision.now, Deed(self.actor, "retract", before))
        self.was_done = True
        return True


def _mute(decision: Decision, until: int, actor: str) -> bool:
    page = decision.page
    if page.muted_until == until:
        raise Undo(value=True)
    gate.save_mute(decision.cursor, decision.page_no, until)
    before, after = (
        {"seconds": _seconds_left(moment, page.steady)} for moment in (page.muted_until, until)
    )
    audit.add(decision.cursor, decision.now, Deed(actor, "mute", before, after))
    return True


def _seconds_left(until: int, now: int) -> int:
    """Return the whole seconds that are left, counting one that has begun."""
    return max(0, -((now - until) // 1_000))
