"""Scripts: what may happen to a page, one step after another, in any order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import strategies as st

from tests.house import DEAD, HEALTHY, SICK, FakeClock, House, held, name, plan
from watchkeeper.core.flap import FlapRules
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import AlertOn, Mode, Plan, Window
from watchkeeper.core.reminder import Reminding
from watchkeeper.core.report import Report, Source, SourceKind
from watchkeeper.core.status import Status
from watchkeeper.judge.forsake import forsake
from watchkeeper.judge.remind import say_reminders
from watchkeeper.store import gate
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.watch.warden import Warden

MINUTE = 60_000
_NODES: dict[str, Mode | tuple[str, ...]] = {
    "web:api": ("1", "2"),
    "web:site": ("1",),
    "web:push": Mode.PUSH,
    "mail:smtp": ("1",),
    "mail:push": Mode.PUSH,
}
_POLLED = ("web:api:1", "web:api:2", "web:site:1", "mail:smtp:1")
_PUSHED = ("web:push:a", "web:push:b", "mail:push:a")
_SOURCES = (Source(SourceKind.REPORTER, "one"), Source(SourceKind.REPORTER, "two"))
_STATUSES = st.sampled_from((DEAD, SICK, HEALTHY))
_FLAP = FlapRules(changes=3, window_ms=MINUTE, stable_ms=MINUTE)
_REMINDING = Reminding(interval_ms=5 * MINUTE)
_BEGAN_AT = FakeClock().wall()

Step = tuple[Callable[..., Awaitable[None]], tuple[Any, ...]]


def scripts() -> st.SearchStrategy[list[Step]]:
    """Return lists of steps, each a coroutine function and its arguments after the house."""
    polled, pushed, sources = map(st.sampled_from, (_POLLED, _PUSHED, _SOURCES))
    looks = st.tuples(st.just(look), st.tuples(polled, _STATUSES))
    pushes = st.tuples(st.just(push), st.tuples(pushed, sources, _STATUSES))
    step = st.one_of(
        looks,
        looks,
        pushes,
        pushes,
        st.tuples(st.just(storm), st.tuples(_STATUSES, _STATUSES)),
        st.tuples(st.just(wait), st.tuples(st.sampled_from((1, 5, 16, 60, 1_500)))),
        st.tuples(st.just(flush), st.tuples(pushed)),
        st.tuples(st.just(adopt), st.tuples(_plans(), st.booleans())),
        st.tuples(st.just(restart), st.just(())),
    )
    return st.lists(step, min_size=10, max_size=40)


async def look(home: House, who: str, status: Status) -> None:
    """Let a look at *who* end."""
    await home.look(who, status)


async def push(home: House, who: str, source: Source, status: Status) -> None:
    """Let one of the reporters of *who* speak."""
    home.clock.pass_ms(1)
    await home.take(who, _pushed(home, source, status))


async def storm(home: House, status: Status, other: Status) -> None:
    """Let everybody be heard at once: half with one status, half with the other."""
    home.clock.pass_ms(1)
    heard = home.clock.steady()
    turns = (status, other)
    pushed = [(who, source) for who in _PUSHED for source in _SOURCES]
    reports = [
        (who, Report(status=turns[no % 2], heard=heard, seq=heard))
        for no, who in enumerate(_POLLED)
    ]
    reports += [(who, _pushed(home, by, turns[no % 2])) for no, (who, by) in enumerate(pushed)]
    await asyncio.gather(*(home.door.take(name(who), report) for who, report in reports))
    await home.follower.follow()


async def wait(home: House, minutes: int) -> None:
    """Let time pass, and do all that is due then: silence, holds, forsaking, reminders."""
    home.clock.pass_ms(minutes * MINUTE)
    now = home.now()
    overdue = partial(sighting_rows.overdue, page_no=home.page_no, now=now.steady)
    for who, one in await home.store.read(overdue):
        await home.silence(str(who), one.source)
    await Warden(home.post(), lambda: home.plan).go_round()
    await home.store.write(partial(forsake, page_no=home.page_no, now=now))
    remind = partial(say_reminders, page_no=home.page_no, policy=_REMINDING, now=now)
    await home.store.write(remind)
    await home.follower.follow()


async def flush(home: House, who: str) -> None:
    """Let a reporter say that *who* is no more."""
    await home.door.flush(name(who), "a reporter")
    await home.follower.follow()


async def adopt(home: House, wanted: Plan, is_alone: bool) -> None:  # noqa: FBT001 - drawn
    """Load another file, while another worker has one of its own where we are not *is_alone*."""
    other = home.workers("other")
    if is_alone:
        await home.run("DELETE FROM worker")
    else:
        other.plan_digest = "another file"
        await other.beat()
    await home.adopt(wanted, force=True)


async def restart(home: House) -> None:
    """Hear everybody anew, believing nothing until all is read again."""
    hear = partial(gate.hear_anew, page_no=home.page_no, steady=home.clock.steady())
    await home.store.write(hear)
    home.follower.drop()
    await home.follower.follow()


def _pushed(home: House, source: Source, status: Status) -> Report:
    return Report(status=status, source=source, heard=home.clock.steady(), valid_ms=2 * MINUTE)


def _plans() -> st.SearchStrategy[Plan]:
    """Return plans that differ in all that alerts hang on."""
    return st.builds(
        _plan,
        st.sets(st.sampled_from(sorted(_NODES)), min_size=2),
        alert_on=st.sampled_from(AlertOn),
        trouble_from=st.sampled_from((DEAD, SICK)),
        windows=st.lists(st.builds(_window, st.integers(0, 20), st.integers(1, 30)), max_size=2),
        renamed=st.sampled_from(("", "", "post")),
        channels=st.sampled_from((("hook",), ("hook", "pager 2"))),
    )


def _plan(  # noqa: PLR0913 - each side of it is drawn
    nodes: set[str],
    *,
    alert_on: AlertOn,
    trouble_from: Status,
    windows: list[Window],
    renamed: str,
    channels: tuple[str, ...],
) -> Plan:
    mine = {text: _NODES[text] for text in sorted(nodes)}
    wanted = plan(mine, alert_on=alert_on, trouble_from=trouble_from, channels=channels)
    services = tuple(
        replace(one, key=renamed, was="mail") if renamed and one.key == "mail" else one
        for one in wanted.services
    )
    digest = f"{wanted.digest}{renamed}{channels}"
    return held(replace(wanted, services=services, digest=digest), *windows, flap=_FLAP)


def _window(starts_min: int, lasts_min: int) -> Window:
    return Window(
        title="Deploy",
        starts_at=_BEGAN_AT + starts_min * MINUTE,
        lasts_ms=lasts_min * MINUTE,
        scope=(NodeName("web", "api"), NodeName("web", "push")),
    )
