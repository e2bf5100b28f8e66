"""Days on which not every channel hears of everything."""

from dataclasses import replace

from tests.house import DEAD, HEALTHY, SICK, plan
from tests.loop import in_loop
from tests.story import Story, story
from watchkeeper.core.delivery import Unreachable
from watchkeeper.core.message import Message
from watchkeeper.core.plan import AlertOn, Plan
from watchkeeper.core.reminder import Reminding
from watchkeeper.core.status import Status

API, SMTP = "web:api:1", "mail:smtp:1"
EVERY_MINUTE = Reminding(interval_ms=60_000)


def teams(
    channels: tuple[str, ...] = ("ops", "post"),
    *,
    alert_on: AlertOn = AlertOn.PAGE,
    trouble_from: Status = DEAD,
    reminding: Reminding | None = None,
) -> Plan:
    """The web, of which all channels hear, and the mail, of which `post` alone does."""
    wanted = plan(
        {"web:api": ("1",), "mail:smtp": ("1",)},
        alert_on=alert_on,
        trouble_from=trouble_from,
        channels=channels,
        reminding=reminding,
    )
    return told_to(wanted, {"mail:smtp": ("post",)})


def told_to(wanted: Plan, hearers: dict[str, tuple[str, ...]]) -> Plan:
    services = tuple(
        replace(
            service,
            nodes=tuple(
                replace(node, channels=hearers.get(f"{service.key}:{node.key}"))
                for node in service.nodes
            ),
        )
        for service in wanted.services
    )
    return replace(wanted, services=services, digest=f"{wanted.digest}{hearers}")


def reminded_only(wanted: Plan, key: str) -> Plan:
    channels = tuple(
        replace(channel, reminders_only=channel.key == key) for channel in wanted.channels
    )
    return replace(wanted, channels=channels)


def without_moments(day: Story, channel: str) -> list[str]:
    return [words.partition(" ")[2] for words in day.of(channel)]


@in_loop
async def test_who_does_not_hear_of_a_node_learns_nothing_of_it(url: str) -> None:
    async with story(url, teams()) as day:
        await day.look(SMTP, DEAD, at="1:00")
        await day.look(API, DEAD, at="2:00")
        await day.look(API, HEALTHY, at="3:00")
        await day.look(SMTP, HEALTHY, at="4:00")
        await day.until("20:00")
        assert day.of("ops") == [f"2:00 changed dead {API}", f"3:00 changed healthy +{API}"]
        assert day.of("post") == [
            f"1:00 changed dead {SMTP}",
            f"2:00 changed dead {API} {SMTP}",
            f"4:00 changed healthy +{API} +{SMTP}",
        ]


@in_loop
async def test_who_did_not_hear_of_a_node_is_not_told_of_its_removal(url: str) -> None:
    async with story(url, teams()) as day:
        await day.look(SMTP, DEAD, at="0:10")
        without = plan({"web:api": ("1",)}, channels=("ops", "post"))
        await day.adopt(without)
        await day.until("5:00")
        assert day.of("ops") == []
        assert day.of("post")[-1].endswith(f"changed healthy +{SMTP}")


@in_loop
async def test_who_did_not_hear_of_a_node_is_not_told_that_it_left_while_nobody_ran(
    url: str,
) -> None:
    everything = teams()
    without = replace(everything, services=everything.services[:1], digest="without the mail")
    async with story(url, everything) as day:
        await day.look(SMTP, DEAD, at="1:00")
        assert day.of("ops") == []
    async with story(url, without, before=day) as after:
        await after.adopt(without)
        await after.until("3:00")
        assert after.of("ops") == []
        assert without_moments(after, "post") == [f"changed healthy +{SMTP}"]


@in_loop
async def test_a_channel_reads_the_worst_status_of_those_that_it_hears_of(url: str) -> None:
    async with story(url, teams(trouble_from=SICK)) as day:
        await day.look(SMTP, DEAD, at="1:00")
        await day.look(API, SICK, at="2:00")
        await day.look(API, DEAD, at="2:10")
        await day.look(API, HEALTHY, at="12:00")
        await day.until("13:00")
        assert day.of("ops") == [
            f"2:00 changed sick {API}?",
            f"2:30 changed dead {API}",
            f"12:00 changed healthy +{API}",
        ]


@in_loop
async def test_trouble_of_others_does_not_slow_the_news(url: str) -> None:
    async with story(url, teams(alert_on=AlertOn.SERVICE)) as day:
        await day.look(SMTP, DEAD, at="1:00")
        await day.look(API, DEAD, at="2:00")
        await day.look(API, HEALTHY, at="2:10")
        await day.look(API, DEAD, at="2:20")
        await day.until("3:00")
        assert [words.split()[0] for words in day.of("ops")] == ["2:00", "2:10", "2:20"]


@in_loop
async def test_a_channel_that_is_new_hears_first_only_of_what_concerns_it(url: str) -> None:
    async with story(url, teams(("post",))) as day:
        await day.look(SMTP, DEAD, at="1:00")
        await day.adopt(teams(("post", "ops")))
        await day.look(SMTP, HEALTHY, at="2:00")
        await day.until("3:00")
        assert day.of("ops") == []
        assert len(day.of("post")) == 2


@in_loop
async def test_a_reminder_names_those_of_whom_the_channel_hears(url: str) -> None:
    async with story(url, teams(reminding=EVERY_MINUTE)) as day:
        await day.look(SMTP, DEAD, at="1:00")
        await day.until("2:30")
        assert day.of("ops") == []
        await day.look(API, DEAD, at="2:40")
        await day.until("3:30")
        assert day.of("ops")[1:] == [f"3:00 reminder dead {API}"]
        assert day.of("post")[-1] == f"3:00 reminder dead {API} {SMTP}"


@in_loop
async def test_who_is_told_reminders_only_is_told_nothing_else(url: str) -> None:
    wanted = reminded_only(plan(channels=("hook", "sms"), reminding=EVERY_MINUTE), "sms")
    async with story(url, wanted) as day:
        await day.look(API, DEAD, at="1:00")
        await day.look("web:api:2", DEAD, at="2:30")
        await day.look(API, HEALTHY, at="3:10")
        await day.look("web:api:2", HEALTHY, at="3:20")
        await day.until("6:00")
        assert day.of("sms") == [
            f"2:00 reminder dead {API}",
            f"3:00 reminder dead {API} web:api:2",
        ]


@in_loop
async def test_a_reminder_that_comes_too_late_is_not_said_where_no_end_is_told(url: str) -> None:
    wanted = reminded_only(plan(channels=("hook", "sms"), reminding=EVERY_MINUTE), "sms")
    async with story(url, wanted) as day:

        def down(_: Message) -> None:
            raise Unreachable("refused", maybe=False)

        day.answers["sms"] = down
        await day.look(API, DEAD, at="1:00")
        await day.look(API, HEALTHY, at="4:30")
        day.answers.clear()
        await day.sleep_through("30:00")
        assert day.of("sms") == []
        await day.look(API, DEAD, at="31:00")
        await day.until("32:30")
        assert day.of("sms") == [f"32:00 reminder dead {API}"]


@in_loop
async def test_who_was_told_of_a_death_is_told_of_its_end_under_a_new_name(url: str) -> None:
    async with story(url, teams()) as day:
        await day.look(SMTP, DEAD, at="1:00")
        mail, (smtp, *_) = day.home.plan.services[1], day.home.plan.services[1].nodes
        renamed = replace(mail, nodes=(replace(smtp, key="post", was="smtp"),))
        web = day.home.plan.services[0]
        await day.adopt(replace(day.home.plan, services=(web, renamed), digest="renamed"))
        await day.look("mail:post:1", HEALTHY, at="2:00")
        await day.until("3:00")
        assert without_moments(day, "post") == [
            f"changed dead {SMTP}",
            "changed healthy +mail:post:1",
        ]
        assert day.of("ops") == []


@in_loop
async def test_a_death_and_its_end_under_a_new_name_are_one_outage_in_one_message(url: str) -> None:
    async with story(url, teams()) as day:

        def down(_: Message) -> None:
            raise Unreachable("refused", maybe=False)

        day.answers["post"] = down
        await day.look(SMTP, DEAD, at="1:00")
        web, mail = day.home.plan.services
        renamed = replace(mail, nodes=(replace(mail.nodes[0], key="post", was="smtp"),))
        await day.adopt(replace(day.home.plan, services=(web, renamed), digest="renamed"))
        await day.look("mail:post:1", HEALTHY, at="1:30")
        day.answers.clear()
        await day.until("5:00")
        [[recovered]] = [one.recovered for one in day.messages if one.recovered]
        assert str(recovered.replica) == "mail:post:1"
        assert not recovered.told, "nobody was told of its death before, under whatever name"


@in_loop
async def test_a_repeat_keeps_the_names_under_which_it_was_said_first(url: str) -> None:
    async with story(url, teams()) as day:
        tried: list[Message] = []

        def forgets_to_answer(message: Message) -> None:
            tried.append(message)
            if len(tried) == 1:
                raise Unreachable("reset", maybe=True)

        day.answers["post"] = forgets_to_answer
        await day.look(SMTP, DEAD, at="1:00")
        mail, (smtp, *_) = day.home.plan.services[1], day.home.plan.services[1].nodes
        renamed = replace(mail, nodes=(replace(smtp, key="post", was="smtp"),))
        web = day.home.plan.services[0]
        await day.adopt(replace(day.home.plan, services=(web, renamed), digest="renamed"))
        await day.until("1:20")
        assert len(tried) == 2
        assert tried[0] == tried[1]
