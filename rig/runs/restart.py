"""Restart (B17): what changed while the program was down is told once, and nothing else is.

Alerts are open all the time and reminders run: they go on after a kill, a stop and a reload
where they were, and never come closer.
"""

import asyncio
from collections.abc import Iterator, Sequence

from rig import reminders
from rig.checker import Wrong
from rig.history import Health, Received
from rig.order import Order
from rig.program import Program
from rig.runs.freeze import started
from rig.stage import Play, Stage, staged
from rig.summary import Result, judged
from rig.world import Fault

CYCLES = 6
_CLASSES = ("up", "dead", "died", "returned")
_EACH = 5
_REMINDER_S = 3
_LOOK_S = 0.2
_MOST_LOOKS = 150


async def restart(order: Order) -> Result:
    """Restart as often as *order* says, by SIGKILL, SIGTERM and SIGHUP in turn."""
    play = Play(
        folder=order.folder,
        store=str(order.folder / "rig.db"),
        seed=order.seed,
        services=tuple(f"{kind}/{number}" for kind in _CLASSES for number in range(_EACH)),
        reporters=3,
        faults={Fault.ACCEPT: 1},
        grace_s=20,
        alert_on="replica",
        notify=f"reminder_interval = {_REMINDER_S}",
    )
    async with staged(play) as stage:
        [program] = stage.programs
        stage.calm()
        _turn(stage, ("dead", "returned"), Health.DEAD)
        await program.serve()
        await started(stage)
        wrongs = []
        for cycle in range(order.cycles):
            wrongs += await _restart(stage, program, cycle)
        wrongs += [
            Wrong("reminders", f"{receiver.channel}: {words}")
            for receiver in stage.receivers
            for words in reminders.complaints(stage.taken(receiver.channel), _REMINDER_S * 1000)
        ]
        return judged(await stage.judge(), wrongs)


async def _restart(stage: Stage, program: Program, cycle: int) -> list[Wrong]:
    """Let the two changing classes change places while the program is down, or reads its file."""
    before = {one.channel: len(stage.taken(one.channel)) for one in stage.receivers}
    died, returned = ("died", "returned") if cycle % 2 == 0 else ("returned", "died")
    if cycle % 3 == 0:
        program.kill()
    elif cycle % 3 == 1:
        await program.stop()
    _turn(stage, (died,), Health.DEAD)
    _turn(stage, (returned,), Health.HEALTHY)
    if program.is_running:
        program.reload(f"cycle {cycle}")
    else:
        await program.serve()
    await stage.quiet()
    wrongs = await _unreminded(stage, before)
    for channel, told in before.items():
        taken = stage.taken(channel)
        wrongs += _exactly(taken[:told], taken[told:], died, returned)
    return wrongs


async def _unreminded(stage: Stage, before: dict[str, int]) -> list[Wrong]:
    """Wait until every channel is reminded of all that stay dead; return which never is."""
    staying = {name for name in stage.truth() if name.startswith("looked:dead:")}
    missing = dict.fromkeys(before, staying)
    for _ in range(_MOST_LOOKS):
        missing = {
            channel: staying - reminders.reminded_of(stage.taken(channel)[told:])
            for channel, told in before.items()
        }
        if not any(missing.values()):
            return []
        await asyncio.sleep(_LOOK_S)
    return [
        Wrong("reminders", f"{channel} is reminded no more of {sorted(names)}")
        for channel, names in missing.items()
    ]


def _exactly(
    heard: Sequence[Received], news: Sequence[Received], died: str, returned: str
) -> Iterator[Wrong]:
    """Yield what *news* says of others than those that changed, or not once of these.

    What was *heard* before is no news: a reminder that takes news along names it too.
    """
    known = {death for one in heard for death in _deaths(one)}
    dead = []
    for one in news:
        fresh = [death for death in _deaths(one) if death not in known]
        if not (fresh or one.body["recovered"] or reminders.is_reminder(one)):
            yield Wrong("exactly", f"a message without news: {one.body}")
        known.update(fresh)
        dead += [name for _, name in fresh]
    back = [back["replica"] for one in news for back in one.body["recovered"]]
    for said, kind in ((dead, died), (back, returned)):
        wanted = sorted(name for name in said if f"looked:{kind}:" in name)
        if len(said) != _EACH or len(set(wanted)) != _EACH:
            yield Wrong("exactly", f"of {_EACH} {kind}, the messages name {sorted(said)}")


def _deaths(one: Received) -> list[tuple[str, str]]:
    return [(alert["alert"], name) for alert in one.body["alerts"] for name in alert["dead"]]


def _turn(stage: Stage, kinds: Sequence[str], health: Health) -> None:
    for name in stage.services.truth:
        if name.partition("/")[0] in kinds:
            stage.services.turn(name, health)
