"""Where sick is a trouble too: who turns, and what a receiver believes in the end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import (
    API,
    DEAD,
    HEALTHY,
    MAIL,
    REPLICAS,
    SENDER,
    SICK,
    believed,
    moment,
    troubles,
)
from watchkeeper.core import facts as fact
from watchkeeper.core.alert import Advance, Alert, Leaving, Trouble, advance, counted, is_news
from watchkeeper.core.compose import compose
from watchkeeper.core.facts import Facts
from watchkeeper.core.message import Message
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.status import Status

Statuses = dict[ReplicaName, Status]
statuses = st.dictionaries(st.sampled_from(REPLICAS), believed)
days = st.lists(statuses, min_size=1, max_size=12)
"""Second by second, how everybody does; who is not mentioned is healthy."""


def steps(course: list[Statuses]) -> list[Advance | None]:
    found: list[Advance | None] = []
    alert: Alert | None = None
    for second, now in enumerate(course, 1):
        step = advance(alert, "page", troubles(now), moment(second), {})
        found.append(step)
        if step:
            alert = None if step.alert.closed else step.alert
    return found


def said(course: list[Statuses]) -> list[Facts]:
    """What there is to say of *course*, each with all who are members then."""
    return [
        replace(
            fact.of_advance(step, DEAD, Moment(steady=second, at=second)), dead=step.alert.members
        )
        for second, step in enumerate(steps(course), 1)
        if step
    ]


def in_trouble(message: Message) -> Statuses:
    return {name: message.status_of(name) for name in message.replicas}


@given(days)
def test_who_believes_each_change_knows_how_everybody_does(course: list[Statuses]) -> None:
    known: Statuses = {}
    for now, step in zip(course, steps(course), strict=True):
        if step:
            assert {b.member.replica: b.member.status for b in step.back}.items() <= known.items()
            known = {
                n: s for n, s in known.items() if n not in {b.member.replica for b in step.back}
            }
            known |= {member.replica: member.status for member in step.died}
            assert {one.replica: one.status for one in step.alert.members} == known
        assert known == {name: one.status for name, one in troubles(now).items()}


@given(days)
def test_only_who_is_a_member_still_has_turned(course: list[Statuses]) -> None:
    for step in filter(None, steps(course)):
        members = {one.replica for one in step.alert.members}
        for back in step.back:
            assert (back.why is Leaving.TURNED) is (back.member.replica in members)


@given(days, st.integers(0, 12))
def test_the_last_word_on_everybody_is_the_truth_however_news_is_combined(
    course: list[Statuses], cut: int
) -> None:
    told = said(course)
    for news in filter(None, (told[:cut], told[cut:])):
        message = compose(SENDER, news)
        newest = {name: one.status for name, one in _newest(news).items()}
        assert in_trouble(message) == newest
        assert not {one.replica for one in message.recovered if one.why == Leaving.TURNED}


@given(days)
def test_every_stretch_of_time_in_one_status_is_told_once(course: list[Statuses]) -> None:
    told = said(course)
    if told:
        message = compose(SENDER, told)
        over = [(one.replica, one.back_at) for one in (*message.recovered, *message.turned)]
        assert sorted(over) == sorted((b.member.replica, b.back_at) for f in told for b in f.back)


@given(days)
def test_what_is_kept_of_members_has_their_status(course: list[Statuses]) -> None:
    for facts in said(course):
        assert fact.parse(fact.dump(facts)) == facts


def _newest(news: list[Facts]) -> dict[ReplicaName, Trouble]:
    newest = {facts.alert: facts for facts in news}
    return {one.replica: one.trouble for facts in newest.values() for one in facts.dead}


def test_who_turns_ends_what_it_was_and_begins_what_it_is() -> None:
    opening, worse, over = steps([{API: SICK}, {API: DEAD}, {}])
    assert opening
    assert worse
    assert over
    assert [(one.status, one.died) for one in worse.died] == [(DEAD, 2_000)]
    (was,) = worse.back
    assert (was.member.status, was.seconds, was.why) == (SICK, 1, Leaving.TURNED)
    assert worse.alert.closed is None
    assert [(b.member.status, b.why) for b in over.back] == [(DEAD, Leaving.RECOVERED)]
    assert over.alert.closed is Leaving.RECOVERED


def test_who_turns_has_not_left() -> None:
    (opening,) = steps([{API: SICK}])
    assert opening
    left = {API: Leaving.FLUSHED}
    step = advance(opening.alert, "page", troubles({API: DEAD}), moment(2), left)
    assert step
    assert [back.why for back in step.back] == [Leaving.TURNED]


def test_a_dead_member_is_kept_as_it_always_was_and_a_sick_one_says_so() -> None:
    dead, sick = (fact.dump(said([{API: status}])[0]) for status in (DEAD, SICK))
    row = '["web","api","1",1000,1800000001000,"slow"'
    assert f'"died":[{row}]]' in dead
    assert f'"died":[{row},1]]' in sick


def test_a_held_member_stays_as_sick_or_as_dead_as_it_was() -> None:
    (opening,) = steps([{API: SICK, MAIL: DEAD}])
    assert opening
    now = troubles({API: DEAD, MAIL: SICK})
    kept = counted(opening.alert, now, {API, MAIL})
    assert {name: one.status for name, one in kept.items()} == {API: SICK, MAIL: DEAD}


@pytest.mark.parametrize(
    ("before", "after", "of_dead", "of_sick"),
    [
        (HEALTHY, DEAD, True, True),
        (DEAD, SICK, True, True),
        (HEALTHY, SICK, False, True),
        (SICK, HEALTHY, False, True),
        (DEAD, DEAD, False, False),
        (SICK, SICK, False, False),
    ],
)
def test_what_is_news_depends_on_where_trouble_begins(
    before: Status, after: Status, *, of_dead: bool, of_sick: bool
) -> None:
    assert is_news(before, after, DEAD) is of_dead
    assert is_news(before, after, SICK) is of_sick


def test_the_reason_of_who_turned_is_the_one_of_what_it_is_now() -> None:
    first = advance(None, "page", {API: Trouble("refused")}, moment(1), {})
    assert first
    second = advance(first.alert, "page", {API: Trouble("slow", SICK)}, moment(2), {})
    assert second
    news = replace(fact.of_advance(second, SICK, Moment(steady=2, at=2)), dead=second.alert.members)
    assert compose(SENDER, [news]).reasons == {str(API): "slow to answer"}
