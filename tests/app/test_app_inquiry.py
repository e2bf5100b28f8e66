"""Why a replica is believed to be as it is, asked of both databases beside a server."""

from dataclasses import replace
from functools import partial

import pytest

from tests.house import BLIND, DEAD, HEALTHY, SICK, House, held, house, name, plan
from tests.loop import in_loop
from watchkeeper.app import inquiry
from watchkeeper.core.flap import FlapRules
from watchkeeper.core.plan import Channel, Looking, Mode, Plan, Target
from watchkeeper.core.reason import Reason
from watchkeeper.core.reminder import Reminding
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.core.steady import ClockMark
from watchkeeper.outside.clock import this_moment
from watchkeeper.speak import scene as scenes
from watchkeeper.store import channel as channel_rows
from watchkeeper.store import history, lane, latency, meta, worker
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.history import Transition
from watchkeeper.store.lane import Claim
from watchkeeper.store.latency import LookRow
from watchkeeper.store.worker import WorkerRow
from watchkeeper.watch.silence import Silence

ONE = {"": Target(settings=None)}
LATER = plan(looking=Looking(confirm_dead=3, confirm_healthy=2, interval_ms=60_000))


async def ask(home: House, text: str, *, wanted: Plan | None = None) -> list[str]:
    """Return the lines that explain *text*, each without its indentation."""
    clock = home.clock
    mark = ClockMark("boot", 0, clock.boottime(), clock.wall())

    def say(cursor: Cursor) -> str:
        scene = scenes.read(cursor, mark, wanted or home.plan)
        return inquiry.explain(cursor, scene, text)

    said = await home.store.read(say)
    return [line.strip() for line in said.splitlines()]


async def beat(home: House) -> None:
    """Let a server be alive now."""
    clock = home.clock
    mark = ClockMark("boot", clock.steady(), clock.boottime(), clock.wall())

    def write(cursor: Cursor) -> None:
        worker.beat(cursor, WorkerRow("me", 1, "1", home.plan.digest))
        meta.save_clock(cursor, mark)

    await home.store.write(write)


def after(lines: list[str], title: str) -> str:
    """Return the line below *title*."""
    return lines[lines.index(title) + 1]


def holds(lines: list[str], *wanted: str) -> None:
    for one in wanted:
        assert any(one in line for line in lines), (one, lines)


@in_loop
async def test_a_dead_replica_says_what_is_believed_why_and_since_when(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD, why="refused")
        home.clock.pass_ms(240_000)
        await beat(home)
        lines = await ask(home, "web:api:1")
        assert lines[0] == "web:api:1 is dead: refused"
        assert lines[1].endswith(", for 4 min")
        assert after(lines, "why") == "our own looks: dead (refused), last news 4 min ago"
        holds(lines, "one look that does not fail ends its death")


@in_loop
async def test_whose_first_word_is_bad_was_pending_before_and_not_healthy(store_url: str) -> None:
    async with house(store_url) as home:
        for status, why in ((DEAD, "refused"), (HEALTHY, ""), (DEAD, "timeout")):
            home.clock.pass_ms(1_000)
            await home.look("web:api:1", status, why=why)
        lines = await ask(home, "web:api:1")
        changes = lines[lines.index("what changed") + 1 : lines.index("who was told")]
        words = [line.partition("Z  ")[2] for line in changes]
        assert words == ["healthy → dead: timed out", "dead → healthy", "pending → dead: refused"]


@in_loop
async def test_what_was_seen_is_shown_harmlessly_with_the_first_success_after_it(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        bodies = [(DEAD, "refused", "a\x1b[2Jb\n" + "line\n" * 98 + "why\n"), (HEALTHY, "", "fine")]
        for status, why, body in bodies:
            home.clock.pass_ms(1)
            now = home.clock.steady()
            report = Report(status=status, heard=now, seq=now, reason=Reason(why), evidence=body)
            await home.take("web:api:1", report)
        lines = await ask(home, "web:api:1")
        at = lines.index("what was seen")
        assert lines[at + 1].startswith("the last failure, ")
        assert lines[at + 1].endswith(": dead, refused")
        assert lines[at + 2] == "a [2Jb"
        assert lines[at + 17] == "… and 70 more …"
        assert lines[at + 32] == "why"
        assert lines[at + 33].startswith("the first success after it, ")
        assert lines[at + 34] == "fine"


@in_loop
async def test_looks_that_contradict_are_counted_and_so_are_those_that_are_missing(
    store_url: str,
) -> None:
    async with house(store_url, LATER) as home:
        await beat(home)
        holds(await ask(home, "web:api:1"), "3 looks that fail in a row make it dead")
        await home.look("web:api:1", HEALTHY)
        await home.look("web:api:1", DEAD, why="refused")
        lines = await ask(home, "web:api:1")
        assert lines[0] == "web:api:1 is healthy"
        holds(
            lines,
            "but the last look failed",
            "2 more looks that fail in a row make it dead",
            "; there is one every 1 min",
        )
        await home.look("web:api:1", DEAD, why="refused")
        holds(await ask(home, "web:api:1"), "one look that fails makes it dead")
        await home.look("web:api:1", DEAD, why="refused")
        lines = await ask(home, "web:api:1")
        holds(lines, "2 looks in a row that do not fail end its death")
        await home.look("web:api:1", HEALTHY)
        holds(await ask(home, "web:api:1"), "but the last look did not fail")


@in_loop
async def test_what_was_blind_from_the_beginning_was_never_anything(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", BLIND, why="resolver")
        assert (await ask(home, "web:api:1"))[0] == (
            "web:api:1 is blind: names cannot be resolved; it could never be seen so far"
        )


@in_loop
async def test_nobody_and_nobody_who_can_know_are_said_plainly(store_url: str) -> None:
    async with house(store_url) as home:
        lines = await ask(home, "web:api:1")
        assert lines[0] == "web:api:1 is pending: nobody has said anything of it so far"
        await home.look("web:api:1", HEALTHY)
        await home.look("web:api:1", BLIND, why="local")
        lines = await ask(home, "web:api:1")
        assert lines[0] == (
            "web:api:1 is blind: the monitor could not look;"
            " it was healthy when it could last be seen"
        )


@in_loop
async def test_a_reporter_says_how_long_its_word_holds_and_what_ends_its_silence(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        await beat(home)
        await home.push("web:push:a:b:c", valid_ms=30_000)
        home.clock.pass_ms(10_000)
        lines = await ask(home, "web:push:a:b:c")
        assert after(lines, "why") == (
            "a reporter: healthy, heard 10 s ago, a word that holds for 30 s"
        )
        holds(lines, "a reporter is silent from ", "(in 20 s) on, if nothing is heard")
        home.clock.pass_ms(25_000)
        holds(await ask(home, "web:push:a:b:c"), "silent, as soon as a server sees that")
        await Silence(home.post()).scan()
        lines = await ask(home, "web:push:a:b:c")
        assert lines[0] == "web:push:a:b:c is dead: silent for 30 s"
        holds(lines, "the next report of a reporter ends its silence")


@in_loop
async def test_without_a_server_or_a_config_it_says_what_is_missing(store_url: str) -> None:
    async with house(store_url) as home:
        await beat(home)
        home.clock.pass_ms(11_000)
        holds(await ask(home, "web:api:1"), "no server runs: the last sign of one was 11 s ago")
        await beat(home)
        other = plan({"web:other": ("1",)})
        lines = await ask(home, "web:api:1", wanted=other)
        holds(lines, "no config that has it was read")
        assert not [line for line in lines if "no server" in line]


async def tell(home: House, last: int, state: str) -> None:
    """Let the only lane have told everything up to notification *last*."""

    def write(cursor: Cursor) -> None:
        [channel] = channel_rows.of_page(cursor, home.page_no)
        [(_, one)] = lane.lanes(cursor, channel.no)
        lane.claim(cursor, one, Claim(last, f"id-{last}", 1, 0), channel.fence)
        [(_, one)] = lane.lanes(cursor, channel.no)
        now = this_moment(home.clock)
        lane.log_attempt(cursor, one, now, "me", (5, "accepted"))
        lane.accepted(cursor, one, now.steady, 1)
        lane.log_delivery(cursor, one, (last, last), now, state)

    await home.store.write(write)


@in_loop
async def test_who_was_told_by_which_message_and_who_waits_for_the_pace(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        assert after(await ask(home, "web:api:2"), "who was told") == (
            "nobody: it has not been in an alert so far"
        )
        holds(await ask(home, "web:api:1"), "hook: waits since ", "; as soon as a server")
        await tell(home, 1, "sent")
        await home.look("web:api:2", DEAD)
        holds(await ask(home, "web:api:1"), "hook: told at ", "by message id-1")
        lines = await ask(home, "web:api:2")
        holds(lines, "(in 29 s) on, as the pace says", "its return is told by the pace, for an")
        nameless = replace(home.plan, channels=())
        assert await ask(home, "web:api:2", wanted=nameless) == lines


def hearing(wanted: Plan, *channels: Channel, by: tuple[str, ...] | None = None) -> Plan:
    """The plan *wanted* with *channels*, of whom those in *by* alone hear of any node."""
    services = tuple(
        replace(one, nodes=tuple(replace(node, channels=by) for node in one.nodes))
        for one in wanted.services
    )
    return replace(wanted, services=services, channels=channels, digest=f"{channels}{by}")


@in_loop
async def test_where_no_channel_is_there_nobody_is_told_and_no_sentence_ends_in_nothing(
    store_url: str,
) -> None:
    async with house(store_url, hearing(plan())) as home:
        holds(
            await ask(home, "web:api:2"),
            "nobody is told of its death: there is no channel to speak on",
        )
        await home.look("web:api:1", DEAD)
        for who, what in (("web:api:1", "return"), ("web:api:2", "death")):
            lines = await ask(home, who)
            assert lines[-1] == f"nobody is told of its {what}: there is no channel to speak on"


@in_loop
async def test_a_channel_that_does_not_hear_of_it_is_not_named_among_those_that_will(
    store_url: str,
) -> None:
    hook, night = (
        Channel(key=key, kind="webhook", digest="", targets=ONE) for key in ("hook", "night")
    )

    async with house(store_url, hearing(plan(), hook, night, by=("night",))) as home:
        await home.look("web:api:1", DEAD)
        assert (await ask(home, "web:api:2"))[-1].startswith("night: ")
        assert not [line for line in await ask(home, "web:api:2") if "hook: " in line]
        await home.adopt(hearing(plan(), hook, night, by=()))
        assert (await ask(home, "web:api:1"))[-1] == (
            "nobody is told of its return: no channel hears of it"
        )


@in_loop
async def test_who_hears_reminders_alone_is_told_of_no_return(store_url: str) -> None:
    hook = Channel(key="hook", kind="slack", digest="", targets=ONE, reminders_only=True)

    async with house(store_url, hearing(plan(), hook)) as home:
        await home.look("web:api:1", DEAD)
        policy = replace(home.plan.policy, reminding=Reminding(interval_ms=300_000))
        lines = await ask(home, "web:api:1", wanted=replace(home.plan, policy=policy))
        holds(lines, "it is reminded of at ")
        assert lines[-1] == "nobody is told of its return: no channel hears of it"


@in_loop
async def test_a_node_without_replicas_says_whether_anybody_could_report(store_url: str) -> None:
    async with house(store_url, plan({"web:api": (), "web:push": Mode.PUSH})) as home:
        assert await ask(home, "web:api") == ["web:api has no replica: the config names none"]
        [said] = await ask(home, "web:push")
        assert said == "web:push has no replica: nobody has reported so far"


@in_loop
async def test_a_page_without_nodes_has_none_to_name(store_url: str) -> None:
    async with house(store_url, replace(plan(), services=())) as home:
        with pytest.raises(LookupError, match="it has no nodes so far"):
            await ask(home, "web:api")


@in_loop
async def test_an_open_alert_says_when_it_is_reminded_of_or_that_it_is_muted(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        policy = replace(home.plan.policy, reminding=Reminding(interval_ms=300_000))
        wanted = replace(home.plan, policy=policy)
        await beat(home)
        await home.look("web:api:1", DEAD)
        home.clock.pass_ms(60_000)
        lines = await ask(home, "web:api:1", wanted=wanted)
        holds(lines, "it is reminded of at ", "(in 4 min)")
        await home.run("UPDATE page SET muted_until = ?", home.clock.steady() + 7_200_000)
        muted = await ask(home, "web:api:1", wanted=wanted)
        holds(muted, "nobody is reminded of it before ", "(in 2 h): somebody asked for that")
        home.clock.pass_ms(7_200_000)
        holds(await ask(home, "web:api:1", wanted=wanted), "a reminder of it is due")


@in_loop
async def test_of_whom_nothing_is_said_it_says_why_and_until_when(store_url: str) -> None:
    wanted = held(plan(), flap=FlapRules(changes=2, window_ms=60_000, stable_ms=900_000))

    async with house(store_url, wanted) as home:
        await beat(home)
        for status in (HEALTHY, DEAD, HEALTHY, DEAD):
            await home.look("web:api:1", status)
        lines = await ask(home, "web:api:1")
        holds(lines, "it flaps since ", "(in 15 min), and only if it is stable until then")
        assert not [line for line in lines if "told at once" in line]
        await home.run("UPDATE node SET maintenance = 'move', maintained_until_at = 60000")
        holds(
            await ask(home, "web:api:2"),
            "under maintenance (move): nothing is said of it before 1970-01-01T00:01:00Z",
        )


@in_loop
async def test_a_return_is_told_too_and_what_was_given_up_or_passed_is_named(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        await tell(home, 1, "dead")
        holds(await ask(home, "web:api:1"), "hook: given up at ")
        await home.look("web:api:1", HEALTHY)
        lines = await ask(home, "web:api:1")
        holds(lines, "of its death, ", "of its return, ", "its death opens an alert")
        await home.run("UPDATE lane SET told = 99")
        holds(await ask(home, "web:api:1"), "hook: not told: the channel is newer, or")


@in_loop
async def test_who_was_told_of_a_sick_one_is_named_without_a_death(store_url: str) -> None:
    async with house(store_url, plan(trouble_from=SICK)) as home:
        await home.look("web:api:1", SICK)
        holds(await ask(home, "web:api:1"), "of its sickness, ")
        await home.look("web:api:1", HEALTHY)
        lines = await ask(home, "web:api:1")
        holds(lines, "of its sickness, ", "of its return, ")
        assert not [line for line in lines if "of its death" in line]


@in_loop
async def test_a_failing_channel_says_how_it_fails_and_when_it_is_tried_again(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        now = home.clock.steady()
        await home.run(
            "UPDATE lane SET fails = 3, failing_since = ?, due = ?", now - 90_000, now + 5_500
        )
        await home.run("INSERT INTO attempt VALUES (1, 'x', 1, 1, 1, 'me', 5, 'refused: 404')")
        holds(await ask(home, "web:api:1"), "failing for 1 min (refused: 404); the next try: ")


@in_loop
async def test_latencies_are_those_on_disk_none_of_them_twice(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", HEALTHY)
        [(no,)] = await home.rows("SELECT MIN(no) FROM replica")
        now = home.clock.wall()
        hour = now // 3_600_000 * 3_600_000
        answers = [LookRow(hour + 1_000 * n, no, 0, 50) for n in range(19)]
        last = [LookRow(hour + 60_000, no, 0, 1_200_000), LookRow(hour + 61_000, no, 2, 5)]
        await home.store.write(partial(latency.add, looks=[*answers, *last]))
        span = latency.Span(hour, hour + 3_600_000)
        found = await home.store.read(partial(latency.gather, span=span))
        pack = partial(latency.pack, hour=hour, new=found.by_replica, now=1)
        await home.store.write(pack)
        lines = await ask(home, "web:api:1")
        title = lines.index("how long looks take")
        assert lines[title + 1].startswith("p50 0.05 ms, p95 0.05 ms; 20 answers to 21 looks")
        assert lines[title + 2].startswith("the last answer took 1.2 s, ")
        assert lines[title + 3].endswith(", and dead")


@in_loop
async def test_of_a_node_the_worst_come_first_and_not_all_of_them(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiry, "MOST_EXPLAINED", 2)

    async with house(store_url, plan({"web:api": ("1", "2", "3")})) as home:
        await home.look("web:api:3", DEAD)
        lines = await ask(home, "web:api")
        named = [line.split(" is ")[0] for line in lines if line.startswith("web:api:")]
        assert named == ["web:api:3", "web:api:1"]
        assert lines[-1] == "one more replica is no worse: name it as web:api:REPLICA"


@in_loop
async def test_a_replica_that_is_gone_is_found_by_its_whole_name(store_url: str) -> None:
    async with house(store_url) as home:
        await home.push("web:push:a")
        await home.door.flush(name("web:push:a"), "me")
        [first, *rest] = await ask(home, "web:push:a")
        assert first.startswith("web:push:a is gone: it left the page at ")
        assert after(rest, "what changed").endswith(
            "Z  left the page, healthy: flushed by its reporter"
        )
        assert after(rest, "what comes next") == "nothing: it is not on the page any more"
        assert await ask(home, "web:push") == [
            "web:push has no replica: nobody has reported so far"
        ]


@in_loop
async def test_a_voice_that_nobody_waits_for_any_more_is_a_change_but_no_other_belief(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        await home.push("web:push:a")
        [(replica_no,)] = await home.rows("SELECT no FROM replica WHERE key = 'a'")
        home.clock.pass_ms(60_000)
        moment = (home.clock.steady(), home.clock.wall())
        gone = Transition("source", replica_no, DEAD, Status.UNDECIDED, "forsaken:reporter:b")
        add = partial(history.add, page_no=1, revision=1, moment=moment, new=[gone])
        await home.store.write(add)
        await beat(home)
        lines = await ask(home, "web:push:a")
        assert lines[1].endswith(", for 1 min")
        assert after(lines, "what changed").endswith(
            "Z  nobody waits for reporter:b any more: it was silent for a day"
        )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("web:apj", "nothing on the page is called 'web:apj': did you mean web:api, web"),
        ("web:api:9", "nothing on the page is called 'web:api:9': did you mean web:api:"),
        ("zzz", "nothing on the page is called 'zzz': it has web:api, web:push"),
    ],
)
@in_loop
async def test_a_name_that_nothing_has_is_told_with_near_ones(
    store_url: str, text: str, words: str
) -> None:
    async with house(store_url) as home:
        with pytest.raises(LookupError) as error:
            await ask(home, text)
        assert error.value.args[0].startswith(words)


@in_loop
async def test_deliveries_call_a_target_as_the_config_does(store_url: str) -> None:
    async with house(store_url, plan(channels=("pager 2",))) as home:
        [pager] = home.plan.channels
        people = {key: replace(one, name=f"of {key}") for key, one in pager.targets.items()}
        wanted = replace(home.plan, channels=(replace(pager, targets=people),))
        clock = home.clock
        mark = ClockMark("boot", 0, clock.boottime(), clock.wall())

        def say(cursor: Cursor) -> str:
            scene = scenes.read(cursor, mark, wanted)
            return inquiry.deliveries(cursor, scene, most=1)

        lines = (await home.store.read(say)).splitlines()
        named = [line for line in lines if line.startswith("pager")]
        assert named == ["pager of 0", "pager of 1"]
