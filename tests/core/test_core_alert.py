from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import API, CORE, MAIL, REPLICAS, dead, moment, shifts
from watchkeeper.core.alert import Advance, Alert, Leaving, Member, Return, Trouble, advance
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName

NOBODY_LEFT: Mapping[ReplicaName, Leaving] = {}
days = st.lists(st.sets(st.sampled_from(REPLICAS)), min_size=1, max_size=12)
"""Who is dead, second by second."""


def go_on(
    alert: Alert | None, names: set[ReplicaName], now: Moment | int = 1, **left: Leaving
) -> Advance | None:
    at = now if isinstance(now, Moment) else moment(now)
    why = {name: left[name.service] for name in REPLICAS if name.service in left}
    return advance(alert, "page", dead(names), at, why)


def steps(course: Sequence[set[ReplicaName]], ms: int = 0) -> list[Advance | None]:
    """Each step of *course*, with an alert that begins anew once it has closed."""
    found: list[Advance | None] = []
    alert = None
    for second, names in enumerate(course, 1):
        now = moment(second)
        step = go_on(alert, names, replace(now, steady=now.steady + ms, at=now.at + ms))
        found.append(step)
        if step:
            alert = None if step.alert.closed else step.alert
    return found


def opened(names: set[ReplicaName]) -> Alert:
    step = go_on(None, names)
    assert step
    return step.alert


@given(days)
def test_who_died_and_is_not_back_is_dead_whatever_happened(course: list[set[ReplicaName]]) -> None:
    members: set[ReplicaName] = set()
    for names, step in zip(course, steps(course), strict=True):
        if step:
            assert not members & {member.replica for member in step.died}
            members |= {member.replica for member in step.died}
            assert members >= {back.member.replica for back in step.back}
            members -= {back.member.replica for back in step.back}
        assert members == names


@given(st.sets(st.sampled_from(REPLICAS)), st.sets(st.sampled_from(REPLICAS)))
def test_it_is_enough_to_ask_about_those_who_changed(
    before: set[ReplicaName], after: set[ReplicaName]
) -> None:
    whole = opened(before) if before else None
    changed = before ^ after
    few = whole and replace(
        whole,
        members=tuple(one for one in whole.members if one.replica in changed),
        has_others=bool(before - changed),
    )
    asked, all_asked = go_on(few, after & changed, 2), go_on(whole, after, 2)
    assert (asked is None) == (all_asked is None)
    if asked and all_asked:
        assert (asked.died, asked.back) == (all_asked.died, all_asked.back)
        assert asked.alert.closed == all_asked.alert.closed


@given(days)
def test_an_alert_opens_once_and_closes_once(course: list[set[ReplicaName]]) -> None:
    alerts: dict[int, list[Alert]] = {}
    for step in filter(None, steps(course)):
        alerts.setdefault(step.alert.opened, []).append(step.alert)
    for number, said in enumerate(alerts.values()):
        is_last = number == len(alerts) - 1
        assert [alert.seq for alert in said] == list(range(1, len(said) + 1))
        assert [alert.closed for alert in said[:-1]] == [None] * (len(said) - 1)
        assert said[-1].closed is Leaving.RECOVERED or (is_last and course[-1])


@given(days)
def test_only_a_change_of_members_is_news(course: list[set[ReplicaName]]) -> None:
    before: set[ReplicaName] = set()
    for names, step in zip(course, steps(course), strict=True):
        assert (step is not None) == (names != before)
        before = names


@given(days)
def test_members_stand_in_the_order_of_the_page(course: list[set[ReplicaName]]) -> None:
    for names, step in zip(course, steps(course), strict=True):
        if step:
            assert [one.replica for one in step.alert.members] == list(dead(names))


@given(days)
def test_a_member_keeps_the_moment_of_its_death(course: list[set[ReplicaName]]) -> None:
    died: dict[ReplicaName, Member] = {}
    for step in filter(None, steps(course)):
        for back in step.back:
            assert back.member == died.pop(back.member.replica)
        died |= {member.replica: member for member in step.died}
        assert dict(died) == {member.replica: member for member in step.alert.members}


@given(days, shifts)
def test_shifting_time_shifts_only_moments(course: list[set[ReplicaName]], ms: int) -> None:
    shifted = [step and _shifted(step, ms) for step in steps(course)]
    assert steps(course, ms) == shifted


def _shifted(step: Advance, ms: int) -> Advance:
    def later(member: Member) -> Member:
        return replace(member, died=member.died + ms, dead_at=member.dead_at + ms)

    alert = replace(
        step.alert,
        opened=step.alert.opened + ms,
        opened_at=step.alert.opened_at + ms,
        members=tuple(map(later, step.alert.members)),
    )
    back = tuple(
        replace(one, member=later(one.member), back=one.back + ms, back_at=one.back_at + ms)
        for one in step.back
    )
    return Advance(alert=alert, died=tuple(map(later, step.died)), back=back)


def test_where_nobody_is_dead_no_alert_opens() -> None:
    assert advance(None, "page", {}, moment(1), NOBODY_LEFT) is None


def test_an_alert_opens_with_its_first_members_and_their_reasons() -> None:
    step = advance(
        None, "page", {API: Trouble("refused"), MAIL: Trouble("silent:60")}, moment(7), NOBODY_LEFT
    )
    assert step
    assert (step.alert.subject, step.alert.opened, step.alert.seq) == ("page", 7_000, 1)
    assert [(one.replica, one.reason_code) for one in step.died] == [
        (API, "refused"),
        (MAIL, "silent:60"),
    ]
    assert step.alert.members == step.died
    assert step.alert.opened_at == step.died[0].dead_at == moment(7).at


def test_one_may_die_in_the_moment_in_which_another_is_back() -> None:
    step = go_on(opened({API}), {CORE}, 2)
    assert step
    assert [one.replica for one in step.died] == [CORE]
    assert [one.member.replica for one in step.back] == [API]
    assert step.alert.closed is None


def test_another_reason_is_no_news() -> None:
    alert = opened({API})
    assert advance(alert, "page", {API: Trouble("timeout")}, moment(2), NOBODY_LEFT) is None


@pytest.mark.parametrize(
    ("left", "closed"),
    [
        ({}, Leaving.RECOVERED),
        ({"web": Leaving.FLUSHED, "mail": Leaving.FLUSHED}, Leaving.FLUSHED),
        ({"web": Leaving.REMOVED, "mail": Leaving.REMOVED}, Leaving.REMOVED),
        ({"web": Leaving.FLUSHED}, Leaving.RECOVERED),
        ({"web": Leaving.FLUSHED, "mail": Leaving.REMOVED}, Leaving.REMOVED),
    ],
)
def test_an_alert_says_why_its_members_left_and_why_it_closed(
    left: dict[str, Leaving], closed: Leaving
) -> None:
    step = go_on(opened({API, MAIL}), set(), 2, **left)
    assert step
    assert step.alert.closed is closed
    assert {one.member.replica: one.why for one in step.back} == {
        API: left.get("web", Leaving.RECOVERED),
        MAIL: left.get("mail", Leaving.RECOVERED),
    }


def test_who_is_dead_has_not_left() -> None:
    step = go_on(opened({API}), {API, MAIL}, 2, web=Leaving.FLUSHED)
    assert step
    assert step.back == ()


def test_how_long_a_member_was_dead_is_said_in_whole_seconds() -> None:
    member = Member(replica=API, died=1_500, dead_at=0)
    back = Return(member=member, back=63_499, back_at=10**15, why=Leaving.RECOVERED)
    assert back.seconds == 61
    assert replace(back, back=121_500).seconds == 120
