from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import API, DEAD, HEALTHY, MAIL, SICK, believed, dead, moment, stories
from watchkeeper.core.alert import Alert, Leaving, Member, Return, advance
from watchkeeper.core.facts import Facts, Kind, dump, of_advance, of_open, of_reminder, parse
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName

moments = st.integers(0, 2**63 - 1)
words = st.text(st.characters(codec="utf-8"), max_size=8)
names = st.builds(ReplicaName, words, words, words)
members = st.builds(
    Member,
    replica=names,
    died=moments,
    dead_at=moments,
    reason_code=words,
    status=st.sampled_from([SICK, DEAD]),
    was=st.none() | names,
)
returns = st.builds(
    Return, member=members, back=moments, back_at=moments, why=st.sampled_from(Leaving)
)
several = st.lists(members, max_size=2).map(tuple)
anything = st.builds(
    Facts,
    kind=st.sampled_from(Kind),
    steady=moments,
    at=moments,
    status=believed,
    subject=words,
    opened=moments,
    opened_at=moments,
    dead=several,
    died=several,
    back=st.lists(returns, max_size=2).map(tuple),
    closed=st.none() | st.sampled_from(Leaving),
    reminder=st.integers(0, 9),
    roused=st.integers(0, 9),
    channel=words,
)


@given(anything)
def test_facts_are_kept_whole(facts: Facts) -> None:
    assert parse(dump(facts)) == facts


@given(anything)
def test_what_is_kept_has_one_spelling(facts: Facts) -> None:
    assert dump(parse(dump(facts))) == dump(facts)


@given(anything, anything)
def test_different_facts_have_different_texts(one: Facts, other: Facts) -> None:
    assert (dump(one) == dump(other)) == (one == other)


@given(stories())
def test_the_facts_of_a_history_differ(story: list[Facts]) -> None:
    assert len({dump(facts) for facts in story}) == len(story)


def test_the_text_is_canonical() -> None:
    facts = Facts(kind=Kind.BROKEN, steady=5, at=6, status=SICK, channel="ü")
    assert dump(facts) == (
        '{"alert":["",0,0],"at":6,"back":[],"channel":"ü","closed":null,"dead":[],"died":[],'
        '"flaps":[],"kind":"broken","reminder":0,"roused":0,"since_at":0,'
        '"status":1,"steady":5}'
    )


def test_the_facts_of_a_change_are_those_of_its_alert() -> None:
    opening = advance(None, "page", dead({API}), moment(1), {})
    assert opening
    step = advance(opening.alert, "page", dead({MAIL}), moment(2), {})
    assert step
    facts = of_advance(step, DEAD, Moment(steady=2_000, at=7))
    assert (facts.kind, facts.status, facts.steady, facts.at) == (Kind.CHANGED, DEAD, 2_000, 7)
    assert facts.alert == ("page", 1_000)
    assert (facts.dead, facts.died, facts.back) == ((), step.died, step.back)
    assert (facts.opened_at, facts.closed) == (moment(1).at, None)


def test_the_end_of_an_alert_is_said_with_its_reason() -> None:
    opening = advance(None, "page", dead({API}), moment(1), {})
    assert opening
    end = advance(opening.alert, "page", {}, moment(2), {API: Leaving.FLUSHED})
    assert end
    assert of_advance(end, HEALTHY, moment(2)).closed is Leaving.FLUSHED


def test_who_hears_of_an_open_alert_first_hears_of_all_its_dead() -> None:
    member = Member(replica=API, died=5, dead_at=6, reason_code="refused")
    alert = Alert(subject="page", opened=5, opened_at=6, members=(member,), seq=3)
    facts = of_open(alert, DEAD, Moment(steady=9, at=10))
    assert (facts.kind, facts.alert, facts.opened_at) == (Kind.OPEN, ("page", 5), 6)
    assert facts.dead == facts.died == (member,)


def test_a_reminder_carries_its_number_and_whom_it_rouses() -> None:
    alert = Alert(subject="page", opened=5, opened_at=6, seq=3, reminders=2, reminded=9)
    escalating, to_all = (of_reminder(alert, DEAD, moment(9), escalates=on) for on in (True, False))
    assert (escalating.kind, escalating.alert) == (Kind.REMINDER, ("page", 5))
    assert (escalating.reminder, escalating.roused) == (2, 2)
    assert (to_all.reminder, to_all.roused) == (2, 0)


def test_facts_without_an_alert_belong_to_none() -> None:
    startup = Facts(kind=Kind.STARTUP, steady=1, at=1, status=HEALTHY)
    assert startup.alert is None
    assert replace(startup, subject="page", opened=1).alert == ("page", 1)
