"""Restart (B17): what changed while the program was down is told once, and nothing else is."""

from collections.abc import Iterator, Sequence

from rig.checker import Wrong
from rig.history import Health, Received
from rig.order import Order
from rig.program import Program
from rig.stage import Play, Stage, staged
from rig.summary import Result, judged
from rig.world import Fault

CYCLES = 5
_CLASSES = ("up", "dead", "died", "returned")
_EACH = 5


async def restart(order: Order) -> Result:
    """Restart as often as *order* says, by SIGKILL and SIGTERM in turn."""
    play = Play(
        folder=order.folder,
        store=str(order.folder / "rig.db"),
        seed=order.seed,
        services=tuple(f"{kind}/{number}" for kind in _CLASSES for number in range(_EACH)),
        reporters=3,
        faults={Fault.ACCEPT: 1},
        grace_s=20,
        alert_on="replica",
    )
    async with staged(play) as stage:
        [program] = stage.programs
        stage.calm()
        _turn(stage, ("dead", "returned"), Health.DEAD)
        await program.serve()
        await stage.quiet()
        wrongs = []
        for cycle in range(order.cycles):
            wrongs += await _restart(stage, program, cycle)
        return judged(await stage.judge(), wrongs)


async def _restart(stage: Stage, program: Program, cycle: int) -> list[Wrong]:
    """Let the two changing classes change places while the program is down."""
    before = {one.channel: len(stage.taken(one.channel)) for one in stage.receivers}
    if cycle % 2:
        await program.stop()
    else:
        program.kill()
    died, returned = ("died", "returned") if cycle % 2 == 0 else ("returned", "died")
    _turn(stage, (died,), Health.DEAD)
    _turn(stage, (returned,), Health.HEALTHY)
    await program.serve()
    await stage.quiet()
    return [
        wrong
        for channel, told in before.items()
        for wrong in _exactly(stage.taken(channel)[told:], died, returned)
    ]


def _exactly(news: Sequence[Received], died: str, returned: str) -> Iterator[Wrong]:
    """Yield what *news* says of others than those that changed, or not once of these."""
    dead = [name for one in news for name in _newly_dead(one)]
    back = [back["replica"] for one in news for back in one.body["recovered"]]
    for said, kind in ((dead, died), (back, returned)):
        wanted = sorted(name for name in said if f"looked:{kind}:" in name)
        if len(said) != _EACH or len(set(wanted)) != _EACH:
            yield Wrong("exactly", f"of {_EACH} {kind}, the messages name {sorted(said)}")
    for one in news:
        if not _newly_dead(one) and not one.body["recovered"]:
            yield Wrong("exactly", f"a message without news: {one.body}")


def _newly_dead(one: Received) -> list[str]:
    return [name for alert in one.body["alerts"] for name in alert["dead"]]


def _turn(stage: Stage, kinds: Sequence[str], health: Health) -> None:
    for name in stage.services.truth:
        if name.partition("/")[0] in kinds:
            stage.services.turn(name, health)
