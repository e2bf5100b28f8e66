"""Days on the fake clock: what is said, and when."""

import asyncio

from tests.house import DEAD, HEALTHY, plan
from tests.loop import in_loop
from tests.story import story
from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.core.message import Message
from watchkeeper.speak.startup import say_startup

ONE, TWO = "web:api:1", "web:api:2"


@in_loop
async def test_an_outage_is_told_once_and_its_end_says_who_came_back(url: str) -> None:
    async with story(url) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, DEAD, at="2:00")
        await day.look(ONE, HEALTHY, at="3:00")
        await day.until("4:00")
        assert day.said == [f"1:00 changed dead {ONE}", f"3:00 changed healthy +{ONE}"]
        assert [(back.seconds, back.told) for back in day.messages[1].recovered] == [(120, True)]


@in_loop
async def test_a_late_victim_is_told_at_the_next_step_of_the_pace(url: str) -> None:
    async with story(url) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:05")
        await day.until("5:00")
        assert day.said == [f"1:00 changed dead {ONE}", f"1:30 changed dead {ONE} {TWO}"]


@in_loop
async def test_a_victim_that_came_and_went_is_named_in_the_next_message(url: str) -> None:
    async with story(url) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:05")
        await day.look(TWO, HEALTHY, at="1:10")
        await day.until("5:00")
        assert day.said == [f"1:00 changed dead {ONE}", f"1:30 changed dead {ONE} +{TWO}"]
        assert [back.told for back in day.messages[1].recovered] == [False]


@in_loop
async def test_the_recovery_that_closes_the_alert_does_not_wait(url: str) -> None:
    async with story(url) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, HEALTHY, at="1:04")
        await day.until("5:00")
        assert day.said == [f"1:00 changed dead {ONE}", f"1:04 changed healthy +{ONE}"]


@in_loop
async def test_news_that_a_startup_takes_along_lets_the_next_wait_no_longer(url: str) -> None:
    async with story(url, plan({"web:api": ("1", "2", "3")})) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:05")
        await day.until("1:10")
        await say_startup(day.home.ground)
        await day.look("web:api:3", DEAD, at="1:15")
        await day.until("4:00")
        assert day.said == [
            f"1:00 changed dead {ONE}",
            f"1:10 changed dead {ONE} {TWO}",
            f"1:40 changed dead {ONE} {TWO} web:api:3",
        ]


@in_loop
async def test_a_receiver_that_was_down_for_the_whole_outage_hears_one_message(url: str) -> None:
    async with story(url) as day:

        def down(_: Message) -> None:
            raise Unreachable("refused", maybe=False)

        day.answers["hook"] = down
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, HEALTHY, at="8:00")
        await day.until("9:00")
        day.answers.clear()
        await day.sleep_through("20:00")
        assert len(day.said) == 1
        assert day.said[0].endswith(f"changed healthy +{ONE}")
        assert day.messages[0].recovered[0].told is False


@in_loop
async def test_what_may_have_arrived_is_repeated_under_one_id(url: str) -> None:
    async with story(url) as day:
        tried: list[str] = []

        def forgets_to_answer(message: Message) -> None:
            tried.append(message.id)
            if len(tried) < 3:
                raise Unreachable("reset", maybe=True)

        day.answers["hook"] = forgets_to_answer
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:00")
        await day.until("5:00")
        assert tried[0] == tried[1] == tried[2]
        assert [len(message.replicas) for message in day.messages] == [1, 2]


@in_loop
async def test_a_poison_message_is_given_up_after_eight_tries_and_frees_the_lane(
    url: str,
) -> None:
    async with story(url) as day:
        tried: list[str] = []

        def hangs_on_one_name(message: Message) -> None:
            tried.append(message.id)
            if len(message.replicas) == 1:
                raise ValueError("poison")

        day.answers["hook"] = hangs_on_one_name
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:00")
        await day.sleep_through("60:00")
        assert tried.count(tried[0]) == 8
        assert [len(message.replicas) for message in day.messages] == [2]


@in_loop
async def test_a_channel_that_refuses_is_called_broken_on_the_others(url: str) -> None:
    async with story(url, plan(channels=("hook", "bad"))) as day:
        refused: list[Message] = []

        def refuse(message: Message) -> None:
            refused.append(message)
            raise Refused("401")

        day.answers["bad"] = refuse
        await day.look(ONE, DEAD, at="1:00")
        await day.sleep_through("59:00")
        assert day.said[0] == f"1:00 changed dead {ONE}"
        assert day.messages[1].notes == ("channel bad is broken: it refuses what we send",)
        assert len(refused) == 3
        del day.answers["bad"]
        await day.sleep_through("80:00")
        assert [one.replicas for one in day.messages[2:]] == [day.messages[0].replicas]


@in_loop
async def test_what_a_day_could_not_deliver_is_a_dead_letter_told_elsewhere(url: str) -> None:
    async with story(url, plan(channels=("hook", "bad"))) as day:

        def down(_: Message) -> None:
            raise Unreachable("refused", maybe=False)

        day.answers["bad"] = down
        await day.look(ONE, DEAD, at="1:00")
        await day.sleep_through("1450:00")
        assert "could not be reached for a day" in day.messages[1].notes[0]
        day.answers.clear()
        await day.look(ONE, HEALTHY, at="1455:00")
        await day.until("1470:00")
        told = {one.recovered[0].told for one in day.messages if one.recovered}
        assert told == {True, False}


@in_loop
async def test_a_receiver_that_asks_for_quiet_gets_it(url: str) -> None:
    async with story(url) as day:
        tried: list[int] = []

        def busy(_: Message) -> None:
            tried.append(day.clock.steady())
            if len(tried) == 1:
                raise Unreachable("429", maybe=False, retry_after_ms=300_000)

        day.answers["hook"] = busy
        await day.look(ONE, DEAD, at="1:00")
        await day.until("10:00")
        assert len(tried) == 2
        assert tried[1] - tried[0] >= 300_000


@in_loop
async def test_a_channel_that_is_new_while_an_alert_is_open_hears_of_it_first(url: str) -> None:
    async with story(url, plan(channels=())) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.until("5:00")
        assert day.said == []
        await day.adopt(plan())
        await day.look(ONE, HEALTHY, at="6:00")
        await day.until("7:00")
        assert day.said == [f"5:01 changed dead {ONE}", f"6:00 changed healthy +{ONE}"]


@in_loop
async def test_silence_is_told_and_ends_with_the_next_report(url: str) -> None:
    async with story(url) as day:
        await day.home.push("web:push:a", valid_ms=60_500)
        await day.until("5:00")
        await day.home.push("web:push:a", valid_ms=60_500)
        await day.until("5:30")
        silent = "web:push:a"
        assert day.said == [f"1:01 changed dead {silent}", f"5:00 changed healthy +{silent}"]
        assert day.messages[0].reasons == {silent: "silent for 60 s"}


@in_loop
async def test_who_stops_lets_a_message_arrive_and_begins_no_other(url: str) -> None:
    async with story(url) as day:
        stopping: list[asyncio.Future[None]] = []

        def stop_meanwhile(_: Message) -> None:
            stopping.append(asyncio.ensure_future(day.speaker.finish()))

        day.answers["hook"] = stop_meanwhile
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, DEAD, at="1:05")
        await day.until("2:00")
        assert day.said == [f"1:00 changed dead {ONE}"]
        await asyncio.gather(*stopping)
