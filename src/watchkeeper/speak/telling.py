"""Telling: who was told of a replica's death and of its return, and who was not. Pure."""

from collections.abc import Iterator

from watchkeeper.core.facts import Kind
from watchkeeper.core.moment import span, timestamp
from watchkeeper.core.status import Status
from watchkeeper.speak.delay import Why
from watchkeeper.speak.scene import Scene
from watchkeeper.store.dossier import Delivered, Dossier, Membership, Mention


def told(scene: Scene, one: Dossier) -> Iterator[str]:
    """Yield, of the last alert that the replica was in, what each channel was told."""
    if one.membership is None:
        yield "nobody: it has not been in an alert so far"
        return
    if not scene.lanes:
        yield "nobody: there is no channel to speak on"
    delivered = {(row.lane_no, row.no): row for row in one.delivered}
    for said in one.said:
        lanes = [no for no in scene.lanes if said.lane_no in {None, no}]
        if lanes:
            yield f"of {_what(said, one.membership)}, {timestamp(said.at)}:"
        for no in lanes:
            yield f"  {scene.lane(no)}: {_outcome(scene, said, no, delivered.get((no, said.no)))}"


def _what(said: Mention, membership: Membership) -> str:
    match said.kind:
        case Kind.REMINDER:
            return "the last reminder"
        case Kind.OPEN:
            return "the open alert, when the channel was new"
        case _:
            if said.steady != membership.died:
                return "its return"
            return "its death" if membership.status is Status.DEAD else "its sickness"


def _outcome(scene: Scene, said: Mention, lane_no: int, delivered: Delivered | None) -> str:
    if delivered and delivered.state == "sent":
        return f"told at {timestamp(delivered.at)} by message {delivered.id}"
    if delivered:
        return f"given up at {timestamp(delivered.at)}: it could not be reached for a day"
    if said.no <= scene.lanes[lane_no].lane.told:
        return "not told: the channel is newer, or does not hear of it"
    return f"waits since {timestamp(said.at)}; {_wait(scene, lane_no)}"


def _wait(scene: Scene, lane_no: int) -> str:
    lane_now = scene.lanes[lane_no]
    delay = lane_now.delay(scene.now.steady)
    next_try = f"{delay.why}"
    if delay.until:
        next_try = f"told from {scene.until(delay.until)} on, {delay.why}"
    if not lane_now.lane.fails:
        return next_try
    failing = f"failing for {span(scene.now.steady - lane_now.lane.failing_since)}"
    outcome = f" ({scene.outcomes[lane_no]})" if lane_no in scene.outcomes else ""
    broken = "; broken: a person must change something" if lane_now.lane.broken else ""
    retry = "as soon as somebody speaks" if delay.why is Why.NOTHING else scene.until(delay.until)
    return f"{failing}{outcome}{broken}; the next try: {retry}"
