from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import API, CORE, DEAD, HEALTHY, REPLICAS, SICK, WALL, stories, story
from tests.house import PAGE
from watchkeeper.core.alert import Leaving, Member, Return
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.flap import Flapped
from watchkeeper.core.hearing import Hearing, hear, hearing_of, hears
from watchkeeper.core.lane import Notification
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Channel, Mode, Node, Plan, Service

ALL = Hearing(channel="hook")
NOT_API = Hearing(channel="hook", deaf_to=frozenset({NodeName("web", "api")}))
REMINDERS = Hearing(channel="hook", reminders_only=True)
EVERY_NODE = sorted({name.of_node for name in REPLICAS})
hearings = st.builds(
    Hearing, channel=st.just("hook"), deaf_to=st.frozensets(st.sampled_from(EVERY_NODE))
)


def about(kind: Kind, **more: object) -> Facts:
    given: dict[str, object] = {"kind": kind, "steady": 1, "at": WALL, "status": HEALTHY}
    return Facts(**{**given, **more})  # type: ignore[arg-type]


def numbered(*said: Facts) -> list[Notification]:
    return [Notification(no, facts) for no, facts in enumerate(said, 1)]


def reminder(*names: object, opened: int = 1_000) -> Facts:
    members = tuple(Member(replica=name, died=1, dead_at=WALL) for name in names)  # type: ignore[arg-type]
    return about(Kind.REMINDER, subject="service:web", opened=opened, dead=members)


def plan(*services: Service) -> Plan:
    return Plan(page=PAGE, services=services)


def channel(key: str) -> Channel:
    return Channel(key=key, kind="slack", digest="", targets={})


@given(stories(), hearings)
def test_nobody_outside_is_named_and_nobody_inside_is_lost(
    said: list[Facts], hearing: Hearing
) -> None:
    for facts in said:
        mine = hears(hearing, facts)
        for field in ("dead", "died"):
            expected = [m for m in getattr(facts, field) if hearing.covers(m.replica)]
            if mine:
                assert list(getattr(mine, field)) == expected
        inside = [*facts.died, *(back.member for back in facts.back)]
        assert (mine is not None) == any(hearing.covers(member.replica) for member in inside)


@given(stories(), hearings)
def test_what_was_cut_once_is_not_cut_again(said: list[Facts], hearing: Hearing) -> None:
    for facts in said:
        mine = hears(hearing, facts)
        assert mine is None or hears(hearing, mine) == mine


@given(stories())
def test_a_channel_that_hears_of_all_nodes_hears_everything(said: list[Facts]) -> None:
    assert [hears(ALL, facts) for facts in said] == said


@pytest.mark.parametrize(
    ("kind", "channel", "is_heard"),
    [
        (Kind.BROKEN, "hook", False),
        (Kind.BROKEN, "mail", True),
        (Kind.DEAD_LETTER, "hook", False),
        (Kind.DEAD_LETTER, "mail", True),
        (Kind.CHANGED, "hook", True),
        (Kind.STARTUP, "", True),
    ],
)
def test_a_channel_is_not_told_of_itself(kind: Kind, channel: str, *, is_heard: bool) -> None:
    facts = about(kind, channel=channel)
    assert hears(ALL, facts) == (facts if is_heard else None)


@pytest.mark.parametrize("kind", Kind)
def test_who_hears_reminders_only_hears_nothing_else(kind: Kind) -> None:
    facts = about(kind, subject="page", opened=1)
    assert (hears(REMINDERS, facts) is not None) == (kind is Kind.REMINDER)


def test_a_reminder_of_others_is_passed() -> None:
    assert hears(NOT_API, reminder(API)) is None
    mine = hears(NOT_API, reminder(API, CORE))
    assert mine
    assert [member.replica for member in mine.dead] == [CORE]


@pytest.mark.parametrize("kind", [Kind.STARTUP, Kind.RESUMED, Kind.BROKEN])
def test_what_is_about_no_alert_is_heard_whoever_is_in_it(kind: Kind) -> None:
    member = Member(replica=API, died=1, dead_at=WALL)
    back = Return(member=member, back=2, back_at=WALL, why=Leaving.RECOVERED)
    mine = hears(NOT_API, about(kind, back=(back,)))
    assert mine
    assert mine.back == ()


@pytest.mark.parametrize("kind", [Kind.FLAPPING, Kind.STABLE])
def test_that_others_flap_is_passed(kind: Kind) -> None:
    api, core = (Flapped(replica=name, status=DEAD) for name in (API, CORE))
    assert hears(NOT_API, about(kind, flaps=(api,))) is None
    mine = hears(NOT_API, about(kind, flaps=(api, core)))
    assert mine
    assert mine.flaps == (core,)


def test_an_alert_that_is_others_alone_is_not_named_with_one_that_flaps() -> None:
    flaps = (Flapped(replica=CORE, status=DEAD),)
    dead = tuple(Member(replica=name, died=1, dead_at=WALL) for name in (API, CORE))
    facts = about(Kind.FLAPPING, subject="page", opened=1, dead=dead[:1], flaps=flaps)
    theirs = hears(NOT_API, facts)
    assert theirs
    assert (theirs.alert, theirs.dead) == (None, ())
    ours = hears(NOT_API, replace(facts, dead=dead))
    assert ours
    assert (ours.alert, ours.dead) == (("page", 1), dead[1:])


def test_where_no_end_is_told_a_reminder_of_what_is_over_is_not_told_either() -> None:
    died, back = story([{API}, set()])
    still = reminder(API)
    waiting = numbered(died, still, back)
    assert [one.facts for one in hear(REMINDERS, waiting[:2])] == [None, still]
    assert [one.facts for one in hear(REMINDERS, waiting)] == [None, None, None]
    assert [one.facts for one in hear(ALL, waiting)] == [died, still, back]


def test_a_reminder_is_over_for_whom_it_no_longer_concerns() -> None:
    both, left = reminder(API, CORE), reminder(API)
    hearing = replace(NOT_API, reminders_only=True)
    assert [one.facts for one in hear(hearing, numbered(both, left))] == [None, None]


def test_the_next_outage_does_not_speak_for_the_last() -> None:
    first, second = reminder(API), reminder(CORE, opened=2_000)
    ended = replace(story([{API}, set()])[1], opened=1_000)
    heard = hear(REMINDERS, numbered(first, ended, second))
    assert [one.facts for one in heard] == [None, None, second]


@given(hearings)
def test_the_status_is_the_worst_of_what_is_heard(hearing: Hearing) -> None:
    troubled = [(NodeName("web", "api"), DEAD), (NodeName("web", "core"), SICK)]
    heard = [status for node, status in troubled if node not in hearing.deaf_to]
    assert hearing.status(troubled) is max(heard, default=HEALTHY)


def test_a_node_names_who_hears_of_it() -> None:
    web = Service(
        key="web",
        label="",
        nodes=(
            Node(key="api", label="", mode=Mode.PUSH),
            Node(key="core", label="", mode=Mode.PUSH, channels=("night",)),
            Node(key="test", label="", mode=Mode.PUSH, channels=()),
        ),
    )
    deaf = {key: hearing_of(plan(web), channel(key)).deaf_to for key in ("night", "ops")}
    assert deaf == {"night": {("web", "test")}, "ops": {("web", "core"), ("web", "test")}}


def test_what_was_renamed_is_known_by_its_old_name_too() -> None:
    api = Node(key="api", was="old", label="", mode=Mode.PUSH, channels=("night",))
    web = Service(key="web", was="www", label="", nodes=(api,))
    assert hearing_of(plan(web), channel("ops")).deaf_to == {
        (service, node) for service in ("web", "www") for node in ("api", "old")
    }


def test_an_old_name_that_another_node_has_now_is_its_own() -> None:
    api = Node(key="api", was="old", label="", mode=Mode.PUSH, channels=("night",))
    old = Node(key="old", label="", mode=Mode.PUSH)
    web = Service(key="web", label="", nodes=(api, old))
    assert hearing_of(plan(web), channel("ops")).deaf_to == {("web", "api")}
