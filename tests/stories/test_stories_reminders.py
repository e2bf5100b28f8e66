"""Days with reminders on the fake clock: who is reminded, when, and who is roused by it."""

from dataclasses import replace

from tests.house import DEAD, HEALTHY, plan
from tests.loop import in_loop
from tests.story import story
from watchkeeper.core.delivery import Unreachable
from watchkeeper.core.message import Message
from watchkeeper.core.plan import AlertOn
from watchkeeper.core.reminder import Backoff, Reminding

ONE, TWO = "web:api:1", "web:api:2"
EVERY_MINUTE = Reminding(interval_ms=60_000)
GROWING = Reminding(interval_ms=60_000, backoff=Backoff.LINEAR)
REMINDED = plan(reminding=EVERY_MINUTE)


@in_loop
async def test_an_open_alert_is_reminded_of_until_it_closes(url: str) -> None:
    async with story(url, plan(reminding=GROWING)) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, HEALTHY, at="9:00")
        await day.until("15:00")
        assert day.said == [
            f"1:00 changed dead {ONE}",
            f"2:00 reminder dead {ONE}",
            f"4:00 reminder dead {ONE}",
            f"7:00 reminder dead {ONE}",
            f"9:00 changed healthy +{ONE}",
        ]
        assert [one.reminder for one in day.messages] == [0, 1, 2, 3, 0]


@in_loop
async def test_the_next_outage_is_reminded_of_from_the_beginning(url: str) -> None:
    async with story(url, plan(reminding=GROWING)) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, HEALTHY, at="5:00")
        await day.look(ONE, DEAD, at="10:00")
        await day.until("11:30")
        assert day.said[-2:] == [f"10:00 changed dead {ONE}", f"11:00 reminder dead {ONE}"]
        assert day.messages[-1].reminder == 1


@in_loop
async def test_the_muted_weekend(url: str) -> None:
    async with story(url, REMINDED) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.mute("2:30", until="2887:00")
        await day.look(TWO, DEAD, at="3:00")
        await day.sleep_through("2880:00", stride_min=10)
        await day.until("2888:30")
        assert day.said == [
            f"1:00 changed dead {ONE}",
            f"2:00 reminder dead {ONE}",
            f"3:00 changed dead {ONE} {TWO}",
            f"2887:00 reminder dead {ONE} {TWO}",
            f"2888:00 reminder dead {ONE} {TWO}",
        ]


@in_loop
async def test_a_mute_that_ends_before_a_reminder_is_due_hurries_none(url: str) -> None:
    async with story(url, REMINDED) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.mute("1:10", until="1:40")
        await day.until("2:30")
        assert day.said == [f"1:00 changed dead {ONE}", f"2:00 reminder dead {ONE}"]


@in_loop
async def test_a_mute_silences_reminders_alone_and_outlasts_its_outage(url: str) -> None:
    async with story(url, REMINDED) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.mute("1:30", until="9:00")
        await day.look(ONE, HEALTHY, at="4:00")
        await day.look(TWO, DEAD, at="6:00")
        await day.until("9:30")
        assert day.said == [
            f"1:00 changed dead {ONE}",
            f"4:00 changed healthy +{ONE}",
            f"6:00 changed dead {TWO}",
            f"9:00 reminder dead {TWO}",
        ]


@in_loop
async def test_the_reminder_that_escalates(url: str) -> None:
    escalating = replace(EVERY_MINUTE, escalates=True)
    async with story(url, plan(channels=("pager 3",), reminding=escalating)) as day:
        roused: list[tuple[str, int]] = []
        day.answers["pager"] = lambda message: roused.append((message.kind, int(message.is_urgent)))
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, HEALTHY, at="4:30")
        await day.until("5:00")
        urgent = [sum(u for _, u in roused[n : n + 3]) for n in range(0, len(roused), 3)]
        assert urgent == [0, 1, 2, 3, 0]
        assert [kind for kind, _ in roused[::3]] == ["changed", *["reminder"] * 3, "changed"]


@in_loop
async def test_without_escalation_a_reminder_rouses_every_target(url: str) -> None:
    async with story(url, plan(channels=("pager 2",), reminding=EVERY_MINUTE)) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.until("2:30")
        assert [one.is_urgent for one in day.messages] == [False, False, True, True]


@in_loop
async def test_a_late_victim_keeps_no_reminder_away(url: str) -> None:
    async with story(url, REMINDED) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:40")
        await day.until("2:30")
        assert day.said == [
            f"1:00 changed dead {ONE}",
            f"1:40 changed dead {ONE} {TWO}",
            f"2:00 reminder dead {ONE} {TWO}",
        ]


@in_loop
async def test_a_reminder_takes_along_the_news_that_waits(url: str) -> None:
    async with story(url, REMINDED) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:50")
        await day.look(TWO, HEALTHY, at="1:55")
        await day.until("2:50")
        assert day.said == [
            f"1:00 changed dead {ONE}",
            f"1:50 changed dead {ONE} {TWO}",
            f"2:00 changed dead {ONE} +{TWO}",
        ]
        assert [(one.reminder, one.is_urgent) for one in day.messages] == [
            (0, False),
            (0, False),
            (1, True),
        ]


@in_loop
async def test_a_receiver_that_was_down_hears_one_reminder(url: str) -> None:
    async with story(url, plan(reminding=Reminding(interval_ms=600_000))) as day:
        await day.look(ONE, DEAD, at="1:00")

        def down(_: Message) -> None:
            raise Unreachable("refused", maybe=False)

        day.answers["hook"] = down
        await day.sleep_through("33:00")
        day.answers.clear()
        await day.sleep_through("40:00")
        assert len(day.said) == 2
        assert day.said[1].endswith(f"reminder dead {ONE}")
        assert day.messages[1].reminder == 3


@in_loop
async def test_reminders_go_on_after_a_restart_where_they_were(url: str) -> None:
    wanted = plan(reminding=GROWING)
    async with story(url, wanted) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.until("2:30")
    async with story(url, wanted, before=day) as after:
        await after.until("5:00")
        assert after.said == [f"4:00 reminder dead {ONE}"]
        assert after.messages[0].reminder == 2


@in_loop
async def test_what_fell_due_while_nobody_ran_is_said_once(url: str) -> None:
    async with story(url, REMINDED) as day:
        await day.look(ONE, DEAD, at="1:00")
    day.clock.pass_ms(3_600_000)
    async with story(url, REMINDED, before=day) as after:
        await after.until("62:30")
        assert [words.partition(" ")[2] for words in after.said] == [
            f"reminder dead {ONE}",
            f"reminder dead {ONE}",
        ]


@in_loop
async def test_a_mute_outlives_a_restart(url: str) -> None:
    async with story(url, REMINDED) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.mute("1:30", until="5:00")
    async with story(url, REMINDED, before=day) as after:
        await after.until("5:30")
        assert after.said == [f"5:00 reminder dead {ONE}"]


@in_loop
async def test_alerts_that_are_nearly_due_are_reminded_of_together(url: str) -> None:
    async with story(url, plan(alert_on=AlertOn.REPLICA, reminding=EVERY_MINUTE)) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:25")
        await day.until("3:30")
        assert [words for words in day.said if "reminder" in words] == [
            f"2:00 reminder dead {ONE} {TWO}",
            f"3:00 reminder dead {ONE} {TWO}",
        ]
