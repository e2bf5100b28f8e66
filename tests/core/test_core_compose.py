from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import (
    API,
    CORE,
    DEAD,
    HEALTHY,
    MAIL,
    PUSH,
    SENDER,
    SICK,
    WALL,
    moment,
    stories,
    story,
)
from tests.house import PAGE
from watchkeeper.core.alert import Leaving, Member, Return
from watchkeeper.core.compose import Sender, alert_id, compose
from watchkeeper.core.facts import Facts, Kind, dump, parse
from watchkeeper.core.flap import Flapped
from watchkeeper.core.message import Message, MessageKind
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.status import Status

CUT = st.integers(0, 20)


def told_apart(said: list[Facts], cut: int) -> tuple[list[Facts], list[Facts]]:
    """What was given up, or told, of *said* before, and what there is to tell now."""
    at = min(cut, len(said) - 1)
    return said[:at], said[at:]


def about(kind: Kind, **more: object) -> Facts:
    given: dict[str, object] = {"kind": kind, "steady": 1, "at": WALL, "status": HEALTHY}
    return Facts(**{**given, **more})  # type: ignore[arg-type]


def of_alert(message: Message, facts: Facts) -> tuple[set[ReplicaName], list[ReplicaName]]:
    """Who is dead and who came back in the part of *message* about the alert of *facts*."""
    key = facts.alert
    assert key
    (part,) = [one for one in message.alerts if one.id == alert_id(SENDER.installation, key)]
    return set(part.dead), [one.replica for one in part.recovered]


@given(stories(), CUT)
def test_no_member_is_lost(said: list[Facts], cut: int) -> None:
    _, news = told_apart(said, cut)
    message = compose(SENDER, news)
    for one in news:
        still, recovered = of_alert(message, one)
        assert {member.replica for member in one.died} <= still | set(recovered)
        assert {back.member.replica for back in one.back} <= set(recovered)


@given(stories(), CUT)
def test_everyone_who_came_back_is_named_once_for_each_time(said: list[Facts], cut: int) -> None:
    _, news = told_apart(said, cut)
    recovered = [(one.replica, one.back_at) for one in compose(SENDER, news).recovered]
    assert sorted(recovered) == sorted(
        (back.member.replica, back.back_at) for one in news for back in one.back
    )


@given(stories(), CUT)
def test_the_dead_are_those_of_the_newest_word_on_each_alert(said: list[Facts], cut: int) -> None:
    _, news = told_apart(said, cut)
    newest = {one.alert: {member.replica for member in one.dead} for one in news}
    message = compose(SENDER, news)
    assert list(message.replicas) == [name for alert in message.alerts for name in alert.dead]
    assert [of_alert(message, one)[0] for one in news] == [newest[one.alert] for one in news]


@given(stories(), CUT)
def test_alerts_stand_in_the_order_in_which_they_opened(said: list[Facts], cut: int) -> None:
    _, news = told_apart(said, cut)
    since = [alert.since_at for alert in compose(SENDER, news).alerts]
    assert since == sorted(since)


@given(said=stories(), cut=CUT, were_lost=st.booleans())
def test_only_a_death_that_was_told_before_counts_as_told(
    said: list[Facts], cut: int, *, were_lost: bool
) -> None:
    before, news = told_apart(said, cut)
    letters = before if were_lost else []
    untold = {(one.replica, one.dead_at) for facts in (*letters, *news) for one in facts.died}
    for one in compose(SENDER, news, letters).recovered:
        assert one.told is ((one.replica, one.dead_at) not in untold)


@given(stories(), CUT)
def test_of_the_dead_those_are_new_whose_death_is_in_this_very_message(
    said: list[Facts], cut: int
) -> None:
    _, news = told_apart(said, cut)
    newest = {one.alert: one.dead for one in news}
    fresh = {(member.replica, member.died) for one in news for member in one.died}
    expected = [
        member.replica
        for dead in newest.values()
        for member in dead
        if (member.replica, member.died) in fresh
    ]
    died = [name for alert in compose(SENDER, news).alerts for name in alert.died]
    assert sorted(died) == sorted(expected)


@given(stories(), CUT)
def test_equal_facts_give_an_equal_message(said: list[Facts], cut: int) -> None:
    letters, news = told_apart(said, cut)
    assert compose(SENDER, list(news), letters) == compose(SENDER, tuple(news), tuple(letters))


@given(stories(), stories())
def test_different_facts_give_different_ids(one: list[Facts], other: list[Facts]) -> None:
    assert (compose(SENDER, one).id == compose(SENDER, other).id) == (one == other)


@given(stories())
def test_every_range_of_a_lane_has_an_id_of_its_own(said: list[Facts]) -> None:
    ranges = [said[a:b] for a in range(len(said)) for b in range(a + 1, len(said) + 1)]
    assert len({compose(SENDER, news).id for news in ranges}) == len(ranges)


@given(stories())
def test_dead_letters_are_part_of_the_id(said: list[Facts]) -> None:
    letters, news = said[:-1], said[-1:]
    ids = {compose(SENDER, news, letters).id, compose(SENDER, news).id}
    assert len(ids) == (2 if letters else 1)


def test_a_dead_letter_is_not_taken_for_news() -> None:
    died, back = story([{API}, set()])
    one, other = compose(SENDER, [back, died]), compose(SENDER, [back], [died])
    assert (one.id == other.id) == (one == other)


@pytest.mark.parametrize(
    "other",
    [
        replace(SENDER, installation=UUID(int=2)),
        replace(SENDER, channel="mail"),
        replace(SENDER, target="5d41"),
    ],
)
def test_each_target_of_each_channel_has_ids_of_its_own(other: Sender) -> None:
    news = story([{API}])
    assert compose(other, news).id != compose(SENDER, news).id


@given(stories(), CUT)
def test_an_alert_has_one_id_in_all_messages(said: list[Facts], cut: int) -> None:
    before, news = told_apart(said, cut)
    keys = {one.alert for one in news}
    ids = {one.id for one in compose(SENDER, news).alerts}
    assert len(ids) == len(keys)
    if before and before[-1].alert in keys:
        assert ids & {one.id for one in compose(SENDER, before).alerts}


def test_two_outages_of_one_subject_are_two_alerts() -> None:
    message = compose(SENDER, story([{API}, set(), {API}]))
    assert [one.is_closed for one in message.alerts] == [True, False]
    assert [one.since_at for one in message.alerts] == [moment(1).at, moment(3).at]
    assert len({one.id for one in message.alerts}) == 2


def test_who_came_and_went_between_two_messages_is_named_in_the_next() -> None:
    _, *news = story([{API}, {API, CORE}, {API}])
    (alert,) = compose(SENDER, news).alerts
    assert alert.dead == (API,)
    (back,) = alert.recovered
    assert (back.replica, back.told, back.seconds) == (CORE, False, 1)
    assert (back.dead_at, back.back_at) == (moment(2).at, moment(3).at)


def test_why_a_member_left_is_said() -> None:
    opening, end = story([{API}, set()])
    flushed = replace(end, back=(replace(end.back[0], why=Leaving.FLUSHED),))
    assert [one.why for one in compose(SENDER, [opening, flushed]).recovered] == ["flushed"]


def test_the_newest_alert_stands_last() -> None:
    web, mail, later = story([{API}, {API, MAIL}, {API, CORE, MAIL}])
    message = compose(SENDER, [mail, later])
    assert web.opened == later.opened < mail.opened
    assert message.alerts[-1].subject == mail.subject


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ([Kind.STARTUP], MessageKind.STARTUP),
        ([Kind.STARTUP, Kind.STARTUP], MessageKind.STARTUP),
        ([Kind.REMINDER], MessageKind.REMINDER),
        ([Kind.REMINDER, Kind.REMINDER], MessageKind.REMINDER),
        ([Kind.REMINDER, Kind.STARTUP], MessageKind.CHANGED),
        *[([kind], MessageKind.CHANGED) for kind in Kind if kind not in {"startup", "reminder"}],
        *[([Kind.STARTUP, kind], MessageKind.CHANGED) for kind in Kind if kind != "startup"],
        *[([kind, Kind.REMINDER], MessageKind.CHANGED) for kind in Kind if kind != "reminder"],
    ],
)
def test_a_message_is_a_startup_or_a_reminder_only_when_it_holds_nothing_else(
    kinds: list[Kind], kind: MessageKind
) -> None:
    assert compose(SENDER, [about(one) for one in kinds]).kind is kind


def test_a_reminder_keeps_its_number_beside_the_news() -> None:
    (opening,) = story([{API}])
    reminder = replace(opening, kind=Kind.REMINDER, died=(), reminder=3)
    message = compose(SENDER, [reminder, *story([{API}, {API, CORE}])[1:]])
    assert (message.reminder, message.replicas) == (3, (API, CORE))
    assert compose(SENDER, [opening]).reminder == 0


def test_a_reminder_names_all_who_are_dead() -> None:
    (opening,) = story([{API, CORE}])
    reminder = replace(opening, kind=Kind.REMINDER, died=(), reminder=1)
    message = compose(SENDER, [reminder])
    assert (message.kind, message.replicas) == (MessageKind.REMINDER, (API, CORE))


@given(st.lists(st.sampled_from(list(Status)[2:]), min_size=1, max_size=4))
def test_a_message_says_what_was_true_at_its_newest_fact(statuses: list[Status]) -> None:
    news = [about(Kind.OPEN, status=one, at=WALL + n) for n, one in enumerate(statuses)]
    message = compose(SENDER, news)
    assert (message.status, message.at) == (statuses[-1], WALL + len(statuses) - 1)


def test_a_message_names_the_page() -> None:
    message = compose(SENDER, story([{API}]))
    assert (message.page_title, message.page_url) == (PAGE.title, "https://status.example.com/")


def test_reasons_are_public_words_for_the_dead_and_for_who_came_back() -> None:
    message = compose(SENDER, story([{API}, {MAIL}]))
    assert message.reasons == {str(API): "refused", str(MAIL): "refused"}


def test_the_newest_reason_is_said() -> None:
    one, end, again = story([{API}, set(), {API}])
    member = replace(again.dead[0], reason_code="status:503")
    message = compose(SENDER, [one, end, replace(again, dead=(member,), died=(member,))])
    assert message.reasons == {str(API): "status 503"}


def test_a_lane_that_is_new_hears_first_of_the_death_and_then_of_its_end() -> None:
    opening, end = story([{API}, set()])
    first = replace(opening, kind=Kind.OPEN)
    assert [one.told for one in compose(SENDER, [first, end]).recovered] == [False]
    assert [one.told for one in compose(SENDER, [end]).recovered] == [True]


def resumed(*names: ReplicaName) -> Facts:
    back = tuple(
        Return(
            member=Member(replica=name, died=1_000, dead_at=WALL),
            back=9_000,
            back_at=WALL + 8_000,
            why=Leaving.RECOVERED,
        )
        for name in names
    )
    return about(Kind.RESUMED, back=back)


def test_those_called_dead_while_nothing_was_recorded_are_put_right() -> None:
    message = compose(SENDER, [resumed(API, MAIL)])
    assert [(one.replica, one.told, one.seconds) for one in message.resumed] == [
        (API, True, 8),
        (MAIL, True, 8),
    ]
    assert (message.recovered, message.alerts) == (message.resumed, ())
    assert message.notes == ("recording works again",)


def test_who_has_no_reason_is_given_none() -> None:
    assert compose(SENDER, [resumed(API)]).reasons == {}


def test_a_channel_that_failed_is_told_on_the_others() -> None:
    broken, letter = about(Kind.BROKEN, channel="mail"), about(Kind.DEAD_LETTER, channel="sms")
    assert compose(SENDER, [broken, letter]).notes == (
        "channel mail is broken: it refuses what we send",
        "channel sms could not be reached for a day: messages are lost",
    )


def test_a_note_is_said_once() -> None:
    letters = [about(Kind.DEAD_LETTER, channel="mail", steady=second) for second in range(3)]
    assert len(compose(SENDER, letters).notes) == 1


DEAD_ONE = (Member(replica=API, died=1, dead_at=WALL),)


def reminded(number: int, roused: int) -> Facts:
    return about(
        Kind.REMINDER, subject="page", opened=1, dead=DEAD_ONE, reminder=number, roused=roused
    )


@pytest.mark.parametrize(
    ("roused", "ranks"), [(0, [0, 1, 2, 9]), (1, [0]), (2, [0, 1]), (3, [0, 1, 2])]
)
def test_a_reminder_rouses_all_or_as_many_targets_as_it_escalated_to(
    roused: int, ranks: list[int]
) -> None:
    found = [
        rank
        for rank in (0, 1, 2, 9)
        if compose(replace(SENDER, rank=rank), [reminded(2, roused)]).is_urgent
    ]
    assert found == ranks


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.REMINDER])
def test_nothing_but_a_reminder_is_urgent(kind: Kind) -> None:
    assert not compose(SENDER, [about(kind)]).is_urgent


def test_a_reminder_that_takes_news_along_still_rouses() -> None:
    late = about(Kind.CHANGED, subject="page", opened=1)
    message = compose(SENDER, [late, reminded(3, 1)])
    assert (message.kind, message.is_urgent) == (MessageKind.CHANGED, True)


def test_a_reminder_of_what_is_over_rouses_nobody() -> None:
    over = about(Kind.CHANGED, subject="page", opened=1, closed=Leaving.RECOVERED)
    assert not compose(SENDER, [reminded(3, 1), over]).is_urgent


def flaps(kind: Kind, *replicas: ReplicaName, status: Status = DEAD, at: int = 1) -> Facts:
    flapped = tuple(Flapped(replica=name, status=status, changes=4) for name in replicas)
    return Facts(kind=kind, steady=at, at=at, status=status, flaps=flapped)


def test_who_flaps_is_named_and_so_is_who_was_called_dead_before() -> None:
    message = compose(SENDER, [flaps(Kind.FLAPPING, API), flaps(Kind.FLAPPING, MAIL, status=SICK)])
    assert [one.replica for one in message.flapping] == [API, MAIL]
    assert message.replicas == (API,)
    assert message.notes == (
        "flapping, and silent until it is stable: 2 replicas: web:api:1, mail:smtp:1",
    )


def test_of_who_flapped_and_is_stable_only_the_last_word_is_said() -> None:
    news = [flaps(Kind.FLAPPING, API, MAIL), flaps(Kind.STABLE, API, status=HEALTHY, at=2)]
    message = compose(SENDER, news)
    assert [one.replica for one in message.flapping] == [MAIL]
    assert [one.replica for one in message.stable] == [API]
    assert message.notes[1:] == ("stable again, and healthy: web:api:1",)


def test_who_left_or_recovered_since_is_neither_called_dead_nor_flapping() -> None:
    died, over = story([{API}, set()])
    for before in (flaps(Kind.FLAPPING, API), flaps(Kind.STABLE, API)):
        message = compose(SENDER, [died, before, over])
        assert (message.replicas, message.flapping, message.stable) == ((), (), ())
        assert [one.replica for one in message.recovered] == [API]


def test_what_flaps_outlives_its_text() -> None:
    facts = flaps(Kind.FLAPPING, API, PUSH)
    assert parse(dump(facts)) == facts
