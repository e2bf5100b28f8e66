"""Prospect: what would have to happen for anything to change. Pure."""

from collections.abc import Iterator

from watchkeeper.core import reminder
from watchkeeper.core.moment import span, timestamp
from watchkeeper.core.plan import Looking, Mode
from watchkeeper.core.report import SELF
from watchkeeper.core.schedule import next_due
from watchkeeper.core.sighting import Sighting
from watchkeeper.core.status import Status
from watchkeeper.judge.rules import Rules
from watchkeeper.speak.scene import Scene, speaker
from watchkeeper.store.dossier import Dossier


def prospects(scene: Scene, one: Dossier) -> Iterator[str]:
    """Yield what comes next: looks, silence, and what is told of them."""
    if one.row.gone_at is not None:
        yield "nothing: it is not on the page any more"
        return
    if not scene.present.is_served:
        yield f"no server runs: the last sign of one was {scene.ago(scene.present.beat)}"
    if one.node.mode in {Mode.POLL, Mode.SCRIPT}:
        yield from _looks(scene, one)
    for sighting in one.sightings:
        if sighting.valid_ms:
            yield _silence(scene, sighting)
    held = list(_held(scene, one))
    yield from held or _alert(scene, one)


def _looks(scene: Scene, one: Dossier) -> Iterator[str]:
    node = scene.node(one.name)
    if node is None:
        yield "no config that has it was read: -c FILE names one that says when it is looked at"
        return
    interval_ms = node.looking.interval_ms
    if scene.present.is_served:
        due = next_due(str(one.name), interval_ms, scene.now.steady)
        yield f"the next look is at {scene.until(due)}; there is one every {span(interval_ms)}"
    ours = next((sighting for sighting in one.sightings if sighting.source == SELF), None)
    yield _turn(ours or Sighting(source=SELF), node.looking)


def _turn(ours: Sighting, looking: Looking) -> str:
    """Return how many looks it takes to believe otherwise."""
    if ours.status is Status.DEAD:
        count = looking.confirm_healthy - ours.streak
        if count <= 1:
            return "one look that does not fail ends its death"
        return f"{count} looks in a row that do not fail end its death"
    count = looking.confirm_dead - ours.streak
    if count <= 1:
        return "one look that fails makes it dead"
    more = "more " if ours.streak else ""
    return f"{count} {more}looks that fail in a row make it dead"


def _silence(scene: Scene, sighting: Sighting) -> str:
    who = speaker(sighting.source)
    if sighting.is_silent:
        return f"the next report of {who} ends its silence"
    heard = max(sighting.heard, scene.present.page.hears_since)
    due = heard + sighting.valid_ms
    if due <= scene.now.steady:
        return f"{who} is silent, as soon as a server sees that"
    return f"{who} is silent from {scene.until(due)} on, if nothing is heard"


def _held(scene: Scene, one: Dossier) -> Iterator[str]:
    """Yield why nothing is said of the replica, whatever happens, and until when."""
    if one.node.maintained_until_at:
        until = timestamp(one.node.maintained_until_at)
        title = f" ({one.node.maintenance})" if one.node.maintenance else ""
        yield f"its node is under maintenance{title}: nothing is said of it before {until}"
    if one.row.flap.since:
        since = scene.at(one.row.flap.since)
        yield f"it flaps since {since}: nothing is said of it before {_calm(scene, one)}"


def _calm(scene: Scene, one: Dossier) -> str:
    if scene.plan is None:
        return "it is stable for as long as the config says"
    stable_ms = Rules.of(scene.plan).flap(one.name.of_node).stable_ms
    last = max(*one.row.flap.moments, one.row.flap.since, scene.present.page.hears_since)
    return f"{scene.until(last + stable_ms)}, and only if it is stable until then"


def _alert(scene: Scene, one: Dossier) -> Iterator[str]:
    in_alert = one.membership
    is_open = in_alert and in_alert.back is None and in_alert.closed_at is None
    hearers = [no for no, lane_now in scene.lanes.items() if lane_now.hearing.covers(one.name)]
    told = [no for no in hearers if not scene.lanes[no].hearing.reminders_only]
    if in_alert and is_open:
        opened = timestamp(in_alert.opened_at)
        yield f"an alert about the {_subject(in_alert.subject)} is open since {opened}"
        yield from _reminder(scene, in_alert.alert_no) if hearers else ()
    what = "return" if is_open else "death"
    if not told:
        why = "no channel hears of it" if scene.lanes else "there is no channel to speak on"
        yield f"nobody is told of its {what}: {why}"
    elif not one.others or (one.row.status is Status.DEAD and not is_open):
        yield f"its {what} {'ends the' if is_open else 'opens an'} alert and is told at once"
    else:
        too = "too" if is_open else "already"
        yield f"its {what} is told by the pace, for {_others(one.others)} dead {too}:"
        yield from (f"  {scene.lane(no)}: {_paced(scene, no)}" for no in told)


def _reminder(scene: Scene, alert_no: int) -> Iterator[str]:
    policy = scene.plan.policy.reminding if scene.plan else None
    alert = scene.alerts.get(alert_no)
    if policy is None or alert is None:
        return
    due, muted_until = reminder.due(alert, policy), scene.present.page.muted_until
    if muted_until > max(due, scene.now.steady):
        yield f"nobody is reminded of it before {scene.until(muted_until)}: somebody asked for that"
    elif due > scene.now.steady:
        yield f"it is reminded of at {scene.until(due)}"
    else:
        yield "a reminder of it is due"


def _paced(scene: Scene, lane_no: int) -> str:
    lane_now = scene.lanes[lane_no]
    if lane_now.pace is None:
        return "when the pace allows, which only the config knows"
    due = lane_now.news_due()
    return f"from {scene.until(due)} on" if due > scene.now.steady else "at once"


def _subject(subject: str) -> str:
    return subject.replace(":", " ", 1)


def _others(count: int) -> str:
    return "another replica is" if count == 1 else f"{count} others are"
